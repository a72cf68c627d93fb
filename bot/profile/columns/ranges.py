"""Limits on a column's own grid: a test of a number becomes a closed range of values that the column can hold.

Comparing in the column's own type keeps the comparison exact on every backend, and as fast as it can be: no engine has
to widen the column to meet a limit with more digits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal

import ibis.expr.datatypes as dt

from bot.profile.conditions import Compare, Within

_EXACT = Context(prec=200)
_UNBOUNDED = Decimal("Infinity")


@dataclass(frozen=True, slots=True)
class Grid:
    """The values that a numeric column can hold: the multiples of `step` from `low` to `high`; step 0 is any number."""

    step: Decimal
    low: Decimal
    high: Decimal

    def floor(self, value: Decimal) -> Decimal:
        """The greatest multiple of the step that is not above the value."""
        return value if not self.step else value.quantize(self.step, ROUND_FLOOR, _EXACT)

    def ceiling(self, value: Decimal) -> Decimal:
        """The least multiple of the step that is not below the value."""
        return value if not self.step else value.quantize(self.step, ROUND_CEILING, _EXACT)

    def holds(self, value: Decimal) -> bool:
        """Whether a column of this kind can hold exactly this value."""
        return self.low <= value <= self.high and self.floor(value) == value


@dataclass(frozen=True, slots=True)
class Range:
    """A closed range; an end that excludes nothing the column can hold is None. `empty`: nothing lies within."""

    low: Decimal | None
    high: Decimal | None
    empty: bool


def grid_of(dtype: dt.DataType) -> Grid | None:
    """The grid of an integer or decimal column; None for a column of another kind."""
    if isinstance(dtype, dt.Integer):
        return Grid(Decimal(1), Decimal(dtype.bounds.lower), Decimal(dtype.bounds.upper))
    if isinstance(dtype, dt.Decimal):
        if dtype.precision is None or dtype.scale is None:
            return Grid(Decimal(0), -_UNBOUNDED, _UNBOUNDED)
        step = Decimal(1).scaleb(-dtype.scale)
        high = _EXACT.subtract(Decimal(1).scaleb(dtype.precision - dtype.scale), step)
        return Grid(step, -high, high)
    return None


def range_of(test: Compare | Within, grid: Grid) -> Range:
    """The test as a range on the grid. Of the orders only at most and at least: the others are their opposites."""
    low, high = -_UNBOUNDED, _UNBOUNDED
    if isinstance(test, Within):
        low, high = grid.ceiling(_number(test.low)), grid.floor(_number(test.high))
    elif test.order.upward:
        low = grid.ceiling(_number(test.limit))
    else:
        high = grid.floor(_number(test.limit))
    empty = low > high or low > grid.high or high < grid.low
    return Range(None if low <= grid.low else low, None if high >= grid.high else high, empty)


def on_grid(values: Iterable[object], grid: Grid) -> list[Decimal]:
    """Those of the values that the column can hold: it never equals another."""
    return [number for number in map(_number, values) if grid.holds(number)]


def _number(value: object) -> Decimal:
    if isinstance(value, int | Decimal):
        return Decimal(value)
    message = f"{value!r} is no number"
    raise TypeError(message)
