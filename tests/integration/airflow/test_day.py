"""A day read every quarter of an hour, as the DAGs do, raises the alarm of the day read at once."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from integration.airflow import days
from integration.airflow.world import write

from leumund import flows
from leumund.config import load
from leumund.record import dump, ledger, signals
from leumund.types import BERLIN, Signal
from leumund.wiring import Parts

FIRST = date(2026, 3, 2)
CALM = 58
DAY = FIRST + timedelta(days=CALM)
Row = Mapping[str, Any]
QUARTER = timedelta(minutes=15)
MORNING = datetime(DAY.year, DAY.month, DAY.day, 6, 30, tzinfo=BERLIN)


@contextmanager
def chain(world: Path, clock: list[datetime]) -> Iterator[Parts]:
    """The parts of a world whose clock shows the last moment of `clock`."""
    path = world / "leumund.toml"
    parts = Parts(path=path, config=load(path), home=world / "home", clock=lambda: clock[-1])
    with parts.record:
        yield parts


def run(parts: Parts) -> list[Signal]:
    """What the DAGs do, once."""
    collect(parts)
    flows.enrich(parts)
    flows.score(parts)
    return flows.alert(parts)


def collect(parts: Parts) -> None:
    """What goes on while the consumers pause."""
    for source in parts.config.source:
        flows.collect(parts, [source.name])


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world that was calm for weeks, decided up to the evening before the day."""
    world = tmp_path_factory.mktemp("days")
    (world / "forum").mkdir()
    (world / "leumund.toml").write_text(days.SETTINGS, encoding="utf-8")
    chance = random.Random(20260302)
    calm = [days.calm(FIRST + timedelta(days=number), chance) for number in range(CALM)]
    write(world / "forum" / "before.jsonl", [row for rows in calm for row in rows])
    with chain(world, [MORNING]) as parts:
        assert run(parts) == []
    return world


def told(parts: Parts) -> list[tuple[Any, ...]]:
    """What the record says about each signal, sizes to a hundredth of a point."""
    return [
        (
            *(s.brand, s.kind, s.day, s.start, s.decided_at, s.level, s.severity, s.posts),
            *(s.retrospective, round(s.size.value, 2), round(s.probability, 3)),
            *(driver.headline for driver in s.drivers),
        )
        for s in signals.load(parts.record)
    ]


def arrive(folder: Path, rows: Sequence[Row], since: datetime, until: datetime) -> None:
    """Drop the texts that were published in between as a file of their own."""
    fresh = [
        row for row in rows if since < datetime.fromisoformat(str(row["published_at"])) <= until
    ]
    if fresh:
        write(folder / f"{until:%m%d-%H%M}.jsonl", fresh)


def test_96_runs_raise_the_alarm_of_one_run(before: Path, tmp_path: Path) -> None:
    rows = days.wave(DAY, random.Random(7))
    evening = MORNING - timedelta(hours=7)
    moments = [MORNING + QUARTER * number for number in range(1, 97)]

    world = Path(shutil.copytree(before, tmp_path / "at once"))
    arrive(world / "forum", rows, evening, moments[-1])
    with chain(world, moments[-1:]) as parts:
        assert [signal.kind for signal in run(parts)] == ["drop"]
        expected = told(parts)

    world = Path(shutil.copytree(before, tmp_path / "in pieces"))
    clock = [MORNING]
    with chain(world, clock) as parts:
        for since, until in pairwise([evening, *moments]):
            arrive(world / "forum", rows, since, until)
            clock.append(until)
            run(parts)
        assert told(parts) == expected


def test_a_pause_of_three_hours_loses_nothing(before: Path, tmp_path: Path) -> None:
    rows = days.wave(DAY, random.Random(7))
    evening = MORNING - timedelta(hours=7)
    moments = [MORNING + QUARTER * number for number in range(1, 97)]
    found = {}
    for name, pause in (("without", range(0)), ("with", range(40, 52))):
        world = Path(shutil.copytree(before, tmp_path / name))
        clock = [MORNING]
        with chain(world, clock) as parts:
            for number, (since, until) in enumerate(pairwise([evening, *moments])):
                arrive(world / "forum", rows, since, until)
                clock.append(until)
                collect(parts)
                if number in pause or (number % 8 and until != moments[-1]):
                    continue
                run(parts)
            found[name] = told(parts), dump.canonical(parts.record), ledger.balance(parts.record)
    assert found["with"] == found["without"]
    assert found["with"][0]
    assert found["with"][2] == []
