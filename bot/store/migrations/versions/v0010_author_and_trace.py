"""A turn of a thread says whose it is, so that it can be erased; a message that waits says which trace it is part of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("turns", sa.Column("author", sa.Text))
    op.add_column("outgoing", sa.Column("trace", sa.Text))


def downgrade() -> None:
    op.drop_column("outgoing", "trace")
    op.drop_column("turns", "author")
