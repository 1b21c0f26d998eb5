"""The first tables: runs, mentions and what was read, measured and told about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.sqlite import REAL

from leumund import crash

revision = "0001"
down_revision = None

WHOLE: sa.types.TypeEngine[int] = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NUMBER: sa.types.TypeEngine[float] = sa.Double().with_variant(REAL(), "sqlite")
TABLES = (
    "runs",
    "ledger",
    "mentions",
    "tombstones",
    "suppressed",
    "cursors",
    "gaps",
    "fetches",
    "rejects",
    "readings",
    "opinions",
    "stories",
    "touched",
    "evidence",
    "index_points",
    "decisions",
    "signals",
    "outbox",
)


def upgrade() -> None:
    """Create all tables."""
    _create_runs()
    _create_mentions()
    _create_departures()
    crash.point("migrate.mid_step")
    _create_streams()
    _create_readings()
    _create_scores()
    _create_signals()


def downgrade() -> None:
    """Remove all tables, the dependent ones first."""
    for name in reversed(TABLES):
        op.drop_table(name)


def _text(*names: str, null: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=null) for name in names]


def _whole(*names: str, null: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, WHOLE, nullable=null) for name in names]


def _number(*names: str, null: bool = False) -> list[sa.Column[float]]:
    return [sa.Column(name, NUMBER, nullable=null) for name in names]


def _create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer, nullable=False),
        *_text("kind"),
        *_whole("started_at"),
        *_whole("finished_at", null=True),
        *_text("outcome"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_table(
        "ledger",
        sa.Column("run", sa.Integer, sa.ForeignKey("runs.id"), nullable=False),
        *_text("stage", "source", "term"),
        *_whole("n"),
        sa.PrimaryKeyConstraint("run", "stage", "source", "term"),
        sqlite_strict=True,
    )


def _create_mentions() -> None:
    op.create_table(
        "mentions",
        *_text("id", "source", "native_id"),
        *_whole("revision"),
        *_text("state", "filter_reason", "signature"),
        *_whole("held"),
        *_text("digest", "text_digest"),
        *_whole("collected_at", "published_at"),
        *_text("day"),
        *_whole("edited_at", null=True),
        *_text("kind", "title", "text"),
        *_whole("title_length", "text_length"),
        *_text("url", "outlet"),
        *_text("author", null=True),
        *_number("reach", null=True),
        *_text("tier", null=True),
        *_text("region"),
        *_whole("likes", "shares", "comments", null=True),
        *_number("rating", null=True),
        *_text("reply_to"),
        *_whole("owned"),
        *_text("label", "language", "terms", "extra"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("ix_mentions_author", "mentions", ["author"])
    op.create_index("ix_mentions_day", "mentions", ["day"])
    op.create_index("ix_mentions_published", "mentions", ["published_at"])
    op.create_index("ix_mentions_retention", "mentions", ["source", "held", "collected_at"])
    op.create_index("ix_mentions_signature", "mentions", ["held", "signature"])


def _create_departures() -> None:
    op.create_table(
        "tombstones",
        *_text("id"),
        *_whole("at"),
        *_text("reason"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_table(
        "suppressed",
        *_text("author"),
        *_whole("until"),
        *_text("reason"),
        sa.PrimaryKeyConstraint("author"),
        sqlite_strict=True,
    )


def _create_streams() -> None:
    op.create_table(
        "cursors",
        *_text("source", "stream", "state"),
        sa.PrimaryKeyConstraint("source", "stream"),
        sqlite_strict=True,
    )
    op.create_table(
        "gaps",
        *_text("source", "stream"),
        *_whole("start", "end"),
        *_text("reason"),
        sa.PrimaryKeyConstraint("source", "stream", "start"),
        sqlite_strict=True,
    )
    op.create_table(
        "fetches",
        *_text("source", "stream"),
        *_whole("asked_at", "ok"),
        *_text("reason"),
        sa.PrimaryKeyConstraint("source", "stream", "asked_at"),
        sqlite_strict=True,
    )
    op.create_table(
        "rejects",
        *_text("source", "digest", "mention_id", "reason", "place"),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        *_whole("at"),
        sa.Column("run", sa.Integer, sa.ForeignKey("runs.id"), nullable=False),
        sa.PrimaryKeyConstraint("source", "digest"),
        sqlite_strict=True,
    )


def _create_readings() -> None:
    op.create_table(
        "readings",
        sa.Column(
            "mention_id", sa.Text, sa.ForeignKey("mentions.id", ondelete="CASCADE"), nullable=False
        ),
        *_text("language"),
        *_number("language_confidence"),
        *_text("found"),
        sa.PrimaryKeyConstraint("mention_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "opinions",
        sa.Column(
            "mention_id", sa.Text, sa.ForeignKey("mentions.id", ondelete="CASCADE"), nullable=False
        ),
        *_text("brand"),
        *_number("negative", "neutral", "positive"),
        *_whole("start", "stop"),
        sa.PrimaryKeyConstraint("mention_id", "brand"),
        sqlite_strict=True,
    )
    op.create_table(
        "stories",
        sa.Column(
            "mention_id", sa.Text, sa.ForeignKey("mentions.id", ondelete="CASCADE"), nullable=False
        ),
        *_text("story"),
        sa.Column("sketch", sa.LargeBinary, nullable=False),
        *_whole("words"),
        *_text("digest"),
        sa.PrimaryKeyConstraint("mention_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_stories_story", "stories", ["story"])


def _create_scores() -> None:
    op.create_table(
        "touched",
        *_text("brand", "day"),
        *_whole("mark", "measured"),
        sa.PrimaryKeyConstraint("brand", "day"),
        sqlite_strict=True,
    )
    op.create_table(
        "evidence",
        *_text("brand", "day", "story", "source", "platform"),
        *_number("weight", "negative", "neutral", "positive"),
        *_whole("hard", "sources", "members"),
        sa.PrimaryKeyConstraint("brand", "day", "story"),
        sqlite_strict=True,
    )
    op.create_table(
        "index_points",
        *_text("brand", "day", "method"),
        *_whole("superseded"),
        *_text("body"),
        sa.PrimaryKeyConstraint("brand", "day", "method"),
        sqlite_strict=True,
    )
    op.create_table(
        "decisions",
        *_text("brand", "day", "method", "body"),
        sa.PrimaryKeyConstraint("brand", "day", "method"),
        sqlite_strict=True,
    )


def _create_signals() -> None:
    op.create_table(
        "signals",
        *_text("id", "brand", "kind", "day", "body"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("ix_signals_brand", "signals", ["brand", "day"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, nullable=False),
        *_text("sink", "object"),
        *_whole("revision"),
        *_text("state"),
        *_whole("attempts", "next_try_at"),
        *_whole("lease_until", null=True),
        *_text("lease_owner", "last_error", "payload"),
        *_whole("created_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sink", "object"),
        sqlite_strict=True,
    )
    op.create_index("ix_outbox_due", "outbox", ["state", "next_try_at"])
