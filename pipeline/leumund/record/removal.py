"""Takes mentions out of the record with all that was read in them, and remembers that they left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, select, tuple_
from sqlalchemy.dialects.sqlite import insert

from leumund.record import feed, ledger
from leumund.record.columns import moment_of
from leumund.record.rows import chunks
from leumund.record.tables import mentions, rejects, suppressed, tombstones
from leumund.record.touch import touch_mentions

FOREVER = moment_of(253_402_300_799_000_000)
"""The end of the year 9999: an author who asked not to be kept."""

BY_AUTHOR = "author withdrawn"
"""Reason on the tombstone of a mention that left with its author."""

COUNTED_AS = {"read": "read", "filtered": "filtered", "dead": "dead_lettered"}
"""Ledger term of a mention's state; pending is counted in the table itself."""


def remove(
    connection: Connection, ids: Iterable[str], *, run: int, measure_again: bool = True
) -> int:
    """Delete mentions with their readings, opinions, stories and dead letters.

    Args:
        measure_again: mark the days on which they counted; without it the index stays as it is.

    Returns:
        How many of them were there; the ledger counts them as deleted.
    """
    moves: dict[str, Counter[str]] = {}
    n = 0
    for part in chunks(ids):
        if measure_again:
            touch_mentions(connection, part)
        feed.announce_mentions(connection, part)
        feed.announce_lists(connection, part)
        rows = select(mentions.c.source, mentions.c.state).where(mentions.c.id.in_(part))
        for source, state in connection.execute(rows):
            n += 1
            terms = moves.setdefault(source, Counter())
            terms["deleted"] += 1
            if term := COUNTED_AS.get(state):
                terms[term] -= 1
        connection.execute(mentions.delete().where(mentions.c.id.in_(part)))
        connection.execute(rejects.delete().where(rejects.c.mention_id.in_(part)))
    for source, terms in moves.items():
        ledger.count(connection, "enrich", run=run, source=source, terms=terms)
    return n


def bury(connection: Connection, graves: Sequence[tuple[str, datetime, str]]) -> None:
    """Write tombstones (identity, time, reason) that the source or a person asked for.

    Of several for one mention the earliest stays, and each goes before one by author, so that
    the order in which they arrive does not matter.
    """
    if not graves:
        return
    statement = insert(tombstones)
    new = statement.excluded
    earlier = tuple_(new.at, new.reason) < tuple_(tombstones.c.at, tombstones.c.reason)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["id"],
            set_={"at": new.at, "reason": new.reason},
            where=(tombstones.c.reason == BY_AUTHOR) | earlier,
        ),
        [{"id": mention, "at": at, "reason": reason} for mention, at, reason in graves],
    )


def bury_with_author(connection: Connection, graves: Sequence[tuple[str, datetime]]) -> None:
    """Write tombstones (identity, time of publication) of mentions that leave with their author."""
    if graves:
        connection.execute(
            insert(tombstones).on_conflict_do_nothing(),
            [{"id": mention, "at": at, "reason": BY_AUTHOR} for mention, at in graves],
        )


def suppress(connection: Connection, author: str, *, until: datetime, reason: str) -> None:
    """Keep nothing of this author (keyed hash) that was published up to `until`."""
    statement = insert(suppressed).values(author=author, until=until, reason=reason)
    new = statement.excluded
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["author"],
            set_={"until": new.until, "reason": new.reason},
            where=new.until > suppressed.c.until,
        )
    )


def remove_author(
    connection: Connection,
    author: str,
    *,
    until: datetime,
    run: int,
    measure_again: bool = True,
) -> int:
    """Delete what the record holds of an author up to `until`, and write the tombstones."""
    rows = connection.execute(
        select(mentions.c.id, mentions.c.published_at).where(
            mentions.c.author == author, mentions.c.published_at <= until
        )
    ).all()
    bury_with_author(connection, [(mention, at) for mention, at in rows])
    ids = [mention for mention, _ in rows]
    return remove(connection, ids, run=run, measure_again=measure_again)
