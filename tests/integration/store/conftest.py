from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.database import Store, open_store
from bot.store.urls import sqlite_url
from tests.integration.store.outside import FixedClock
from tests.postgres import database_like, migrated, postgres_url  # noqa: F401 - a fixture among them


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that does not hold anything yet, of each kind in turn."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "new folder" / "dealfit.sqlite")
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its tables, made once and copied: making them takes longer than most tests."""
    path = tmp_path_factory.mktemp("empty") / "dealfit.sqlite"
    open_store(sqlite_url(path), FixedClock()).close()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def ready_url(request: pytest.FixtureRequest, tmp_path: Path, empty: Path) -> Iterator[str]:
    """A database with its tables and nothing in them, of each kind in turn: for tests that do not ask how they came."""
    if request.param == "sqlite":
        shutil.copy(empty, tmp_path / "dealfit.sqlite")
        yield sqlite_url(tmp_path / "dealfit.sqlite")
        return
    with database_like(migrated()) as url:
        yield url


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def store(url: str, clock: FixedClock) -> Iterator[Store]:
    opened = open_store(url, clock)
    yield opened
    opened.close()
