"""What goes wrong with a database, and what the user is told."""

from __future__ import annotations

import logging
import os
import socket
import sqlite3
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.store import errors
from bot.store.database import Store, open_store
from bot.store.records import NewDecision
from bot.store.urls import read_url, sqlite_url
from tests.integration.store.outside import FixedClock, raw

CANARY = "s3cret-Canary"
SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
NOBODY = 65534


@contextmanager
def without_rights() -> Iterator[None]:
    """Root may do everything: as root, be nobody for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everybody can enter and, once closed, nobody but root can write."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o755)
        yield path
        path.chmod(0o755)


def test_no_right_to_make_the_file(folder: Path, clock: FixedClock) -> None:
    folder.chmod(0o555)
    for path in (folder / "dealfit.sqlite", folder / "new" / "dealfit.sqlite"):
        with without_rights(), pytest.raises(errors.NotWritableError) as caught:
            open_store(sqlite_url(path), clock)
        assert str(path) in str(caught.value)
        assert "Permission denied" in str(caught.value)
        assert "DEALFIT_DATA_DIR" in str(caught.value)


def test_no_right_to_write_the_file(folder: Path, clock: FixedClock) -> None:
    path = folder / "dealfit.sqlite"
    open_store(sqlite_url(path), clock).close()
    path.chmod(0o444)
    with without_rights(), pytest.raises(errors.NotWritableError, match="no right to read and write the file"):
        open_store(sqlite_url(path), clock)


def test_no_right_to_write_beside_the_file(folder: Path, clock: FixedClock) -> None:
    path = folder / "dealfit.sqlite"
    open_store(sqlite_url(path), clock).close()
    path.chmod(0o666)
    folder.chmod(0o555)
    with without_rights(), pytest.raises(errors.NotWritableError, match="no right to write its folder"):
        open_store(sqlite_url(path), clock)


def test_a_new_file_can_be_read_by_its_owner_only(tmp_path: Path, clock: FixedClock) -> None:
    path = tmp_path / "dealfit.sqlite"
    store = open_store(sqlite_url(path), clock)
    store.ping()
    modes = {file.name: oct(file.stat().st_mode & 0o777) for file in tmp_path.iterdir()}
    assert modes == {"dealfit.sqlite": "0o600", "dealfit.sqlite-wal": "0o600", "dealfit.sqlite-shm": "0o600"}
    store.close()


def test_a_path_through_a_file(tmp_path: Path, clock: FixedClock) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(errors.NotWritableError):
        open_store(sqlite_url(tmp_path / "file" / "dealfit.sqlite"), clock)


def test_a_folder_instead_of_a_file(tmp_path: Path, clock: FixedClock) -> None:
    with pytest.raises(errors.NotWritableError, match="it is a folder"):
        open_store(sqlite_url(tmp_path), clock)


def test_a_file_that_is_not_a_database(tmp_path: Path, clock: FixedClock) -> None:
    path = tmp_path / "deals.csv"
    path.write_text("name,owner\nMercy,Dana\n" * 100)
    with pytest.raises(errors.DamagedError, match="is not a SQLite database"):
        open_store(sqlite_url(path), clock)
    assert path.read_text() == "name,owner\nMercy,Dana\n" * 100


@SQLITE
def test_a_damaged_file(url: str, clock: FixedClock) -> None:
    store = open_store(url, clock)
    store.record_all(NewDecision("k", "a", "s", {"n": "x" * 500}) for _ in range(200))
    store.close()
    path = read_url(url).path
    assert path is not None
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))
    with pytest.raises(errors.DamagedError, match="restore the last backup"):
        open_store(url, clock).verify()


@SQLITE
def test_a_full_disk_loses_nothing_that_was_written(store: Store) -> None:
    store.record(kind="k", actor="a", subject="s", body={"n": 1})
    with store._database.writing() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(errors.DiskFullError, match="Free some room"):
        store.record(kind="k", actor="a", subject="s", body={"big": "x" * 100_000})
    assert (store.verify().ok, store.verify().rows) == (True, 1)
    with store._database.writing() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    assert store.record(kind="k", actor="a", subject="s", body={"big": "x" * 100_000}).id == 2


@SQLITE
def test_while_another_writes_we_read_on_and_a_writer_gives_up_in_the_end(store: Store, url: str) -> None:
    store.record(kind="k", actor="a", subject="s", body={})
    with store._database.writing() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 1")
    path = read_url(url).path
    assert path is not None
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(errors.BusyError, match="is held by another writer"):
            store.record(kind="k", actor="a", subject="s", body={})
        with pytest.raises(errors.BusyError):
            store.ping()
        assert store.verify().rows == 1
        open_store(url, FixedClock()).close()
    assert store.record(kind="k", actor="a", subject="s", body={}).id == 2


@SQLITE
def test_every_write_is_on_disk_before_it_is_acknowledged(store: Store) -> None:
    names = ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "busy_timeout")
    with store._database.writing() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names}
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "busy_timeout": 30000,
    }


def test_a_server_that_is_not_there(clock: FixedClock, caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as taken:  # bound and never listening: nobody else gets the port, and nobody answers
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        url = f"postgres://ann:{CANARY}@127.0.0.1:{port}/deals?password={CANARY}"
        with caplog.at_level(logging.DEBUG), pytest.raises(errors.UnreachableError) as caught:
            open_store(url, clock)
    assert str(caught.value).startswith(f"The database postgresql://ann:***@127.0.0.1:{port}/deals cannot be reached")
    assert "See that the server runs" in str(caught.value)
    assert CANARY not in "".join(traceback.format_exception(caught.value)) + caplog.text


@POSTGRESQL
def test_a_password_appears_nowhere(url: str, clock: FixedClock, caplog: pytest.LogCaptureFixture) -> None:
    secret = url.replace("postgres:@", f"postgres:{CANARY}@")
    assert CANARY in secret
    with caplog.at_level(logging.DEBUG):
        store = open_store(secret, clock)
        store.ping()
        raw(url, "DROP TABLE turns")
        with pytest.raises(errors.StoreError) as caught:  # what the statement would have written is a secret, too
            store.remember_turn("C1", "1.0", "user", CANARY)
        shown = [repr(store), store.shown, repr(store._database), repr(store._database._writer)]
        store.close()
    assert not [text for text in [*shown, caplog.text] if CANARY in text]
    assert CANARY not in "".join(traceback.format_exception(caught.value))


@POSTGRESQL
def test_a_database_that_does_not_exist(url: str, clock: FixedClock) -> None:
    other = url.replace("/test_", "/nothing_")
    with pytest.raises(errors.UnreachableError, match="does not exist"):
        open_store(other, clock)


@POSTGRESQL
def test_a_user_without_rights(url: str, clock: FixedClock) -> None:
    raw(url, "DROP ROLE IF EXISTS guest", "CREATE ROLE guest LOGIN")
    with pytest.raises(errors.NotWritableError, match="GRANT ALL ON SCHEMA public"):
        open_store(url.replace("//postgres:@", "//guest:@"), clock)


@POSTGRESQL
def test_a_server_that_only_reads(url: str, clock: FixedClock) -> None:
    open_store(url, clock).close()
    name = raw(url, "SELECT current_database()")[0][0]
    raw(url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    store = open_store(url, clock)
    for write in (lambda: store.record(kind="k", actor="a", subject="s", body={}), store.ping):
        with pytest.raises(errors.NotWritableError, match="is read-only"):
            write()
    store.close()


@POSTGRESQL
def test_a_connection_that_the_server_dropped_is_replaced(store: Store, url: str) -> None:
    store.record(kind="k", actor="a", subject="s", body={})
    raw(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    assert store.record(kind="k", actor="a", subject="s", body={}).id == 2
