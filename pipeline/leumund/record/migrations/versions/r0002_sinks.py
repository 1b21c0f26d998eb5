"""The views that have to hear of every change, and the answers of a brand by what they answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

WHOLE: sa.types.TypeEngine[int] = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table of sinks and the index of answers."""
    op.create_table(
        "sinks",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("tick", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sqlite_strict=True,
    )
    answers = sa.text("owned = 1")
    op.create_index("ix_mentions_replies", "mentions", ["reply_to"], sqlite_where=answers)


def downgrade() -> None:
    """Remove both."""
    op.drop_index("ix_mentions_replies", "mentions")
    op.drop_table("sinks")
