"""A Chroma server that several processes share, and what happens when it is not there."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import pytest

from bot.knowledge.chroma import open_server
from bot.knowledge.passages import ChromaUnreachable, IndexMismatch
from tests.unit.knowledge.helpers import APPROVER, REP, WordEmbedder, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.knowledge.library import Library

    Make = Callable[..., Library]


def _drop(url: str) -> None:
    """Delete the collection, as an operator would."""
    collections = f"{url}/api/v2/tenants/default_tenant/databases/default_database/collections"
    with urlopen(collections, timeout=60) as answer:  # noqa: S310 - our own server
        names = [one["name"] for one in json.load(answer)]
    for name in names:
        with urlopen(Request(f"{collections}/{name}", method="DELETE"), timeout=60):  # noqa: S310 - the same
            pass


@pytest.fixture
def url(chroma_server: str) -> Iterator[str]:
    """The server's address, without a collection."""
    _drop(chroma_server)
    yield chroma_server
    _drop(chroma_server)


def test_build_search_change_and_remove(make: Make, folder: Path, url: str) -> None:
    library = make(chroma_url=url)
    assert library.refresh().embedded == 4
    assert library.status().owner is None, "nobody owns an index whose Chroma is a server"
    assert {hit.passage.path for hit in library.search("discount floor", audience=APPROVER)} == {"desk.md"}
    assert library._chroma._rows is not None
    (folder / "desk.md").unlink()
    assert library.refresh().removed == ("desk.md",)
    assert library.search("discount floor", audience=APPROVER) == []
    rows = open_server(url, WordEmbedder())
    assert len(rows.keys()) == 3
    rows.close()


def test_two_libraries_share_a_server(make: Make, folder: Path, tmp_path: Path, url: str) -> None:
    first, second = make(chroma_url=url), make(chroma_url=url, index=tmp_path / "second")
    first.refresh()
    second.refresh()
    third = make(chroma_url=url)
    assert len(third.search("discount", audience=REP)) == 3, "a process that only reads asks the server too"
    write(folder, new="# New\n\nA discount of a new kind.\n")
    first.refresh()
    assert len(first.search("discount", audience=REP)) == 4
    assert len(second.search("discount", audience=REP)) == 3
    first.refresh(rebuild=True)
    assert len(second.search("discount", audience=REP)) == 3


def test_the_servers_model_is_checked(make: Make, tmp_path: Path, url: str) -> None:
    make(chroma_url=url).refresh()
    other = make(WordEmbedder("other", "1" * 64), chroma_url=url, index=tmp_path / "other")
    with pytest.raises(IndexMismatch, match="dealfit index --rebuild"):
        other.refresh()
    assert other.refresh(rebuild=True).embedded == 4


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes connections and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_server_that_is_not_there(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    embedded = make()
    embedded.refresh()
    embedded.close()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        absent = f"http://127.0.0.1:{probe.getsockname()[1]}"  # bound and never listening: nobody else gets it
        library = make(chroma_url=absent)
        with pytest.raises(ChromaUnreachable, match=r"chroma run.*DEALFIT_CHROMA_URL"):
            library.refresh()
        assert len(library.search("discount", audience=REP)) == 3, "all vectors are compared instead"
        assert len(library.search("discount", audience=REP)) == 3
    assert len([one for one in caplog.records if "Chroma cannot be used" in one.message]) == 1, "asked once a minute"


def test_a_server_that_never_answers_does_not_hang_us(silent: str) -> None:
    with pytest.raises(ChromaUnreachable, match="does not answer"):
        open_server(silent, WordEmbedder(), seconds=0.2)


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://x", "http://", "file:///etc/passwd"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ChromaUnreachable, match=r"write it like http://127\.0\.0\.1:8000"):
        open_server(url, WordEmbedder())


def test_a_server_that_went_away_between_two_searches(make: Make, url: str, caplog: pytest.LogCaptureFixture) -> None:
    library = make(chroma_url=url)
    library.refresh()
    assert len(library.search("discount", audience=REP)) == 3
    _drop(url)
    assert len(library.search("discount", audience=REP)) == 3
    assert "Chroma failed" in caplog.text
    assert library.refresh().embedded == 0, "the rows go back from the manifest"
    assert len(library.search("discount", audience=REP)) == 3
