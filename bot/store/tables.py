"""The tables, typed. Migrations create them; a test holds the two equal."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Named,
    String,
    Table,
    Text,
    TypedColumns,
    TypeDecorator,
)
from sqlalchemy.engine import Dialect

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

BigId = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit number. SQLite calls it INTEGER, and only under that name is it the row's own number."""


def utc_text(moment: datetime) -> str:
    """An aware time as the text that is kept and hashed: UTC, microseconds, 27 characters, sorted as time is."""
    if moment.tzinfo is None:
        raise ValueError("The clock gave a time without a time zone. Give aware times, such as datetime.now(UTC).")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time, kept as text: the same bytes in every database, so that a hash over it can be repeated."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """The time as text."""
        del dialect
        return None if value is None else utc_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """The text as a time."""
        del dialect
        return None if value is None else datetime.fromisoformat(value)


class DecisionColumns(TypedColumns):
    """The decision log: append-only (triggers refuse everything else) and hash-chained."""

    id: Named[int] = Column(BigId, primary_key=True, autoincrement=False)
    at: Named[str] = Column(String(27))
    kind: Named[str] = Column(Text)
    actor: Named[str] = Column(Text)
    subject: Named[str] = Column(Text)
    body: Named[str] = Column(Text)
    sha256: Named[str] = Column(String(64))
    previous: Named[str] = Column(String(64))


class ProfileColumns(TypedColumns):
    """Every Deal Profile that was live, byte for byte, so that a verdict can be replayed."""

    sha256: Named[str] = Column(String(64), primary_key=True)
    title: Named[str] = Column(Text)
    version: Named[str] = Column(Text)
    source: Named[bytes] = Column(LargeBinary)
    kept_at: Named[datetime] = Column(UtcTime)


class DealColumns(TypedColumns):
    """Deals as they stand now. What was imported has no verdict of its own: the profile gives it one at any time.

    `version` is the number of the step in which the row was last saved: rows of a later step have a greater one.
    `converted` says how amounts of another currency were reached; null where there are none.
    """

    key: Named[str] = Column(Text, primary_key=True)
    name: Named[str] = Column(Text)
    customer: Named[str | None] = Column(Text)
    owner: Named[str | None] = Column(Text)
    owner_folded: Named[str] = Column(Text)
    stage: Named[str | None] = Column(Text)
    close_date: Named[date | None] = Column(Date)
    currency: Named[str] = Column(Text)
    source: Named[str | None] = Column(Text)
    source_id: Named[str | None] = Column(Text)
    status: Named[str] = Column(String(8))
    judgement: Named[str | None] = Column(String(32))
    profile_sha256: Named[str | None] = Column(String(64))
    deal_sha256: Named[str] = Column(String(64))
    decision_id: Named[int | None] = Column(BigId, ForeignKey("decisions.id"))
    checked_by: Named[str | None] = Column(Text)
    updated_at: Named[datetime] = Column(UtcTime)
    facts: Named[str] = Column(Text)
    verdict: Named[str | None] = Column(Text)
    version: Named[int] = Column(BigId)
    converted: Named[str | None] = Column(Text)


class ThreadColumns(TypedColumns):
    """Threads that Dealfit took part in. `said` counts the turns ever remembered, which numbers them."""

    channel: Named[str] = Column(Text, primary_key=True)
    thread_ts: Named[str] = Column(Text, primary_key=True)
    deal_key: Named[str | None] = Column(Text)
    said: Named[int] = Column(BigId)
    updated_at: Named[datetime] = Column(UtcTime)


class TurnColumns(TypedColumns):
    """The last turns of each thread. `author` is whom the turn goes with when their texts are erased: an account id."""

    channel: Named[str] = Column(Text, primary_key=True)
    thread_ts: Named[str] = Column(Text, primary_key=True)
    number: Named[int] = Column(BigId, primary_key=True, autoincrement=False)
    role: Named[str] = Column(String(16))
    text: Named[str] = Column(Text)
    at: Named[datetime] = Column(UtcTime)
    author: Named[str | None] = Column(Text)


class FeedbackColumns(TypedColumns):
    """What people thought of a decision: one word a person."""

    decision_id: Named[int] = Column(BigId, ForeignKey("decisions.id"), primary_key=True, autoincrement=False)
    user: Named[str] = Column("user_id", Text, primary_key=True)
    value: Named[str] = Column(Text)
    at: Named[datetime] = Column(UtcTime)


decisions = Table("decisions", metadata, DecisionColumns)
Index(None, decisions.c.kind, decisions.c.id)
Index(None, decisions.c.subject, decisions.c.id)
Index(None, decisions.c.actor, decisions.c.id)

profiles = Table("profiles", metadata, ProfileColumns)

deals = Table(
    "deals",
    metadata,
    DealColumns,
    CheckConstraint("status IN ('open', 'won', 'lost', 'removed')", name="status"),
)
Index(None, deals.c.status, deals.c.owner_folded)
Index(None, deals.c.version, deals.c.key)
Index(None, deals.c.checked_by)

threads = Table("threads", metadata, ThreadColumns)

turns = Table(
    "turns",
    metadata,
    TurnColumns,
    ForeignKeyConstraint(["channel", "thread_ts"], ["threads.channel", "threads.thread_ts"], ondelete="CASCADE"),
)

feedback = Table("feedback", metadata, FeedbackColumns)
