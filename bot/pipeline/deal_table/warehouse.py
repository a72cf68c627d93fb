"""The judged deal table in a warehouse, through Ibis: PostgreSQL, or any database that Ibis speaks to.

Three tables of ours lie there: the deals as they are (`dealfit_rows`), judged (`dealfit_deals`), and how far the copy
goes (`dealfit_copy`). What changed is put in with one statement after the other, the mark last, so that whoever is
stopped in between does the same again; on PostgreSQL it is one transaction.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from bot.pipeline.deal_table.backend import TableBackend, quoted
from bot.pipeline.deal_table.forgetting import OWNER_COLUMNS as OWNERS_OF
from bot.pipeline.deal_table.forgetting import Gone, changes, is_deal, is_theirs
from bot.pipeline.deal_table.judging import OWNER_COLUMNS, judged, owners_of, people_stamp
from bot.pipeline.deal_table.layout import KEY, fingerprint, rows_of
from bot.pipeline.deal_table.parquet import BATCH, Progress, Source
from bot.pipeline.deal_table.snapshots import SCHEMA as SNAPSHOT_SCHEMA
from bot.pipeline.deal_table.snapshots import Snapshot, snapshot_rows
from bot.profile.columns import names
from bot.profile.model import Profile
from bot.profile.people import People
from bot.store.records import DealMark

_ROWS, _DEALS, _COPY, _OWNERS = "dealfit_rows", "dealfit_deals", "dealfit_copy", "dealfit_owners"
_INCOMING = "dealfit_incoming"
_SNAPSHOTS, _SNAPSHOT_ROWS = "dealfit_snapshots", "dealfit_snapshot_rows"
_WIDE = pa.decimal128(38, 15)
"""Holds every number that a fact can have: 15 digits before the point and 15 after it."""

_LOCK = 0x0DEA1F20
_STATE = ibis.schema({"name": "string", "value": "string"})
_SNAPSHOT = ibis.schema({"id": "string", "description": "string"})


class WarehouseError(RuntimeError):
    """The warehouse cannot be used; the message says why, without its password."""


class WarehouseDeals(TableBackend):
    """All deals in the warehouse. Safe to use from threads, and by several processes on PostgreSQL."""

    def __init__(self, url: str, store: Source) -> None:
        self._store = store
        super().__init__(_connect(url))
        self._postgres = self._backend.name == "postgres"
        self._changes = 0
        self._state: dict[str, str] = {}

    @property
    def stamp(self) -> int:
        """A number that is another one whenever this process found the table's rows to be others."""
        return self._changes

    @property
    def columns_stamp(self) -> str:
        """Another text whenever the columns, or what they mean, are others."""
        return f"{self._state.get('columns')} {self._state.get('judged')}"

    def refresh(self, profile: Profile, people: People, progress: Progress | None = None) -> None:
        """Bring the table up to date with the store, the profile and the people."""
        whose = hashlib.sha256(repr(people_stamp(people)).encode()).hexdigest()
        wanted = {
            "columns": hashlib.sha256(f"{self._store.shown} {fingerprint(profile)}".encode()).hexdigest(),
            "judged": f"{profile.id.sha256} {whose}",
        }
        with self._lock:
            version = self._store.deals_version()
            state = self._read_state()
            mark = _mark(state)
            behind = version != mark.version or bool(self._store.changed_deals(mark, limit=1))
            if behind or any(state.get(name) != value for name, value in wanted.items()):
                with self._writing():
                    self._update(wanted, version, profile, people, progress)
                state = self._read_state()
            if self._table is None or state != self._state:
                rows = _schema(profile)
                self._table = self._bound(_DEALS, _judged_by(profile, rows, _ROWS).schema())
                self._state = state
                self._changes += 1

    def arrow(self, expression: ir.Expr) -> pa.Table:
        """An expression over the table, worked out."""
        with self._lock:
            return (
                expression.as_table().to_pyarrow() if not isinstance(expression, ir.Table) else expression.to_pyarrow()
            )

    def arrow_of(self, statement: str) -> pa.Table:
        """A statement that `sql` made, worked out."""
        with self._lock:
            return self._backend.sql(statement).to_pyarrow()

    def taking_snapshot(self) -> AbstractContextManager[None]:
        """The copy that all processes share is read when the snapshot is kept: nothing more to wait for."""
        return nullcontext()

    def forget(self, gone: Gone) -> int:
        """Empty the snapshots of what was erased, in one statement. Call `refresh` first, for the copy itself."""
        with self._lock, self._writing():
            here = self._backend.list_tables()
            for name in (_INCOMING, _OWNERS):  # what the last refresh left in them; the next one makes them anew
                if name in here:
                    self._run(f"DELETE FROM {name}")
            if _SNAPSHOT_ROWS not in here:
                return 0
            rows = self._bound(_SNAPSHOT_ROWS, ibis.schema({"snapshot": "string", **dict(SNAPSHOT_SCHEMA.items())}))
            owners = gone.owned(rows.select(*OWNERS_OF).distinct().to_pyarrow().to_pylist()) if gone.owners else []
            where = f"{is_deal(gone.deal)} OR {is_theirs(owners)}"
            counted = f"SELECT count(DISTINCT snapshot) AS n FROM {_SNAPSHOT_ROWS} WHERE {where}"
            had = int(self._backend.sql(counted).to_pyarrow()["n"][0].as_py())
            if had:
                values = ", ".join(f"{name} = {value}" for name, value in changes(gone.deal, owners).items())
                self._run(f"UPDATE {_SNAPSHOT_ROWS} SET {values} WHERE {where}")
            return had

    def keep_snapshot(self, snapshot: Snapshot, profile: Profile) -> None:
        """Keep the rows as they are now."""
        with self._lock, self._writing():
            self._there(_SNAPSHOT_ROWS, ibis.schema({"snapshot": "string", **dict(SNAPSHOT_SCHEMA.items())}))
            self._there(_SNAPSHOTS, _SNAPSHOT)
            rows = snapshot_rows(self.table, profile)
            rows = rows.select(snapshot=ibis.literal(snapshot.id), **{name: rows[name] for name in rows.columns})
            described = quoted(json.dumps(snapshot.plain()))
            self._run(
                f"INSERT INTO {_SNAPSHOT_ROWS} {self.sql(rows)}",
                f"INSERT INTO {_SNAPSHOTS} VALUES ({quoted(snapshot.id)}, {described})",
            )

    def snapshots(self) -> list[Snapshot]:
        """The snapshots there are, oldest first."""
        with self._lock:
            if _SNAPSHOTS not in self._backend.list_tables():
                return []
            rows = self._bound(_SNAPSHOTS, _SNAPSHOT).to_pyarrow().to_pylist()
        found = [Snapshot.of(json.loads(row["description"])) for row in rows]
        return sorted(found, key=lambda each: (each.at, each.id))

    def snapshot(self, snapshot: str) -> ir.Table:
        """The rows of a snapshot. Raises KeyError when there is none."""
        if snapshot not in {each.id for each in self.snapshots()}:
            raise KeyError(snapshot)
        schema = ibis.schema({"snapshot": "string", **dict(SNAPSHOT_SCHEMA.items())})
        table = self._bound(_SNAPSHOT_ROWS, schema)
        return table.filter(table["snapshot"] == snapshot).drop("snapshot")

    def _update(
        self, wanted: dict[str, str], version: int, profile: Profile, people: People, progress: Progress | None
    ) -> None:
        state = self._read_state()
        rows = _schema(profile)
        anew = state.get("columns") != wanted["columns"] or version < _mark(state).version
        mark = DealMark() if anew else _mark(state)
        if anew:
            self._backend.create_table(_ROWS, schema=rows, overwrite=True)
        if anew or state.get("judged") != wanted["judged"]:
            # What a person may see hangs on it: nothing that was judged before is shown again.
            self._put_state({**wanted, "judged": "", "version": str(mark.version), "key": mark.key})
            self._owners([], people)
            known = self._backend.table(_ROWS).select(names.OWNER).distinct().to_pyarrow()[names.OWNER].to_pylist()
            self._owners(known, people)
            self._backend.create_table(_DEALS, self._expression(profile, rows, _ROWS), overwrite=True)
            self._put_state({**wanted, "version": str(mark.version), "key": mark.key})
        done = 0
        while found := self._store.changed_deals(mark, limit=BATCH):
            table = _widened(rows_of(profile, found))
            self._backend.create_table(_INCOMING, table, schema=rows, overwrite=True)
            self._owners(sorted({row.owner for row in found if row.owner}), people)
            mark = DealMark(found[-1].version, found[-1].key)
            columns = ", ".join(f'"{name}"' for name in rows)
            self._run(
                f"DELETE FROM {_ROWS} WHERE {KEY} IN (SELECT {KEY} FROM {_INCOMING})",
                f"INSERT INTO {_ROWS} ({columns}) SELECT {columns} FROM {_INCOMING}",
                f"DELETE FROM {_DEALS} WHERE {KEY} IN (SELECT {KEY} FROM {_INCOMING})",
                f"INSERT INTO {_DEALS} {self.sql(self._expression(profile, rows, _INCOMING))}",
                *self._state_statements({**wanted, "version": str(mark.version), "key": mark.key}),
            )
            done += len(found)
            if progress is not None:
                progress(done)
            if len(found) < BATCH:
                break

    def _expression(self, profile: Profile, rows: ibis.Schema, name: str) -> ir.Table:
        return judged(
            self._bound(name, rows), self._bound(_OWNERS, ibis.schema(dict.fromkeys(OWNER_COLUMNS, "string"))), profile
        )

    def _owners(self, texts: list[str], people: People) -> None:
        schema = ibis.schema(dict.fromkeys(OWNER_COLUMNS, "string"))
        table = owners_of([text for text in texts if text is not None], people)
        self._backend.create_table(_OWNERS, table if table.num_rows else None, schema=schema, overwrite=True)

    def _read_state(self) -> dict[str, str]:
        self._there(_COPY, _STATE)
        return {row["name"]: row["value"] for row in self._bound(_COPY, _STATE).to_pyarrow().to_pylist()}

    def _put_state(self, state: dict[str, str]) -> None:
        self._run(*self._state_statements(state))

    @staticmethod
    def _state_statements(state: dict[str, str]) -> list[str]:
        values = ", ".join(f"({quoted(name)}, {quoted(value)})" for name, value in state.items())
        return [f"DELETE FROM {_COPY}", f"INSERT INTO {_COPY} VALUES {values}"]

    def _there(self, name: str, schema: ibis.Schema) -> None:
        if name not in self._backend.list_tables():
            self._backend.create_table(name, schema=schema)

    def _run(self, *statements: str) -> None:
        """The statements in turn; on PostgreSQL all of them or none."""
        if self._postgres:
            with self._backend.con.cursor() as cursor:
                cursor.execute("; ".join(statements))
            self._backend.con.commit()
            return
        for statement in statements:
            self._backend.raw_sql(statement)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One writer at a time, where the database can see to it."""
        if not self._postgres:
            yield
            return
        self._run(f"SELECT pg_advisory_lock({_LOCK})")
        try:
            yield
        except BaseException:
            self._backend.con.rollback()
            raise
        finally:
            self._run(f"SELECT pg_advisory_unlock({_LOCK})")


def _connect(url: str) -> Any:
    from bot.store.urls import read_url

    try:
        if url.startswith(("postgres://", "postgresql://", "postgresql+psycopg://")):
            import psycopg

            plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
            return ibis.postgres.from_connection(psycopg.connect(plain, application_name="dealfit"))
        return ibis.connect(url)
    except Exception as error:  # noqa: BLE001 - each database raises its own
        shown = read_url(url).shown if url.startswith("postgres") else url.partition("://")[0]
        message = f"The warehouse {shown} cannot be reached ({type(error).__name__}). Mend DEALFIT_WAREHOUSE_URL."
        raise WarehouseError(message) from None


def _schema(profile: Profile) -> ibis.Schema:
    return ibis.Schema.from_pyarrow(_widened(rows_of(profile, [])).schema)


def _judged_by(profile: Profile, rows: ibis.Schema, name: str) -> ir.Table:
    owners = ibis.table(dict.fromkeys(OWNER_COLUMNS, "string"), name=_OWNERS)
    return judged(ibis.table(rows, name=name), owners, profile)


def _widened(table: pa.Table) -> pa.Table:
    wide = [each.with_type(_WIDE) if pa.types.is_decimal(each.type) else each for each in table.schema]
    return table.cast(pa.schema(wide))


def _mark(state: dict[str, str]) -> DealMark:
    return DealMark(int(state.get("version", "0")), state.get("key", ""))
