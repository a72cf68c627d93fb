"""What waits to be said in Slack, the pace of each place, and what Slack refused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.String(27)


def upgrade() -> None:
    op.create_table(
        "outgoing",
        sa.Column("number", ID, nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("tries", ID, nullable=False),
        sa.Column("put_at", TIME, nullable=False),
        sa.Column("tried_at", TIME),
        sa.Column("channel", sa.Text),
        sa.Column("ts", sa.Text),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_outgoing")),
        sa.UniqueConstraint("mark"),
    )
    op.create_index(op.f("ix_outgoing_state_lane_number"), "outgoing", ["state", "lane", "number"])
    op.create_table(
        "outgoing_lanes",
        sa.Column("lane", sa.Text, nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in ("free_at", "limited_until", "held_until")),
        sa.Column("holder", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("lane", name=op.f("pk_outgoing_lanes")),
    )
    op.create_table(
        "slack_troubles",
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("times", ID, nullable=False),
        sa.Column("first_at", TIME, nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("place", "reason", name=op.f("pk_slack_troubles")),
    )


def downgrade() -> None:
    raise RuntimeError("Messages that wait would be lost. Restore the backup made before the upgrade.")
