"""Forgets for good: an author, a mention, or the texts whose time is over; with a receipt."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, func, select

from leumund import crash
from leumund.record import Record, feed, ledger
from leumund.record.redaction import redact
from leumund.record.removal import FOREVER, bury, remove, remove_author, suppress
from leumund.record.rows import DROPPED, chunks
from leumund.record.tables import mentions, rejects

log = logging.getLogger(__name__)

BATCH = 500
UNREAD = "its time was over before it was read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was forgotten: mentions removed, signals, messages, replies and dead letters rewritten.

    `complete` is False while another process still reads the old state, so that erased bytes may
    lie in the write-ahead log: erase again later.
    """

    mentions: int
    rewritten: Mapping[str, int]
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Of one source: texts due, emptied, of these never read, and the oldest text that is left."""

    due: int
    emptied: int
    unread: int
    oldest: datetime | None
    complete: bool


def erase_author(record: Record, hashes: Iterable[str], *, now: datetime) -> Receipt:
    """Remove what the record holds of an author and keep nothing of them again.

    Evidence and index stay: they hold figures of stories, not the author.

    Args:
        hashes: the author's keyed hashes, one for each period whose key still exists.
    """
    wanted = sorted(set(hashes))
    with record.writing() as connection:
        run = ledger.instant(connection, "erase", now=now)
        rows: list[RowMapping] = []
        for part in chunks(wanted):
            found = select(mentions).where(mentions.c.author.in_(part))
            rows += connection.execute(found).mappings().all()
        rewritten = redact(connection, rows)
        n = 0
        for author in wanted:
            suppress(connection, author, until=FOREVER, reason="asked to be forgotten")
            n += remove_author(connection, author, until=FOREVER, run=run, measure_again=False)
        crash.point("erase.before_commit")
    return _receipt(record, n, rewritten=rewritten)


def erase_mention(record: Record, mention: str, *, now: datetime) -> Receipt:
    """Remove one mention (by its identity) and keep it out; evidence and index stay."""
    with record.writing() as connection:
        run = ledger.instant(connection, "erase", now=now)
        rows = connection.execute(select(mentions).where(mentions.c.id == mention)).mappings().all()
        rewritten = redact(connection, rows)
        bury(connection, [(mention, now, "asked to be forgotten")])
        n = remove(connection, [mention], run=run, measure_again=False)
        crash.point("erase.before_commit")
    return _receipt(record, n, rewritten=rewritten)


def expire_texts(
    record: Record, *, retention: Mapping[str, int | None], now: datetime
) -> dict[str, Proof]:
    """Drop texts, titles, links, native ids and authors whose time is over; figures stay.

    A mention that nobody has read yet becomes a dead letter. Dead letters lose their bytes.

    Args:
        retention: source → days from the day of collection; None keeps for ever. Sources that
            are not named are left alone.

    Returns:
        The proof for each source of `retention`.
    """
    limits = {
        source: now - timedelta(days=days) for source, days in retention.items() if days is not None
    }
    emptied: Counter[str] = Counter()
    unread: Counter[str] = Counter()
    run = ledger.start(record, "retention", now=now)
    due = {source: _due(record, source, limit=limit) for source, limit in limits.items()}
    for source, limit in limits.items():
        while batch := _expire_batch(record, source, limit=limit, run=run):
            emptied[source] += len(batch)
            unread[source] += sum(state == "pending" for state in batch)
    ledger.finish(record, run, now=now)
    complete = record.checkpoint()
    log.info("expired", extra={"run": run, "n_emptied": emptied.total()})
    return {
        source: Proof(
            due=due.get(source, 0),
            emptied=emptied[source],
            unread=unread[source],
            oldest=_oldest(record, source),
            complete=complete,
        )
        for source in sorted(retention)
    }


def _expire_batch(record: Record, source: str, *, limit: datetime, run: int) -> list[str]:
    """Empty up to `BATCH` rows in one transaction; returns the states they had."""
    statement = select(mentions).where(
        mentions.c.source == source, mentions.c.held == 1, mentions.c.collected_at < limit
    )
    with record.writing() as connection:
        rows = connection.execute(statement.limit(BATCH)).mappings().all()
        redact(connection, rows)
        ids = [row["id"] for row in rows]
        pending = mentions.c.id.in_(ids) & (mentions.c.state == "pending")
        values = {"state": "dead", "filter_reason": UNREAD}
        n = connection.execute(mentions.update().where(pending).values(values)).rowcount
        connection.execute(mentions.update().where(mentions.c.id.in_(ids)).values(DROPPED))
        feed.announce_mentions(connection, ids)
        feed.announce_lists(connection, ids)
        old_letters = (rejects.c.source == source) & (rejects.c.at < limit)
        connection.execute(
            rejects.update().where(old_letters, rejects.c.raw != b"").values(raw=b"")
        )
        terms = {"dead_lettered": n}
        ledger.count(connection, "enrich", run=run, source=source, terms=terms)
        crash.point("retention.mid_batch")
    return [row["state"] for row in rows]


def _due(record: Record, source: str, *, limit: datetime) -> int:
    statement = select(func.count()).where(
        mentions.c.source == source, mentions.c.held == 1, mentions.c.collected_at < limit
    )
    with record.reading() as connection:
        return int(connection.execute(statement).scalar_one())


def _oldest(record: Record, source: str) -> datetime | None:
    statement = select(func.min(mentions.c.collected_at)).where(
        mentions.c.source == source, mentions.c.held == 1
    )
    with record.reading() as connection:
        return connection.execute(statement).scalar()


def _receipt(record: Record, n: int, *, rewritten: Mapping[str, int]) -> Receipt:
    complete = record.checkpoint()
    log.info("erased", extra={"n_mentions": n, "complete": complete})
    return Receipt(mentions=n, rewritten=rewritten, complete=complete)
