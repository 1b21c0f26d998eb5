"""Keeps what each story is evidence for, and knows which days have to be measured again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, select
from sqlalchemy.dialects.sqlite import insert

from leumund import crash
from leumund.errors import Unavailable
from leumund.record import Record, index
from leumund.record.rows import Row, chunks
from leumund.record.tables import evidence, mentions, opinions, stories
from leumund.record.tables import touched as touched_table
from leumund.types import Evidence, IndexPoint, Kind, Shares, Tier

EXCERPT = 200
SAME = (
    "source",
    "outlet",
    "kind",
    "published_at",
    "reach",
    "tier",
    "likes",
    "shares",
    "comments",
    "title_length",
    "text_length",
    "title",
    "excerpt",
    "url",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One mention of a story and what it says about one brand.

    `day` is the day of the story: that of its earliest member with an opinion about the brand.
    `span`, `title_length` and `text_length` count characters of the text as it was read; `title`,
    `excerpt` (first 200 characters of the text) and `url` are empty once the text was dropped.
    """

    mention_id: str
    story: str
    day: date
    source: str
    outlet: str
    kind: Kind
    published_at: datetime
    owned: bool
    reach: float | None
    tier: Tier | None
    likes: int | None
    shares: int | None
    comments: int | None
    tone: Shares
    span: tuple[int, int]
    title_length: int
    text_length: int
    title: str
    excerpt: str
    url: str


def touched(record: Record) -> dict[tuple[str, date], int]:
    """(brand, day) whose evidence is out of date → mark to hand back to `keep`."""
    statement = select(touched_table.c.brand, touched_table.c.day, touched_table.c.mark)
    stale = statement.where(touched_table.c.mark > touched_table.c.measured)
    with record.reading() as connection:
        return {(brand, day): mark for brand, day, mark in connection.execute(stale)}


def members(record: Record, brand: str, days: Iterable[date]) -> list[Member]:
    """All members of the stories that count for a brand on these days, by story and time.

    A mention that was not compared with others yet is a story of its own.
    """
    wanted = {day.isoformat() for day in days}
    rows: dict[str, RowMapping] = {}
    base = _voices().where(opinions.c.brand == brand)
    with record.reading() as connection:
        for part in chunks(wanted):
            on_days = mentions.c.day.in_([date.fromisoformat(day) for day in part])
            found = connection.execute(base.where(on_days)).mappings()
            rows |= {row["id"]: row for row in found}
        for part in chunks(row["tale"] for row in rows.values() if row["tale"]):
            found = connection.execute(base.where(stories.c.story.in_(part))).mappings()
            rows |= {row["id"]: row for row in found}
    ordered = sorted(rows.values(), key=lambda row: (row["published_at"], row["id"]))
    first: dict[str, date] = {}
    for row in ordered:
        first.setdefault(row["tale"] or row["id"], row["day"])
    found_members = [_member(row, first[row["tale"] or row["id"]]) for row in ordered]
    return sorted(
        (one for one in found_members if one.day.isoformat() in wanted),
        key=lambda one: (one.story, one.published_at, one.mention_id),
    )


def _voices() -> Select[Any]:
    """Mentions with an opinion; each of them has a story, if only an empty one."""
    excerpt = func.substr(mentions.c.text, 1, EXCERPT).label("excerpt")
    columns = (mentions.c[name] for name in ("id", "day", "owned", *SAME) if name != "excerpt")
    return (
        select(*columns, excerpt, opinions, stories.c.story.label("tale"))
        .select_from(mentions)
        .join(opinions, opinions.c.mention_id == mentions.c.id)
        .join(stories, stories.c.mention_id == mentions.c.id)
    )


def _member(row: RowMapping, day: date) -> Member:
    return Member(
        mention_id=row["id"],
        story=row["tale"] or row["id"],
        day=day,
        owned=bool(row["owned"]),
        tone=(row["negative"], row["neutral"], row["positive"]),
        span=(row["start"], row["stop"]),
        **{name: row[name] for name in SAME},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """The mention that stands for a story on the screen: its earliest one whose text is held."""

    mention_id: str
    source: str
    outlet: str
    kind: Kind
    published_at: datetime
    headline: str
    excerpt: str
    url: str


def faces(record: Record, brand: str, wanted: Iterable[str]) -> dict[str, Face]:
    """Story → its face; `headline` is the title, '' of a post without one or a dropped text."""
    found: dict[str, RowMapping] = {}
    with record.reading() as connection:
        for part in chunks(wanted):
            alone = (stories.c.story == "") & mentions.c.id.in_(part)
            statement = _voices().where(
                opinions.c.brand == brand, stories.c.story.in_(part) | alone
            )
            ordered = statement.order_by(
                mentions.c.held.desc(), mentions.c.published_at, mentions.c.id
            )
            for row in connection.execute(ordered).mappings():
                found.setdefault(row["tale"] or row["id"], row)
    return {story: _face(row) for story, row in found.items()}


def _face(row: RowMapping) -> Face:
    return Face(
        mention_id=row["id"],
        source=row["source"],
        outlet=row["outlet"],
        kind=row["kind"],
        published_at=row["published_at"],
        headline=row["title"],
        excerpt=row["excerpt"],
        url=row["url"],
    )


def keep(
    record: Record,
    brand: str,
    *,
    days: Mapping[date, Sequence[Evidence]],
    points: Sequence[IndexPoint],
    seen: Mapping[tuple[str, date], int],
) -> None:
    """Replace the evidence of days and store the points computed from it, in one transaction.

    Args:
        days: all evidence of each day that was measured again; an empty list empties the day.
        points: the brand's points that follow from it.
        seen: what `touched` said when the members were read. A day touched since stays touched.

    Raises:
        Unavailable: another run measured one of the days from a newer state; nothing is stored.
    """
    with record.writing() as connection:
        for day in days:
            _mark_measured(connection, brand, day=day, mark=seen.get((brand, day)))
        for day, rows in days.items():
            same_day = (evidence.c.brand == brand) & (evidence.c.day == day)
            connection.execute(evidence.delete().where(same_day))
            if rows:
                connection.execute(
                    insert(evidence), [_row(one, brand=brand, day=day) for one in rows]
                )
        index.write(connection, points)
        crash.point("score.before_commit")
    crash.point("score.after_commit")


def _mark_measured(connection: Connection, brand: str, *, day: date, mark: int | None) -> None:
    if mark is None:
        return
    table = touched_table
    moved = connection.execute(
        table.update()
        .where(table.c.brand == brand, table.c.day == day, table.c.measured <= mark)
        .values(measured=mark)
    )
    if moved.rowcount != 1:
        raise Unavailable(f"{brand}, {day}: another run has measured a newer state")


def _row(one: Evidence, *, brand: str, day: date) -> Row:
    if one.brand != brand or one.day != day:
        raise ValueError(f"evidence of {one.brand}, {one.day} among that of {brand}, {day}")
    return {
        "brand": one.brand,
        "day": one.day,
        "story": one.story,
        "source": one.source,
        "platform": one.platform,
        "weight": one.weight,
        "negative": one.tone[0],
        "neutral": one.tone[1],
        "positive": one.tone[2],
        "hard": one.hard,
        "sources": one.sources,
        "members": one.members,
    }


def load(
    record: Record, brand: str, *, first: date = date.min, last: date = date.max
) -> list[Evidence]:
    """The evidence of a brand from `first` to `last`, both included, by day and story."""
    statement = (
        select(evidence)
        .where(evidence.c.brand == brand, evidence.c.day.between(first, last))
        .order_by(evidence.c.day, evidence.c.story)
    )
    with record.reading() as connection:
        return [
            Evidence(
                brand=row["brand"],
                day=row["day"],
                story=row["story"],
                source=row["source"],
                platform=row["platform"],
                weight=row["weight"],
                tone=(row["negative"], row["neutral"], row["positive"]),
                hard=row["hard"],
                sources=row["sources"],
                members=row["members"],
            )
            for row in connection.execute(statement).mappings()
        ]


def documents(record: Record, brand: str) -> dict[date, int]:
    """Number of mentions (not of the brand itself) with an opinion about it, by day."""
    statement = (
        select(mentions.c.day, func.count().label("n"))
        .join(opinions, opinions.c.mention_id == mentions.c.id)
        .where(opinions.c.brand == brand, mentions.c.owned == 0)
        .group_by(mentions.c.day)
    )
    with record.reading() as connection:
        return {row.day: row.n for row in connection.execute(statement)}
