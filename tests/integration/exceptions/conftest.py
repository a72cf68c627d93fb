from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.database import Store, open_store
from bot.store.urls import sqlite_url
from tests.integration.exceptions.desk import Desk
from tests.integration.store.conftest import clock, empty, ready_url, store  # noqa: F401 - fixtures
from tests.integration.store.outside import FixedClock
from tests.postgres import postgres_url  # noqa: F401 - a fixture


@pytest.fixture
def url(ready_url: str) -> str:  # noqa: F811 - given by name
    return ready_url


@pytest.fixture
def desk(empty: Path, clock: FixedClock, tmp_path: Path) -> Iterator[Desk]:  # noqa: F811 - given by name
    """A desk on SQLite."""
    shutil.copy(empty, tmp_path / "dealfit.sqlite")
    opened = open_store(sqlite_url(tmp_path / "dealfit.sqlite"), clock)
    yield Desk(tmp_path, opened, clock)
    opened.close()


@pytest.fixture
def each_desk(store: Store, clock: FixedClock, tmp_path: Path) -> Desk:  # noqa: F811 - given by name
    """A desk on SQLite, and then one on PostgreSQL."""
    return Desk(tmp_path, store, clock)
