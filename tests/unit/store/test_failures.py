from __future__ import annotations

import sqlite3

import psycopg
import pytest
from psycopg import errors as pg
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.store import errors
from bot.store.failures import explain
from bot.store.urls import read_url

POSTGRESQL = read_url("postgresql://ann:canary@db/deals")
SQLITE = read_url("sqlite:////data/dealfit.sqlite")


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (pg.DiskFull, errors.DiskFullError),
        (pg.InvalidPassword, errors.UnreachableError),
        (pg.InvalidCatalogName, errors.UnreachableError),
        (pg.TooManyConnections, errors.UnreachableError),
        (pg.AdminShutdown, errors.UnreachableError),
        (pg.InsufficientPrivilege, errors.NotWritableError),
        (pg.ReadOnlySqlTransaction, errors.NotWritableError),
        (pg.LockNotAvailable, errors.BusyError),
        (pg.DeadlockDetected, errors.BusyError),
        (pg.DuplicateTable, errors.ConflictError),
        (pg.ForeignKeyViolation, errors.RecordError),
        (pg.SyntaxError, errors.StoreError),
    ],
)
def test_what_postgresql_says_in_words(raised: type[psycopg.Error], expected: type[errors.StoreError]) -> None:
    said = explain(ProgrammingError("SELECT secret", {}, raised("it failed for canary")), POSTGRESQL)
    assert type(said) is expected
    assert str(said).startswith("The database postgresql://ann:***@db/deals ")
    assert "(it failed for ***)" in str(said)
    assert "SELECT" not in str(said)


def test_no_answer_from_postgresql_is_a_server_that_cannot_be_reached() -> None:
    said = explain(OperationalError("", {}, psycopg.OperationalError("connection refused")), POSTGRESQL)
    assert type(said) is errors.UnreachableError
    assert "See that the server runs" in str(said)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("SQLITE_BUSY_SNAPSHOT", errors.BusyError),
        ("SQLITE_FULL", errors.DiskFullError),
        ("SQLITE_IOERR_WRITE", errors.DiskFullError),
        ("SQLITE_READONLY_DIRECTORY", errors.NotWritableError),
        ("SQLITE_CANTOPEN", errors.NotWritableError),
        ("SQLITE_NOTADB", errors.DamagedError),
        ("SQLITE_CORRUPT", errors.DamagedError),
        ("SQLITE_IOERR_READ", errors.DamagedError),
        ("SQLITE_CONSTRAINT_FOREIGNKEY", errors.RecordError),
        ("SQLITE_MISUSE", errors.StoreError),
    ],
)
def test_what_sqlite_says_in_words(code: str, expected: type[errors.StoreError]) -> None:
    raised = sqlite3.OperationalError("it failed")
    raised.sqlite_errorname = code
    for error in (raised, OperationalError("SELECT secret", {}, raised)):
        said = explain(error, SQLITE)
        assert type(said) is expected
        assert str(said).startswith("The database sqlite:////data/dealfit.sqlite ")
        assert "SELECT" not in str(said)


def test_a_pool_without_a_free_connection_is_busy() -> None:
    assert type(explain(PoolTimeoutError("too long"), SQLITE)) is errors.BusyError
