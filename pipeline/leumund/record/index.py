"""Keeps the index of each brand and day, and the decision that was taken on each closed day."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from leumund.record import Record, feed
from leumund.record.columns import packed
from leumund.record.tables import decisions, index_points
from leumund.types import Estimate, IndexPoint


def keep(record: Record, points: Sequence[IndexPoint]) -> None:
    """Store points in one transaction; those of another method stay, marked superseded."""
    with record.writing() as connection:
        write(connection, points)


def write(connection: Connection, points: Sequence[IndexPoint]) -> None:
    """Store points inside the caller's transaction."""
    if not points:
        return
    for brand, method in {(point.brand, point.method) for point in points}:
        others = (index_points.c.brand == brand) & (index_points.c.method != method)
        connection.execute(index_points.update().where(others).values(superseded=1))
    feed.announce(connection, feed.points(_changed(connection, points)))
    statement = insert(index_points)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["brand", "day", "method"],
            set_={"superseded": 0, "body": statement.excluded.body},
        ),
        [
            {
                "brand": point.brand,
                "day": point.day,
                "method": point.method,
                "superseded": 0,
                "body": _body(point),
            }
            for point in points
        ],
    )


def _changed(connection: Connection, points: Sequence[IndexPoint]) -> Iterator[tuple[str, date]]:
    """Brand and day of the points that differ from what is shown now."""
    now: dict[tuple[str, date], object] = {}
    for brand in {point.brand for point in points}:
        current = (index_points.c.brand == brand) & (index_points.c.superseded == 0)
        rows = connection.execute(select(index_points.c.day, index_points.c.body).where(current))
        now |= {(brand, day): body for day, body in rows}
    for point in points:
        if now.get((point.brand, point.day)) != json.loads(packed(_body(point))):
            yield point.brand, point.day


def _body(point: IndexPoint) -> dict[str, object]:
    return asdict(point) | {"day": point.day.isoformat()}


def load(
    record: Record, brand: str, *, first: date = date.min, last: date = date.max
) -> list[IndexPoint]:
    """The points of the method now in use, from `first` to `last`, both included, by day."""
    statement = (
        select(index_points.c.body)
        .where(
            index_points.c.brand == brand,
            index_points.c.superseded == 0,
            index_points.c.day.between(first, last),
        )
        .order_by(index_points.c.day)
    )
    with record.reading() as connection:
        return [_point(body) for body in connection.execute(statement).scalars()]


def load_decisions(record: Record, brand: str, *, method: str = "") -> list[dict[str, object]]:
    """Decisions of a brand by day, of one method version or ('') of all."""
    statement = select(decisions.c.body).where(decisions.c.brand == brand)
    if method:
        statement = statement.where(decisions.c.method == method)
    statement = statement.order_by(decisions.c.day, decisions.c.method)
    with record.reading() as connection:
        return list(connection.execute(statement).scalars())


def write_decision(connection: Connection, decision: Mapping[str, object]) -> bool:
    """Store a decision inside the caller's transaction, once and for all.

    Args:
        decision: plain JSON values; brand, day (ISO) and method name it.

    Returns:
        False when this day was already decided; the older decision stays.
    """
    row = {
        "brand": decision["brand"],
        "day": date.fromisoformat(str(decision["day"])),
        "method": decision["method"],
        "body": dict(decision),
    }
    statement = insert(decisions).values(row).on_conflict_do_nothing()
    return connection.execute(statement).rowcount == 1


def revive(value: Any) -> Any:
    """Estimates and tuples from their JSON form."""
    if isinstance(value, dict) and value.keys() == {"value", "low", "high"}:
        return Estimate(**value)
    if isinstance(value, list):
        return tuple(revive(one) for one in value)
    return value


def _point(body: Mapping[str, Any]) -> IndexPoint:
    values = {name: revive(value) for name, value in body.items()}
    return IndexPoint(**values | {"day": date.fromisoformat(body["day"])})
