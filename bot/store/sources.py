"""How far each source was read, what its last sync did, and what was written back to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select

from bot.store.activity_tables import sources, written_back
from bot.store.connections import Database
from bot.store.plain import clean, json_bytes
from bot.store.upsert import upsert

State = Literal["running", "done", "failed"]
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source: its cursor (JSON data), and its last sync. `finished_at` is when the last whole one ended."""

    name: str
    cursor: Mapping[str, Any] = field(default_factory=dict)
    state: State = "done"
    started_at: datetime | None = None
    finished_at: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    problem: str | None = None


class SourceBook:
    """Keeps how far sources were read. Every method raises StoreError when the database fails."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def get(self, name: str) -> SourceState | None:
        """One source."""
        with self._database.reading() as connection:
            row = connection.execute(select(sources).where(sources.c.name == clean(name))).mappings().first()
        return None if row is None else _read(row)

    def all(self) -> list[SourceState]:
        """All sources, by name."""
        with self._database.reading() as connection:
            return [_read(row) for row in connection.execute(select(sources).order_by(sources.c.name)).mappings()]

    def save(self, state: SourceState) -> None:
        """Keeps how far a source was read."""
        row = {
            "name": clean(state.name),
            "cursor": json_bytes(dict(state.cursor), "cursor").decode(),
            "state": state.state,
            "started_at": state.started_at,
            "finished_at": state.finished_at,
            "counts": json_bytes(dict(state.counts), "counts").decode(),
            "problem": None if state.problem is None else clean(state.problem),
        }
        with self._database.writing() as connection:
            upsert(connection, sources, [row])

    def written(self, keys: Collection[str]) -> dict[str, str]:
        """What was last written back to these deals."""
        found: dict[str, str] = {}
        wanted = sorted(set(keys))
        with self._database.reading() as connection:
            for at in range(0, len(wanted), _AT_ONCE):
                query = select(written_back).where(written_back.c.key.in_(wanted[at : at + _AT_ONCE]))
                found.update({row.key: row.written for row in connection.execute(query)})
        return found

    def note_written(self, rows: Sequence[tuple[str, str]]) -> None:
        """Remembers what was written back."""
        if not rows:
            return
        now = self._clock()
        with self._database.writing() as connection:
            upsert(connection, written_back, [{"key": key, "written": clean(text), "at": now} for key, text in rows])


def _read(row: Mapping[Any, Any]) -> SourceState:
    values = dict(row)
    return SourceState(cursor=json.loads(values.pop("cursor")), counts=json.loads(values.pop("counts")), **values)
