"""Deals that their source removed are neither won nor lost, and a deal says which of its amounts were converted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.String(27)
HASH = sa.String(64)
COLUMNS = (
    "key", "name", "customer", "owner", "owner_folded", "stage", "close_date", "currency", "source", "source_id",
    "status", "judgement", "profile_sha256", "deal_sha256", "decision_id", "checked_by", "updated_at", "facts",
    "verdict", "version",
)
STATUSES = "status IN ('open', 'won', 'lost', 'removed')"


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_deals_status"), "deals", type_="check")
        op.create_check_constraint(op.f("ck_deals_status"), "deals", STATUSES)
        op.add_column("deals", sa.Column("converted", sa.Text))
    else:
        _made_anew()


def downgrade() -> None:
    raise RuntimeError("Which deals were removed would be lost. Restore the backup that was made before the upgrade.")


def _made_anew() -> None:
    """SQLite cannot change a check: the table is made again beside the old one, in the same transaction."""
    op.create_table(
        "deals_0009",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("customer", sa.Text),
        sa.Column("owner", sa.Text),
        sa.Column("owner_folded", sa.Text, nullable=False),
        sa.Column("stage", sa.Text),
        sa.Column("close_date", sa.Date),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("source", sa.Text),
        sa.Column("source_id", sa.Text),
        sa.Column("status", sa.String(8), nullable=False),
        sa.Column("judgement", sa.String(32)),
        sa.Column("profile_sha256", HASH),
        sa.Column("deal_sha256", HASH, nullable=False),
        sa.Column("decision_id", ID),
        sa.Column("checked_by", sa.Text),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text),
        sa.Column("version", ID, nullable=False),
        sa.Column("converted", sa.Text),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_deals")),
        sa.CheckConstraint(STATUSES, name=op.f("ck_deals_status")),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_deals_decisions")),
    )
    names = ", ".join(COLUMNS)
    op.get_bind().exec_driver_sql(f"INSERT INTO deals_0009 ({names}) SELECT {names} FROM deals")
    op.drop_table("deals")
    op.rename_table("deals_0009", "deals")
    op.create_index(op.f("ix_deals_status_owner_folded"), "deals", ["status", "owner_folded"])
    op.create_index(op.f("ix_deals_version_key"), "deals", ["version", "key"])
    op.create_index(op.f("ix_deals_checked_by"), "deals", ["checked_by"])
