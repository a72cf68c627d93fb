"""Connections: how each database is opened, who writes and who reads, and errors in plain words."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, text
from sqlalchemy.exc import SQLAlchemyError

from bot.store.errors import NotWritableError
from bot.store.failures import explain
from bot.store.urls import Address

PATIENCE = 30
"""Seconds to wait for another writer before giving up: longer than any import holds the database."""

CONNECT_SECONDS = 10

_WRITER_KIB = 16_384
"""The pages that the writer may keep at hand, in KiB: so much memory is taken by large imports alone."""

_LOG_PAGES = 4_000
"""How long SQLite's write-ahead log may get (16 MB) before its pages are put into the database."""

_TOKEN = 0x0DEA1F17
LOG_LOCK = (_TOKEN, 1)
MIGRATION_LOCK = (_TOKEN, 2)
DEALS_LOCK = (_TOKEN, 3)
"""PostgreSQL advisory locks: who appends to the decision log, who migrates, and who numbers a step of saved deals."""


class Database:
    """One database.

    On SQLite every write goes through a single connection that takes the write lock at once; readers have their own,
    and see the last committed state while somebody writes. On PostgreSQL both share a pool.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        self.is_sqlite = address.path is not None
        self._writer = _sqlite_writer(address) if self.is_sqlite else _postgresql(address)
        self._reader = _sqlite_reader(address) if self.is_sqlite else self._writer

    def __repr__(self) -> str:
        return f"Database({self.address.shown})"

    @contextmanager
    def writing(self, *, lasting: bool = True) -> Iterator[Connection]:
        """A transaction that is committed at the end, or undone when anything is raised. Raises StoreError.

        What is not `lasting` need not wait for the disk: a power cut may undo it (the end of a process never does).
        """
        with self._in_words(), self._writer.connect() as connection:
            if self.is_sqlite:
                sure = "FULL" if lasting else "NORMAL"
                _pragma(cast("sqlite3.Connection", connection.connection.driver_connection), f"synchronous = {sure}")
            with connection.begin():
                yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view for reading. Raises StoreError."""
        with self._in_words(), self._reader.connect() as connection:
            yield connection

    def hold(self, connection: Connection, lock: tuple[int, int]) -> None:
        """Waits until this transaction is the only one that holds `lock`. On SQLite every writer is already alone."""
        if not self.is_sqlite:
            first, second = lock
            connection.execute(text("SELECT pg_advisory_xact_lock(:a, :b)"), {"a": first, "b": second})

    def scrub(self) -> bool:
        """Write the SQLite file anew, without the pages that hold what is not there any more, and empty its log.

        False where others at the file kept us from it, and on PostgreSQL, which cleans up by itself. Raises StoreError.
        """
        if not self.is_sqlite:
            return False
        with self._in_words(), self._writer.connect() as connection:
            driver = cast("sqlite3.Connection", connection.connection.driver_connection)
            driver.execute("VACUUM")
            busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def close(self) -> None:
        """Closes every connection."""
        self._writer.dispose()
        self._reader.dispose()

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise explain(error, self.address) from error


def connect(address: Address) -> Database:
    """Prepares a database for use. For SQLite, makes the folder and an empty file that only this account may read.

    Raises NotWritableError when that is not possible. PostgreSQL is not contacted yet.
    """
    if address.path is not None:
        _prepare_file(address.path, address)
    return Database(address)


def _prepare_file(path: Path, address: Address) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            with suppress(FileExistsError):  # another process was quicker
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise _not_writable(address, error.strerror or str(error)) from error
    # An existing file is asked about and not opened: closing it again would drop SQLite's locks in this process.
    if path.is_dir():
        raise _not_writable(address, "it is a folder")
    if not _may(path, os.R_OK | os.W_OK):
        raise _not_writable(address, "no right to read and write the file, or a read-only file system")
    if not _may(path.parent, os.W_OK | os.X_OK):
        raise _not_writable(address, "no right to write its folder, where SQLite keeps its write-ahead log")


def _may(path: Path, rights: int) -> bool:
    return os.access(path, rights, effective_ids=os.access in os.supports_effective_ids)


def _not_writable(address: Address, why: str) -> NotWritableError:
    return NotWritableError(
        f"The database {address.shown} cannot be opened for writing ({why}). Give the account that runs Dealfit the "
        "right to write the file and its folder, or set DEALFIT_DATA_DIR to a folder that it may write."
    )


def _sqlite_writer(address: Address) -> Engine:
    engine = create_engine(
        address.url,
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=PATIENCE,
        hide_parameters=True,
        connect_args={"timeout": PATIENCE},
    )

    def ready_to_write(connection: sqlite3.Connection, _record: object) -> None:
        """Ours is the BEGIN: the driver would begin late, and two writers would then meet in the middle."""
        connection.isolation_level = None
        _pragma(connection, "foreign_keys = ON")
        _pragma(connection, "recursive_triggers = ON")
        _use_write_ahead_log(connection, address)
        _pragma(connection, "synchronous = FULL")
        # A large import writes all over the indexes: with 2 MB at hand every page would be fetched and put away again.
        _pragma(connection, f"cache_size = -{_WRITER_KIB}")
        _pragma(connection, f"wal_autocheckpoint = {_LOG_PAGES}")

    event.listen(engine, "connect", ready_to_write)
    event.listen(engine, "begin", _begin_immediately)
    return engine


def _sqlite_reader(address: Address) -> Engine:
    engine = create_engine(
        address.url,
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=8,
        pool_timeout=PATIENCE,
        hide_parameters=True,
        connect_args={"timeout": PATIENCE},
    )
    event.listen(engine, "connect", _ready_to_read)
    event.listen(engine, "begin", _begin)
    return engine


def _use_write_ahead_log(connection: sqlite3.Connection, address: Address) -> None:
    """Several processes may meet here on a new file, and of two that do, SQLite refuses one without waiting."""
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            if _pragma(connection, "journal_mode") == "wal" or _pragma(connection, "journal_mode = WAL") == "wal":
                return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > give_up:
                raise
            time.sleep(0.02)
        else:
            message = (
                f"The database {address.shown} lies on a file system that cannot hold a write-ahead log. "
                "Put it on a local disk, or use PostgreSQL."
            )
            raise NotWritableError(message)


def _ready_to_read(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    _pragma(connection, "query_only = ON")


def _pragma(connection: sqlite3.Connection, pragma: str) -> Any:
    row = connection.execute(f"PRAGMA {pragma}").fetchone()
    return row[0] if row else None


def _begin_immediately(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _postgresql(address: Address) -> Engine:
    usual: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, "application_name": "dealfit"}
    options = {name: value for name, value in usual.items() if name not in address.url.query}
    return create_engine(
        address.url,
        pool_size=5,
        max_overflow=10,
        pool_timeout=PATIENCE,
        pool_pre_ping=True,
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        connect_args={**options, **address.options},
    )
