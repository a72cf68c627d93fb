"""A book of deals that any profile can judge: deals read from a file or the store, or a table that stands elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

import ibis

from bot.deals.deal import Deal
from bot.deals.facts import FactSpecs, FactType
from bot.profile.columns import names
from bot.profile.columns.deals import deals_table
from bot.profile.columns.names import fact_columns
from bot.profile.judge import PYTHON_TYPES
from bot.profile.model import Profile

if TYPE_CHECKING:
    import ibis.expr.types as ir

ROW = "_row"
"""What tells a deal from the others: the same in every table of one book."""

_DTYPES = {
    FactType.YES_NO: "boolean",
    FactType.CHOICE: "string",
    FactType.TEXT: "string",
    FactType.DATE: "date",
    FactType.INTEGER: "int64",
}


class Book(Protocol):
    """Deals, as a table for the profile that is to judge them.

    The table has the column `_row`, the deal fields of `bot.profile.columns.names` (`deal_name`, `deal_customer`,
    `deal_stage`, `deal_close_date`, `deal_currency`), a column for each fact of the profile, null where it is unknown,
    and where the source knows it `deal_status` (open, won, lost).
    """

    notes: Sequence[str]

    def table(self, profile: Profile) -> ir.Table:
        """The deals as this profile's judge takes them."""

    def deal(self, row: Any) -> Deal | None:
        """One deal, where the book holds whole deals."""

    def absent(self, profile: Profile) -> tuple[str, ...]:
        """The facts of the profile of which no deal in the book knows anything."""


class DealBook(AbstractContextManager["DealBook"]):
    """Deals that are held in memory. Closing it lets go of the tables."""

    def __init__(self, deals: Iterable[Deal], *, notes: Sequence[str] = ()) -> None:
        self._deals = tuple(deals)
        self.notes = tuple(notes)
        self._backend = ibis.duckdb.connect()
        self._tables: dict[str, ir.Table] = {}
        self._known = {name for deal in self._deals for name in deal.facts}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._deals)

    def table(self, profile: Profile) -> ir.Table:
        """The deals under this profile. A value that is not of the kind the profile declares is unknown to it."""
        known = self._tables.get(profile.id.sha256)
        if known is None:
            arrow = deals_table(profile, (_typed(deal, profile.facts) for deal in self._deals))
            arrow = arrow.append_column(ROW, [range(len(self._deals))])
            known = self._backend.create_table(f"deals_{len(self._tables)}", arrow)
            self._tables[profile.id.sha256] = known
        return known

    def deal(self, row: Any) -> Deal | None:
        """One deal."""
        return self._deals[int(row)]

    def absent(self, profile: Profile) -> tuple[str, ...]:
        """The facts of the profile that no deal has."""
        return tuple(name for name in profile.facts if name not in self._known)

    def close(self) -> None:
        """Let go of the tables."""
        self._backend.disconnect()


class TableBook:
    """A table that stands in a database: `_row` and the columns that the class `Book` names; facts may be absent."""

    def __init__(self, table: ir.Table, *, notes: Sequence[str] = ()) -> None:
        self._table = table
        self.notes = tuple(notes)

    def table(self, profile: Profile) -> ir.Table:
        """The table, with an empty column for each fact that it does not have."""
        table = self._table
        missing = [column for column in fact_columns(profile) if column.name not in table.columns]
        fields = {names.NAME: "string", names.CUSTOMER: "string", names.CLOSE_DATE: "date"}
        empty = {name: ibis.null(kind) for name, kind in fields.items() if name not in table.columns}
        empty |= {column.name: ibis.null(_DTYPES.get(column.type, "decimal(18, 2)")) for column in missing}
        return table.mutate(**empty) if empty else table

    def deal(self, row: Any) -> Deal | None:
        """None: the table holds columns."""
        del row
        return None

    def absent(self, profile: Profile) -> tuple[str, ...]:
        """The facts of which the table has no column."""
        columns = fact_columns(profile)
        return tuple(dict.fromkeys(c.subject.fact for c in columns if c.name not in self._table.columns))


def _typed(deal: Deal, facts: FactSpecs) -> Deal:
    """The deal without the values that the profile would not take."""
    wrong = [
        name
        for name, value in deal.facts.items()
        if name in facts and type(value) not in PYTHON_TYPES[facts[name].type]
    ]
    return deal.with_facts(dict.fromkeys(wrong)) if wrong else deal
