"""Which deals an import has met so far: on disk, so that a file of millions costs no memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b

_CACHE_KIB = 32_768
_AT_ONCE = 500


class Seen:
    """Keys with the line on which each was met first."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, keys: Sequence[tuple[str, int]]) -> dict[int, int]:
        """Take keys with their lines. Gives, for each line whose key was met before, the line where it was."""
        rows = [(_digest(key), line) for key, line in keys]
        before = self._connection.total_changes
        self._connection.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", rows)
        if self._connection.total_changes - before == len(rows):
            return {}
        again = {}
        for digest, line in rows:
            (first,) = self._connection.execute("SELECT line FROM seen WHERE digest = ?", (digest,)).fetchone()
            if first != line:
                again[line] = int(first)
        return again

    def absent(self, keys: Sequence[str]) -> set[str]:
        """Which of the keys were not met."""
        digests = {_digest(key): key for key in keys}
        found: set[str] = set(keys)
        wanted = list(digests)
        for at in range(0, len(wanted), _AT_ONCE):
            some = wanted[at : at + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            for (digest,) in self._connection.execute(f"SELECT digest FROM seen WHERE digest IN ({marks})", some):  # noqa: S608 - marks alone
                found.discard(digests[digest])
        return found


@contextmanager
def nothing_seen() -> Iterator[Seen]:
    """An empty memory in a temporary file, which goes with it."""
    connection = sqlite3.connect("", isolation_level=None)  # "" is a temporary database on disk
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute("CREATE TABLE seen (digest BLOB PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        connection.execute("BEGIN")
        yield Seen(connection)
    finally:
        connection.close()


def _digest(key: str) -> bytes:
    return blake2b(key.encode("utf-8", "replace"), digest_size=16).digest()
