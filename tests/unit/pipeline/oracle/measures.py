"""What is counted, summed or averaged over a group of deals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.pipeline.columns import number_of
from bot.pipeline.fit import Split, Tally
from bot.pipeline.query import Query
from bot.pipeline.records import Record, value_fact
from bot.pipeline.tables import Cell, Column, ColumnType, mean
from bot.profile.model import Profile

Records = Sequence[Record]


@dataclass(frozen=True, slots=True)
class Measure:
    """A column of figures, and how a group of deals fills it."""

    column: Column
    cell: Callable[[Records], Cell]


def measures_of(query: Query, profile: Profile) -> list[Measure]:
    """The figures that the query selects; the one that `order_by: measure` means comes last."""
    size = value_fact(profile.facts)
    count = Measure(Column("deals", "Deals", ColumnType.INTEGER), len)
    money = [] if size is None else [_money(size, profile.facts[size].label, lambda rs: Tally.of(rs).money)]
    if query.select.what == "fit":
        return _fit(count, money)
    if query.select.of is None:
        return [count, *money]
    return [count, *_figures(query.select.of, query.select.what, profile)]


def _fit(count: Measure, money: list[Measure]) -> list[Measure]:
    fits = Column("fits", "Deals that fit", ColumnType.INTEGER)
    share_of_deals = Column("share_of_deals", "Share of deals", ColumnType.PERCENT)
    measures = [
        count,
        Measure(fits, lambda rs: Split.of(rs).fits.deals),
        Measure(share_of_deals, lambda rs: Split.of(rs).share_of_deals),
    ]
    if money:
        label = f"{money[0].column.label} that fits"
        share_of_money = Column("share_of_money", "Share of money", ColumnType.PERCENT)
        measures += [
            *money,
            _money("value_that_fits", label, lambda rs: Split.of(rs).fits.money),
            Measure(share_of_money, lambda rs: Split.of(rs).share_of_money),
        ]
    return measures


def _money(name: str, label: str, cell: Callable[[Records], Cell]) -> Measure:
    return Measure(Column(name, label, ColumnType.MONEY), cell)


def _figures(fact: str, what: str, profile: Profile) -> list[Measure]:
    spec = profile.facts[fact]
    kind = ColumnType.of_fact(spec.type)

    def numbers(records: Records) -> list[Decimal]:
        cells = [number_of(record, fact, profile) for record in records]
        return [Decimal(cell) for cell in cells if isinstance(cell, int | Decimal) and not isinstance(cell, bool)]

    known = Measure(Column("known", f"{spec.label} known", ColumnType.INTEGER), lambda rs: len(numbers(rs)))
    if what == "sum":
        total = Column(f"sum_{fact}", f"Total {spec.label}", kind, spec.unit)
        return [known, Measure(total, lambda rs: sum(numbers(rs), Decimal(0)))]
    average = ColumnType.NUMBER if kind is ColumnType.INTEGER else kind
    column = Column(f"average_{fact}", f"Average {spec.label}", average, spec.unit)
    return [known, Measure(column, lambda rs: mean(numbers(rs)))]
