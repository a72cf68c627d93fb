"""Conditions over columns, three-valued: true, false, or null where what is known does not decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from bot.deals.facts import FactType
from bot.profile.columns.names import ColumnError, FactColumn
from bot.profile.columns.ranges import Grid, grid_of, on_grid, range_of
from bot.profile.conditions import AllOf, Among, AnyOf, Compare, Condition, Known, Order, Test, Within

Tested = Callable[[Test], ir.BooleanValue]

_NUMBER: tuple[type[dt.DataType], ...] = (dt.Integer, dt.Decimal, dt.Floating)
_KINDS: dict[FactType, tuple[str, tuple[type[dt.DataType], ...]]] = {
    FactType.INTEGER: ("a number", _NUMBER),
    FactType.NUMBER: ("a number", _NUMBER),
    FactType.PERCENT: ("a number", _NUMBER),
    FactType.MONEY: ("a number", _NUMBER),
    FactType.YES_NO: ("boolean", (dt.Boolean,)),
    FactType.CHOICE: ("text", (dt.String,)),
    FactType.TEXT: ("text", (dt.String,)),
    FactType.DATE: ("a date", (dt.Date,)),
}


def truth(condition: Condition, tested: Tested) -> ir.BooleanValue:
    """The condition over columns; SQL's own AND and OR are Kleene's."""
    match condition:
        case AllOf(parts):
            return reduce(and_, [truth(part, tested) for part in parts]) if parts else ibis.literal(value=True)
        case AnyOf(parts):
            return reduce(or_, [truth(part, tested) for part in parts]) if parts else ibis.literal(value=False)
        case _:
            positive, opposite = affirmed(condition)
            return ~tested(positive) if opposite else tested(positive)


def surely(condition: Condition, told: Tested) -> ir.BooleanValue:
    """A condition over columns of which only matters where it is true; `told` knows tests and their opposites."""
    match condition:
        case AllOf(parts):
            return _halved(and_, [surely(part, told) for part in parts], otherwise=True)
        case AnyOf(parts):
            return _halved(or_, [surely(part, told) for part in parts], otherwise=False)
        case _:
            return told(condition)


def _halved(join: Callable[..., ir.BooleanValue], parts: list[ir.BooleanValue], *, otherwise: bool) -> ir.BooleanValue:
    """All parts joined, by halves: hundreds of them make no deep expression."""
    if len(parts) > 2:  # noqa: PLR2004 - halves
        middle = (len(parts) + 1) // 2
        parts = [_halved(join, half, otherwise=otherwise) for half in (parts[:middle], parts[middle:])]
    return reduce(join, parts) if parts else ibis.literal(otherwise)


def undecided(condition: Condition, tested: Tested) -> ir.BooleanValue:
    """Whether the condition is null. The opposite of a test is null where the test is, so the NOT is left out.

    It has to be: Ibis 12 writes `(~column).isnull()` as `NOT column IS NULL`, which SQL reads as its contrary.
    """
    if isinstance(condition, AllOf | AnyOf):
        alone = len(condition.parts) == 1
        return undecided(condition.parts[0], tested) if alone else truth(condition, tested).isnull()
    return tested(affirmed(condition)[0]).isnull()


def affirmed(test: Test) -> tuple[Test, bool]:
    """The test without its negation, and whether it had one: opposites share one column."""
    if isinstance(test, Compare):
        opposite = test.order in {Order.ABOVE, Order.BELOW}
        return (replace(test, order=test.order.opposite), True) if opposite else (test, False)
    return replace(test, negative=False), test.negative


def usable(column: ir.Column, fact: FactColumn) -> ir.Column:
    """The column as the judge reads it: not-a-number is unknown. Raises ColumnError for a column of another kind."""
    dtype = column.type()
    wanted, kinds = _KINDS[fact.type]
    if not isinstance(dtype, kinds):
        raise ColumnError(f"The column {fact.name} is {dtype}, and the fact is {fact.type}. Cast it to {wanted}.")
    if isinstance(dtype, dt.Floating):
        return column.isnan().ifelse(ibis.null(dtype), column)
    return column


def holds(column: ir.Column, test: Test) -> ir.BooleanValue:
    """Whether an affirmed test holds for the column's value."""
    dtype = column.type()
    match test:
        case Known():
            return column.notnull()
        case Among(_, (bool() as value,)):
            return column if value else ~column
        case Among(_, values):
            return _among(column, _values(values, dtype))
        case Compare() | Within() if (grid := grid_of(dtype)) is not None:
            return _in_range(column, test, grid)
        case Within(_, low, high):
            return column.between(_literal(low, dtype), _literal(high, dtype))
        case Compare(_, order, limit):
            bound = _literal(limit, dtype)
            return column >= bound if order.upward else column <= bound


def fails(column: ir.Column, test: Test) -> ir.BooleanValue:
    """Whether an affirmed test fails for the column's value: without a NOT where there is a plainer word for it."""
    dtype = column.type()
    match test:
        case Known():
            return column.isnull()
        case Among(_, (bool() as value,)):
            return ~column if value else column
        case Among(_, values) if listed := _values(values, dtype):
            return column != listed[0] if len(listed) == 1 else column.notin(listed)
        case Compare(_, order):
            return _beyond(column, test, upward=order.upward)
        case _:
            return ~holds(column, test)


def _beyond(column: ir.Column, test: Compare, *, upward: bool) -> ir.BooleanValue:
    """Whether the value is below a least limit, or above a greatest one."""
    dtype, limit = column.type(), test.limit
    if (grid := grid_of(dtype)) is not None:
        reach = range_of(test, grid)
        end = reach.low if upward else reach.high
        if reach.empty or end is None:
            return ~holds(column, test)
        limit = end
    bound = _literal(limit, dtype)
    return column < bound if upward else column > bound


def _values(values: tuple[Any, ...], dtype: dt.DataType) -> list[ir.Scalar]:
    grid = grid_of(dtype)
    return [_literal(value, dtype) for value in (values if grid is None else on_grid(values, grid))]


def _among(column: ir.Column, values: list[ir.Scalar]) -> ir.BooleanValue:
    if not values:
        return _wherever_known(column, value=False)
    return column == values[0] if len(values) == 1 else column.isin(values)


def _in_range(column: ir.Column, test: Compare | Within, grid: Grid) -> ir.BooleanValue:
    dtype = column.type()
    reach = range_of(test, grid)
    if reach.empty:
        return _wherever_known(column, value=False)
    match reach.low, reach.high:
        case None, None:
            return _wherever_known(column, value=True)
        case low, None:
            return column >= _literal(low, dtype)
        case None, high:
            return column <= _literal(high, dtype)
        case low, high:
            return column.between(_literal(low, dtype), _literal(high, dtype))


def _literal(value: Any, dtype: dt.DataType) -> ir.Scalar:
    if isinstance(dtype, dt.Integer):
        value = int(value)
    elif isinstance(dtype, dt.Floating):
        value = float(value)
    elif isinstance(dtype, dt.Decimal):
        value = Decimal(value)
    return ibis.literal(value, type=dtype)


def _wherever_known(column: ir.Column, *, value: bool) -> ir.BooleanValue:
    return column.isnull().ifelse(ibis.null("boolean"), ibis.literal(value))
