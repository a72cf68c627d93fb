"""The tables of customer reviews: what was measured of outcomes, and which dates were given out."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, Column, Date, Index, Integer, Named, String, Table, Text, TypedColumns

from bot.store.tables import UtcTime, metadata


class OutcomeValueColumns(TypedColumns):
    """What an outcome of a deal was measured at on a day. `outcome` is its metric, folded; `value` exact digits."""

    deal_key: Named[str] = Column(Text, primary_key=True)
    outcome: Named[str] = Column(Text, primary_key=True)
    on_date: Named[date] = Column(Date, primary_key=True)
    value: Named[str] = Column(Text)
    noted_by: Named[str] = Column(Text)
    noted_at: Named[datetime] = Column(UtcTime)


class ReviewEventColumns(TypedColumns):
    """A date that was given out. `sequence` counts its changes; `reminded_on` is the date that was reminded of."""

    uid: Named[str] = Column(String(80), primary_key=True)
    deal_key: Named[str] = Column(Text)
    kind: Named[str] = Column(String(16))
    number: Named[int] = Column(Integer)
    on_date: Named[date] = Column(Date)
    words: Named[str] = Column(String(64))
    sequence: Named[int] = Column(Integer)
    cancelled: Named[bool] = Column(Boolean)
    changed_at: Named[datetime] = Column(UtcTime)
    reminded_on: Named[date | None] = Column(Date)


outcome_values = Table("outcome_values", metadata, OutcomeValueColumns)
review_events = Table("review_events", metadata, ReviewEventColumns)
Index(None, review_events.c.deal_key)
