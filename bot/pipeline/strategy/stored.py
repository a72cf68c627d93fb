"""The deals of the store as a book: the live table where a profile has its facts, else read again for that profile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from bot.deals.deal import Deal
from bot.pipeline.deal_table import layout
from bot.pipeline.strategy.book import ROW, Source, typed
from bot.pipeline.strategy.desk import Desk
from bot.profile.columns.names import SEGMENT, STANCE, VERDICT, result_column
from bot.profile.model import Profile
from bot.store.records import ChangedDeal, DealMark, SavedDeal

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from bot.pipeline.deal_table.tables import PipelineTables
    from bot.pipeline.view import View

_PAGE = 10_000
_RESULT = result_column("")


class Deals(Protocol):
    """Where whole deals are kept."""

    def changed_deals(self, after: DealMark, limit: int = _PAGE) -> list[ChangedDeal]:
        """The deals that were saved after the mark."""

    def deal(self, key: str) -> SavedDeal | None:
        """One deal."""


class StoredBook:
    """Every deal that a view of everything shows. A refresh of the tables comes first."""

    def __init__(self, tables: PipelineTables, store: Deals, live: Profile, view: View) -> None:
        self._tables, self._store, self._live, self._view = tables, store, live, view
        self._same = layout.fingerprint(live)
        self._desk: Desk | None = None
        self._read: dict[str, ir.Table] = {}
        self.notes: Sequence[str] = ()

    def source(self, profile: Profile) -> Source:
        """The deals as this profile takes them."""
        if layout.fingerprint(profile) != self._same:
            table, desk = self._again(profile)
            return Source(table, desk.arrow)
        deals = self._tables.judged(self._view)
        ours = {VERDICT, SEGMENT, STANCE}
        kept = [name for name in deals.columns if name not in ours and not name.startswith(_RESULT)]
        return Source(deals.select(*kept, **{ROW: deals[layout.KEY]}), self._tables.arrow)

    def deal(self, row: Any, profile: Profile) -> Deal | None:
        """One deal with the facts of this profile."""
        saved = self._store.deal(str(row))
        return None if saved is None else typed(saved.deal(profile.facts), profile.facts)

    def close(self) -> None:
        """Let go of what was read again."""
        if self._desk is not None:
            self._desk.close()

    def _again(self, profile: Profile) -> tuple[ir.Table, Desk]:
        desk = self._desk = self._desk or Desk()
        found = self._read.get(profile.id.sha256)
        if found is None:
            rows: list[ChangedDeal] = []
            mark = DealMark()
            while page := self._store.changed_deals(mark, _PAGE):
                rows += page
                mark = DealMark(page[-1].version, page[-1].key)
            arrow = layout.rows_of(profile, rows)
            arrow = arrow.append_column(ROW, arrow[layout.KEY])
            found = self._read[profile.id.sha256] = desk.put(arrow)
        return found, desk
