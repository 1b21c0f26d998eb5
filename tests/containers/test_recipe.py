"""The Dockerfile builds two targets from the lock, with nothing in them that was not meant."""

from __future__ import annotations

import re
import tomllib

import pytest
from containers.composition import ROOT
from containers.recipe import chain, copies, stages, user

STAGES = stages((ROOT / "Dockerfile").read_text("utf-8"))
TARGETS = ("cpu", "cuda")


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_runs_as_somebody_who_is_not_root(target: str) -> None:
    assert re.fullmatch(r"[1-9]\d*:0", user(STAGES, target))
    assert not [rest for stage in chain(STAGES, target) for rest in stage.arguments("ADD")]


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_holds_models_schemas_and_dags(target: str) -> None:
    here = {path for stage in chain(STAGES, target) for path in _copied(stage.name)}
    assert {"dags", "leumund.toml", "examples", "docker"} <= here
    (environment,) = [copy for copy in copies({target: STAGES[target]}) if copy.origin]
    built = {path for stage in chain(STAGES, environment.origin) for path in _copied(stage.name)}
    assert {"pipeline", "models", "schemas", "uv.lock"} <= built


def test_what_comes_from_outside_is_pinned() -> None:
    outside = {stage.base for stage in STAGES.values() if stage.base not in STAGES}
    assert outside
    assert all(re.search(r":\d+\.\d+\.\d+[\w.-]*$", image) for image in outside)


def test_what_is_copied_exists_and_nothing_else_reaches_the_builder() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    allowed = {line[1:] for line in ignored if line.startswith("!")}
    assert next(line for line in ignored if not line.startswith("#")) == "*"
    assert {path for copy in copies(STAGES) if not copy.origin for path in copy.sources} == allowed
    assert all((ROOT / path).exists() for path in allowed)


def test_what_is_copied_from_another_stage_names_one() -> None:
    assert all(copy.origin in STAGES for copy in copies(STAGES) if copy.origin)


def test_the_lock_is_installed_as_it_is_with_extras_that_exist() -> None:
    described = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras, groups = described["project"]["optional-dependencies"], described["dependency-groups"]
    syncs = [rest for stage in STAGES.values() for rest in stage.arguments("RUN") if "uv " in rest]
    assert len(syncs) == 3
    for command in syncs:
        assert "uv sync --frozen " in command
        assert set(re.findall(r"--extra (\w+)", command)) <= extras.keys()
        assert set(re.findall(r"--group (\w+)", command)) == {"containers"} <= groups.keys()
    with_torch = [target for target in TARGETS if _extras(target) & {"torch"}]
    assert with_torch == ["cuda"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("FROM a:1 AS a\nRUM true\n", "not an instruction: RUM true"),
        ("RUN true\nFROM a:1 AS a\n", "before the first FROM"),
        ("FROM a:1\n", "needs a name"),
        ("FROM a:1 AS a\nRUN true \\\n", "ends in the middle"),
    ],
)
def test_a_mistake_in_the_recipe_is_noticed(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        stages(text)


def _copied(name: str) -> set[str]:
    found = copies({name: STAGES[name]})
    return {path for copy in found if not copy.origin for path in copy.sources}


def _extras(target: str) -> set[str]:
    (environment,) = [copy for copy in copies({target: STAGES[target]}) if copy.origin]
    commands = [
        rest for stage in chain(STAGES, environment.origin) for rest in stage.arguments("RUN")
    ]
    return set(re.findall(r"--extra (\w+)", " ".join(commands)))
