"""The tables of calls and meetings, of the accounts that reps are assigned, and of how far each source was read."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Column, Date, Index, Named, Table, Text, TypedColumns

from bot.store.tables import UtcTime, metadata


class ActivityColumns(TypedColumns):
    """Calls and meetings. `role` is a choice of the profile's sponsor, `title` the words that it was read from."""

    key: Named[str] = Column(Text, primary_key=True)
    source: Named[str] = Column(Text)
    source_id: Named[str | None] = Column(Text)
    day: Named[date] = Column(Date)
    rep: Named[str | None] = Column(Text)
    rep_folded: Named[str] = Column(Text)
    customer: Named[str | None] = Column(Text)
    customer_folded: Named[str] = Column(Text)
    deal: Named[str | None] = Column(Text)
    kind: Named[str] = Column(Text)
    role: Named[str | None] = Column(Text)
    title: Named[str | None] = Column(Text)
    outcome: Named[str | None] = Column(Text)
    updated_at: Named[datetime] = Column(UtcTime)


class AssignmentColumns(TypedColumns):
    """Which rep looks after which account, where a file says so."""

    rep_folded: Named[str] = Column(Text, primary_key=True)
    customer_folded: Named[str] = Column(Text, primary_key=True)
    rep: Named[str] = Column(Text)
    customer: Named[str] = Column(Text)
    updated_at: Named[datetime] = Column(UtcTime)


class CrmAccountColumns(TypedColumns):
    """Who owns an account in a CRM. An account without an owner has no row."""

    key: Named[str] = Column(Text, primary_key=True)
    source: Named[str] = Column(Text)
    customer: Named[str] = Column(Text)
    customer_folded: Named[str] = Column(Text)
    owner: Named[str] = Column(Text)
    updated_at: Named[datetime] = Column(UtcTime)


class SourceColumns(TypedColumns):
    """How far a source was read: a cursor that only its reader understands, and what the last sync did."""

    name: Named[str] = Column(Text, primary_key=True)
    cursor: Named[str] = Column(Text)
    state: Named[str] = Column(Text)
    started_at: Named[datetime | None] = Column(UtcTime)
    finished_at: Named[datetime | None] = Column(UtcTime)
    counts: Named[str] = Column(Text)
    problem: Named[str | None] = Column(Text)


class WrittenColumns(TypedColumns):
    """What was last written back to a deal of a CRM, so that only what changed is written again."""

    key: Named[str] = Column(Text, primary_key=True)
    written: Named[str] = Column(Text)
    at: Named[datetime] = Column(UtcTime)


activities = Table("activities", metadata, ActivityColumns)
Index(None, activities.c.day)
Index(None, activities.c.rep_folded, activities.c.day)
Index(None, activities.c.customer_folded)
assignments = Table("account_assignments", metadata, AssignmentColumns)
crm_accounts = Table("crm_accounts", metadata, CrmAccountColumns)
sources = Table("sync_sources", metadata, SourceColumns)
written_back = Table("written_back", metadata, WrittenColumns)
