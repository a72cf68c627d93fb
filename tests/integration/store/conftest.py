from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.database import Store, open_store
from bot.store.urls import sqlite_url
from tests.integration.store.outside import FixedClock
from tests.postgres import postgres_url  # noqa: F401 - a fixture


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that does not hold anything yet, of each kind in turn."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "new folder" / "dealfit.sqlite")
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def store(url: str, clock: FixedClock) -> Iterator[Store]:
    opened = open_store(url, clock)
    yield opened
    opened.close()
