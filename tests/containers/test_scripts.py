"""What the containers run first does what it says, tried without containers."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from containers.composition import ROOT
from cryptography.fernet import Fernet
from pytest_httpserver import HTTPServer
from typer.testing import CliRunner

from leumund import config
from leumund.cli import app

SCRIPTS = sorted((ROOT / "docker").glob("*.sh"))
EXAMPLE = (ROOT / ".env.example").read_text("utf-8")
LINE = re.compile(r"^([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)


def made(folder: Path) -> dict[str, str]:
    """What `make env` leaves in a folder."""
    script = folder / "docker/env.py"
    if not script.exists():
        script.parent.mkdir()
        shutil.copy(ROOT / "docker/env.py", script)
        shutil.copy(ROOT / ".env.example", folder)
    subprocess.run([sys.executable, str(script)], check=True, capture_output=True)
    return dict(LINE.findall((folder / ".env").read_text("utf-8")))


def enter(
    folder: Path, settings: str, *command: str, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run the entry point as a container would."""
    (folder / "team.toml").write_text(settings, encoding="utf-8")
    environment = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "LEUMUND_TEAM_SETTINGS": str(folder / "team.toml"),
        "LEUMUND_CONFIG": str(folder / "leumund.toml"),
        "LEUMUND_HOME": "/var/lib/leumund",
        "LEUMUND_KIBANA_PUBLIC_URL": "http://127.0.0.1:5601",
        **more,
    }
    words = ["sh", str(ROOT / "docker/entrypoint.sh"), *command]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=True)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_free_of_mistakes_of_grammar(script: Path) -> None:
    shell = script.read_text("utf-8").splitlines()[0].removeprefix("#!/bin/")
    subprocess.run([shell, "-n", str(script)], check=True)


def test_every_secret_of_the_example_gets_a_value_of_its_own(tmp_path: Path) -> None:
    values = made(tmp_path)
    assert values.keys() == dict(LINE.findall(EXAMPLE)).keys()
    assert all(len(value) >= 32 for value in values.values())
    assert len(set(values.values())) == len(values)
    assert all(re.fullmatch(r"[\w=-]+", value) for value in values.values()), "part of addresses"
    Fernet(values["LEUMUND_AIRFLOW_FERNET_KEY"])


def test_the_file_of_secrets_is_for_its_owner_alone(tmp_path: Path) -> None:
    made(tmp_path)
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    assert {path.name for path in tmp_path.glob(".env*")} == {".env", ".env.example"}


def test_what_stands_there_is_kept_and_what_lacks_is_added(tmp_path: Path) -> None:
    first = made(tmp_path)
    path = tmp_path / ".env"
    lines = [line for line in path.read_text("utf-8").splitlines() if "REDIS" not in line]
    path.write_text("\n".join([*lines, "COMPOSE_PROFILES=celery"]), encoding="utf-8")
    second = made(tmp_path)
    assert second.pop("COMPOSE_PROFILES") == "celery"
    assert second.keys() == first.keys()
    assert {name for name in first if first[name] != second[name]} == {"LEUMUND_REDIS_PASSWORD"}


def test_git_does_not_see_the_file_of_secrets() -> None:
    assert ".env" in (ROOT / ".gitignore").read_text("utf-8").split()


def test_the_example_holds_no_secret() -> None:
    assert not [value for _, value in LINE.findall(EXAMPLE) if value]


def test_the_addresses_are_added_to_what_the_team_wrote(tmp_path: Path) -> None:
    team = (ROOT / "leumund.toml").read_text("utf-8")
    enter(tmp_path, team, "true")
    joined = config.load(tmp_path / "leumund.toml")
    assert joined.brand == config.load(ROOT / "leumund.toml").brand
    assert joined.elasticsearch.url == "https://elasticsearch:9200"
    assert joined.elasticsearch.ca_file == "/etc/leumund/ca/ca.crt"
    assert joined.kibana.public_url == "http://127.0.0.1:5601"


def test_an_elasticsearch_of_the_teams_own_is_left_alone(tmp_path: Path) -> None:
    team = (ROOT / "leumund.toml").read_text("utf-8")
    own = '\n[elasticsearch]\nurl = "https://search.example.org:9200"'
    enter(tmp_path, team + own, "true")
    joined = config.load(tmp_path / "leumund.toml")
    assert joined.elasticsearch.url == "https://search.example.org:9200"
    assert joined.kibana.url == "http://kibana:5601"


def test_the_entry_becomes_the_command_and_hands_on_its_end(tmp_path: Path) -> None:
    assert enter(tmp_path, "", "echo", "a  b").stdout == "a  b\n"
    with pytest.raises(subprocess.CalledProcessError) as ended:
        enter(tmp_path, "", "sh", "-c", "exit 7")
    assert ended.value.returncode == 7


def test_airflows_login_is_a_file_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "passwords.json"
    enter(
        tmp_path,
        "",
        "true",
        LEUMUND_AIRFLOW_PASSWORD='a "quoted" one',
        AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE=str(path),
    )
    assert json.loads(path.read_text("utf-8")) == {"admin": 'a "quoted" one'}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_health_is_told_by_the_answer(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/well").respond_with_data("ok")
    httpserver.expect_request("/ill").respond_with_data("no", status=503)
    words = [sys.executable, str(ROOT / "docker/alive.py")]
    assert subprocess.run([*words, httpserver.url_for("/well")], check=False).returncode == 0
    ill = subprocess.run(
        [*words, httpserver.url_for("/ill")], check=False, capture_output=True, text=True
    )
    assert ill.returncode == 1
    assert "503" in ill.stderr


def test_every_command_that_prepares_the_services_exists() -> None:
    script = (ROOT / "docker/init.sh").read_text("utf-8")
    named = [line.split() for line in re.findall(r"^leumund ([a-z ]+)", script, re.MULTILINE)]
    assert ["schema", "apply"] in named
    for words in named:
        result = CliRunner().invoke(app, [*words, "--help"])
        assert result.exit_code == 0, f"leumund {' '.join(words)}"


def test_the_pools_that_tasks_ask_for_are_those_that_are_made() -> None:
    asked = {
        name
        for path in (ROOT / "dags").glob("*.py")
        for name in re.findall(r'pool="(\w+)"', path.read_text("utf-8"))
    }
    assert "from leumund.testing.airflow import POOLS" in (ROOT / "docker/init.sh").read_text(
        "utf-8"
    )
    pools = runpy.run_path(str(ROOT / "pipeline/leumund/testing/airflow.py"))["POOLS"]
    assert asked == pools.keys()
