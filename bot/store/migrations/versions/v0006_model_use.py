"""What language models were used for, by day and person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "model_use",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in ("held", "tokens_in", "tokens_out", "answers", "cost_micros")),
        sa.PrimaryKeyConstraint("day", "user_id", name=op.f("pk_model_use")),
    )


def downgrade() -> None:
    op.drop_table("model_use")
