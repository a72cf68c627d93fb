"""The first tables, and the triggers that keep the decision log append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TIME = sa.String(27)
HASH = sa.String(64)
GENESIS = "0" * 64


def upgrade() -> None:
    _decisions()
    _deals()
    _threads()
    op.create_table(
        "profiles",
        sa.Column("sha256", HASH, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("source", sa.LargeBinary, nullable=False),
        sa.Column("kept_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_profiles")),
    )
    op.create_table(
        "feedback",
        sa.Column("decision_id", ID, nullable=False, autoincrement=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("decision_id", "user_id", name=op.f("pk_feedback")),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_feedback_decisions")),
    )
    op.create_table(
        "seen",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_seen")),
    )
    op.create_index(op.f("ix_seen_at"), "seen", ["at"])
    guards = POSTGRESQL_GUARDS if op.get_context().dialect.name == "postgresql" else SQLITE_GUARDS
    for statement in guards:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    raise RuntimeError("There is nothing before the first tables: the decision log is never taken away.")


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", ID, nullable=False, autoincrement=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("sha256", HASH, nullable=False),
        sa.Column("previous", HASH, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    for column in ("kind", "subject", "actor"):
        op.create_index(op.f(f"ix_decisions_{column}_id"), "decisions", [column, "id"])


def _deals() -> None:
    op.create_table(
        "deals",
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
        sa.Column("judgement", sa.String(32), nullable=False),
        sa.Column("profile_sha256", HASH, nullable=False),
        sa.Column("deal_sha256", HASH, nullable=False),
        sa.Column("decision_id", ID),
        sa.Column("checked_by", sa.Text),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_deals")),
        sa.CheckConstraint("status IN ('open', 'won', 'lost')", name=op.f("ck_deals_status")),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_deals_decisions")),
    )
    op.create_index(op.f("ix_deals_status_owner_folded"), "deals", ["status", "owner_folded"])


def _threads() -> None:
    op.create_table(
        "threads",
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("thread_ts", sa.Text, nullable=False),
        sa.Column("deal_key", sa.Text),
        sa.Column("said", ID, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("channel", "thread_ts", name=op.f("pk_threads")),
    )
    op.create_table(
        "turns",
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("thread_ts", sa.Text, nullable=False),
        sa.Column("number", ID, nullable=False, autoincrement=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("channel", "thread_ts", "number", name=op.f("pk_turns")),
        sa.ForeignKeyConstraint(
            ["channel", "thread_ts"],
            ["threads.channel", "threads.thread_ts"],
            name=op.f("fk_turns_threads"),
            ondelete="CASCADE",
        ),
    )


# Who writes around the store meets these: a row may only be added, as the next of the chain. On SQLite the insert
# trigger also stops REPLACE, which deletes without asking a delete trigger unless recursive_triggers is on.
SQLITE_GUARDS = (
    """
    CREATE TRIGGER decisions_refuse_update BEFORE UPDATE ON decisions BEGIN
      SELECT RAISE(ABORT, 'The decision log is append-only: UPDATE is refused. Record a new decision instead.');
    END
    """,
    """
    CREATE TRIGGER decisions_refuse_delete BEFORE DELETE ON decisions BEGIN
      SELECT RAISE(ABORT, 'The decision log is append-only: DELETE is refused. Record a new decision instead.');
    END
    """,
    f"""
    CREATE TRIGGER decisions_refuse_out_of_turn BEFORE INSERT ON decisions
    WHEN NEW.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM decisions)
      OR NEW.previous IS NOT coalesce((SELECT sha256 FROM decisions ORDER BY id DESC LIMIT 1), '{GENESIS}')
    BEGIN
      SELECT RAISE(ABORT, 'The decision log is append-only: a row that is not the next of the chain is refused.');
    END
    """,
)
POSTGRESQL_GUARDS = (
    """
    CREATE FUNCTION decisions_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION USING MESSAGE =
        'The decision log is append-only: ' || TG_OP || ' is refused. Record a new decision instead.';
    END $$
    """,
    f"""
    CREATE FUNCTION decisions_refuse_out_of_turn() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.id IS DISTINCT FROM (SELECT coalesce(max(id), 0) + 1 FROM decisions)
        OR NEW.previous IS DISTINCT FROM
          coalesce((SELECT sha256 FROM decisions ORDER BY id DESC LIMIT 1), '{GENESIS}')
      THEN
        RAISE EXCEPTION 'The decision log is append-only: a row that is not the next of the chain is refused.';
      END IF;
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER decisions_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON decisions
    FOR EACH STATEMENT EXECUTE FUNCTION decisions_refuse_change()
    """,
    """
    CREATE TRIGGER decisions_refuse_out_of_turn BEFORE INSERT ON decisions
    FOR EACH ROW EXECUTE FUNCTION decisions_refuse_out_of_turn()
    """,
    # ALWAYS: also in a session that sets session_replication_role to replica
    "ALTER TABLE decisions ENABLE ALWAYS TRIGGER decisions_refuse_change",
    "ALTER TABLE decisions ENABLE ALWAYS TRIGGER decisions_refuse_out_of_turn",
)
