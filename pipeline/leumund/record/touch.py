"""Remembers which days of which brand have to be measured again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection, select, union
from sqlalchemy.dialects.sqlite import insert

from leumund.record.rows import chunks
from leumund.record.tables import mentions, opinions, stories, touched


def touch_mentions(connection: Connection, ids: Iterable[str]) -> None:
    """Mark the days on which these mentions, or others of their stories, count for a brand.

    A story counts on the day of its earliest member, so a change of one member can move it to
    the day of another: all days of its members are marked. Call it before and after a change.
    """
    for part in chunks(ids):
        own = (
            select(opinions.c.brand, mentions.c.day)
            .join(mentions, mentions.c.id == opinions.c.mention_id)
            .where(opinions.c.mention_id.in_(part))
        )
        mine, theirs, voice = stories.alias(), stories.alias(), opinions.alias()
        shared = (
            select(opinions.c.brand, mentions.c.day)
            .join(mine, mine.c.mention_id == opinions.c.mention_id)
            .join(theirs, theirs.c.story == mine.c.story)
            .join(mentions, mentions.c.id == theirs.c.mention_id)
            .join(
                voice,
                (voice.c.mention_id == theirs.c.mention_id) & (voice.c.brand == opinions.c.brand),
            )
            .where(opinions.c.mention_id.in_(part), mine.c.story != "")
        )
        days = connection.execute(union(own, shared)).all()
        touch_days(connection, ((brand, day) for brand, day in days))


def touch_days(connection: Connection, days: Iterable[tuple[str, date]]) -> None:
    """Mark days; a day marked again while it is being measured stays marked."""
    rows = [{"brand": brand, "day": day, "mark": 1, "measured": 0} for brand, day in days]
    if rows:
        connection.execute(
            insert(touched).on_conflict_do_update(
                index_elements=["brand", "day"], set_={"mark": touched.c.mark + 1}
            ),
            rows,
        )
