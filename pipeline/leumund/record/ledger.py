"""Counts every item exactly once, so that a loss or a double shows as an equation that is off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from leumund.record import Record
from leumund.record.tables import ledger, mentions, outbox, runs

Stage = Literal["collect", "enrich", "outbox"]
Sums = dict[str, Counter[str]]

COLLECT = ("duplicate", "deleted", "dead_lettered", "kept")
ENRICH = ("read", "filtered", "replaced", "dead_lettered", "deleted", "pending")
OUTBOX = ("done", "superseded", "dead", "pending")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One passage of a flow; `finished_at` is None while it runs or after it was killed."""

    number: int
    kind: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str


def run(record: Record, number: int) -> Run | None:
    """The run of that number."""
    statement = select(runs).where(runs.c.id == number)
    with record.reading() as connection:
        row = connection.execute(statement).one_or_none()
    return (
        None
        if row is None
        else Run(
            number=row.id,
            **{
                name: getattr(row, name)
                for name in ("kind", "started_at", "finished_at", "outcome")
            },
        )
    )


def start(record: Record, kind: str, *, now: datetime) -> int:
    """Open a run and return its number; `kind` is what runs (collect, enrich, erase …)."""
    with record.writing() as connection:
        return _open(connection, kind, now=now, outcome="")


def instant(connection: Connection, kind: str, *, now: datetime) -> int:
    """A run that begins and ends with the caller's transaction; returns its number."""
    return _open(connection, kind, now=now, outcome="ok", finished_at=now)


def _open(connection: Connection, kind: str, *, now: datetime, **values: object) -> int:
    statement = insert(runs).values(kind=kind, started_at=now, **values).returning(runs.c.id)
    return int(connection.execute(statement).scalar_one())


def finish(record: Record, run: int, *, now: datetime, outcome: str = "ok") -> None:
    """Close a run with its outcome in one word or a plain sentence."""
    with record.writing() as connection:
        connection.execute(
            runs.update().where(runs.c.id == run).values(finished_at=now, outcome=outcome)
        )


def count(
    connection: Connection, stage: Stage, *, run: int, source: str, terms: Mapping[str, int]
) -> None:
    """Add to the counters of a run inside the transaction that moves the items.

    A term may go down: an item that was read and is deleted now leaves one column for another.
    """
    rows = [
        {"run": run, "stage": stage, "source": source, "term": term, "n": n}
        for term, n in terms.items()
        if n
    ]
    if rows:
        statement = insert(ledger)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["run", "stage", "source", "term"],
                set_={"n": ledger.c.n + statement.excluded.n},
            ),
            rows,
        )


def table(record: Record, run: int | None = None) -> dict[tuple[str, str], dict[str, int]]:
    """(stage, source) → term → n of one run, or of all runs together."""
    statement = select(ledger.c.stage, ledger.c.source, ledger.c.term, func.sum(ledger.c.n))
    statement = statement.group_by(ledger.c.stage, ledger.c.source, ledger.c.term)
    if run is not None:
        statement = statement.where(ledger.c.run == run)
    result: dict[tuple[str, str], dict[str, int]] = {}
    with record.reading() as connection:
        for stage, source, term, n in connection.execute(statement):
            result.setdefault((stage, source), {})[term] = int(n)
    return result


def balance(record: Record) -> list[str]:
    """One sentence for each equation that is off; empty when every item is in one column.

    collect per source and run, enrich per source over all runs, outbox per sink (reliability,
    section 6); and the counters of read and filtered must equal what the tables hold.
    """
    with record.reading() as connection:
        return [*_collect(connection), *_enrich(connection), *_outbox(connection)]


def summary(record: Record) -> dict[str, dict[str, int]]:
    """Source → what became of everything it ever brought: the stages joined in one equation.

    fetched = read + filtered + duplicate + deleted + dead_lettered + pending; an overtaken
    revision counts as duplicate.
    """
    with record.reading() as connection:
        collected, enriched = _sums(connection, "collect"), _enriched(connection)
    joined = {}
    for source in sorted(collected | enriched):
        first, then = collected.get(source, Counter()), enriched.get(source, Counter())
        joined[source] = {
            "fetched": first["fetched"],
            "read": then["read"],
            "filtered": then["filtered"],
            "duplicate": first["duplicate"] + then["replaced"],
            "deleted": first["deleted"] + then["deleted"],
            "dead_lettered": first["dead_lettered"] + then["dead_lettered"],
            "pending": then["pending"],
        }
    return joined


def _collect(connection: Connection) -> list[str]:
    rows = connection.execute(
        select(ledger.c.source, ledger.c.run, ledger.c.term, ledger.c.n).where(
            ledger.c.stage == "collect"
        )
    )
    sums: dict[tuple[str, int], Counter[str]] = {}
    for source, run, term, n in rows:
        sums.setdefault((source, run), Counter())[term] += n
    return [
        sentence
        for (source, run), terms in sorted(sums.items())
        if (
            sentence := _off(f"collect, {source}, run {run}", "fetched", terms=terms, parts=COLLECT)
        )
    ]


def _enrich(connection: Connection) -> list[str]:
    sums, held = _enriched(connection), _held(connection)
    broken = []
    for source, terms in sorted(sums.items()):
        rows = held.get(source, Counter())
        if sentence := _off(f"enrich, {source}", "kept", terms=terms, parts=ENRICH):
            broken.append(sentence)
        broken += [
            f"enrich, {source}: {terms[state]} counted as {state}, {rows[state]} in the tables"
            for state in ("read", "filtered")
            if terms[state] != rows[state]
        ]
    return broken


def _enriched(connection: Connection) -> Sums:
    """The enrich stage of each source, with what was kept and what still waits."""
    sums = _sums(connection, "enrich")
    for source, terms in _sums(connection, "collect").items():
        sums.setdefault(source, Counter())["kept"] = terms["kept"]
    for source, rows in _held(connection).items():
        sums.setdefault(source, Counter())["pending"] = rows["pending"]
    return sums


def _held(connection: Connection) -> Sums:
    states = select(mentions.c.source, mentions.c.state, func.count())
    sums: Sums = {}
    rows = connection.execute(states.group_by(mentions.c.source, mentions.c.state))
    for source, state, n in rows:
        sums.setdefault(source, Counter())[state] = n
    return sums


def _outbox(connection: Connection) -> list[str]:
    sums = _sums(connection, "outbox")
    waiting = (
        select(outbox.c.sink, func.count())
        .where(outbox.c.state.in_(("pending", "leased")))
        .group_by(outbox.c.sink)
    )
    for sink, n in connection.execute(waiting):
        sums.setdefault(sink, Counter())["pending"] = n
    return [
        sentence
        for sink, terms in sorted(sums.items())
        if (sentence := _off(f"outbox, {sink}", "queued", terms=terms, parts=OUTBOX))
    ]


def _sums(connection: Connection, stage: Stage) -> Sums:
    statement = (
        select(ledger.c.source, ledger.c.term, func.sum(ledger.c.n))
        .where(ledger.c.stage == stage)
        .group_by(ledger.c.source, ledger.c.term)
    )
    sums: Sums = {}
    for source, term, n in connection.execute(statement):
        sums.setdefault(source, Counter())[term] = int(n)
    return sums


def _off(where: str, whole: str, *, terms: Counter[str], parts: tuple[str, ...]) -> str:
    total = sum(terms[part] for part in parts)
    if terms[whole] == total:
        return ""
    listed = " + ".join(f"{part} {terms[part]}" for part in parts)
    return f"{where}: {whole} {terms[whole]} is not {listed} = {total}"
