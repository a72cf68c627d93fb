"""Exception requests, what people wrote in them, and the messages that show them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.String(27)
OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    op.create_table(
        "exceptions",
        sa.Column("number", ID, nullable=False, autoincrement=False),
        sa.Column("version", ID, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("deal_key", sa.Text, nullable=False),
        sa.Column("requester", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("due_at", TIME),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_exceptions")),
    )
    op.create_index("ux_exceptions_origin", "exceptions", ["origin"], unique=True)
    op.create_index(
        "ux_exceptions_open_deal", "exceptions", ["deal_key"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index(op.f("ix_exceptions_deal_key"), "exceptions", ["deal_key"])
    op.create_index(op.f("ix_exceptions_requester_asked_at"), "exceptions", ["requester", "asked_at"])
    op.create_index(op.f("ix_exceptions_state_due_at"), "exceptions", ["state", "due_at"])
    op.create_index(op.f("ix_exceptions_asked_at"), "exceptions", ["asked_at"])
    op.create_table(
        "personal_texts",
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("salt", sa.String(64)),
        sa.Column("text", sa.Text),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("erased_at", TIME),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_personal_texts")),
    )
    op.create_index(op.f("ix_personal_texts_about"), "personal_texts", ["about"])
    op.create_index(op.f("ix_personal_texts_author"), "personal_texts", ["author"])
    op.create_table(
        "exception_cards",
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("ts", sa.Text, nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.Column("part", sa.Text, nullable=False),
        sa.Column("reader", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("channel", "ts", name=op.f("pk_exception_cards")),
    )
    op.create_index(op.f("ix_exception_cards_number"), "exception_cards", ["number"])


def downgrade() -> None:
    for table in ("exception_cards", "personal_texts", "exceptions"):
        op.drop_table(table)
