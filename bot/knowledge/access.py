"""When this process may ask Chroma, and what happens when Chroma does not answer."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.knowledge.chroma import ChromaRows, open_embedded, open_server
from bot.knowledge.passages import KnowledgeError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from bot.knowledge.embedding import Embedder, Vector
    from bot.knowledge.snapshot import Nearest

_log = logging.getLogger(__name__)
_RETRY = timedelta(seconds=60)


class ChromaAccess:
    """The open collection, if any. A search never fails because of Chroma: all vectors are compared instead."""

    def __init__(self, url: str | None, embedder: Embedder, clock: Callable[[], datetime]) -> None:
        """Nothing is opened yet. `url` is the server's address; None means embedded."""
        self.url = url
        self._embedder = embedder
        self._clock = clock
        self._rows: ChromaRows | None = None
        self._failed: datetime | None = None
        self._lock = threading.Lock()

    def open(self, folder: Path, *, replace: bool = False) -> ChromaRows:
        """A collection nobody searches yet, on the server (`replace` empties it first) or in a folder that we own."""
        if self.url:
            return open_server(self.url, self._embedder, replace=replace)
        return open_embedded(folder, self._embedder)

    def for_writing(self, folder: Path) -> ChromaRows:
        """The collection that searches use from now on. A server is connected to anew: it may have been restarted."""
        if self._rows is None or self.url:
            self.use(self.open(folder))
        if self._rows is None:  # pragma: no cover - `use` has just set it
            raise AssertionError
        return self._rows

    def use(self, rows: ChromaRows | None) -> None:
        """Search this collection from now on, and close the one before."""
        before, self._rows = self._rows, rows
        self._failed = None
        if before is not None:
            before.close()

    def nearest(self) -> Nearest | None:
        """Chroma's search, or None when this process may not or need not ask Chroma."""
        if self.url and self._rows is None:
            self._connect(self.url)
        rows = self._rows
        if rows is None:
            return None

        def ask(vector: Vector, audience: frozenset[str], limit: int) -> list[str]:
            try:
                return rows.nearest(vector, audience, limit)
            except KnowledgeError as error:
                _log.warning("Chroma failed, all vectors were compared instead: %s", error)
                self._give_up()
                return []

        return ask

    def _connect(self, url: str) -> None:
        """Reach the server, unless it failed a moment ago: then nobody waits for it."""
        with self._lock:
            if self._rows is not None or (self._failed is not None and self._clock() - self._failed < _RETRY):
                return
            try:
                self._rows = open_server(url, self._embedder)
            except KnowledgeError as error:
                _log.warning("Chroma cannot be used, all vectors are compared instead: %s", error)
                self._failed = self._clock()

    def _give_up(self) -> None:
        """Forget a server that failed. An embedded collection is kept: the next refresh says what is wrong with it."""
        if self.url:
            self.use(None)
            self._failed = self._clock()
