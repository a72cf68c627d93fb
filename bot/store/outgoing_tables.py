"""The tables of what waits to be said in Slack, of the pace at which each place may be written to, and of refusals."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, Named, String, Table, Text, TypedColumns

from bot.store.tables import BigId, UtcTime, metadata


class OutgoingColumns(TypedColumns):
    """One message that is to be sent. `body` is emptied once it was; `mark` stays, so that it is not sent again."""

    number: Named[int] = Column(BigId, primary_key=True)
    mark: Named[str] = Column(String(64), unique=True)
    lane: Named[str] = Column(Text)
    method: Named[str] = Column(Text)
    state: Named[str] = Column(Text)
    body: Named[str] = Column(Text)
    tries: Named[int] = Column(BigId)
    put_at: Named[datetime] = Column(UtcTime)
    tried_at: Named[datetime | None] = Column(UtcTime)
    """When a try began of which nobody knows how it ended; nothing when no message can have been posted yet."""
    channel: Named[str | None] = Column(Text)
    ts: Named[str | None] = Column(Text)
    trace: Named[str | None] = Column(Text)
    """The span (W3C traceparent) that the message was written in, for the one that posts it; mostly nothing."""


class LaneColumns(TypedColumns):
    """A place that messages go to one after the other. Times are milliseconds since 1970 by the database's clock."""

    lane: Named[str] = Column(Text, primary_key=True)
    free_at: Named[int] = Column(BigId)
    limited_until: Named[int] = Column(BigId)
    held_until: Named[int] = Column(BigId)
    holder: Named[str] = Column(Text)


class TroubleColumns(TypedColumns):
    """What Slack refused that only whoever runs Dealfit can mend, counted by place and reason."""

    place: Named[str] = Column(Text, primary_key=True)
    reason: Named[str] = Column(Text, primary_key=True)
    words: Named[str] = Column(Text)
    times: Named[int] = Column(BigId)
    first_at: Named[datetime] = Column(UtcTime)
    last_at: Named[datetime] = Column(UtcTime)


outgoing = Table("outgoing", metadata, OutgoingColumns)
Index(None, outgoing.c.state, outgoing.c.lane, outgoing.c.number)
lanes = Table("outgoing_lanes", metadata, LaneColumns)
troubles = Table("slack_troubles", metadata, TroubleColumns)
