"""A library of small playbooks, the index of the bundled ones, and a Chroma server on loopback."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from bot.knowledge.library import Library
from tests.unit.knowledge.helpers import NOON, WordEmbedder, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.knowledge.embedding import Embedder

PLAYBOOKS = Path(__file__).parents[3] / "knowledge"

PRICING = """---
title: Price conversations
audience: [rep, manager]
---
# Price conversations

We talk about price after success.

## Discounts

A discount needs three months of services.

## Walking away

Leave when outcomes cannot be agreed.
"""
DESK = """---
title: Deal desk notes
audience: [approver]
---
# Deal desk notes

The discount floor is fifteen percent.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two small playbooks: one for reps and managers, one for approvers."""
    write(tmp_path / "knowledge", pricing=PRICING, desk=DESK)
    return tmp_path / "knowledge"


@pytest.fixture
def make(folder: Path, tmp_path: Path) -> Iterator[Callable[..., Library]]:
    """Make libraries over one folder and one index, by default with the word-counting model; closed at the end."""
    made: list[Library] = []

    def build(embedder: Embedder | None = None, *, chroma_url: str | None = None, index: Path | None = None) -> Library:
        library = Library(
            folder,
            index or tmp_path / "index",
            embedder=embedder or WordEmbedder(),
            chroma_url=chroma_url,
            clock=lambda: NOON,
        )
        made.append(library)
        return library

    yield build
    for library in made:
        library.close()


@pytest.fixture(scope="session")
def bundled(shipped_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The bundled playbooks, indexed by the bundled model."""
    copied = shutil.copytree(shipped_index, tmp_path_factory.mktemp("bundled") / "index")
    library = Library(PLAYBOOKS, copied, clock=lambda: datetime.now(UTC))
    yield library
    library.close()


@pytest.fixture(scope="session")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Chroma server."""
    folder = tmp_path_factory.mktemp("chroma")
    for _ in range(5):  # it takes no port that is open already, and between our look and its start another may take it
        server, url = _chroma(folder)
        try:
            if _answers(server, url):
                yield url
                return
        finally:
            server.terminate()
            server.wait()
    pytest.fail((folder / "log").read_text())


def _chroma(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).parent / "chroma"), "run", "--path", str(folder), "--host", "127.0.0.1"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([*command, "--port", str(port)], stdout=log, stderr=log, cwd=folder)
    return server, f"http://127.0.0.1:{port}"


def _answers(server: subprocess.Popen[bytes], url: str) -> bool:
    deadline = time.monotonic() + 120
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(f"{url}/api/v2/heartbeat", timeout=10):  # noqa: S310 - our own server
                return True
        except (URLError, OSError):
            time.sleep(0.1)
    return False
