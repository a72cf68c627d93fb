"""The record of what is indexed: documents, passages, anchors and vectors, in one SQLite file.

It is the truth; Chroma is a copy made for speed. One transaction makes a refresh visible, so a reader in another
process sees the index before it or after it, never between. Vectors are kept by the hash of what was embedded, and
each batch is kept at once: work that was done before a crash is not done again.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bot.knowledge.passages import IndexMismatch, IndexUnwritable, Passage, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from bot.knowledge.embedding import Embedder
    from bot.knowledge.splitting import SplitDocument

SCHEMA = "3"
"""Raised when passages are cut differently or kept differently: an older index is then refused, not misread."""

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE documents (path TEXT PRIMARY KEY, sha256 TEXT NOT NULL);
CREATE TABLE passages (
    id TEXT PRIMARY KEY, path TEXT NOT NULL, title TEXT NOT NULL, heading TEXT NOT NULL, anchor TEXT NOT NULL,
    text TEXT NOT NULL, sha256 TEXT NOT NULL, part TEXT, audience TEXT NOT NULL, owner TEXT NOT NULL, updated TEXT,
    position INTEGER NOT NULL, place TEXT NOT NULL, row_key TEXT NOT NULL, vector_key TEXT NOT NULL,
    section_key TEXT NOT NULL);
CREATE INDEX passages_by_path ON passages (path, position);
CREATE TABLE anchors (path TEXT NOT NULL, anchor TEXT NOT NULL, passage TEXT, PRIMARY KEY (path, anchor));
CREATE TABLE refused (path TEXT NOT NULL, reason TEXT NOT NULL, remedy TEXT NOT NULL, line INTEGER);
CREATE TABLE vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL);
"""
_COLUMNS = (
    "id, path, title, heading, anchor, text, sha256, part, audience, owner, updated, position, place, "
    "row_key, vector_key, section_key"
)
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Row:
    """A passage as it is indexed.

    `vector_key` names what was embedded; `row_key` names that, the passage's id and who may read it. `section_key`
    names the vector of the whole section that the passage was cut from, the same one when it was not cut.
    """

    passage: Passage
    row_key: str
    vector_key: str
    section_key: str


@dataclass(frozen=True, slots=True)
class Contents:
    """One revision of the index."""

    meta: dict[str, str]
    rows: list[Row]
    vectors: dict[str, bytes]


class Manifest:
    """One manifest file. Each call opens it for itself, so any thread and any process may read."""

    def __init__(self, file: Path) -> None:
        """`file` may be absent until `create`."""
        self.file = file

    @contextmanager
    def _open(self, *, write: bool = False) -> Iterator[sqlite3.Connection]:
        try:
            # mode=rw and not ro: after a crash in a commit, the next reader must be able to roll it back.
            connection = sqlite3.connect(f"{self.file.absolute().as_uri()}?mode=rw", uri=True, timeout=10)
            try:
                connection.execute("PRAGMA synchronous = FULL")
                with connection:
                    yield connection
            finally:
                connection.close()
        except sqlite3.OperationalError as error:
            if write:
                message = f"the index cannot be written at {self.file} ({error}): check permission and disk space"
                raise IndexUnwritable(message) from error
            raise _damaged(self.file, error) from error
        except sqlite3.DatabaseError as error:
            raise _damaged(self.file, error) from error

    def create(self, model: str, model_sha256: str) -> None:
        """Make an empty manifest for the vectors of one model, over whatever half-made file stands there."""
        self.file.unlink(missing_ok=True)
        self.file.touch()
        with self._open(write=True) as connection:
            connection.executescript(_TABLES)
            meta = {"schema": SCHEMA, "model": model, "model_sha256": model_sha256, "revision": "0"}
            connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())

    def meta(self) -> dict[str, str]:
        """What the index says of itself: schema, model, model_sha256, revision, and last_refresh once there was one."""
        with self._open() as connection:
            return dict(connection.execute("SELECT key, value FROM meta"))

    def documents(self) -> dict[str, str]:
        """Path -> content hash of each document that is indexed."""
        with self._open() as connection:
            return dict(connection.execute("SELECT path, sha256 FROM documents"))

    def refused(self) -> tuple[Refusal, ...]:
        """What the last refresh refused."""
        with self._open() as connection:
            rows = connection.execute("SELECT path, reason, remedy, line FROM refused ORDER BY path").fetchall()
        return tuple(Refusal(*row) for row in rows)

    def count(self) -> int:
        """The number of passages."""
        with self._open() as connection:
            return int(connection.execute("SELECT count(*) FROM passages").fetchone()[0])

    def contents(self) -> Contents:
        """Everything that a search needs, of one and the same revision; passages are by document and position."""
        with self._open() as connection:
            connection.execute("BEGIN")
            meta = dict(connection.execute("SELECT key, value FROM meta"))
            found = connection.execute(f"SELECT {_COLUMNS} FROM passages ORDER BY path, position").fetchall()
            vectors = dict(connection.execute("SELECT key, vector FROM vectors"))
        return Contents(meta, [_row(values) for values in found], vectors)

    def rows(self) -> list[Row]:
        """All passages, by document and position."""
        with self._open() as connection:
            found = connection.execute(f"SELECT {_COLUMNS} FROM passages ORDER BY path, position").fetchall()
        return [_row(values) for values in found]

    def passage(self, passage_id: str) -> Passage | None:
        """One passage by its id."""
        return self._one(f"SELECT {_COLUMNS} FROM passages WHERE id = ?", (passage_id,))

    def first_passage(self, path: str, anchor: str) -> Passage | None:
        """The first passage of a section; of the document when `anchor` is empty."""
        if not anchor:
            query = f"SELECT {_COLUMNS} FROM passages WHERE path = ? ORDER BY position LIMIT 1"
            return self._one(query, (path,))
        query = (
            f"SELECT {_COLUMNS} FROM passages WHERE id = (SELECT passage FROM anchors WHERE path = ? AND anchor = ?)"
        )
        return self._one(query, (path, anchor))

    def _one(self, query: str, parameters: tuple[str, ...]) -> Passage | None:
        with self._open() as connection:
            values = connection.execute(query, parameters).fetchone()
        return _row(values).passage if values else None

    def vectors(self, keys: Iterable[str]) -> dict[str, bytes]:
        """The vectors that are known, by key, as little-endian 32-bit floats."""
        wanted = list(dict.fromkeys(keys))
        found: dict[str, bytes] = {}
        with self._open() as connection:
            for begin in range(0, len(wanted), _BATCH):
                batch = wanted[begin : begin + _BATCH]
                marks = ",".join("?" * len(batch))
                found.update(connection.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", batch))
        return found

    def known_vectors(self) -> set[str]:
        """The keys of all vectors."""
        with self._open() as connection:
            return {key for (key,) in connection.execute("SELECT key FROM vectors")}

    def add_vectors(self, vectors: Iterable[tuple[str, bytes]]) -> None:
        """Keep vectors at once, before anything points at them."""
        with self._open(write=True) as connection:
            connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", vectors)

    def commit(
        self,
        written: Sequence[tuple[str, str, SplitDocument, Sequence[Row]]],
        gone: Iterable[str],
        refused: Sequence[Refusal],
        now: datetime,
    ) -> None:
        """Make a refresh visible; `written` are (path, sha256, split document, its rows), `gone` are forgotten."""
        replaced = [(path,) for path, *_ in written] + [(path,) for path in gone]
        with self._open(write=True) as connection:
            for table in ("documents", "passages", "anchors"):
                connection.executemany(f"DELETE FROM {table} WHERE path = ?", replaced)
            for path, sha256, split, rows in written:
                connection.execute("INSERT INTO documents VALUES (?, ?)", (path, sha256))
                anchors = [(path, anchor, passage) for anchor, passage in split.anchors.items()]
                connection.executemany("INSERT INTO anchors VALUES (?, ?, ?)", anchors)
                marks = ",".join("?" * len(_COLUMNS.split(",")))
                connection.executemany(f"INSERT INTO passages VALUES ({marks})", [_values(row) for row in rows])
            connection.execute("DELETE FROM refused")
            lines = [(one.path, one.reason, one.remedy, one.line) for one in refused]
            connection.executemany("INSERT INTO refused VALUES (?, ?, ?, ?)", lines)
            connection.execute(
                "DELETE FROM vectors WHERE key NOT IN "
                "(SELECT vector_key FROM passages UNION SELECT section_key FROM passages)"
            )
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('last_refresh', ?)", (now.isoformat(),))
            if replaced:
                connection.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'revision'")


def outdated(meta: Mapping[str, str]) -> bool:
    """Whether an older version of Dealfit made this index: it cuts or keeps passages in another way."""
    made = meta.get("schema", "")
    return made.isdigit() and int(made) < int(SCHEMA)


def made_by_another(meta: Mapping[str, str], embedder: Embedder) -> bool:
    """Whether an index of this version was made by another model, so that it can be made anew with this one."""
    theirs = meta.get("model"), meta.get("model_sha256")
    return meta.get("schema") == SCHEMA and None not in theirs and theirs != (embedder.name, embedder.sha256)


def mismatch(meta: Mapping[str, str], embedder: Embedder) -> str | None:
    """Why an index that says `meta` cannot be used with this model and this version of Dealfit, or None."""
    remedy = "run `dealfit index --rebuild`"
    if meta.get("schema") != SCHEMA:
        return f"the index was made by another version of Dealfit: {remedy}"
    if (meta.get("model"), meta.get("model_sha256")) != (embedder.name, embedder.sha256):
        theirs = f"{meta.get('model')} ({str(meta.get('model_sha256'))[:12]})"
        return (
            f"the index was made by the model {theirs}, and this is {embedder.name} ({embedder.sha256[:12]}): {remedy}"
        )
    return None


def _damaged(file: Path, error: Exception) -> IndexMismatch:
    return IndexMismatch(f"the index at {file} cannot be read ({error}): run `dealfit index --rebuild`")


def _values(row: Row) -> tuple[object, ...]:
    one = row.passage
    updated = one.updated.isoformat() if one.updated else None
    audience = json.dumps(sorted(one.audience))
    return (
        *(one.id, one.path, one.title, one.heading, one.anchor, one.text, one.sha256, one.part),
        *(audience, one.owner, updated, one.position, one.place, row.row_key, row.vector_key, row.section_key),
    )


def _row(values: tuple[Any, ...]) -> Row:
    """A row as it was read: its values are in the order of `_COLUMNS`, which is a passage's and then the row's."""
    name, path, title, heading, anchor, text, sha256, part, audience, owner, updated, position, place, *keys = values
    day = date.fromisoformat(updated) if updated else None
    readers = _readers(audience)
    passage = Passage(name, path, title, heading, anchor, text, sha256, part, readers, owner, day, position, place)
    return Row(passage, *keys)


@lru_cache(maxsize=64)
def _readers(audience: str) -> frozenset[str]:
    """Few audiences stand in many rows."""
    return frozenset(json.loads(audience))
