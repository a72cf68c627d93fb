"""Turns a driver's error into a StoreError that says what to do about it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.store.errors import (
    BusyError,
    ConflictError,
    DamagedError,
    DiskFullError,
    NotWritableError,
    RecordError,
    StoreError,
    UnreachableError,
)

if TYPE_CHECKING:
    from bot.store.urls import Address


class _Case(NamedTuple):
    """A family of driver errors: how its codes start, which error it is, what happened and what to do."""

    starts: tuple[str, ...]
    error: type[StoreError]
    what: str
    remedy: str


_BUSY = "Try again. If it stays so, see which other process holds the database."
_FULL = "Free some room on its disk and try again; what was written before is safe."
_SQLITE = (
    _Case(("SQLITE_BUSY", "SQLITE_LOCKED"), BusyError, "is held by another writer", _BUSY),
    _Case(("SQLITE_FULL", "SQLITE_IOERR_WRITE"), DiskFullError, "could not be written: the disk may be full", _FULL),
    _Case(
        ("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_IOERR_DELETE"),
        NotWritableError,
        "cannot be written",
        "Give the account that runs Dealfit the right to write the file and its folder, or set DEALFIT_DATA_DIR to a "
        "folder that it may write.",
    ),
    _Case(
        ("SQLITE_CANTOPEN", "SQLITE_AUTH"),
        NotWritableError,
        "cannot be opened",
        "See that its folder exists and that the account that runs Dealfit may write it.",
    ),
    _Case(
        ("SQLITE_NOTADB",),
        DamagedError,
        "is not a SQLite database",
        "Name another file in DEALFIT_DATABASE_URL, or move this one away.",
    ),
    _Case(
        ("SQLITE_CORRUPT", "SQLITE_IOERR"),
        DamagedError,
        "is damaged, or its disk fails",
        "Stop Dealfit, copy the file and its -wal file to a safe place, and restore the last backup.",
    ),
    _Case(
        ("SQLITE_CONSTRAINT_FOREIGNKEY",),
        RecordError,
        "does not hold the decision that this record refers to",
        "Record the decision first and use the id that it got.",
    ),
)
_POSTGRESQL = (
    _Case(
        ("28",),
        UnreachableError,
        "refuses us",
        "Check the user and the password in DEALFIT_DATABASE_URL, and the server's pg_hba.conf.",
    ),
    _Case(
        ("3D",),
        UnreachableError,
        "has no database of that name",
        "Create it (createdb), or correct the name in DEALFIT_DATABASE_URL.",
    ),
    _Case(
        ("53300",),
        UnreachableError,
        "has no connection left for us",
        "Raise max_connections on the server, or run fewer processes of Dealfit.",
    ),
    _Case(
        ("53100", "53200", "53400"),
        DiskFullError,
        "has no room left",
        "Free some room on the server's disk and try again; what was written before is safe.",
    ),
    _Case(
        ("25006",),
        NotWritableError,
        "is read-only",
        "Point DEALFIT_DATABASE_URL at the primary server, or lift default_transaction_read_only.",
    ),
    _Case(
        ("42501",),
        NotWritableError,
        "does not allow this to our user",
        "Give the user the right to create and write tables in the schema: GRANT ALL ON SCHEMA public TO the user.",
    ),
    _Case(("55P03", "40", "57014"), BusyError, "is held by another writer", _BUSY),
    _Case(("08", "57P"), UnreachableError, "broke the connection", "See that the server runs, and try again."),
    _Case(
        ("42P07", "42710", "42723"),
        ConflictError,
        "already holds something of another program under a name that Dealfit needs",
        "Give Dealfit a database of its own.",
    ),
    _Case(
        ("23503",),
        RecordError,
        "does not hold the decision that this record refers to",
        "Record the decision first and use the id that it got.",
    ),
)
_NO_SERVER = _Case(
    (),
    UnreachableError,
    "cannot be reached",
    "See that the server runs and that host, port, user and password in DEALFIT_DATABASE_URL are right.",
)
_WAITED = _Case((), BusyError, "did not give us a turn in time", _BUSY)
_EXISTS = _Case((), ConflictError, _POSTGRESQL[-2].what, _POSTGRESQL[-2].remedy)
_OTHER = _Case((), StoreError, "refused this", "Run 'dealfit doctor', and report this with the text above.")


def explain(error: SQLAlchemyError | sqlite3.Error, address: Address) -> StoreError:
    """The StoreError for a driver's error. Its text holds neither a password nor the data of the statement."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    case = _case(error, cause)
    # PostgreSQL's further lines quote the row, which may be confidential: the first one says enough
    primary = getattr(getattr(cause, "diag", None), "message_primary", None)
    detail = address.scrub(" ".join(str(primary or cause).split()))
    return case.error(f"The database {address.shown} {case.what} ({detail}). {case.remedy}")


def _case(error: Exception, cause: BaseException | None) -> _Case:
    if isinstance(error, PoolTimeoutError):
        return _WAITED
    if isinstance(cause, sqlite3.Error):
        name = getattr(cause, "sqlite_errorname", "")
        if name == "SQLITE_ERROR" and "already exists" in str(cause):
            return _EXISTS
        return _first(_SQLITE, name) or _OTHER
    state = getattr(cause, "sqlstate", None)
    if isinstance(state, str):
        return _first(_POSTGRESQL, state) or _OTHER
    # Without a state no server answered: psycopg gives none when a connection cannot be made or is lost.
    return _NO_SERVER if isinstance(error, OperationalError | InterfaceError) else _OTHER


def _first(cases: tuple[_Case, ...], code: str) -> _Case | None:
    return next((case for case in cases if code.startswith(case.starts)), None)
