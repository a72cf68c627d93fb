from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from bot.store.asked_tables import asked, asked_threads
from bot.store.upsert import upsert


class Recording:
    """A connection that remembers the rows that it was given."""

    dialect = SimpleNamespace(name="postgresql")

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def execute(self, _statement: object, rows: list[dict[str, Any]]) -> None:
        self.rows = rows


def test_rows_are_written_in_one_order_so_that_two_writers_cannot_lock_each_other_out() -> None:
    there = Recording()
    upsert(there, asked, [{"mark": mark, "body": "", "at": None} for mark in "cab"])  # type: ignore[arg-type]
    assert [row["mark"] for row in there.rows] == ["a", "b", "c"]
    names = ("channel", "thread_ts", "asker")
    rows = [dict(zip(names, key, strict=True)) for key in (("C2", "1", "b"), ("C1", "2", "a"), ("C2", "1", "a"))]
    upsert(there, asked_threads, rows)  # type: ignore[arg-type]
    assert [tuple(row.values()) for row in there.rows] == [("C1", "2", "a"), ("C2", "1", "a"), ("C2", "1", "b")]
