from __future__ import annotations

import traceback
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from bot.store.errors import UrlError
from bot.store.urls import read_url, sqlite_url

CANARY = "s3cret-Canary"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "POSTGRES"])
def test_each_way_to_write_postgresql_leads_to_the_one_driver(scheme: str) -> None:
    address = read_url(f" {scheme}://ann:{CANARY}@db.example/deals?sslmode=require ")
    assert address.url.drivername == "postgresql+psycopg"
    assert address.url.password == CANARY
    assert address.shown == "postgresql://ann:***@db.example/deals?sslmode=require"
    assert address.path is None


def test_a_sqlite_url_names_a_file() -> None:
    address = read_url("sqlite:///data/dealfit.sqlite")
    assert address.path == Path("data/dealfit.sqlite")
    assert address.shown == "sqlite:///data/dealfit.sqlite"


@pytest.mark.parametrize("name", ["plain.db", "with space.db", "50%.db", "what?.db", "a#b.db", "ünï.db", "a@b:c.db"])
def test_any_path_can_be_written_as_a_url(name: str) -> None:
    path = Path("/some where") / name
    assert read_url(sqlite_url(path)).path == path


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "mysql://ann@db/deals",
        "postgresql+asyncpg://ann@db/deals",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:x?mode=memory&uri=true",
        "sqlite:///x.db?mode=ro",
        "sqlite://x.db",
        "postgresql://ann:pw@db:port/deals",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_with_the_forms_that_can(url: str) -> None:
    with pytest.raises(UrlError, match=r"Write sqlite:///path/to/dealfit\.sqlite or postgresql://"):
        read_url(url)


@pytest.mark.parametrize("url", [f"postgresql://a:{CANARY}@db:{CANARY}/deals", f"postgresql:/{CANARY}", f"//{CANARY}"])
def test_a_url_that_cannot_be_read_is_not_repeated(url: str) -> None:
    with pytest.raises(UrlError) as caught:
        read_url(url)
    assert CANARY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://ann:{CANARY}@db/deals",
        f"postgresql://db/deals?user=ann&password={CANARY}",
        f"postgresql://ann:{CANARY}@db/deals?sslpassword={CANARY}",
    ],
)
def test_a_password_is_used_and_never_shown(url: str) -> None:
    address = read_url(url)
    assert address.url.password == CANARY
    engine = create_engine(address.url)
    shown = [repr(address), address.shown, repr(address.url), str(address.url), repr(engine)]
    assert not [text for text in shown if CANARY in text]
    assert address.scrub(f"wrong password {CANARY}") == "wrong password ***"


def test_a_password_is_scrubbed_as_it_is_and_as_a_url_writes_it() -> None:
    address = read_url("postgresql://ann:a%40b%2Fc%20d@db/deals")
    assert address.url.password == "a@b/c d"
    assert address.scrub("a@b/c d, a%40b%2Fc%20d, a%40b%2Fc+d") == "***, ***, ***"
