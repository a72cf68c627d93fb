"""Questions about the pipeline: what the buttons under an answer mean, and what a thread is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TIME = sa.String(27)


def upgrade() -> None:
    op.create_table(
        "pipeline_asked",
        sa.Column("mark", sa.String(32), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_pipeline_asked")),
    )
    op.create_index(op.f("ix_pipeline_asked_at"), "pipeline_asked", ["at"])
    op.create_table(
        "pipeline_asked_threads",
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("thread_ts", sa.Text, nullable=False),
        sa.Column("asker", sa.Text, nullable=False),
        sa.Column("mark", sa.String(32), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("channel", "thread_ts", "asker", name=op.f("pk_pipeline_asked_threads")),
    )
    op.create_index(op.f("ix_pipeline_asked_threads_at"), "pipeline_asked_threads", ["at"])


def downgrade() -> None:
    raise RuntimeError("The buttons under answers would stop working. Restore the backup made before the upgrade.")
