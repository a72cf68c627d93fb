"""The tables of exceptions: requests as they stand now, the texts that people wrote, and the cards that show them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, Named, String, Table, Text, TypedColumns, text

from bot.store.tables import BigId, UtcTime, metadata


class ExceptionColumns(TypedColumns):
    """One request as it stands now. What happened to it stands in the decision log.

    `version` grows with each change: who writes says which version they saw. `origin` is what the request came of, so
    that the same submission makes it once. `due_at` is when somebody must be reminded or something ends.
    """

    number: Named[int] = Column(BigId, primary_key=True, autoincrement=False)
    version: Named[int] = Column(BigId)
    origin: Named[str] = Column(Text)
    deal_key: Named[str] = Column(Text)
    requester: Named[str] = Column(Text)
    state: Named[str] = Column(String(16))
    asked_at: Named[datetime] = Column(UtcTime)
    due_at: Named[datetime | None] = Column(UtcTime)
    body: Named[str] = Column(Text)


class TextColumns(TypedColumns):
    """What people wrote, beside the log, which holds only its mark: SHA-256 of salt and text.

    Erasing takes the text and its salt away. The log stays whole, and nobody can guess the text from the mark.
    """

    mark: Named[str] = Column(String(64), primary_key=True)
    salt: Named[str | None] = Column(String(64))
    text: Named[str | None] = Column(Text)
    about: Named[str] = Column(Text)
    author: Named[str] = Column(Text)
    at: Named[datetime] = Column(UtcTime)
    erased_at: Named[datetime | None] = Column(UtcTime)


class CardColumns(TypedColumns):
    """A message that shows a request, to be drawn anew when it changes. `part` is empty for the one who asked."""

    channel: Named[str] = Column(Text, primary_key=True)
    ts: Named[str] = Column(Text, primary_key=True)
    number: Named[int] = Column(BigId)
    part: Named[str] = Column(Text)
    reader: Named[str] = Column(Text)


exceptions = Table("exceptions", metadata, ExceptionColumns)
Index("ux_exceptions_origin", exceptions.c.origin, unique=True)
Index(
    "ux_exceptions_open_deal",
    exceptions.c.deal_key,
    unique=True,
    sqlite_where=text("state = 'open'"),
    postgresql_where=text("state = 'open'"),
)
Index(None, exceptions.c.deal_key)
Index(None, exceptions.c.requester, exceptions.c.asked_at)
Index(None, exceptions.c.state, exceptions.c.due_at)
Index(None, exceptions.c.asked_at)

personal_texts = Table("personal_texts", metadata, TextColumns)
Index(None, personal_texts.c.about)
Index(None, personal_texts.c.author)

exception_cards = Table("exception_cards", metadata, CardColumns)
Index(None, exception_cards.c.number)
