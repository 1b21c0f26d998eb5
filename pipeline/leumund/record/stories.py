"""Keeps which mentions tell the same story, and the sketch by which a copy is recognised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from leumund import crash
from leumund.record import Record, feed
from leumund.record.rows import chunks, mention_of
from leumund.record.tables import mentions, stories
from leumund.record.touch import touch_mentions
from leumund.types import Kind, Mention, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A mention, the story it tells, and its sketch (bytes, number of words, digest)."""

    mention_id: str
    story: str
    sketch: bytes
    words: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A mention with a story, as far as finding its copies needs it; its text may be dropped."""

    membership: Membership
    source: str
    native_id: str
    kind: Kind
    author: str | None
    title: str
    published_at: datetime


def without_story(record: Record, *, limit: int = 10_000) -> list[Mention]:
    """Mentions that name a brand, hold their text and tell no story yet; oldest first."""
    statement = (
        select(mentions)
        .join(stories, stories.c.mention_id == mentions.c.id)
        .where(stories.c.story == "", mentions.c.held == 1, mentions.c.state == "read")
        .order_by(mentions.c.published_at, mentions.c.id)
        .limit(limit)
    )
    with record.reading() as connection:
        return [mention_of(row) for row in connection.execute(statement).mappings()]


def neighbours(record: Record, window: Window) -> list[Neighbour]:
    """Mentions with a story that were published in the window, oldest first."""
    statement = (
        select(stories, mentions)
        .join(mentions, mentions.c.id == stories.c.mention_id)
        .where(
            stories.c.story != "",
            mentions.c.published_at >= window.start,
            mentions.c.published_at < window.end,
        )
        .order_by(mentions.c.published_at, mentions.c.id)
    )
    with record.reading() as connection:
        return [
            Neighbour(
                membership=Membership(
                    mention_id=row["id"],
                    story=row["story"],
                    sketch=row["sketch"],
                    words=row["words"],
                    digest=row[stories.c.digest],
                ),
                source=row["source"],
                native_id=row["native_id"],
                kind=row["kind"],
                author=row["author"],
                title=row["title"],
                published_at=row["published_at"],
            )
            for row in connection.execute(statement).mappings()
        ]


def keep(record: Record, memberships: Sequence[Membership]) -> int:
    """Store new and moved memberships in one transaction and mark the days of both stories.

    Returns:
        How many were stored; one that was edited or removed meanwhile is left out.
    """
    by_id = {one.mention_id: one for one in memberships}
    with record.writing() as connection:
        present: list[str] = []
        for part in chunks(by_id):
            read = (mentions.c.id.in_(part)) & (mentions.c.state == "read")
            present += connection.execute(select(mentions.c.id).where(read)).scalars()
        touch_mentions(connection, present)
        if present:
            statement = insert(stories)
            new = statement.excluded
            names = ("story", "sketch", "words", "digest")
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["mention_id"], set_={name: new[name] for name in names}
                ),
                [
                    {
                        "mention_id": mention,
                        "story": by_id[mention].story,
                        "sketch": by_id[mention].sketch,
                        "words": by_id[mention].words,
                        "digest": by_id[mention].digest,
                    }
                    for mention in present
                ],
            )
        touch_mentions(connection, present)
        feed.announce_mentions(connection, present)
        crash.point("stories.before_commit")
    crash.point("stories.after_commit")
    return len(present)
