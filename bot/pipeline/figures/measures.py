"""What is counted, summed or averaged over deals: the sums that a database makes, and the cells made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import ibis
import ibis.expr.types as ir

from bot.deals.numbers import tidy
from bot.pipeline.deal_table import layout
from bot.pipeline.figures.conditions import fact_column, fact_column_name
from bot.pipeline.query import Query
from bot.pipeline.records import discount_fact, value_fact
from bot.pipeline.tables import Cell, Column, ColumnType, share
from bot.profile.columns import names
from bot.profile.model import Profile
from bot.profile.verdict import Judgement

Sums = Mapping[str, Any]
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Measure:
    """A column of figures: `cell` makes it from the sums over a group of deals."""

    column: Column
    cell: Callable[[Sums], Cell]


@dataclass(frozen=True, slots=True)
class Measures:
    """The figures of a query.

    `parts` are the sums that they are made of, from the columns `needs`; `main` is what `order_by: measure` means.
    """

    shown: tuple[Measure, ...]
    parts: Callable[[ir.Table, ir.BooleanValue | None], dict[str, ir.Scalar]]
    main: str
    needs: tuple[str, ...]

    @property
    def by_name(self) -> dict[str, Measure]:
        """The measures by the names of their columns."""
        return {measure.column.name: measure for measure in self.shown}


def measures_of(query: Query, profile: Profile) -> Measures:
    """The figures that the query selects."""
    select = query.select
    size = value_fact(profile.facts)
    money = [] if size is None else [_money(size, profile.facts[size].label, lambda s: number(s["money"]))]
    shown, main = [_DEALS, *money], "deals"
    columns: dict[str, Callable[[ir.Table], ir.Column]] = {}
    match select.what:
        case "fit":
            shown, main = _fit(money), "share_of_deals"
        case "given_away":
            shown, main = [_DEALS, *_given()], "given_away"
        case "win_rate":
            shown, main = _won(), "win_rate"
        case "sum" | "average" if select.of is not None:
            fact = select.of
            figures = _figures(fact, select.what, profile)
            shown, main = [_DEALS, *figures], figures[-1].column.name
            columns["figure"] = lambda table: fact_column(table, fact, profile)
            if select.what == "average" and fact == discount_fact(profile) and size is not None:
                shown.append(_given()[-1])
        case _:
            pass

    def parts(table: ir.Table, where: ir.BooleanValue | None) -> dict[str, ir.Scalar]:
        return _parts(table, where, columns, profile)

    given = discount_fact(profile) if size is not None else None
    figure = None if select.of is None else fact_column_name(select.of, profile)
    needs = (names.VERDICT, names.CURRENCY, layout.STATUS, layout.VALUE, figure, given)
    return Measures(tuple(shown), parts, main, tuple(dict.fromkeys(name for name in needs if name is not None)))


def _parts(
    table: ir.Table,
    where: ir.BooleanValue | None,
    columns: Mapping[str, Callable[[ir.Table], ir.Column]],
    profile: Profile,
) -> dict[str, ir.Scalar]:
    """Counts and sums over the deals for which `where` holds."""

    def here(condition: ir.BooleanValue) -> ir.BooleanValue:
        return condition if where is None else condition & where

    value = table[layout.VALUE]
    fits = here(table[names.VERDICT] == Judgement.FITS.value)
    found: dict[str, ir.Scalar] = {
        "deals": table.count(where=where),
        "money": value.sum(where=where),
        "valued": value.count(where=where),
        "fits": table.count(where=fits),
        "money_fits": value.sum(where=fits),
        "won": table.count(where=here(table[layout.STATUS] == "won")),
        "lost": table.count(where=here(table[layout.STATUS] == "lost")),
    }
    for name, make in columns.items():
        column = make(table)
        found |= {f"{name}_sum": column.sum(where=where), f"{name}_known": column.count(where=where)}
    given = given_away(table, profile)
    if given is not None:
        found |= {"given": given.sum(where=where), "given_known": given.count(where=where)}
        book = given.notnull().ifelse(value.cast("float64"), ibis.null("float64"))
        found["net"] = book.sum(where=where)
    return found


def given_away(table: ir.Table, profile: Profile) -> ir.FloatingColumn | None:
    """Book price less contract value, from the discount off book price; null where either is unknown or all is given.

    Worked out in binary fractions, whose error over a million deals is far below a cent; shown to the cent.
    """
    fact = discount_fact(profile)
    if fact is None or value_fact(profile.facts) is None:
        return None
    discount = table[fact].cast("float64")
    usable = (discount >= 0) & (discount < 100)  # noqa: PLR2004 - percent
    return usable.ifelse(table[layout.VALUE].cast("float64") * discount / (100 - discount), ibis.null("float64"))


def number(value: Any) -> Decimal:
    """A sum as an exact number: nothing is 0."""
    return Decimal(0) if value is None else tidy(Decimal(value))


def cents(value: float) -> Decimal:
    """A figure in binary fractions as money."""
    return tidy(Decimal(repr(value)).quantize(_HUNDREDTH, rounding=ROUND_HALF_UP))


def average(total: Any, known: int) -> Decimal | None:
    """The plain average, each value counting once, rounded half up to a hundredth; None of nothing."""
    if not known:
        return None
    return tidy((Decimal(total) / known).quantize(_HUNDREDTH, rounding=ROUND_HALF_UP))


_DEALS = Measure(Column("deals", "Deals", ColumnType.INTEGER), lambda s: s["deals"])


def _fit(money: Sequence[Measure]) -> list[Measure]:
    measures = [
        _DEALS,
        Measure(Column("fits", "Deals that fit", ColumnType.INTEGER), lambda s: s["fits"]),
        Measure(Column("share_of_deals", "Share of deals", ColumnType.PERCENT), lambda s: share(s["fits"], s["deals"])),
    ]
    if money:
        label = f"{money[0].column.label} that fits"
        measures += [
            *money,
            _money("value_that_fits", label, lambda s: number(s["money_fits"])),
            Measure(
                Column("share_of_money", "Share of money", ColumnType.PERCENT),
                lambda s: share(number(s["money_fits"]), number(s["money"])),
            ),
        ]
    return measures


def _given() -> list[Measure]:
    return [
        Measure(
            Column("known", "Deals with value and discount", ColumnType.INTEGER), lambda s: s.get("given_known", 0)
        ),
        _money("book_value", "Book price", lambda s: cents((s.get("net") or 0.0) + (s.get("given") or 0.0))),
        Measure(
            Column("discount_of_book", "Discount of the whole", ColumnType.PERCENT),
            lambda s: share(
                cents(s.get("given") or 0.0) or 0, cents((s.get("net") or 0.0) + (s.get("given") or 0.0)) or 0
            ),
        ),
        _money("given_away", "Money given away", lambda s: cents(s.get("given") or 0.0)),
    ]


def _won() -> list[Measure]:
    return [
        Measure(Column("decided", "Won or lost", ColumnType.INTEGER), lambda s: s["won"] + s["lost"]),
        Measure(Column("won", "Won", ColumnType.INTEGER), lambda s: s["won"]),
        Measure(Column("lost", "Lost", ColumnType.INTEGER), lambda s: s["lost"]),
        Measure(Column("win_rate", "Win rate", ColumnType.PERCENT), lambda s: share(s["won"], s["won"] + s["lost"])),
    ]


def _money(name: str, label: str, cell: Callable[[Sums], Cell]) -> Measure:
    return Measure(Column(name, label, ColumnType.MONEY), cell)


def _figures(fact: str, what: str, profile: Profile) -> list[Measure]:
    spec = profile.facts[fact]
    kind = ColumnType.of_fact(spec.type)
    known = Measure(Column("known", f"{spec.label} known", ColumnType.INTEGER), lambda s: s["figure_known"])
    if what == "sum":
        total = Column(f"sum_{fact}", f"Total {spec.label}", kind, spec.unit)
        return [known, Measure(total, lambda s: number(s["figure_sum"]))]
    shown = ColumnType.NUMBER if kind is ColumnType.INTEGER else kind
    column = Column(f"average_{fact}", f"Average {spec.label}", shown, spec.unit)
    return [known, Measure(column, lambda s: average(s["figure_sum"], s["figure_known"]))]
