"""Writers of one SQLite file in turn, and who takes work in before all others.

SQLite lets one connection write; whoever finds the file taken asks again after longer and longer pauses, in no order.
Many threads that write often then keep one of them waiting for a second. Here they wait for each other in the process,
and what must be acknowledged goes first. Other processes at the same file are still met as SQLite has it.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "BEGIN")
PATIENCE = 10.0
"""Seconds. Longer than a transaction takes; a thread that would wait for itself goes on after it, and is refused."""


class Turns:
    """Whose turn it is to write. A holder may not take a second turn before its first is over."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken = False
        self._urgent = 0

    def take(self, *, urgent: bool) -> bool:
        """Wait for a turn; nobody who is not urgent gets one while somebody who is waits.

        False where none came in `PATIENCE` seconds: then SQLite's own way decides.
        """
        with self._changed:
            self._urgent += urgent
            try:
                came = self._changed.wait_for(lambda: not self._taken and (urgent or not self._urgent), PATIENCE)
            finally:
                self._urgent -= urgent
            self._taken = self._taken or came
        return came

    def give_back(self) -> None:
        """The turn is over."""
        with self._changed:
            self._taken = False
            self._changed.notify_all()


class _Cursor(sqlite3.Cursor):
    def execute(self, sql: str, parameters: Any = (), /) -> Self:
        with self._in_turn(sql):
            return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any, /) -> Self:
        with self._in_turn(sql):
            return super().executemany(sql, parameters)

    @contextmanager
    def _in_turn(self, sql: str) -> Iterator[None]:
        connection = self.connection
        if not isinstance(connection, InTurn) or not sql.lstrip().upper().startswith(_WRITES):
            yield
            return
        connection.take()
        try:
            yield
        finally:
            connection.give_back_unless_writing()


class InTurn(sqlite3.Connection):
    """A connection that writes when it is its turn, from the first write of a transaction to the end of it."""

    turns: Turns | None = None
    urgent = False
    _mine = False

    def cursor(self, factory: Any = None) -> Any:
        """A cursor that waits for its turn."""
        return super().cursor(factory or _Cursor)

    def take(self) -> None:
        """Wait for the turn, where it is not this connection's yet."""
        if self.turns is not None and not self._mine:
            self._mine = self.turns.take(urgent=self.urgent)

    def give_back_unless_writing(self) -> None:
        """Let the next one write, where no transaction is open."""
        if self.turns is not None and self._mine and not self.in_transaction:
            self._mine = False
            self.turns.give_back()

    def commit(self) -> None:
        """Commit, and let the next one write."""
        try:
            super().commit()
        finally:
            self.give_back_unless_writing()

    def rollback(self) -> None:
        """Roll back, and let the next one write."""
        try:
            super().rollback()
        finally:
            self.give_back_unless_writing()

    def close(self) -> None:
        """Close, and let the next one write."""
        mine, self._mine = self._mine, False
        try:
            super().close()
        finally:
            if self.turns is not None and mine:
                self.turns.give_back()
