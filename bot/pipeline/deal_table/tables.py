"""The deal table for whoever asks about many deals: judged, as much of it as somebody may see, always up to date.

Every figure about the pipeline is an Ibis expression over `PipelineTables.judged`. Its columns:

- the deal's own: `deal_key`, `deal_name`, `deal_customer`, `deal_account` (the customer, or the deal's name where none
  is named), `deal_stage`, `deal_status` (open, won, lost, removed), `deal_close_date`, `deal_currency`, `deal_source`,
  `deal_source_id`, `deal_updated_at` (UTC), `deal_owner` (as the source writes it);
- whose it is: `deal_person` (the owner's key in people.yaml, null for a stranger), `deal_owner_key` (what deals are
  grouped by), `deal_owner_name`, `deal_team`;
- `deal_value`: the contract value in the profile's currency, null where it is not known or in another currency;
- a column for each fact of the profile, null where it is unknown (`bot.profile.columns.names.fact_columns`);
- `dealfit_verdict`, `dealfit_segment`, `dealfit_stance`, and for each check `dealfit_check_...` with the words of
  `Judgement`, `Stance` and `Result` (`result_column` gives a check's name).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import ibis.expr.types as ir
import pyarrow as pa

from bot.pipeline.deal_table import layout
from bot.pipeline.deal_table.forgetting import Gone, forget
from bot.pipeline.deal_table.parquet import Progress, Source
from bot.pipeline.deal_table.snapshots import Snapshot, new_id
from bot.pipeline.view import View
from bot.profile.columns import names
from bot.profile.judge import Judge
from bot.profile.model import Profile
from bot.profile.people import People
from bot.store.records import Status

__all__ = ["PipelineTables", "Snapshot"]


class Live(Protocol):
    """The profile that is live."""

    def current(self) -> Judge:
        """Its judge."""


class DealTable(Protocol):
    """A judged deal table in some database: `EmbeddedDeals`, or `WarehouseDeals`."""

    @property
    def table(self) -> ir.Table:
        """All deals, judged."""

    @property
    def stamp(self) -> int:
        """Another number whenever the rows are others."""

    @property
    def columns_stamp(self) -> object:
        """Something else whenever the columns, or what they mean, are others."""

    def refresh(self, profile: Profile, people: People, progress: Progress | None = None) -> None:
        """Bring it up to date."""

    def alone(self) -> AbstractContextManager[Any]:
        """The backend, with nobody else changing the rows meanwhile."""

    def sql(self, expression: ir.Expr) -> str:
        """The statement that works an expression out."""

    def arrow(self, expression: ir.Expr) -> pa.Table:
        """An expression, worked out."""

    def arrow_of(self, statement: str) -> pa.Table:
        """A statement, worked out."""

    def taking_snapshot(self) -> AbstractContextManager[None]:
        """Nothing is erased from the snapshots between what is read for a new one and its end."""

    def forget(self, gone: Gone) -> int:
        """Take what was erased out of copies and snapshots. How many snapshots had it."""

    def keep_snapshot(self, snapshot: Snapshot, profile: Profile) -> None:
        """Keep the rows as they are now."""

    def snapshots(self) -> list[Snapshot]:
        """The snapshots there are, oldest first."""

    def snapshot(self, snapshot: str) -> ir.Table:
        """The rows of a snapshot."""

    def close(self) -> None:
        """Let go of it."""


class PipelineTables:
    """The deal table of the live profile. Safe to use from several threads."""

    def __init__(
        self,
        *,
        live: Live,
        people: Callable[[], People],
        store: Source,
        folder: Path,
        clock: Callable[[], datetime],
        warehouse_url: str | None = None,
    ) -> None:
        self._live = live
        self._people = people
        self._store = store
        self._folder = folder
        self._clock = clock
        self._warehouse_url = warehouse_url
        self._made: DealTable | None = None
        self._making = threading.Lock()

    @property
    def deals(self) -> DealTable:
        """The table itself, made at the first use. Raises WarehouseError when the warehouse cannot be reached."""
        with self._making:
            if self._made is None:
                self._made = self._make()
            return self._made

    def refresh(self, progress: Progress | None = None) -> None:
        """Bring the table up to date with store, live profile and people. `progress` hears how many deals are done.

        Every answer begins with it, and it costs a millisecond when nothing changed. An import that brings many deals
        does it at its end, so that nobody waits for it later.
        """
        self.deals.refresh(self._live.current().profile, self._people(), progress)

    def judged(self, view: View, statuses: Collection[Status] | None = None) -> ir.Table:
        """The judged deals of one asker's view, of these statuses or of all. Call `refresh` first."""
        return seen(self.deals.table, view, layout.PERSON, layout.STATUS, statuses)

    def facts(self, view: View, statuses: Collection[Status] | None = None) -> ir.Table:
        """The same deals without what the live profile says of them: what `ColumnJudge` of another profile takes."""
        table = self.judged(view, statuses)
        return table.select(*[name for name in table.columns if not name.startswith(names.OURS)])

    def arrow(self, expression: ir.Expr) -> pa.Table:
        """An expression over these tables, worked out as an Arrow table."""
        return self.deals.arrow(expression)

    def rows(self, expression: ir.Table) -> list[dict[str, Any]]:
        """An expression over these tables, worked out as one dictionary a row."""
        found: list[dict[str, Any]] = self.arrow(expression).to_pylist()
        return found

    # How it stood at other times

    def take_snapshot(self, reason: str) -> Snapshot:
        """Keep how all deals stand now; `reason` says why ("sync hubspot", "import deals.csv", "daily")."""
        deals = self.deals
        with deals.taking_snapshot():
            self.refresh()
            profile = self._live.current().profile
            at = self._clock()
            with deals.alone():
                table = deals.table
                open_ones = table.filter(table[layout.STATUS] == "open")
                counted = deals.arrow(open_ones.group_by(names.VERDICT).aggregate(n=open_ones.count())).to_pylist()
                total = deals.arrow(table.aggregate(n=table.count())).to_pylist()[0]["n"]
                snapshot = Snapshot(
                    id=new_id(at),
                    at=at,
                    reason=reason,
                    deals=total,
                    verdicts={
                        row[names.VERDICT]: row["n"] for row in sorted(counted, key=lambda row: row[names.VERDICT])
                    },
                    profile_version=profile.version,
                    profile_sha256=profile.id.sha256,
                )
                deals.keep_snapshot(snapshot, profile)
        return snapshot

    def forget(self, *, deal: str | None = None, owners: Collection[str] = ()) -> int:
        """Take an erased deal (its key) or erased owners (texts that mean them) out of all copies and snapshots.

        Call it once the database is rid of them. Doing it again is harmless. How many snapshots had it. Raises OSError
        or what the warehouse raises; do it again then.
        """
        gone = Gone.of(deal, owners)
        had = forget(self._folder, gone)
        if self._warehouse_url is not None:
            self.refresh()
            had += self.deals.forget(gone)
        return had

    def snapshots(self) -> list[Snapshot]:
        """The snapshots there are, oldest first."""
        return self.deals.snapshots()

    def snapshot(self, snapshot: str, view: View, statuses: Collection[Status] | None = None) -> ir.Table:
        """The deals of a snapshot that are in the view. Raises KeyError when there is no such snapshot."""
        return seen(self.deals.snapshot(snapshot), view, "person", "status", statuses)

    def close(self) -> None:
        """Let go of the memory or of the connection."""
        if self._made is not None:
            self._made.close()

    def _make(self) -> DealTable:
        if self._warehouse_url is not None:
            from bot.pipeline.deal_table.warehouse import WarehouseDeals

            return WarehouseDeals(self._warehouse_url, self._store)
        from bot.pipeline.deal_table.embedded import EmbeddedDeals

        return EmbeddedDeals(self._folder, self._store)


def seen(table: ir.Table, view: View, person: str, status: str, statuses: Collection[Status] | None) -> ir.Table:
    """What a view shows of a table: nothing else is read, counted, named or compared."""
    if not view.everything:
        table = table.filter(table[person].isin(sorted(each.key for each in view.persons)))
    if statuses is not None:
        table = table.filter(table[status].isin(sorted(set(statuses))))
    return table
