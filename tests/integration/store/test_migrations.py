from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.store.database import Store, open_store
from bot.store.errors import ConflictError, TooNewError
from bot.store.migrating import HEAD, VERSION_TABLE
from bot.store.tables import metadata
from bot.store.urls import read_url, sqlite_url
from tests.integration.store.outside import FixedClock, raw


def tables(url: str) -> set[str]:
    if read_url(url).path is None:
        query = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
    return {name for (name,) in raw(url, query)}


def test_the_newest_migration_is_the_one_the_code_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_the_tables_are_as_the_code_describes_them(store: Store, url: str) -> None:
    assert tables(url) == {*metadata.tables, VERSION_TABLE}
    with store._database.reading() as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_opening_again_changes_nothing_and_does_not_load_alembic(store: Store, url: str) -> None:
    store.record(kind="k", actor="a", subject="s", body={})
    code = (
        "import sys; from datetime import UTC, datetime; from bot.store.database import open_store; "
        "store = open_store(sys.argv[1], lambda: datetime.now(UTC)); "
        "print('alembic' in sys.modules, store.verify().rows, store.deals_version()); store.close()"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code, url], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "1", "0"]
    assert raw(url, f"SELECT version_num FROM {VERSION_TABLE}") == [(HEAD,)]  # noqa: S608


def test_a_database_that_a_newer_dealfit_wrote_is_left_alone(url: str, clock: FixedClock) -> None:
    open_store(url, clock).close()
    raw(url, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")  # noqa: S608
    with pytest.raises(TooNewError, match="has the schema 9999, which this Dealfit does not know"):
        open_store(url, clock)
    assert raw(url, f"SELECT version_num FROM {VERSION_TABLE}") == [("9999",)]  # noqa: S608


def test_a_database_of_another_program_is_left_alone(url: str, clock: FixedClock, tmp_path: Path) -> None:
    (tmp_path / "new folder").mkdir()
    raw(url, "CREATE TABLE deals (price INTEGER)", "INSERT INTO deals VALUES (7)")
    with pytest.raises(ConflictError, match="Give Dealfit a database of its own"):
        open_store(url, clock)
    assert tables(url) == {"deals"}
    assert raw(url, "SELECT price FROM deals") == [(7,)]


def test_a_database_shared_with_another_program_that_uses_alembic(url: str, clock: FixedClock, tmp_path: Path) -> None:
    (tmp_path / "new folder").mkdir()
    raw(url, "CREATE TABLE alembic_version (version_num TEXT)", "INSERT INTO alembic_version VALUES ('theirs')")
    open_store(url, clock).close()
    assert raw(url, "SELECT version_num FROM alembic_version") == [("theirs",)]


def test_two_threads_may_open_two_new_stores(tmp_path: Path, clock: FixedClock) -> None:
    opened: list[int] = []

    def work(number: int) -> None:
        store = open_store(sqlite_url(tmp_path / f"{number}.sqlite"), clock)
        opened.append(store.record(kind="k", actor="a", subject="s", body={}).id)
        store.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opened == [1] * 6
