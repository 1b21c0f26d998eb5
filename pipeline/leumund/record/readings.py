"""Keeps how a mention was read: language, brands, opinions; and drops the text nobody asked for."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, bindparam, func, select
from sqlalchemy.dialects.sqlite import insert

from leumund import crash
from leumund.record import Record, feed, ledger
from leumund.record.removal import COUNTED_AS
from leumund.record.rows import DROPPED, Row, chunks, mention_of, text_digest
from leumund.record.tables import mentions, opinions, readings, rejects, stories
from leumund.record.touch import touch_mentions
from leumund.types import Opinion, Reading

log = logging.getLogger(__name__)

Moves = dict[str, Counter[str]]

BLANK: Row = {
    **DROPPED,
    "title_length": 0,
    "text_length": 0,
    "reach": None,
    "tier": None,
    "region": "",
    "likes": None,
    "shares": None,
    "comments": None,
    "rating": None,
    "language": "",
}
"""What stays of a mention that concerns nobody: identity, source, times."""


def pending(
    record: Record, signature: str, *, limit: int, after: Reading | None = None
) -> list[Reading]:
    """Mentions that were not yet read under this signature and whose text is held, oldest first.

    What an earlier signature found (language, brands, opinions) is filled in where the text is
    still the same, so that the caller re-runs only what changed. `after` skips up to and
    including that reading.
    """
    stale = (mentions.c.signature < signature) | (mentions.c.signature > signature)
    statement = (
        select(mentions, readings.c.language.label("read_as"), readings.c.language_confidence)
        .add_columns(readings.c.found)
        .outerjoin(readings, readings.c.mention_id == mentions.c.id)
        .where(mentions.c.held == 1, stale)
        .order_by(mentions.c.published_at, mentions.c.id)
        .limit(limit)
    )
    if after is not None:
        at, last = mentions.c.published_at, after.mention.published_at
        later = (at == last) & (mentions.c.id > after.mention.id)
        statement = statement.where((at > last) | later)
    with record.reading() as connection:
        rows = connection.execute(statement).mappings().all()
        voices = _opinions(connection, [row["id"] for row in rows if row["signature"]])
    return [_reading(row, voices.get(row["id"], ())) for row in rows]


def count_pending(record: Record, signature: str) -> int:
    """How many mentions `pending` would bring in all."""
    stale = (mentions.c.signature < signature) | (mentions.c.signature > signature)
    statement = select(func.count()).select_from(mentions).where(mentions.c.held == 1, stale)
    with record.reading() as connection:
        return int(connection.execute(statement).scalar_one())


def _reading(row: RowMapping, voices: Sequence[Opinion]) -> Reading:
    mention = mention_of(row)
    if not row["signature"] or row["found"] is None:
        return Reading(mention=mention)
    return Reading(
        mention=mention,
        language=row["read_as"],
        language_confidence=row["language_confidence"],
        found=tuple((brand, start, stop) for brand, start, stop in row["found"]),
        opinions=tuple(voices),
        signature=row["signature"],
    )


def signature(record: Record) -> str:
    """Of the models and rules that read the newest mention; '' before the first reading."""
    read = select(mentions.c.signature).where(mentions.c.state == "read")
    newest = read.order_by(mentions.c.published_at.desc()).limit(1)
    with record.reading() as connection:
        return connection.execute(newest).scalar() or ""


def opinions_of(record: Record) -> dict[str, list[Opinion]]:
    """Every opinion that is held, by the identity of its mention."""
    with record.reading() as connection:
        return _opinions(connection, connection.execute(select(opinions.c.mention_id)).scalars())


def _opinions(connection: Connection, ids: Iterable[str]) -> dict[str, list[Opinion]]:
    found: dict[str, list[Opinion]] = {}
    for part in chunks(ids):
        rows = connection.execute(
            select(opinions).where(opinions.c.mention_id.in_(part)).order_by(opinions.c.brand)
        )
        for mention, brand, negative, neutral, positive, start, stop in rows:
            tone = (negative, neutral, positive)
            opinion = Opinion(brand=brand, tone=tone, span=(start, stop))
            found.setdefault(mention, []).append(opinion)
    return found


def keep(record: Record, batch: Sequence[Reading], *, run: int) -> Counter[str]:
    """Store readings in one transaction and mark the days on which they count.

    A mention that no rule matched, or in another language, loses its text, title, link and
    native id at once. A reading of a text that was edited or dropped meanwhile is not stored.
    The brand rules' signature is the part of `Reading.signature` before the colon.

    Returns:
        read, filtered, and overtaken (not stored; still pending or gone).
    """
    with record.writing() as connection:
        rows = _current(connection, batch)
        valid = [reading for reading in batch if _is_of(reading, rows.get(reading.mention.id))]
        read = [reading for reading in valid if not reading.filtered]
        dropped = [reading for reading in valid if reading.filtered]
        ids = [reading.mention.id for reading in valid]
        touch_mentions(connection, ids)
        feed.announce_mentions(connection, ids)
        _clear(connection, ids, dropped=[reading.mention.id for reading in dropped])
        _write(connection, read)
        _settle(connection, read, state="read", blank={})
        _settle(connection, dropped, state="filtered", blank=BLANK)
        touch_mentions(connection, ids)
        feed.announce_mentions(connection, ids)
        states = {
            reading.mention.id: "filtered" if reading.filtered else "read" for reading in valid
        }
        _count(connection, rows, states=states, run=run)
        crash.point("enrich.before_commit")
    crash.point("enrich.after_commit")
    counts = Counter(
        read=len(read), filtered=len(dropped), overtaken=len(batch) - len(read) - len(dropped)
    )
    log.info("read", extra={"run": run, **{f"n_{term}": n for term, n in counts.items()}})
    return counts


def give_up(
    record: Record, reading: Reading, *, signature: str, reason: str, run: int, now: datetime
) -> bool:
    """Dead-letter a mention that could not be read; another signature will try it again.

    Returns:
        False when the mention was edited or removed meanwhile.
    """
    with record.writing() as connection:
        rows = _current(connection, [reading])
        row = rows.get(reading.mention.id)
        if row is None or not _is_of(reading, row):
            return False
        values = {"state": "dead", "signature": signature, "filter_reason": reason}
        connection.execute(mentions.update().where(mentions.c.id == row["id"]).values(values))
        letter = insert(rejects).values(
            source=row["source"],
            digest=row["text_digest"],
            mention_id=row["id"],
            reason=reason,
            place=row["id"],
            raw=b"",
            at=now,
            run=run,
        )
        connection.execute(letter.on_conflict_do_nothing())
        _count(connection, rows, states={row["id"]: "dead"}, run=run)
    return True


def _current(connection: Connection, batch: Sequence[Reading]) -> dict[str, RowMapping]:
    columns = ("id", "source", "state", "held", "text_digest")
    statement = select(*(mentions.c[name] for name in columns))
    rows: dict[str, RowMapping] = {}
    for part in chunks(reading.mention.id for reading in batch):
        found = connection.execute(statement.where(mentions.c.id.in_(part)))
        rows |= {row["id"]: row for row in found.mappings()}
    return rows


def _is_of(reading: Reading, row: RowMapping | None) -> bool:
    """Whether the text that was read is still the one that the record holds."""
    held = row is not None and bool(row["held"])
    return held and row is not None and row["text_digest"] == text_digest(reading.mention)


def _clear(connection: Connection, ids: Sequence[str], *, dropped: Sequence[str]) -> None:
    for part in chunks(ids):
        connection.execute(readings.delete().where(readings.c.mention_id.in_(part)))
        connection.execute(opinions.delete().where(opinions.c.mention_id.in_(part)))
    for part in chunks(dropped):
        connection.execute(stories.delete().where(stories.c.mention_id.in_(part)))


def _write(connection: Connection, read: Sequence[Reading]) -> None:
    lines: list[Row] = [
        {
            "mention_id": reading.mention.id,
            "language": reading.language,
            "language_confidence": reading.language_confidence,
            "found": [list(found) for found in reading.found],
        }
        for reading in read
    ]
    voices: list[Row] = [
        {
            "mention_id": reading.mention.id,
            "brand": opinion.brand,
            "negative": opinion.tone[0],
            "neutral": opinion.tone[1],
            "positive": opinion.tone[2],
            "start": opinion.span[0],
            "stop": opinion.span[1],
        }
        for reading in read
        for opinion in reading.opinions
    ]
    if lines:
        connection.execute(insert(readings), lines)
    if voices:
        connection.execute(insert(opinions), voices)
        waiting = {"story": "", "sketch": b"", "words": 0, "digest": ""}
        connection.execute(
            insert(stories).on_conflict_do_nothing(),
            [{"mention_id": name, **waiting} for name in {one["mention_id"] for one in voices}],
        )


def _settle(
    connection: Connection, batch: Sequence[Reading], *, state: str, blank: Mapping[str, object]
) -> None:
    if not batch:
        return
    connection.execute(
        mentions.update()
        .where(mentions.c.id == bindparam("this"))
        .values(
            state=state, signature=bindparam("read_by"), filter_reason=bindparam("why"), **blank
        ),
        [{"this": one.mention.id, "read_by": one.signature, "why": one.filtered} for one in batch],
    )


def _count(
    connection: Connection, rows: Mapping[str, RowMapping], *, states: Mapping[str, str], run: int
) -> None:
    """Move each mention from the ledger column of its old state to that of its new one."""
    moves: Moves = {}
    for mention, state in states.items():
        terms = moves.setdefault(rows[mention]["source"], Counter())
        terms[COUNTED_AS[state]] += 1
        if old := COUNTED_AS.get(rows[mention]["state"]):
            terms[old] -= 1
    for source, terms in moves.items():
        ledger.count(connection, "enrich", run=run, source=source, terms=terms)
