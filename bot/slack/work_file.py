"""The SQLite file of the queue: a write-ahead log, and only what takes work in waits for the disk.

A piece of work that was put away is on the disk before anybody is told so, and with it all that was written before.
That a step was done may be lost in a power cut (not when the process dies): the step is then done again, as after any
crash, and says nothing twice.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event

from bot.slack.turns import InTurn, Turns

CONNECTIONS = 20


class WorkFile:
    """The engine of the queue's SQLite database."""

    def __init__(self, database_url: str) -> None:
        self._now = threading.local()
        self._turns = Turns()
        self.engine: Engine = create_engine(
            database_url, pool_size=CONNECTIONS, connect_args={"factory": InTurn, "cached_statements": 256}
        )
        event.listen(self.engine, "connect", self._opened)
        event.listen(self.engine, "checkout", self._taken)

    @contextmanager
    def surely(self) -> Iterator[None]:
        """What this thread writes inside is on the disk when it is written."""
        self._now.surely = True
        try:
            yield
        finally:
            self._now.surely = False

    def scrub(self) -> bool:
        """Write the file anew, without the pages that hold what is not there any more. False where others kept us."""
        with self.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.isolation_level = None  # it may not stand in a transaction
            driver.execute("VACUUM")
            busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            driver.isolation_level = "IMMEDIATE"
        return not busy

    def close(self) -> None:
        """Let go of the file."""
        self.engine.dispose()

    def _opened(self, connection: Any, _record: Any) -> None:
        connection.turns = self._turns
        connection.isolation_level = "IMMEDIATE"  # two writers meet at the beginning, never halfway
        connection.execute("PRAGMA busy_timeout = 30000")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_mode = WAL")

    def _taken(self, connection: Any, _record: Any, _proxy: Any) -> None:
        sure = getattr(self._now, "surely", False)
        connection.urgent = sure
        connection.execute(f"PRAGMA synchronous = {'FULL' if sure else 'NORMAL'}")
