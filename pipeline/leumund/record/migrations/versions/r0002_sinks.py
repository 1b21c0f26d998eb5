"""The views that have to hear of every change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

WHOLE: sa.types.TypeEngine[int] = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table of sinks."""
    op.create_table(
        "sinks",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("tick", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_table("sinks")
