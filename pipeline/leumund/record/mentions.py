"""Keeps what a source brought: each mention once, its edits, what was taken back, what failed."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from leumund import crash
from leumund.errors import Misconfigured, Unavailable, Unreadable
from leumund.record import Record, ledger
from leumund.record.arrival import Arrivals
from leumund.record.removal import bury, remove, remove_author, suppress
from leumund.record.rows import Row, row_of, storable
from leumund.record.tables import cursors as cursor_table
from leumund.record.tables import fetches, gaps, rejects
from leumund.types import Cursor, Deletion, Gap, Item, Mention, Reject, mention_id

log = logging.getLogger(__name__)

RAW_BYTES = 4096


@dataclass(frozen=True, slots=True)
class _Visit:
    """One page of one source on its way into the record."""

    connection: Connection
    source: str
    run: int
    now: datetime
    counts: Counter[str] = field(default_factory=Counter)


def cursors(record: Record, source: str) -> dict[str, Cursor]:
    """Where to go on in each stream of a source."""
    statement = select(cursor_table.c.stream, cursor_table.c.state)
    with record.reading() as connection:
        rows = connection.execute(statement.where(cursor_table.c.source == source))
        return {stream: Cursor(stream=stream, state=state) for stream, state in rows}


def keep(
    record: Record,
    page: Sequence[Item],
    *,
    source: str,
    run: int,
    now: datetime,
    rules: str,
    expected: Mapping[str, Cursor],
) -> Counter[str]:
    """Store a page of items and the cursor that closes it, in one transaction.

    Args:
        page: items in the order of the source; a `Cursor` closes it.
        rules: signature of the brand rules. A mention that other rules filtered is kept again;
            otherwise it is a duplicate.
        expected: the cursors with which the source was asked, and of the pages kept since.

    Returns:
        fetched, kept, duplicate, deleted, dead_lettered; replaced: older revisions overtaken.

    Raises:
        Unavailable: another run moved the stream on, so nothing of this page was stored.
        Misconfigured: an item belongs to another source.
    """
    with record.writing() as connection:
        visit = _Visit(connection, source, run, now)
        _refuse_strangers(visit, page)
        for cursor in (item for item in page if isinstance(item, Cursor)):
            _move_cursor(visit, cursor, old=expected.get(cursor.stream))
        _keep_mentions(visit, [item for item in page if isinstance(item, Mention)], rules=rules)
        crash.point("store.after_mentions")
        _delete(visit, [item for item in page if isinstance(item, Deletion)])
        crash.point("store.after_tombstones")
        _dead_letter(visit, [item for item in page if isinstance(item, Reject)])
        _note_gaps(visit, page)
        _count(visit, page)
        crash.point("store.before_commit")
    crash.point("store.after_commit")
    log.info("kept", extra={"source": source, "run": run, **_named(visit.counts)})
    return visit.counts


def _refuse_strangers(visit: _Visit, page: Iterable[Item]) -> None:
    for item in page:
        if isinstance(item, Mention | Deletion) and item.source != visit.source:
            raise Misconfigured(f"source {visit.source} brings an item of source {item.source}")


def _move_cursor(visit: _Visit, cursor: Cursor, *, old: Cursor | None) -> None:
    """Compare-and-set, so that of two runs of one stream the slower one stores nothing."""
    table = cursor_table
    if old is None:
        statement = insert(table).values(
            source=visit.source, stream=cursor.stream, state=dict(cursor.state)
        )
        moved = visit.connection.execute(statement.on_conflict_do_nothing()).rowcount
    else:
        moved = visit.connection.execute(
            table.update()
            .where(
                table.c.source == visit.source,
                table.c.stream == cursor.stream,
                table.c.state == dict(old.state),
            )
            .values(state=dict(cursor.state))
        ).rowcount
    if moved != 1:
        raise Unavailable(f"{visit.source}: another run has read on in {cursor.stream}")


def _keep_mentions(visit: _Visit, found: Sequence[Mention], *, rules: str) -> None:
    rows: list[Row] = []
    for mention in found:
        try:
            rows.append(row_of(mention))
        except Unreadable as error:
            digest = hashlib.sha256(repr(mention).encode(errors="replace")).hexdigest()
            _dead_letter(visit, [Reject(reason=str(error), place=f"item {digest[:12]}")])
    arrivals = Arrivals(visit.connection, rows, rules=rules, now=visit.now)
    for row in rows:
        visit.counts[arrivals.receive(row)] += 1
    visit.counts["kept"] += visit.counts["replaced"]
    arrivals.store()
    ledger.count(
        visit.connection, "enrich", run=visit.run, source=visit.source, terms=arrivals.moves
    )


def _delete(visit: _Visit, deletions: Sequence[Deletion]) -> None:
    visit.counts["deleted"] += len(deletions)
    single = [one for one in deletions if one.native_id == storable(one.native_id) != ""]
    graves = [
        (mention_id(one.source, one.native_id), one.at, storable(one.reason)) for one in single
    ]
    bury(visit.connection, graves)
    remove(visit.connection, [mention for mention, _, _ in graves], run=visit.run)
    for one in deletions:
        if one.author and not one.native_id:
            suppress(visit.connection, one.author, until=one.at, reason=storable(one.reason))
            remove_author(visit.connection, one.author, until=one.at, run=visit.run)


def _dead_letter(visit: _Visit, failed: Sequence[Reject]) -> None:
    visit.counts["dead_lettered"] += len(failed)
    rows = [
        {
            "source": visit.source,
            "digest": hashlib.sha256(storable(item.place).encode() + item.raw).hexdigest()[:32],
            "mention_id": "",
            "reason": storable(item.reason),
            "place": storable(item.place),
            "raw": item.raw[:RAW_BYTES],
            "at": visit.now,
            "run": visit.run,
        }
        for item in failed
    ]
    if rows:
        visit.connection.execute(insert(rejects).on_conflict_do_nothing(), rows)


def _note_gaps(visit: _Visit, page: Sequence[Item]) -> None:
    """Write gaps, and for each stream whether it was read to its end: the health of a frame."""
    asked: dict[str, tuple[int, str]] = {}
    for gap in (item for item in page if isinstance(item, Gap)):
        statement = insert(gaps).values(
            source=visit.source,
            stream=gap.stream,
            start=gap.start,
            end=gap.end,
            reason=storable(gap.reason),
        )
        new = statement.excluded
        visit.connection.execute(
            statement.on_conflict_do_update(
                index_elements=["source", "stream", "start"],
                set_={"end": new.end, "reason": new.reason},
                where=new.end > gaps.c.end,
            )
        )
        asked[gap.stream] = (0, storable(gap.reason))
    for cursor in (item for item in page if isinstance(item, Cursor)):
        if cursor.complete:
            asked[cursor.stream] = (1, "")
    for stream, (ok, reason) in asked.items():
        row = insert(fetches).values(
            source=visit.source, stream=stream, asked_at=visit.now, ok=ok, reason=reason
        )
        visit.connection.execute(
            row.on_conflict_do_update(
                index_elements=["source", "stream", "asked_at"], set_={"ok": ok, "reason": reason}
            )
        )


def _count(visit: _Visit, page: Sequence[Item]) -> None:
    closing = [item.fetched for item in page if isinstance(item, Cursor)]
    brought = sum(not isinstance(item, Cursor | Gap) for item in page)
    visit.counts["fetched"] = sum(closing) if closing else brought
    terms = {term: visit.counts[term] for term in ("fetched", *ledger.COLLECT)}
    ledger.count(visit.connection, "collect", run=visit.run, source=visit.source, terms=terms)


def _named(counts: Counter[str]) -> dict[str, int]:
    return {f"n_{term}": n for term, n in counts.items()}
