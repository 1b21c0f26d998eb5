"""Keeps what has to leave the house until it has left: one row for each target and object."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, bindparam, func, select
from sqlalchemy.dialects.sqlite import insert

from leumund import crash
from leumund.record import Record, ledger
from leumund.record.tables import outbox
from leumund.types import Fate

LONGEST_PAUSE = timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(hours=24)
ERROR_CHARACTERS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One row of the outbox: what goes where, and how often it was tried."""

    sink: str
    object: str
    revision: int
    state: str
    attempts: int
    next_try_at: datetime
    lease_owner: str
    last_error: str
    payload: Mapping[str, str]
    created_at: datetime


def put(
    connection: Connection,
    *,
    sink: str,
    object: str,
    payload: Mapping[str, str],
    created_at: datetime,
    run: int,
    now: datetime,
    revision: int = 1,
) -> None:
    """Queue a revision of an object inside the caller's transaction.

    A known revision changes nothing; a newer one overtakes a row that still waits.
    """
    same = (outbox.c.sink == sink) & (outbox.c.object == object)
    old = connection.execute(select(outbox.c.revision, outbox.c.state).where(same)).one_or_none()
    if old is not None and old.revision >= revision:
        return
    values = {
        "revision": revision,
        "state": "pending",
        "attempts": 0,
        "next_try_at": now,
        "lease_until": None,
        "lease_owner": "",
        "last_error": "",
        "payload": dict(payload),
        "created_at": created_at,
    }
    if old is None:
        connection.execute(insert(outbox).values(sink=sink, object=object, **values))
    else:
        connection.execute(outbox.update().where(same).values(values))
    waits = old is not None and old.state in ("pending", "leased")
    terms = {"queued": 1, "superseded": int(waits)}
    ledger.count(connection, "outbox", run=run, source=sink, terms=terms)


def claim(
    record: Record,
    sink: str,
    *,
    now: datetime,
    owner: str,
    lease: timedelta,
    limit: int = 100,
) -> list[Parcel]:
    """Lease the due rows whose sink begins with `sink`, the oldest first.

    A row is leased by one owner at a time; when the lease has run out (its owner died), it is due
    again.
    """
    expired = (outbox.c.state == "leased") & (outbox.c.lease_until <= now)
    due = (outbox.c.state == "pending") & (outbox.c.next_try_at <= now)
    statement = (
        select(outbox)
        .where(outbox.c.sink.startswith(sink, autoescape=True), due | expired)
        .order_by(outbox.c.created_at, outbox.c.id)
        .limit(limit)
    )
    with record.writing() as connection:
        rows = connection.execute(statement).mappings().all()
        ids = [row["id"] for row in rows]
        connection.execute(
            outbox.update()
            .where(outbox.c.id.in_(ids))
            .values(state="leased", lease_owner=owner, lease_until=now + lease)
        )
    if rows:
        crash.point("outbox.after_claim")
    return [_parcel(row, state="leased", owner=owner) for row in rows]


def done(record: Record, parcel: Parcel, *, run: int) -> bool:
    """Mark a parcel as delivered.

    Returns:
        False when a newer revision took its place meanwhile (it stays queued), or when it was
        marked before.
    """
    with record.writing() as connection:
        moved = _move(connection, parcel, state="done", lease_until=None, last_error="")
        terms = {"done": int(moved)}
        ledger.count(connection, "outbox", run=run, source=parcel.sink, terms=terms)
    crash.point("alert.after_mark")
    return moved


def retry(
    record: Record,
    parcel: Parcel,
    *,
    error: str,
    run: int,
    now: datetime,
    chance: random.Random,
    give_up_after: timedelta | None = GIVE_UP_AFTER,
) -> str:
    """Put a parcel back after a failure: 1, 2, 4 … s, at most 5 minutes, half of it by chance.

    Args:
        error: what happened, without text, address or secret; the first 500 characters are kept.
        give_up_after: age at which it is given up (dead); None tries for ever.

    Returns:
        The new state, pending or dead; overtaken if the row is no longer this worker's.
    """
    if give_up_after is not None and now - parcel.created_at >= give_up_after:
        return "dead" if bury(record, parcel, reason=error, run=run) else "overtaken"
    with record.writing() as connection:
        moved = _move(
            connection,
            parcel,
            state="pending",
            attempts=parcel.attempts + 1,
            next_try_at=now + _pause(parcel, chance),
            lease_until=None,
            last_error=error[:ERROR_CHARACTERS],
        )
    return "pending" if moved else "overtaken"


def settle(
    record: Record,
    sent: Sequence[tuple[Parcel, Fate, str]],
    *,
    run: int,
    now: datetime,
    chance: random.Random,
) -> Counter[str]:
    """Write down in one transaction what became of many parcels of one sink; none is given up.

    Args:
        sent: each parcel with its fate and, unless it is done, the reason.

    Returns:
        done, superseded, dead, retry; a parcel whose row changed meanwhile counts as overtaken.
    """
    counts: Counter[str] = Counter()
    with record.writing() as connection:
        for fate in ("done", "superseded", "dead", "retry"):
            rows = [
                _fated(parcel, fate, why, now=now, chance=chance)
                for parcel, met, why in sent
                if met == fate
            ]
            if rows:
                moved = connection.execute(_SETTLE, rows).rowcount
                counts[fate], counts["overtaken"] = moved, counts["overtaken"] + len(rows) - moved
        terms = {"done": counts["done"] + counts["superseded"], "dead": counts["dead"]}
        if sent:
            ledger.count(connection, "outbox", run=run, source=sent[0][0].sink, terms=terms)
        crash.point("publish.before_mark")
    crash.point("publish.after_mark")
    return counts


def requeue(record: Record, sink: str, *, after: int, run: int, now: datetime) -> int:
    """Queue again what was delivered to a sink in a revision above `after`; returns how many."""
    newer = (outbox.c.sink == sink) & (outbox.c.revision > after) & (outbox.c.state == "done")
    with record.writing() as connection:
        moved = connection.execute(
            outbox.update().where(newer).values(state="pending", attempts=0, next_try_at=now)
        ).rowcount
        ledger.count(connection, "outbox", run=run, source=sink, terms={"done": -moved})
    return moved


def bury(record: Record, parcel: Parcel, *, reason: str, run: int) -> bool:
    """Give a parcel up; it keeps reason and attempts until somebody re-drives it."""
    with record.writing() as connection:
        moved = _move(
            connection,
            parcel,
            state="dead",
            attempts=parcel.attempts + 1,
            lease_until=None,
            last_error=reason[:ERROR_CHARACTERS],
        )
        terms = {"dead": int(moved)}
        ledger.count(connection, "outbox", run=run, source=parcel.sink, terms=terms)
    return moved


def redrive(record: Record, sink: str, *, run: int, now: datetime) -> int:
    """Queue the dead rows of all sinks that begin with `sink` again; returns how many."""
    dead = outbox.c.sink.startswith(sink, autoescape=True) & (outbox.c.state == "dead")
    with record.writing() as connection:
        sinks = list(connection.execute(select(outbox.c.sink).where(dead)).scalars())
        connection.execute(
            outbox.update()
            .where(dead)
            .values(state="pending", attempts=0, next_try_at=now, created_at=now)
        )
        for name in sinks:
            ledger.count(connection, "outbox", run=run, source=name, terms={"dead": -1})
    return len(sinks)


def listing(record: Record, sink: str = "", *, state: str = "") -> list[Parcel]:
    """The rows of all sinks that begin with `sink`, in one state or ('') in any; oldest first."""
    statement = select(outbox).where(outbox.c.sink.startswith(sink, autoescape=True))
    if state:
        statement = statement.where(outbox.c.state == state)
    statement = statement.order_by(outbox.c.created_at, outbox.c.id)
    with record.reading() as connection:
        rows = connection.execute(statement).mappings()
        return [_parcel(row, state=row["state"], owner=row["lease_owner"]) for row in rows]


_SETTLE = (
    outbox.update()
    .where(
        outbox.c.sink == bindparam("of_sink"),
        outbox.c.object == bindparam("of_object"),
        outbox.c.revision == bindparam("of_revision"),
        outbox.c.state == "leased",
    )
    .values(
        {
            name: bindparam(name)
            for name in ("state", "attempts", "next_try_at", "lease_until", "last_error")
        }
    )
)


def _fated(
    parcel: Parcel, fate: Fate, why: str, *, now: datetime, chance: random.Random
) -> dict[str, object]:
    failed = fate in ("dead", "retry")
    return {
        "of_sink": parcel.sink,
        "of_object": parcel.object,
        "of_revision": parcel.revision,
        "state": {"dead": "dead", "retry": "pending"}.get(fate, "done"),
        "attempts": parcel.attempts + failed,
        "next_try_at": now + _pause(parcel, chance) if fate == "retry" else parcel.next_try_at,
        "lease_until": None,
        "last_error": why[:ERROR_CHARACTERS],
    }


def _pause(parcel: Parcel, chance: random.Random) -> timedelta:
    """1, 2, 4 … s by attempt, at most 5 minutes, half of it by chance."""
    longest = min(timedelta(seconds=2 ** min(parcel.attempts, 16)), LONGEST_PAUSE)
    return longest * (0.5 + chance.random() / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """How many rows of a sink wait, were delivered and were given up; since when one waits."""

    pending: int
    done: int
    dead: int
    oldest: datetime | None

    @property
    def total(self) -> int:
        return self.pending + self.done + self.dead

    def lag(self, now: datetime) -> float:
        """Seconds for which the oldest waiting row has waited, ≥ 0."""
        return max(0.0, (now - self.oldest).total_seconds()) if self.oldest else 0.0


def queue(record: Record, sink: str) -> Queue:
    """How the rows of one sink stand; the one that tells just this is left out."""
    of_sink = (outbox.c.sink == sink) & ~outbox.c.object.startswith("sink:")
    waits = outbox.c.state.in_(("pending", "leased"))
    states = select(outbox.c.state, func.count()).where(of_sink).group_by(outbox.c.state)
    oldest = select(func.min(outbox.c.created_at)).where(of_sink, waits)
    with record.reading() as connection:
        counts: Counter[str] = Counter()
        for state, n in connection.execute(states):
            counts[state] = n
        since = connection.execute(oldest).scalar()
    return Queue(
        pending=counts["pending"] + counts["leased"],
        done=counts["done"],
        dead=counts["dead"],
        oldest=since,
    )


def pages(record: Record, sink: str, *, size: int) -> Iterator[list[Parcel]]:
    """Every row of a sink, whatever became of it, in pages by number; nothing is leased."""
    last = 0
    while True:
        statement = (
            select(outbox)
            .where(outbox.c.sink == sink, outbox.c.id > last)
            .order_by(outbox.c.id)
            .limit(size)
        )
        with record.reading() as connection:
            rows = connection.execute(statement).mappings().all()
        if not rows:
            return
        last = rows[-1]["id"]
        yield [_parcel(row, state=row["state"], owner=row["lease_owner"]) for row in rows]


def _move(connection: Connection, parcel: Parcel, **values: object) -> bool:
    """Change a row if it still is the leased revision that the parcel names."""
    result = connection.execute(
        outbox.update()
        .where(
            outbox.c.sink == parcel.sink,
            outbox.c.object == parcel.object,
            outbox.c.revision == parcel.revision,
            outbox.c.state == "leased",
        )
        .values(values)
    )
    return result.rowcount == 1


def _parcel(row: RowMapping, *, state: str, owner: str) -> Parcel:
    return Parcel(
        sink=row["sink"],
        object=row["object"],
        revision=row["revision"],
        state=state,
        attempts=row["attempts"],
        next_try_at=row["next_try_at"],
        lease_owner=owner,
        last_error=row["last_error"],
        payload=row["payload"],
        created_at=row["created_at"],
    )
