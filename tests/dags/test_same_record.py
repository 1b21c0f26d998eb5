"""Airflow and the command line are two ways to the same record."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from integration.airflow import world

from leumund.record import dump, open_record

HERE = Path(__file__).parent
CLOCK = "2026-11-09T08:00+01:00"
COMMAND = "from leumund.cli import main; main()"


def lines(home: Path) -> list[str]:
    with open_record(home / "record.sqlite") as record:
        return [*dump.canonical(record), *dump.results(record)]


def test_six_dags_in_order_leave_the_record_of_one_run(
    process: Callable[..., None], tmp_path: Path
) -> None:
    settings = world.build(tmp_path / "world", more=world.AWAY)
    by_command, by_airflow = tmp_path / "command", tmp_path / "airflow"
    process(
        *("-c", COMMAND, "run", "--config", str(settings), "--clock", CLOCK),
        LEUMUND_HOME=str(by_command),
    )
    shutil.copytree(by_command / "keys", by_airflow / "keys")  # else authors get other pseudonyms
    process(
        *(str(HERE / "in_order.py"), str(HERE.parents[1] / "dags")),
        LEUMUND_HOME=str(by_airflow),
        LEUMUND_CONFIG=str(settings),
        LEUMUND_CLOCK=CLOCK,
    )
    found = lines(by_command)
    assert {"mentions", "cursors", "readings", "opinions", "evidence", "index_points"} <= {
        line.split()[0] for line in found
    }
    assert lines(by_airflow) == found
    assert (by_airflow / "bericht.html").stat().st_size == pytest.approx(
        (by_command / "bericht.html").stat().st_size, rel=0.01
    )
