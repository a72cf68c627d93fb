"""The copy of the store's deals in Parquet files: written by one process at a time, read by all, never half.

A part is written whole under a new name; then the manifest, which names the parts that count, is replaced in one step.
Whoever dies in between leaves a file that no manifest names, and the next writer takes it away. Everything here can be
thrown away at any time: the store is the truth, and the next question makes it again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from bot.pipeline.deal_table.layout import fingerprint, rows_of, wider
from bot.profile.model import Profile
from bot.store.records import ChangedDeal, DealMark

BATCH = 20_000
"""Deals in a part: some tens of megabytes while it is made."""

MOST_PARTS = 64
_KEPT_FOLDERS = 3
_SQL_TYPES = {
    "string": "VARCHAR", "int64": "BIGINT", "bool": "BOOLEAN", "date32[day]": "DATE", "timestamp[us]": "TIMESTAMP",
}  # fmt: skip
_MANIFEST = "manifest.json"

Progress = Callable[[int], object]


class Source(Protocol):
    """Where the deals are kept."""

    @property
    def shown(self) -> str:
        """Which database it is."""

    def deals_version(self) -> int:
        """The number of the last step that saved deals."""

    def changed_deals(self, after: DealMark, limit: int = 10_000) -> list[ChangedDeal]:
        """The deals that were saved after a mark."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Which parts count, in their order, and up to which deal they go. A later part's row replaces an earlier one's.

    `generation` changes when the parts are no continuation of what they were. `types` are the widest of each column.
    """

    generation: int
    mark: DealMark
    parts: tuple[str, ...] = ()
    types: dict[str, pa.DataType] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        return {
            "generation": self.generation,
            "mark": [self.mark.version, self.mark.key],
            "parts": list(self.parts),
            "schema": pa.schema(list(self.types.items())).serialize().to_pybytes().hex(),
        }

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Manifest:
        """From JSON data."""
        schema = pa.ipc.read_schema(pa.py_buffer(bytes.fromhex(plain["schema"])))
        version, key = plain["mark"]
        types = {each.name: each.type for each in schema}
        return cls(int(plain["generation"]), DealMark(int(version), str(key)), tuple(plain["parts"]), types)


class ParquetCopy:
    """The copy for one kind of columns: each fingerprint of a profile's facts has a folder of its own."""

    def __init__(self, folder: Path, store: Source, profile: Profile) -> None:
        self._root = folder
        self._store = store
        self._profile = profile
        name = hashlib.sha256(f"{store.shown} {fingerprint(profile)}".encode()).hexdigest()[:16]
        self.folder = folder / f"deals-{name}"

    def path(self, part: str) -> Path:
        """Where a part lies."""
        return self.folder / part

    def current(self) -> Manifest:
        """What there is now: nothing, where the manifest is absent, unreadable, or names a part that is not there."""
        try:
            manifest = Manifest.of(json.loads((self.folder / _MANIFEST).read_bytes()))
        except (OSError, ValueError, KeyError, TypeError, pa.ArrowInvalid):
            return Manifest(0, DealMark())
        return manifest if all(self.path(part).is_file() for part in manifest.parts) else Manifest(0, DealMark())

    def refresh(self, progress: Progress | None = None) -> Manifest:
        """Bring the copy up to date with the store. Only who finds it behind takes the lock.

        Raises:
            StoreError: the database failed. What was copied by then stays.
            OSError: the folder cannot be written.
        """
        version = self._store.deals_version()
        manifest = self.current()
        if version == manifest.mark.version and not self._more(manifest):
            return manifest
        with self._writing():
            manifest = self.current()
            if version < manifest.mark.version:  # another database under the same name: an older copy was restored
                manifest = Manifest(manifest.generation + 1, DealMark())
            if len(manifest.parts) >= MOST_PARTS:
                manifest = self._compacted(manifest)
            return self._append(manifest, progress)

    def _more(self, manifest: Manifest) -> bool:
        """Whether the step at the mark has more deals: the copy was stopped in the middle of it."""
        return bool(manifest.parts) and bool(self._store.changed_deals(manifest.mark, limit=1))

    def _append(self, manifest: Manifest, progress: Progress | None) -> Manifest:
        done = 0
        while rows := self._store.changed_deals(manifest.mark, limit=BATCH):
            table = rows_of(self._profile, rows)
            part = f"part-{manifest.generation}-{len(manifest.parts)}-{rows[-1].version}.parquet"
            _write(table, self.path(part))
            mark = DealMark(rows[-1].version, rows[-1].key)
            types = _widest(manifest.types, table.schema)
            manifest = replace(manifest, mark=mark, parts=(*manifest.parts, part), types=types)
            self._publish(manifest)
            done += len(rows)
            if progress is not None:
                progress(done)
            if len(rows) < BATCH:
                break
        self._clean(manifest)
        return manifest

    def _compacted(self, manifest: Manifest) -> Manifest:
        """The parts as one, of each deal the last row; read and written by DuckDB, which does it in little memory."""
        import duckdb  # reached once in some thousands of changes

        part = f"part-{manifest.generation + 1}-0-{manifest.mark.version}.parquet"
        columns = ", ".join(f'"{name}"::{sql_type(kind)} AS "{name}"' for name, kind in manifest.types.items())
        target = self.path(f"{part}.writing")
        with duckdb.connect() as connection:
            connection.execute("SET preserve_insertion_order = false")
            files = [str(self.path(each)) for each in manifest.parts]
            connection.execute(
                f"COPY (SELECT {columns} FROM read_parquet($files, union_by_name = true, filename = true) "
                "QUALIFY row_number() OVER (PARTITION BY deal_key ORDER BY list_position($files, filename) DESC) = 1) "
                f"TO '{str(target).replace(chr(39), chr(39) * 2)}' (FORMAT parquet)",
                {"files": files},
            )
        _sync(target)
        target.replace(self.path(part))
        compacted = replace(manifest, generation=manifest.generation + 1, parts=(part,))
        self._publish(compacted)
        return compacted

    def _publish(self, manifest: Manifest) -> None:
        target = self.folder / _MANIFEST
        writing = target.with_suffix(".writing")
        writing.write_text(json.dumps(manifest.plain()), encoding="utf-8")
        _sync(writing)
        writing.replace(target)

    def _clean(self, manifest: Manifest) -> None:
        """Take away what nobody names. A reader that still opens such a file finds the newer manifest and reads it."""
        for path in self.folder.iterdir():
            if path.name not in {*manifest.parts, _MANIFEST}:
                path.unlink(missing_ok=True)
        folders = sorted(self._root.glob("deals-*"), key=lambda each: each.stat().st_mtime, reverse=True)
        for old in [each for each in folders if each != self.folder][_KEPT_FOLDERS - 1 :]:
            shutil.rmtree(old, ignore_errors=True)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        from filelock import FileLock  # only who may write needs it

        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(self._root / "writing.lock"):
            yield


def _widest(known: dict[str, pa.DataType], schema: pa.Schema) -> dict[str, pa.DataType]:
    return {each.name: wider(known.get(each.name, each.type), each.type) for each in schema}


def _write(table: pa.Table, path: Path) -> None:
    writing = path.with_name(f"{path.name}.writing")
    pq.write_table(table, writing, compression="zstd")
    _sync(writing)
    writing.replace(path)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sql_type(kind: pa.DataType) -> str:
    """What DuckDB calls the type."""
    if pa.types.is_decimal(kind):
        return f"DECIMAL({kind.precision}, {kind.scale})"
    return _SQL_TYPES[str(kind)]
