"""Points and decisions come back as they were kept; another method replaces none of them."""

from __future__ import annotations

from dataclasses import replace

from record.makers import BRAND, NOW, point, start
from sqlalchemy import func, select

from leumund.record import Record, index, signals
from leumund.record import tables as t

DECISION = {"brand": BRAND, "day": "2026-11-19", "method": "method1", "e": 0.25, "phi": [0.5]}


def test_points_come_back_as_they_were_kept(record: Record) -> None:
    points = [point(30), point(1, slow=None, tone=None, change=point().fast)]
    index.keep(record, points)
    assert index.load(record, BRAND) == points
    assert index.load(record, BRAND, first=point(1).day) == points[1:]


def test_a_point_computed_again_replaces_the_old_one(record: Record) -> None:
    index.keep(record, [point(n=7)])
    index.keep(record, [point(n=8)])
    assert [one.n for one in index.load(record, BRAND)] == [8]


def test_points_of_another_method_stay_but_are_superseded(record: Record) -> None:
    index.keep(record, [point(1), point(30), replace(point(1), brand="Andere")])
    index.keep(record, [point(1, method="method2")])
    assert [one.method for one in index.load(record, BRAND)] == ["method2"]
    assert [one.method for one in index.load(record, "Andere")] == ["method1"]
    with record.reading() as connection:
        assert connection.execute(select(func.count()).select_from(t.index_points)).scalar() == 4
    index.keep(record, [point(1), point(30)])
    assert {one.method for one in index.load(record, BRAND)} == {"method1"}


def test_a_day_is_decided_once_for_each_method(record: Record) -> None:
    run = start(record)

    def decide(**values: object) -> bool:
        decision = DECISION | values
        return signals.keep(record, decision, signal=None, alerts=[], run=run, now=NOW)

    assert decide()
    assert not decide(e=9.0)
    assert decide(method="method2")
    assert decide(day="2026-11-18")
    assert index.load_decisions(record, BRAND, method="method1") == [
        DECISION | {"day": "2026-11-18"},
        DECISION,
    ]
    assert len(index.load_decisions(record, BRAND)) == 3
