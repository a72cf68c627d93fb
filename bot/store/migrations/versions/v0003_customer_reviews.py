"""What was measured of the outcomes that customers agreed to, and the dates of calls and reviews that were given out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TIME = sa.String(27)


def upgrade() -> None:
    op.create_table(
        "outcome_values",
        sa.Column("deal_key", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("on_date", sa.Date, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("noted_by", sa.Text, nullable=False),
        sa.Column("noted_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("deal_key", "outcome", "on_date", name=op.f("pk_outcome_values")),
    )
    op.create_table(
        "review_events",
        sa.Column("uid", sa.String(80), nullable=False),
        sa.Column("deal_key", sa.Text, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("on_date", sa.Date, nullable=False),
        sa.Column("words", sa.String(64), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("cancelled", sa.Boolean, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("reminded_on", sa.Date),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk_review_events")),
    )
    op.create_index(op.f("ix_review_events_deal_key"), "review_events", ["deal_key"])


def downgrade() -> None:
    raise RuntimeError("What was measured would be lost. Restore the backup that was made before the upgrade.")
