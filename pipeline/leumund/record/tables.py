"""Every table of the record in one place; the migrations build exactly these."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from leumund.record.columns import Day, Moment, Number, Packed, Whole

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


def _table(name: str, *parts: Column[Any] | Index | UniqueConstraint) -> Table:
    return Table(name, metadata, *parts, sqlite_strict=True)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _whole(name: str) -> Column[int]:
    return Column(name, Whole, nullable=False)


def _key(name: str, kind: Any = Text) -> Column[Any]:
    return Column(name, kind, primary_key=True, nullable=False)


def _of_mention(*, key: bool = True) -> Column[Any]:
    return Column(
        "mention_id",
        Text,
        ForeignKey("mentions.id", ondelete="CASCADE"),
        primary_key=key,
        nullable=False,
    )


runs = _table(
    "runs",
    Column("id", Integer, primary_key=True),
    _text("kind"),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    _text("outcome"),
)

# stage: collect, enrich or outbox; source: the sink where the stage is outbox.
ledger = _table(
    "ledger",
    Column("run", Integer, ForeignKey("runs.id"), primary_key=True, nullable=False),
    _key("stage"),
    _key("source"),
    _key("term"),
    _whole("n"),
)

# state: pending, read, filtered or dead. held: 0 once the text was dropped.
# signature: of the models and rules that last read, filtered or gave up on it; '' if none did.
mentions = _table(
    "mentions",
    _key("id"),
    _text("source"),
    _text("native_id"),
    _whole("revision"),
    _text("state"),
    _text("filter_reason"),
    _text("signature"),
    _whole("held"),
    _text("digest"),
    _text("text_digest"),
    Column("collected_at", Moment, nullable=False),
    Column("published_at", Moment, nullable=False),
    Column("day", Day, nullable=False),
    Column("edited_at", Moment),
    _text("kind"),
    _text("title"),
    _text("text"),
    _whole("title_length"),
    _whole("text_length"),
    _text("url"),
    _text("outlet"),
    Column("author", Text),
    Column("reach", Number),
    Column("tier", Text),
    _text("region"),
    Column("likes", Whole),
    Column("shares", Whole),
    Column("comments", Whole),
    Column("rating", Number),
    _text("reply_to"),
    _whole("owned"),
    _text("label"),
    _text("language"),
    _text("terms"),
    Column("extra", Packed, nullable=False),
    Index("ix_mentions_signature", "held", "signature"),
    Index("ix_mentions_day", "day"),
    Index("ix_mentions_published", "published_at"),
    Index("ix_mentions_author", "author"),
    Index("ix_mentions_replies", "reply_to", sqlite_where=text("owned = 1")),
    Index("ix_mentions_retention", "source", "held", "collected_at"),
)

tombstones = _table("tombstones", _key("id"), Column("at", Moment, nullable=False), _text("reason"))

# until: mentions of this author that were published up to here are not kept.
suppressed = _table(
    "suppressed", _key("author"), Column("until", Moment, nullable=False), _text("reason")
)

cursors = _table("cursors", _key("source"), _key("stream"), Column("state", Packed, nullable=False))

gaps = _table(
    "gaps",
    _key("source"),
    _key("stream"),
    _key("start", Moment),
    Column("end", Moment, nullable=False),
    _text("reason"),
)

fetches = _table(
    "fetches",
    _key("source"),
    _key("stream"),
    _key("asked_at", Moment),
    _whole("ok"),
    _text("reason"),
)

# Items that could not be read, kept for inspection. mention_id is '' where none was known yet.
rejects = _table(
    "rejects",
    _key("source"),
    _key("digest"),
    _text("mention_id"),
    _text("reason"),
    _text("place"),
    Column("raw", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
    Column("run", Integer, ForeignKey("runs.id"), nullable=False),
)

readings = _table(
    "readings",
    _of_mention(),
    _text("language"),
    Column("language_confidence", Number, nullable=False),
    Column("found", Packed, nullable=False),
)

opinions = _table(
    "opinions",
    _of_mention(),
    _key("brand"),
    Column("negative", Number, nullable=False),
    Column("neutral", Number, nullable=False),
    Column("positive", Number, nullable=False),
    _whole("start"),
    _whole("stop"),
)

# story: '' while the mention waits to be compared with others.
stories = _table(
    "stories",
    _of_mention(),
    _text("story"),
    Column("sketch", LargeBinary, nullable=False),
    _whole("words"),
    _text("digest"),
    Index("ix_stories_story", "story"),
)

# mark grows with every touch of a day, measured is the mark up to which its evidence was built.
touched = _table("touched", _key("brand"), _key("day", Day), _whole("mark"), _whole("measured"))

evidence = _table(
    "evidence",
    _key("brand"),
    _key("day", Day),
    _key("story"),
    _text("source"),
    _text("platform"),
    Column("weight", Number, nullable=False),
    Column("negative", Number, nullable=False),
    Column("neutral", Number, nullable=False),
    Column("positive", Number, nullable=False),
    _whole("hard"),
    _whole("sources"),
    _whole("members"),
)

index_points = _table(
    "index_points",
    _key("brand"),
    _key("day", Day),
    _key("method"),
    _whole("superseded"),
    Column("body", Packed, nullable=False),
)

decisions = _table(
    "decisions",
    _key("brand"),
    _key("day", Day),
    _key("method"),
    Column("body", Packed, nullable=False),
)

signals = _table(
    "signals",
    _key("id"),
    _text("brand"),
    _text("kind"),
    Column("day", Day, nullable=False),
    Column("body", Packed, nullable=False),
    Index("ix_signals_brand", "brand", "day"),
)

# tick: revision of the newest row of the outbox that was written for this sink.
sinks = _table("sinks", _key("name"), _whole("tick"))

# state: pending, leased, done or dead.
outbox = _table(
    "outbox",
    Column("id", Integer, primary_key=True),
    _text("sink"),
    _text("object"),
    _whole("revision"),
    _text("state"),
    _whole("attempts"),
    Column("next_try_at", Moment, nullable=False),
    Column("lease_until", Moment),
    _text("lease_owner"),
    _text("last_error"),
    Column("payload", Packed, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("sink", "object"),
    Index("ix_outbox_due", "state", "next_try_at"),
)
