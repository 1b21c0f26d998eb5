"""Says which sources were really asked, and when: the difference between silence and deafness."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text

from leumund.record import Record
from leumund.record.tables import fetches, gaps, mentions, rejects
from leumund.types import Gap


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One stream of a source: when it was last asked, last read to its end, and what it said."""

    source: str
    stream: str
    asked_at: datetime
    ok_at: datetime | None
    reason: str


def streams(record: Record, source: str = "") -> list[Stream]:
    """The streams of a source, or ('') of all, by source and stream."""
    answered = func.max(fetches.c.asked_at).filter(fetches.c.ok == 1)
    statement = select(
        fetches.c.source, fetches.c.stream, func.max(fetches.c.asked_at), answered
    ).group_by(fetches.c.source, fetches.c.stream)
    if source:
        statement = statement.where(fetches.c.source == source)
    with record.reading() as connection:
        result = []
        for name, stream, asked_at, ok_at in connection.execute(statement).all():
            last = select(fetches.c.reason).where(
                fetches.c.source == name,
                fetches.c.stream == stream,
                fetches.c.asked_at == asked_at,
            )
            reason = connection.execute(last).scalar_one()
            result.append(
                Stream(source=name, stream=stream, asked_at=asked_at, ok_at=ok_at, reason=reason)
            )
    return result


def fetched_after(record: Record, source: str, moment: datetime) -> bool:
    """Whether each stream of the source that was asked since `moment` was also read to its end.

    False when none was asked. A stream that is no longer asked (an address that left the
    configuration) does not count.
    """
    asked = [one for one in streams(record, source) if one.asked_at >= moment]
    return bool(asked) and all(one.ok_at is not None and one.ok_at >= moment for one in asked)


def last_success(record: Record) -> dict[str, datetime]:
    """Source → the moment at which a stream of it was last read to its end."""
    statement = select(fetches.c.source, func.max(fetches.c.asked_at).label("at")).where(
        fetches.c.ok == 1
    )
    with record.reading() as connection:
        rows = connection.execute(statement.group_by(fetches.c.source))
        return {row.source: row.at for row in rows}


def last_mention(record: Record) -> dict[str, datetime]:
    """Source → when its youngest mention was published."""
    statement = select(mentions.c.source, func.max(mentions.c.published_at).label("at"))
    with record.reading() as connection:
        rows = connection.execute(statement.group_by(mentions.c.source))
        return {row.source: row.at for row in rows}


def gap_list(record: Record, source: str = "") -> list[tuple[str, Gap]]:
    """(source, gap) of one source, or ('') of all, by source, stream and start."""
    statement = select(gaps).order_by(gaps.c.source, gaps.c.stream, gaps.c.start)
    if source:
        statement = statement.where(gaps.c.source == source)
    with record.reading() as connection:
        return [
            (
                row["source"],
                Gap(stream=row["stream"], start=row["start"], end=row["end"], reason=row["reason"]),
            )
            for row in connection.execute(statement).mappings()
        ]


def rejected(record: Record) -> dict[tuple[str, str], int]:
    """(source, reason) → number of dead letters that are kept."""
    statement = select(rejects.c.source, rejects.c.reason, func.count())
    with record.reading() as connection:
        rows = connection.execute(statement.group_by(rejects.c.source, rejects.c.reason))
        return {(source, reason): n for source, reason, n in rows}


def damage(record: Record) -> list[str]:
    """What SQLite finds wrong in the file; empty when it is sound.

    Raises:
        Misconfigured: the damage is so large that the check itself fails.
    """
    with record.reading() as connection:
        lines = [str(line) for line in connection.execute(text("PRAGMA quick_check")).scalars()]
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    found = [] if lines == ["ok"] else lines
    return found + [f"{row[0]}: row {row[1]} points to a missing {row[2]}" for row in broken]
