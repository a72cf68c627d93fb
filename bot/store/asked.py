"""Questions about the pipeline that were asked, kept for as long as the buttons under their answers should work."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from bot.store.asked_tables import asked, asked_threads
from bot.store.connections import Database
from bot.store.plain import clean
from bot.store.upsert import upsert

KEPT = timedelta(days=90)
"""How long the buttons under an answer work after it was last drawn."""
EVERYBODY = ""
"""The asker of a thread that an answer was shared in: whoever writes there follows up on it."""
_PURGE_EVERY = timedelta(hours=6)


class AskedBook:
    """Keeps questions under a mark that is made of the question itself: the same question has the same mark.

    A body is JSON data; it says what was asked and holds no answer, so whoever has a mark sees only what they may see.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._purged: datetime | None = None

    def keep(self, body: Mapping[str, Any]) -> str:
        """Keeps a question; its mark, of 32 letters."""
        return self.keep_all([body])[0]

    def keep_all(self, bodies: list[Mapping[str, Any]]) -> list[str]:
        """Keeps questions in one step; their marks, in their order."""
        now = self._clock()
        texts = [clean(json.dumps(body, sort_keys=True, ensure_ascii=False)) for body in bodies]
        rows = {
            hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]: {"body": text, "at": now}
            for text in texts
        }
        with self._database.writing() as connection:
            if rows:
                upsert(connection, asked, [{"mark": mark, **row} for mark, row in rows.items()])
            if self._purged is None or now - self._purged > _PURGE_EVERY:
                for table in (asked, asked_threads):
                    connection.execute(delete(table).where(table.c.at < now - KEPT))
                self._purged = now
        by_text = {row["body"]: mark for mark, row in rows.items()}
        return [by_text[text] for text in texts]

    def get(self, mark: str) -> dict[str, Any] | None:
        """The question of a mark; None where it is gone, or never was."""
        with self._database.reading() as connection:
            body = connection.execute(select(asked.c.body).where(asked.c.mark == clean(mark))).scalar()
        return None if body is None else dict(json.loads(body))

    def about(self, channel: str, thread_ts: str, asker: str, mark: str) -> None:
        """A thread is about a question now, for one asker or for everybody."""
        row = {"channel": clean(channel), "thread_ts": clean(thread_ts), "asker": clean(asker), "mark": mark}
        with self._database.writing() as connection:
            upsert(connection, asked_threads, [{**row, "at": self._clock()}])

    def last(self, channel: str, thread_ts: str, asker: str) -> dict[str, Any] | None:
        """The question that a thread is about: the asker's own last one, else the one that was shared there."""
        table = asked_threads
        with self._database.reading() as connection:
            found = connection.execute(
                select(table.c.asker, table.c.mark).where(
                    table.c.channel == clean(channel),
                    table.c.thread_ts == clean(thread_ts),
                    table.c.asker.in_([clean(asker), EVERYBODY]),
                )
            ).all()
        marks = {row.asker: row.mark for row in found}
        mark = marks.get(clean(asker)) or marks.get(EVERYBODY)
        return None if mark is None else self.get(mark)
