from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.database import Store, open_store
from bot.store.urls import sqlite_url
from tests.integration.pipeline.conftest import Ticking

from .hubspot_server import HubSpotServer
from .salesforce_server import SalesforceServer


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:  # SQLite only: what differs between databases is tested with the store
    opened = open_store(sqlite_url(tmp_path / "dealfit.sqlite"), Ticking())
    yield opened
    opened.close()


@pytest.fixture
def hubspot() -> Iterator[HubSpotServer]:
    server = HubSpotServer()
    with server.running():
        yield server


@pytest.fixture
def salesforce() -> Iterator[SalesforceServer]:
    server = SalesforceServer()
    with server.running():
        yield server
