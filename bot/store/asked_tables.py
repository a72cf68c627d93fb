"""The tables of asked questions: what a message's buttons mean, and which answer a thread is about."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, Named, String, Table, Text, TypedColumns

from bot.store.tables import UtcTime, metadata


class AskedColumns(TypedColumns):
    """A question about the pipeline as it was understood, under the mark that the buttons of its answer carry."""

    mark: Named[str] = Column(String(32), primary_key=True)
    body: Named[str] = Column(Text)
    at: Named[datetime] = Column(UtcTime)


class AskedThreadColumns(TypedColumns):
    """The question that somebody's last pipeline answer in a thread was about."""

    channel: Named[str] = Column(Text, primary_key=True)
    thread_ts: Named[str] = Column(Text, primary_key=True)
    asker: Named[str] = Column(Text, primary_key=True)
    mark: Named[str] = Column(String(32))
    at: Named[datetime] = Column(UtcTime)


asked = Table("pipeline_asked", metadata, AskedColumns)
asked_threads = Table("pipeline_asked_threads", metadata, AskedThreadColumns)
Index(None, asked.c.at)
Index(None, asked_threads.c.at)
