"""The keys of events are the ids of the queue's work, which is kept for as long: no table of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.drop_index(op.f("ix_seen_at"), "seen")
    op.drop_table("seen")


def downgrade() -> None:
    op.create_table(
        "seen",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_seen")),
    )
    op.create_index(op.f("ix_seen_at"), "seen", ["at"])
