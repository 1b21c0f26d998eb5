"""Reads what views show: one row for each mention and brand, plain and fast."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import BigInteger, Connection, Text, and_, select, type_coerce

from leumund.record import Record
from leumund.record.rows import chunks
from leumund.record.tables import mentions, opinions, stories
from leumund.types import Shown

_COLUMNS = (
    mentions.c.id,
    opinions.c.brand,
    opinions.c.negative,
    opinions.c.neutral,
    opinions.c.positive,
    stories.c.story,
    mentions.c.source,
    mentions.c.native_id,
    type_coerce(mentions.c.published_at, BigInteger),
    type_coerce(mentions.c.collected_at, BigInteger),
    type_coerce(mentions.c.day, Text),
    mentions.c.kind,
    mentions.c.title,
    mentions.c.text,
    mentions.c.url,
    mentions.c.outlet,
    mentions.c.reach,
    mentions.c.tier,
    mentions.c.region,
    mentions.c.likes,
    mentions.c.shares,
    mentions.c.comments,
    mentions.c.rating,
    mentions.c.owned,
    mentions.c.label,
    mentions.c.signature,
    type_coerce(mentions.c.extra, Text),
)


def shown(record: Record, ids: Iterable[str]) -> tuple[list[Shown], set[tuple[str, str]]]:
    """What these mentions say now, and (source, native id) of those that the brand answered.

    Only mentions that were read under some signature and not filtered are shown.
    """
    found: list[Shown] = []
    answered: set[tuple[str, str]] = set()
    told = and_(stories.c.mention_id == mentions.c.id, stories.c.story != "")
    statement = (
        select(*_COLUMNS)
        .join(opinions, opinions.c.mention_id == mentions.c.id)
        .outerjoin(stories, told)
    )
    with record.reading() as connection:
        for part in chunks(ids):
            rows = connection.execute(statement.where(mentions.c.id.in_(part))).all()
            batch = list(map(Shown._make, rows))
            answered |= _answered(connection, (row.native_id for row in batch))
            found += batch
    return found, answered


def _answered(connection: Connection, natives: Iterable[str]) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for part in chunks(name for name in natives if name):
        rows = select(mentions.c.source, mentions.c.reply_to).where(
            mentions.c.owned == 1, mentions.c.reply_to != "", mentions.c.reply_to.in_(part)
        )
        found |= {(source, native) for source, native in connection.execute(rows)}
    return found
