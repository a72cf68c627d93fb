"""A book of deals that any profile can judge: deals read from a file, or those of the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa

from bot.deals.deal import Deal
from bot.deals.facts import FactSpecs
from bot.pipeline.strategy.desk import Desk
from bot.pipeline.strategy.outcomes import STATUS
from bot.profile.columns.deals import deals_table
from bot.profile.columns.names import fact_columns
from bot.profile.judge import PYTHON_TYPES
from bot.profile.model import Profile

if TYPE_CHECKING:
    import ibis.expr.types as ir

ROW = "_row"
"""What tells a deal from the others: the same in every table of one book."""


@dataclass(frozen=True, slots=True)
class Source:
    """A table of deals, and what works out an expression over it where it stands."""

    table: ir.Table
    arrow: Callable[[ir.Table], pa.Table]


class Book(Protocol):
    """Deals, as a table for the profile that is to judge them.

    The table has the column `_row`, the deal fields of `bot.profile.columns.names` (`deal_name`, `deal_customer`,
    `deal_stage`, `deal_close_date`, `deal_currency`), a column for each fact of the profile, null where it is unknown,
    and where the source knows it `deal_status` (open, won, lost).
    """

    @property
    def notes(self) -> Sequence[str]:
        """What is to be said of the deals as a whole."""

    def source(self, profile: Profile) -> Source:
        """The deals as this profile's judge takes them."""

    def deal(self, row: Any, profile: Profile) -> Deal | None:
        """One deal as this profile's judge takes it, where the book holds whole deals."""


class DealBook:
    """Deals that are held in memory. Closing it lets go of the tables.

    `statuses` says open, won or lost for each deal where something else than its stage says so.
    """

    def __init__(
        self, deals: Iterable[Deal], *, statuses: Sequence[str | None] = (), notes: Sequence[str] = ()
    ) -> None:
        self._deals = tuple(deals)
        self._statuses = list(statuses) if any(statuses) else []
        self.notes = tuple(notes)
        self._desk = Desk()
        self._tables: dict[str, ir.Table] = {}

    def __len__(self) -> int:
        return len(self._deals)

    def source(self, profile: Profile) -> Source:
        """The deals under this profile. A value that is not of the kind the profile declares is unknown to it."""
        known = self._tables.get(profile.id.sha256)
        if known is None:
            arrow = deals_table(profile, (typed(deal, profile.facts) for deal in self._deals))
            arrow = arrow.append_column(ROW, pa.array(range(len(self._deals)), pa.int64()))
            if self._statuses:
                arrow = arrow.append_column(STATUS, pa.array(self._statuses, pa.string()))
            known = self._desk.put(arrow)
            self._tables[profile.id.sha256] = known
        return Source(known, self._desk.arrow)

    def deal(self, row: Any, profile: Profile) -> Deal | None:
        """One deal."""
        return typed(self._deals[int(row)], profile.facts)

    def close(self) -> None:
        """Let go of the tables."""
        self._desk.close()


def absent_facts(source: Source, profile: Profile) -> tuple[str, ...]:
    """The facts of the profile of which no deal knows anything."""
    columns = [column for column in fact_columns(profile) if column.subject.fact in profile.facts]
    if not columns:
        return ()
    counted = source.table.aggregate(**{column.name: source.table[column.name].count() for column in columns})
    known = source.arrow(counted).to_pylist()[0]
    return tuple(dict.fromkeys(column.subject.fact for column in columns if not known[column.name]))


def typed(deal: Deal, facts: FactSpecs) -> Deal:
    """The deal without the values that a profile with these facts would not take."""
    wrong = [
        name
        for name, value in deal.facts.items()
        if name in facts and type(value) not in PYTHON_TYPES[facts[name].type]
    ]
    return deal.with_facts(dict.fromkeys(wrong)) if wrong else deal
