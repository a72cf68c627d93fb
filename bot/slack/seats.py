"""Which worker this process is. A seat is held for as long as the process lives, however it ends.

The work of a process that died carries its seat's name; whoever can take that seat knows that its work is orphaned.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy.engine import make_url

MOST = 1000
LOCK_SPACE = 0x0DEA5EA7
"""The first half of the advisory locks' key on PostgreSQL. It is not the store's, whose locks would be seats 1 to 3."""


class Seats(Protocol):
    """The seats of all processes that share one database."""

    def take(self, number: int) -> bool:
        """Take a seat if nobody holds it."""

    def holds(self, number: int) -> bool:
        """Whether a seat that was taken is still ours."""

    def leave(self, number: int) -> None:
        """Give a seat back."""


def seats_of(database_url: str) -> Seats:
    """The seats at a database: advisory locks on PostgreSQL, locked files beside a SQLite file."""
    if database_url.startswith("sqlite"):
        return FileSeats(Path(make_url(database_url).database or "work.db"))
    return PostgresSeats(database_url)


def first_free(seats: Seats) -> int:
    """Take the lowest free seat."""
    for number in range(MOST):
        if seats.take(number):
            return number
    message = f"{MOST} processes hold every seat at the database. Stop some of them."
    raise RuntimeError(message)


@contextmanager
def visiting(seats: Seats, number: int) -> Iterator[bool]:
    """Hold somebody's seat for a moment, if it is free."""
    free = seats.take(number)
    try:
        yield free
    finally:
        if free:
            seats.leave(number)


class FileSeats:
    """Seats on one machine: the operating system lets go of a file's lock when its process ends."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._held: dict[int, Any] = {}

    def take(self, number: int) -> bool:
        """Take a seat if nobody holds it."""
        from filelock import FileLock, Timeout  # needed where work is done only

        lock = FileLock(self._database.with_name(f"{self._database.name}.worker-{number}.lock"))
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return False
        self._held[number] = lock
        return True

    def holds(self, number: int) -> bool:
        """Whether a seat that was taken is still ours: a file's lock is, as long as we live."""
        return number in self._held

    def leave(self, number: int) -> None:
        """Give a seat back."""
        self._held.pop(number).release()


class PostgresSeats:
    """Seats at a database: PostgreSQL lets go of an advisory lock when its connection ends."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._held: dict[int, Any] = {}

    def take(self, number: int) -> bool:
        """Take a seat if nobody holds it, on a connection of its own."""
        import psycopg  # needed on PostgreSQL only

        connection = psycopg.connect(self._url, autocommit=True, keepalives=1, keepalives_idle=30)
        row = connection.execute("SELECT pg_try_advisory_lock(%s, %s)", (LOCK_SPACE, number)).fetchone()
        if row is None or not row[0]:
            connection.close()
            return False
        self._held[number] = connection
        return True

    def holds(self, number: int) -> bool:
        """Whether a seat that was taken is still ours: not when the connection that held it is gone."""
        import psycopg  # needed on PostgreSQL only

        connection = self._held.get(number)
        if connection is None:
            return False
        try:
            connection.execute("SELECT 1")
        except psycopg.Error:
            self._held.pop(number).close()
            return False
        return True

    def leave(self, number: int) -> None:
        """Give a seat back."""
        connection = self._held.pop(number, None)
        if connection is not None:
            connection.close()
