"""The judged deal table in DuckDB, in this process's memory: filled from the Parquet copy, then by what changed."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

from bot.pipeline.deal_table.backend import TableBackend, quoted
from bot.pipeline.deal_table.forgetting import Gone, forget
from bot.pipeline.deal_table.judging import OWNER_COLUMNS, judged, owners_of, people_stamp, words_of_columns
from bot.pipeline.deal_table.layout import KEY
from bot.pipeline.deal_table.parquet import Manifest, ParquetCopy, Progress, Source, sql_type
from bot.pipeline.deal_table.snapshots import SCHEMA as SNAPSHOT_SCHEMA
from bot.pipeline.deal_table.snapshots import Snapshot, SnapshotShelf, snapshot_rows, snapshots_lock
from bot.profile.columns import names
from bot.profile.model import Profile
from bot.profile.people import People

_DEALS = "dealfit_deals"
_INCOMING = "dealfit_incoming"
_OWNERS = "dealfit_owners"
_TRIES = 3


class EmbeddedDeals(TableBackend):
    """All deals, judged once for each profile and people file and then only looked at. Safe to use from threads.

    Deals that were saved since are judged alone: a question after one deal check costs no more than one before it.
    """

    def __init__(self, folder: Path, store: Source, *, memory_limit: str | None = None) -> None:
        self._folder = folder
        self._shelf = SnapshotShelf(folder / "snapshots")
        self._store = store
        config = {} if memory_limit is None else {"memory_limit": memory_limit}
        super().__init__(ibis.duckdb.connect(**config))
        self._backend.con.execute("SET enable_progress_bar = false")
        self._copy: ParquetCopy | None = None
        self._manifest: Manifest | None = None
        self._of: tuple[str, Any] | None = None
        self._statement = ""
        self._changes = 0
        self._starts = 0

    @property
    def stamp(self) -> int:
        """A number that is another one whenever the table's rows are others."""
        return self._changes

    @property
    def columns_stamp(self) -> int:
        """A number that is another one whenever the columns, or what they mean, are others."""
        return self._starts

    def refresh(self, profile: Profile, people: People, progress: Progress | None = None) -> None:
        """Bring the table up to date with the store, the profile and the people.

        Raises:
            StoreError: the database failed.
            OSError: the data folder cannot be written.
        """
        with self._lock:
            copy = ParquetCopy(self._folder, self._store, profile)
            if self._copy is None or self._copy.folder != copy.folder:
                self._copy, self._manifest = copy, None
            manifest = self._copy.refresh(progress)
            of = (profile.id.sha256, people_stamp(people))
            if self._manifest == manifest and self._of == of:
                return
            for attempt in range(_TRIES):
                try:
                    self._load(manifest, of, profile, people)
                except duckdb.IOException:
                    # Another process put the parts together meanwhile, and its manifest names the new one.
                    if attempt == _TRIES - 1:
                        raise
                    self._manifest, manifest = None, self._copy.current()
                else:
                    break

    def arrow(self, expression: ir.Expr) -> pa.Table:
        """An expression over the table, worked out."""
        with self._lock:
            return self._backend.con.sql(self.sql(expression)).to_arrow_table()

    def arrow_of(self, statement: str) -> pa.Table:
        """A statement that `sql` made, worked out: making it takes longer than most answers."""
        with self._lock:
            return self._backend.con.sql(statement).to_arrow_table()

    def taking_snapshot(self) -> AbstractContextManager[None]:
        """Nothing is erased from the snapshots until what was read for a new one is kept."""
        return snapshots_lock(self._folder)

    def forget(self, gone: Gone) -> int:
        """Take what was erased out of the files."""
        return forget(self._folder, gone)

    def keep_snapshot(self, snapshot: Snapshot, profile: Profile) -> None:
        """Keep the rows as they are now."""
        self._shelf.make_room()
        path = self._shelf.path(snapshot.id)
        writing = path.with_suffix(".writing")
        rows = self.sql(snapshot_rows(self.table, profile))
        with self._lock:
            self._backend.con.execute(f"COPY ({rows}) TO {quoted(str(writing))} (FORMAT parquet, COMPRESSION zstd)")
        writing.replace(path)
        self._shelf.add(snapshot)

    def snapshots(self) -> list[Snapshot]:
        """The snapshots there are, oldest first."""
        return self._shelf.all()

    def snapshot(self, snapshot: str) -> ir.Table:
        """The rows of a snapshot. Raises KeyError when there is none."""
        if snapshot not in {each.id for each in self._shelf.all()}:
            raise KeyError(snapshot)
        name = f"dealfit_snapshot_{snapshot.replace('-', '_')}"
        path = quoted(str(self._shelf.path(snapshot)))
        with self._lock:
            self._backend.con.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM read_parquet({path})")
        return self._bound(name, SNAPSHOT_SCHEMA)

    def _load(self, manifest: Manifest, of: tuple[str, Any], profile: Profile, people: People) -> None:
        assert self._copy is not None  # noqa: S101 - set by the only caller
        before = self._manifest
        goes_on = (
            before is not None
            and self._of == of
            and before.generation == manifest.generation
            and before.types == manifest.types
            and manifest.parts[: len(before.parts)] == before.parts
        )
        new = manifest.parts[len(before.parts) :] if before is not None and goes_on else manifest.parts
        connection = self._backend.con
        if not goes_on:
            # Before the transaction: DuckDB 2.0.0 keeps empty statistics for a table that is made in the transaction
            # which fills it with more than one row group, and every filter then finds nothing. A test holds this.
            self._manifest = self._of = None
            self._start(manifest, profile)
        connection.execute("BEGIN")
        try:
            for part in new:
                self._take(part, manifest, people)
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            self._manifest = self._of = None
            raise
        self._manifest, self._of = manifest, of
        self._changes += 1

    def _start(self, manifest: Manifest, profile: Profile) -> None:
        """An empty table, and the statement that judges what comes in."""
        run = self._backend.con.execute
        self._starts += 1
        types = manifest.types or _no_deals(profile)
        columns = ", ".join(f'"{name}" {sql_type(kind)}' for name, kind in types.items())
        run(f"CREATE OR REPLACE TEMP TABLE {_INCOMING} ({columns})")
        owner_columns = ", ".join(f'"{name}" VARCHAR' for name in OWNER_COLUMNS)
        run(f"CREATE OR REPLACE TEMP TABLE {_OWNERS} ({owner_columns})")
        incoming = ibis.table(ibis.Schema.from_pyarrow(pa.schema(list(types.items()))), name=_INCOMING)
        owners = ibis.table(dict.fromkeys(OWNER_COLUMNS, "string"), name=_OWNERS)
        expression = judged(incoming, owners, profile)
        few = words_of_columns(profile)
        casts = ", ".join(_as_words(name, few.get(name)) for name in expression.columns)
        self._statement = f"SELECT {casts} FROM ({self._backend.compile(expression)})"
        run(f"CREATE OR REPLACE TABLE {_DEALS} AS {self._statement} LIMIT 0")
        self._table = self._bound(_DEALS, expression.schema())

    def _take(self, part: str, manifest: Manifest, people: People) -> None:
        """Judge a part's deals, and put them in the place of what they were."""
        run = self._backend.con.execute
        path = str(self._copy.path(part)) if self._copy is not None else part
        run(f"DELETE FROM {_INCOMING}")
        run(f"INSERT INTO {_INCOMING} BY NAME SELECT {_named(manifest)} FROM read_parquet($path)", {"path": path})
        texts = run(f"SELECT DISTINCT {names.OWNER} FROM {_INCOMING} WHERE {names.OWNER} IS NOT NULL").fetchall()
        run(f"DELETE FROM {_OWNERS}")
        self._backend.con.register("dealfit_whose", owners_of([text for (text,) in texts], people))
        run(f"INSERT INTO {_OWNERS} SELECT * FROM dealfit_whose")
        self._backend.con.unregister("dealfit_whose")
        run(f"DELETE FROM {_DEALS} WHERE {KEY} IN (SELECT {KEY} FROM {_INCOMING})")
        run(f"INSERT INTO {_DEALS} {self._statement}")


def _named(manifest: Manifest) -> str:
    return ", ".join(f'"{name}"' for name in manifest.types)


def _no_deals(profile: Profile) -> dict[str, pa.DataType]:
    from bot.pipeline.deal_table.layout import rows_of

    return {each.name: each.type for each in rows_of(profile, []).schema}


def _as_words(name: str, words: tuple[str, ...] | None) -> str:
    """The column; one of few words as a small number, which DuckDB shows as the word."""
    return f'"{name}"' if not words else f'"{name}"::ENUM({", ".join(map(quoted, words))}) AS "{name}"'
