"""How the tasks of the DAGs learn configuration, home and time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from integration.airflow import world

from leumund.errors import Misconfigured
from leumund.wiring import open_parts

NOON = datetime(2026, 11, 9, 12, tzinfo=UTC)


def test_the_environment_names_configuration_and_home(tmp_path: Path) -> None:
    path = world.build(tmp_path / "world")
    variables = {"LEUMUND_CONFIG": str(path), "LEUMUND_HOME": str(tmp_path / "home")}
    parts = open_parts(lambda: NOON, variables)
    assert [source.name for source in parts.config.source] == ["forum", "blatt"]
    assert (parts.path, parts.home, parts.clock()) == (path, tmp_path / "home", NOON)


def test_a_stopped_clock_wins_over_the_wall(tmp_path: Path) -> None:
    path = world.build(tmp_path / "world")
    variables = {"LEUMUND_CONFIG": str(path), "LEUMUND_CLOCK": "2026-11-09T08:00+01:00"}
    parts = open_parts(lambda: NOON, variables)
    assert parts.clock() == parts.clock() == datetime(2026, 11, 9, 7, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-11-09T08:00", "heute"])
def test_a_clock_without_a_zone_is_refused(tmp_path: Path, text: str) -> None:
    path = world.build(tmp_path / "world")
    with pytest.raises(Misconfigured, match=text):
        open_parts(lambda: NOON, {"LEUMUND_CONFIG": str(path), "LEUMUND_CLOCK": text})
