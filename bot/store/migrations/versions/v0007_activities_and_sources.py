"""Calls and meetings, assigned accounts, and how far each source was read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

TIME = sa.String(27)


def upgrade() -> None:
    op.create_table(
        "activities",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("source_id", sa.Text),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("rep", sa.Text),
        sa.Column("rep_folded", sa.Text, nullable=False),
        sa.Column("customer", sa.Text),
        sa.Column("customer_folded", sa.Text, nullable=False),
        sa.Column("deal", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("role", sa.Text),
        sa.Column("title", sa.Text),
        sa.Column("outcome", sa.Text),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_activities")),
    )
    op.create_index(op.f("ix_activities_day"), "activities", ["day"])
    op.create_index(op.f("ix_activities_rep_folded_day"), "activities", ["rep_folded", "day"])
    op.create_index(op.f("ix_activities_customer_folded"), "activities", ["customer_folded"])
    op.create_table(
        "account_assignments",
        sa.Column("rep_folded", sa.Text, nullable=False),
        sa.Column("customer_folded", sa.Text, nullable=False),
        sa.Column("rep", sa.Text, nullable=False),
        sa.Column("customer", sa.Text, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("rep_folded", "customer_folded", name=op.f("pk_account_assignments")),
    )
    op.create_table(
        "sync_sources",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("cursor", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("started_at", TIME),
        sa.Column("finished_at", TIME),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("problem", sa.Text),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sync_sources")),
    )
    op.create_table(
        "written_back",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("written", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_written_back")),
    )


def downgrade() -> None:
    raise RuntimeError("Activities and cursors would be lost. Restore the backup made before the upgrade.")
