"""Writes the record down in one canonical form, so that two can be compared line by line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Table, select

from leumund.record import Record, tables
from leumund.record.columns import micros, packed

COLLECTED = (tables.mentions, tables.tombstones, tables.cursors)
RESULTS = (
    tables.readings,
    tables.opinions,
    tables.stories,
    tables.evidence,
    tables.index_points,
    tables.decisions,
    tables.signals,
    tables.outbox,
)
LEFT_OUT = {
    "mentions": {"revision", "collected_at"},
    "outbox": {"id", "attempts", "next_try_at", "lease_until", "lease_owner", "created_at"},
}
"""Numbers of runs, clocks, and how often something was tried on the way to the same end."""


def canonical(record: Record) -> list[str]:
    """Mentions, tombstones and cursors, sorted: equal after any order and number of deliveries."""
    return _lines(record, COLLECTED)


def results(record: Record) -> list[str]:
    """Readings, stories, evidence, index, decisions, signals and outbox, sorted."""
    return _lines(record, RESULTS)


def _lines(record: Record, wanted: Iterable[Table]) -> list[str]:
    lines = []
    with record.reading() as connection:
        for table in wanted:
            columns = [
                column
                for column in table.columns
                if column.name not in LEFT_OUT.get(table.name, ())
            ]
            for row in connection.execute(select(*columns)).mappings():
                lines.append(f"{table.name} {packed({k: _plain(v) for k, v in row.items()})}")
    return sorted(lines)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return micros(value)
    if isinstance(value, date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value
