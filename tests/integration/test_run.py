"""The whole chain on the shipped configuration and examples, as `make run` does it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from leumund.record import (
    Record,
    dump,
    evidence,
    health,
    index,
    open_record,
    outbox,
    signals,
)

ROOT = Path(__file__).parents[2]
CLOCK = "2026-11-24T09:00:00+01:00"
CRISIS = (date(2026, 11, 3), date(2026, 11, 10))
SILENCE = (date(2026, 10, 12), date(2026, 10, 23))
AGENCY = date(2026, 10, 6)
EXAMPLES = ("Musterbahn", "Regioblitz", "Talexpress")


class World(NamedTuple):
    """A checkout's configuration with its examples, and a home for its data."""

    folder: Path
    home: Path

    def run(self, *prefix: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*prefix, sys.executable, "-m", "leumund.cli", "run", "--clock", CLOCK],
            cwd=self.folder,
            env=os.environ | {"LEUMUND_HOME": str(self.home), "COLUMNS": "160"},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )


def world(folder: Path) -> World:
    (folder / "examples").mkdir(parents=True)
    for name in ("netz.jsonl", "presse.csv", "bewertungen.tsv"):
        shutil.copy(ROOT / "examples" / name, folder / "examples")
    shutil.copy(ROOT / "leumund.toml", folder)
    return World(folder, folder / "home")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, str]:
    """One run with the network cut off, where the machine can do that."""
    here = world(tmp_path_factory.mktemp("run") / "world")
    cut = ("unshare", "-n") if _can_cut() else ()
    done = here.run(*cut)
    assert done.returncode == 0, done.stderr
    return here, done.stdout


def _can_cut() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "-n", "true"], check=False).returncode == 0


@pytest.fixture(scope="module")
def record(ran: tuple[World, str]) -> Iterator[Record]:
    with open_record(ran[0].home / "record.sqlite") as opened:
        yield opened


def test_a_run_ends_with_ledger_index_and_report(ran: tuple[World, str]) -> None:
    here, said = ran
    for brand in EXAMPLES:
        assert f"{brand}:" in said
    assert "Schwankungsbreite" in said
    assert "gesehen" in said
    path = Path(said.rsplit("Bericht: ", 1)[1].strip())
    assert path == here.home / "bericht.html"
    assert path.read_text("utf-8").startswith("<!doctype html>")


def test_without_a_network_each_feed_is_one_gap_with_a_plain_reason(
    ran: tuple[World, str], record: Record
) -> None:
    if not _can_cut():
        pytest.skip("unshare -n is not allowed here; run as root to cut the network")
    polled = {name for name, _ in health.gap_list(record)}
    assert polled
    for name in polled:
        gaps = [gap for source, gap in health.gap_list(record) if source == name]
        assert len(gaps) == len({gap.stream for gap in gaps})
        assert all(gap.reason and "Traceback" not in gap.reason for gap in gaps)


def test_a_second_run_changes_nothing_but_runs_ledger_and_gaps(
    ran: tuple[World, str], tmp_path: Path
) -> None:
    here = World(ran[0].folder, tmp_path / "home")
    shutil.copytree(ran[0].home, here.home)
    before = _state(here)
    assert here.run().returncode == 0
    assert _state(here) == before


def _state(here: World) -> list[str]:
    with open_record(here.home / "record.sqlite") as opened:
        return [*dump.canonical(opened), *dump.results(opened)]


def test_the_crisis_is_exactly_one_alarm_inside_its_window(record: Record) -> None:
    drops = [signal for signal in signals.load(record) if signal.kind == "drop"]
    assert [signal.brand for signal in drops] == ["Musterbahn"]
    assert CRISIS[0] <= drops[0].day <= CRISIS[1]
    assert drops[0].drivers
    assert not drops[0].retrospective


def test_without_the_crisis_texts_there_is_no_alarm(tmp_path: Path) -> None:
    here = world(tmp_path / "calm")
    net = here.folder / "examples/netz.jsonl"
    rows = [json.loads(line) for line in net.read_text("utf-8").splitlines()]
    calm = [json.dumps(row, ensure_ascii=False) for row in rows if row["group"] != "crisis"]
    net.write_text("\n".join(calm) + "\n", encoding="utf-8")
    for name, mark in (("presse.csv", ";crisis;"), ("bewertungen.tsv", "\tcrisis\t")):
        path = here.folder / "examples" / name
        lines = path.read_text("utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if mark not in line), encoding="utf-8")
    done = here.run()
    assert done.returncode == 0, done.stderr
    with open_record(here.home / "record.sqlite") as opened:
        assert [signal for signal in signals.load(opened) if signal.kind == "drop"] == []


def test_the_silence_shows_as_vanishing_visibility(record: Record) -> None:
    points = {point.day: point for point in index.load(record, "Talexpress")}
    before = points[SILENCE[0] - timedelta(days=1)].visibility
    during = points[SILENCE[1]].visibility
    assert before is not None
    assert during is not None
    assert during.high < before.low
    silent = [points[day] for day in points if SILENCE[0] <= day <= SILENCE[1]]
    assert all(point.n == 0 and point.day_value is None for point in silent)
    assert all(point.healthy for point in silent)


def test_forty_reprints_are_one_story_and_move_the_level_less_than_its_margin(
    record: Record, ran: tuple[World, str]
) -> None:
    rows = evidence.load(record, "Regioblitz", first=AGENCY, last=AGENCY)
    (story,) = [row for row in rows if row.members == 41]
    assert story.sources == 41
    points = {point.day: point for point in index.load(record, "Regioblitz")}
    before, after = points[AGENCY - timedelta(days=1)].fast, points[AGENCY].fast
    assert before is not None
    assert after is not None
    assert abs(after.value - before.value) < (before.high - before.low) / 2
    near = {AGENCY + timedelta(days=n) for n in range(14)}
    assert not [s for s in signals.load(record, "Regioblitz") if s.kind == "drop" and s.day in near]


def test_example_brands_say_so_and_alerts_of_examples_go_to_the_log(
    ran: tuple[World, str], record: Record
) -> None:
    page = (ran[0].home / "bericht.html").read_text("utf-8")
    assert page.count("Beispieldaten") >= len(EXAMPLES)
    waiting = outbox.listing(record)
    assert waiting
    assert {parcel.sink.split(":")[1] for parcel in waiting} == {"log"}
    assert {parcel.state for parcel in waiting} == {"done"}
