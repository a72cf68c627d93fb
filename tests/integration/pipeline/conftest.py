from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.store.database import Store, open_store
from bot.store.urls import sqlite_url
from tests.postgres import postgres_url  # noqa: F401 - a fixture


class Ticking:
    """A clock that moves by a second each time it is looked at, so that every save has its own time."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Ticking) -> Iterator[Store]:
    if request.param == "sqlite":
        url = sqlite_url(tmp_path / "dealfit.sqlite")
    else:
        url = str(request.getfixturevalue("postgres_url"))
    opened = open_store(url, clock)
    yield opened
    opened.close()
