"""Tells every view of every change: one row of the outbox for each document that may differ now."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, RowMapping, Text, func, select, true
from sqlalchemy.dialects.sqlite import insert

from leumund.record import Record, ledger
from leumund.record.rows import chunks
from leumund.record.tables import (
    gaps,
    index_points,
    mentions,
    opinions,
    outbox,
    runs,
    signals,
    sinks,
)


def _of_payload(key: str) -> ColumnElement[str]:
    return func.json_extract(outbox.c.payload, f"$.{key}", type_=Text)


_MONTH = _of_payload("month")
_IS_MENTION = outbox.c.object.startswith("mention:")
_ALIVE = (
    select(opinions.c.mention_id)
    .where(
        opinions.c.mention_id == _of_payload("mention"), opinions.c.brand == _of_payload("brand")
    )
    .exists()
)
"""The mention that a row is about still says something about the brand."""

Objects = Mapping[str, Mapping[str, str]]
"""Name of each object, with what its document must be found by once the object is gone."""

STORIES = 5
"""Stories of a brand that a view lists."""

LASTING = timedelta(days=2)
"""A gap that ended longer ago does not grow any more."""

EPOCH = datetime.fromtimestamp(0, UTC)


def brand_key(brand: str) -> str:
    """Eight hex digits that stand for a brand in the names of documents.

    >>> brand_key("Musterbahn")
    'b00d9b9b'
    """
    return hashlib.sha256(brand.encode()).hexdigest()[:8]


def subscribe(record: Record, names: Sequence[str], *, now: datetime) -> list[str]:
    """Make exactly these sinks hear of changes; a new one is first told of everything.

    Rows of a sink that is not named any more stay as they are; nothing is added to them.

    Returns:
        The sinks that were new.
    """
    with record.reading() as connection:
        known = set(connection.execute(select(sinks.c.name)).scalars())
    if known == set(names):
        return []
    with record.writing() as connection:
        connection.execute(sinks.delete().where(sinks.c.name.not_in(names)))
        fresh = [name for name in names if name not in known]
        run = ledger.instant(connection, "subscribe", now=now)
        for name in fresh:
            newest = select(func.max(outbox.c.revision)).where(outbox.c.sink == name)
            tick = connection.execute(newest).scalar() or 0
            connection.execute(insert(sinks).values(name=name, tick=tick))
            _put(connection, name, _everything(connection, name), run=run, now=now)
    return fresh


def announce(connection: Connection, objects: Objects) -> None:
    """Queue the newest state of these objects for every sink, inside the caller's transaction.

    It counts for the run that was opened last.
    """
    names = list(connection.execute(select(sinks.c.name)).scalars()) if objects else []
    if not names:
        return
    latest = select(runs.c.id, runs.c.started_at).order_by(runs.c.id.desc()).limit(1)
    run = connection.execute(latest).one_or_none()
    number, now = run or (ledger.instant(connection, "change", now=EPOCH), EPOCH)
    for name in names:
        _put(connection, name, objects, run=number, now=now)


def announce_mentions(connection: Connection, ids: Iterable[str]) -> None:
    """Queue what these mentions say about each brand; call it before and after a change."""
    if _anybody(connection):
        for part in chunks(ids):
            announce(connection, _opinions(connection, opinions.c.mention_id.in_(part)))


def announce_lists(connection: Connection, ids: Iterable[str]) -> None:
    """Queue what is shown as of now for the brands that these mentions name: it may quote them."""
    if _anybody(connection):
        for part in chunks(ids):
            named = select(opinions.c.brand).where(opinions.c.mention_id.in_(part)).distinct()
            for brand in connection.execute(named).scalars().all():
                announce(connection, _lists(brand))


def announce_system(record: Record, sources: Iterable[str], *, now: datetime) -> None:
    """Queue how the sources do, and the runs and gaps that no sink has heard of yet."""
    with record.writing() as connection:
        if not _anybody(connection):
            return
        names = connection.execute(select(sinks.c.name)).scalars().all()
        told = select(outbox.c.object).where(outbox.c.sink.in_(names))
        known = set(connection.execute(told.where(outbox.c.object.startswith("run:"))).scalars())
        known |= set(connection.execute(told.where(outbox.c.object.startswith("gap:"))).scalars())
        open_gaps = select(gaps.c.source, gaps.c.stream, gaps.c.start)
        lasting = _gaps(connection.execute(open_gaps.where(gaps.c.end >= now - LASTING)).mappings())
        history = {**_runs(connection), **_gaps(connection.execute(open_gaps).mappings())}
        announce(
            connection,
            {
                **{name: payload for name, payload in history.items() if name not in known},
                **lasting,
                **{f"source:{name}": {"source": name} for name in sources},
                "model:current": {},
            },
        )


def announce_sink(record: Record, sink: str) -> None:
    """Queue how a sink stands."""
    with record.writing() as connection:
        announce(connection, {f"sink:{sink}": {"sink": sink}})


def expected(record: Record, sink: str) -> Counter[tuple[str, str]]:
    """How many mentions and signals a sink should show, by index and month.

    What was given up is not expected.
    """
    accepted = (outbox.c.sink == sink) & (outbox.c.state != "dead")
    by_month = select(_MONTH, func.count()).where(accepted, _IS_MENTION, _ALIVE).group_by(_MONTH)
    raised = select(func.count()).where(accepted, outbox.c.object.startswith("signal:"))
    with record.reading() as connection:
        found = Counter({("mentions", month): n for month, n in connection.execute(by_month)})
        found["signals", ""] = int(connection.execute(raised).scalar_one())
    return found


def months(record: Record, sink: str) -> list[str]:
    """The months (2026.11) of all mentions that a sink should show, in order."""
    wanted = select(_MONTH).where(outbox.c.sink == sink, _IS_MENTION, _ALIVE).distinct()
    with record.reading() as connection:
        return sorted(connection.execute(wanted).scalars())


def tick(record: Record, sink: str) -> int:
    """The newest revision that was written for a sink."""
    with record.reading() as connection:
        return int(
            connection.execute(select(sinks.c.tick).where(sinks.c.name == sink)).scalar_one()
        )


def points(days: Iterable[tuple[str, date]]) -> Objects:
    """The index of brands on days, and all that is shown as of now for these brands."""
    found: dict[str, Mapping[str, str]] = {}
    for brand, day in days:
        key = brand_key(brand)
        found[f"point:{key}-{day.isoformat()}"] = {"brand": brand, "day": day.isoformat()}
        found |= _lists(brand)
    return found


def _lists(brand: str) -> Objects:
    key = brand_key(brand)
    stories = {
        f"story:{key}-{rank}": {"brand": brand, "rank": str(rank)} for rank in range(1, STORIES + 1)
    }
    return {f"status:{key}": {"brand": brand}, **stories}


def _anybody(connection: Connection) -> bool:
    return connection.execute(select(sinks.c.name).limit(1)).scalar() is not None


def _opinions(connection: Connection, where: ColumnElement[bool] | None = None) -> Objects:
    statement = (
        select(opinions.c.mention_id, opinions.c.brand, mentions.c.published_at)
        .join(mentions, mentions.c.id == opinions.c.mention_id)
        .where(true() if where is None else where)
    )
    return {
        f"mention:{mention}-{brand_key(brand)}": {
            "mention": mention,
            "brand": brand,
            "month": at.astimezone(UTC).strftime("%Y.%m"),
        }
        for mention, brand, at in connection.execute(statement)
    }


def _everything(connection: Connection, sink: str) -> Objects:
    """All that exists, and all that this sink was ever told of: it may hold what is gone."""
    told = select(outbox.c.object, outbox.c.payload).where(outbox.c.sink == sink)
    days = select(index_points.c.brand, index_points.c.day).where(index_points.c.superseded == 0)
    spans = select(gaps.c.source, gaps.c.stream, gaps.c.start)
    raised = connection.execute(select(signals.c.id))
    return {
        **{row.object: row.payload for row in connection.execute(told)},
        **_opinions(connection),
        **points((brand, day) for brand, day in connection.execute(days)),
        **{f"signal:{name}": {"signal": name} for name in raised.scalars()},
        **_runs(connection),
        **_gaps(connection.execute(spans).mappings()),
    }


def _runs(connection: Connection) -> Objects:
    over = select(runs.c.id).where(runs.c.finished_at.is_not(None))
    return {f"run:{run}": {"run": str(run)} for run in connection.execute(over).scalars()}


def _gaps(spans: Iterable[RowMapping]) -> Objects:
    found = {}
    for span in spans:
        source, stream, at = span["source"], span["stream"], span["start"].isoformat()
        key = hashlib.sha256(f"{source}\0{stream}\0{at}".encode()).hexdigest()[:16]
        found[f"gap:{key}"] = {"source": source, "stream": stream, "start": at}
    return found


def _put(connection: Connection, sink: str, objects: Objects, *, run: int, now: datetime) -> None:
    """One tick of the sink's counter is the revision of all these rows; known ones keep payload."""
    if not objects:
        return
    moved = sinks.update().where(sinks.c.name == sink).values(tick=sinks.c.tick + 1)
    tick = connection.execute(moved.returning(sinks.c.tick)).scalar_one()
    waiting = 0
    for part in chunks(objects):
        overtaken = select(func.count()).where(
            outbox.c.sink == sink,
            outbox.c.object.in_(part),
            outbox.c.state.in_(("pending", "leased")),
        )
        waiting += int(connection.execute(overtaken).scalar_one())
    statement = insert(outbox)
    new = statement.excluded
    fresh = ("revision", "state", "attempts", "next_try_at", "lease_until", "lease_owner")
    names = (*fresh, "last_error", "created_at")
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["sink", "object"], set_={name: new[name] for name in names}
        ),
        [
            {
                "sink": sink,
                "object": name,
                "revision": tick,
                "state": "pending",
                "attempts": 0,
                "next_try_at": now,
                "lease_until": None,
                "lease_owner": "",
                "last_error": "",
                "payload": dict(payload),
                "created_at": now,
            }
            for name, payload in objects.items()
        ],
    )
    terms = {"queued": len(objects), "superseded": waiting}
    ledger.count(connection, "outbox", run=run, source=sink, terms=terms)
