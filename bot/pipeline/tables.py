"""A table as the answer to a query: typed columns, rows, and what the rows leave out. How it looks is for others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from bot.deals.deal import plain_value
from bot.deals.facts import FactSpec, FactType, FactValue
from bot.deals.money import money_words
from bot.deals.numbers import tidy
from bot.deals.units import singular
from bot.deals.values import format_value
from bot.pipeline.query import Query

Cell = int | Decimal | bool | str | date | None
"""None means that it is not known."""

_TENTH = Decimal("0.1")


class ColumnType(StrEnum):
    """What the cells of a column are. Money is in the table's currency; 8 in a percent column means 8 %."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    PERCENT = "percent"
    MONEY = "money"
    DATE = "date"
    YES_NO = "yes/no"
    VERDICT = "verdict"

    @classmethod
    def of_fact(cls, kind: FactType) -> ColumnType:
        """The column type of a fact. Choices and texts are text; outcomes are shown as text."""
        return cls(kind.value) if kind.value in {member.value for member in cls} else cls.TEXT


@dataclass(frozen=True, slots=True)
class Column:
    """A column: a stable `name` for scripts, a `label` for people, and the unit of its numbers."""

    name: str
    label: str
    type: ColumnType = ColumnType.TEXT
    unit: str | None = None

    def plain(self) -> dict[str, Any]:
        """The column as JSON data."""
        return {"name": self.name, "label": self.label, "type": self.type.value, "unit": self.unit}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of typed cells.

    `keys` holds, in a table of deals, the key of each row's deal, and is empty in a table of groups; there `drill`
    holds for each row the query that shows its deals, None where no query can say it. `totals` sums the columns that
    have a sum over every matched deal, each deal once, whatever the groups and the limit. `matched` deals met every
    filter; of `undecided` others it is not known whether they do. `cut` is how many rows the limit left off.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    keys: tuple[tuple[str, ...], ...] = ()
    drill: tuple[Query | None, ...] = ()
    totals: Mapping[str, Cell] = field(default_factory=lambda: MappingProxyType({}))
    matched: int = 0
    undecided: int = 0
    cut: int = 0
    currency: str = "USD"
    notes: tuple[str, ...] = ()

    def plain_rows(self) -> list[list[Any]]:
        """The rows as JSON data."""
        return [[None if cell is None else plain_value(cell) for cell in row] for row in self.rows]

    def plain_totals(self) -> dict[str, Any]:
        """The totals as JSON data."""
        return {name: None if cell is None else plain_value(cell) for name, cell in self.totals.items()}


def fact_cell(spec: FactSpec, value: FactValue | None) -> Cell:
    """A fact's value as a cell; a list of outcomes in words."""
    return format_value(spec, value) if isinstance(value, tuple) else value


def cell_words(cell: Cell, column: Column, currency: str) -> str:
    """A cell as people read it: $85,000, 8%, 60 days, 2027-03-31, needs approval; empty for what is not known."""
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case int() | Decimal():
            return _number_words(Decimal(cell), column, currency)
        case date():
            return cell.isoformat()
        case _:
            return cell.replace("_", " ") if column.type is ColumnType.VERDICT else cell


def _number_words(number: Decimal, column: Column, currency: str) -> str:
    if column.type is ColumnType.MONEY:
        return money_words(number, currency)
    digits = f"{tidy(number):,f}"
    if column.type is ColumnType.PERCENT:
        return f"{digits}%"
    return f"{digits} {singular(column.unit) if number == 1 else column.unit}" if column.unit else digits


def share(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """`part` as a percentage of `whole`, rounded half up to a tenth of a percent; None when the whole is nothing.

    Each share is rounded by itself, so that shares of one whole may add up to a little more or less than 100.
    """
    if not whole:
        return None
    return (Decimal(part) * 100 / Decimal(whole)).quantize(_TENTH, rounding=ROUND_HALF_UP)


def mean(values: list[Decimal]) -> Decimal | None:
    """The plain average, each value counting once, rounded half up to a hundredth; None of nothing."""
    if not values:
        return None
    return (sum(values, Decimal(0)) / len(values)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def ordered(cell: Cell) -> tuple[int, Any]:
    """A key that sorts cells of one column, the unknown ones last."""
    if cell is None:
        return (1, 0)
    if isinstance(cell, date):
        return (0, cell.toordinal())
    return (0, cell.casefold() if isinstance(cell, str) else cell)
