"""What the README says exists, and what exists is said."""

import re
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leumund.cli import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = {command.name or command.callback.__name__ for command in app.registered_commands}  # type: ignore[union-attr]
GROUPS = {
    str(group.name): {
        command.name or command.callback.__name__  # type: ignore[union-attr]
        for command in group.typer_instance.registered_commands  # type: ignore[union-attr]
    }
    for group in app.registered_groups
}
ALL = sorted(
    [(name,) for name in COMMANDS] + [(g, c) for g, names in GROUPS.items() for c in names]
)


def test_every_command_is_in_the_readme_and_every_command_there_exists() -> None:
    named = set(re.findall(r"`leumund ([a-z]+)", README))
    assert named == COMMANDS | GROUPS.keys()
    assert set(re.findall(r"`leumund (\w+) (\w+)", README)) >= {
        (group, name) for group, names in GROUPS.items() for name in names & {"apply", "setup"}
    }


def test_every_dag_is_in_the_readme() -> None:
    dags = {path.stem for path in (ROOT / "dags").glob("*.py")} - {"chain"}
    named = set(re.findall(r"\| `(\w+)` \|", README))
    assert dags <= named <= dags | COMMANDS


@pytest.mark.parametrize("command", ALL, ids=" ".join)
def test_each_command_explains_itself_and_its_options(command: tuple[str, ...]) -> None:
    wide = {"COLUMNS": "200", "TERM": "dumb"}
    result = CliRunner().invoke(app, [*command, "--help"], env=wide)
    assert result.exit_code == 0
    options = re.findall(
        r"^\W*(?:\*\s+)?(--[\w-]+|file|files|names|sink|terms)\b(.*)$", result.output, re.MULTILINE
    )
    assert options
    for name, rest in options:
        assert len(re.findall(r"[a-z]{2,}", rest)) >= 3, f"{command} {name} says nothing"


def test_links_of_the_documents_lead_somewhere() -> None:
    for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "pipeline/README.md"]:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_make_targets_of_the_readme_exist_and_the_two_commands_lead() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"`make (\w+)`", README)) <= targets
    assert README.index("make run") < README.index("make test") < README.index("## What it does")


def test_every_debian_package_is_named_in_the_readme() -> None:
    for package in (ROOT / "apt-packages.txt").read_text("utf-8").split():
        assert package in README


def test_every_table_of_the_readme_example_is_valid() -> None:
    block = re.search(r"```toml\n(.*?)```", README, re.DOTALL)
    assert block is not None
    tables = tomllib.loads(block[1])
    assert {"brand", "source"} <= tables.keys()
