"""Whether one condition holds whenever another does, as far as intervals and sets show it. In doubt: no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.profile.conditions import (
    AllOf,
    Among,
    AnyOf,
    Compare,
    Condition,
    Known,
    Order,
    Test,
    TestValue,
    Within,
)


@dataclass(frozen=True, slots=True)
class _Span:
    """An interval of an ordered fact; None means without end. `open_low` and `open_high`: the end is not in it."""

    low: Decimal | None = None
    high: Decimal | None = None
    open_low: bool = False
    open_high: bool = False

    def within(self, other: _Span) -> bool:
        """Whether every value of this span is in the other."""
        if other.low is not None:
            if self.low is None or self.low < other.low:
                return False
            if self.low == other.low and other.open_low and not self.open_low:
                return False
        if other.high is not None:
            if self.high is None or self.high > other.high:
                return False
            if self.high == other.high and other.open_high and not self.open_high:
                return False
        return True

    def apart(self, other: _Span) -> bool:
        """Whether no value is in both."""
        return self._below(other) or other._below(self)

    def _below(self, other: _Span) -> bool:
        if self.high is None or other.low is None:
            return False
        return self.high < other.low or (self.high == other.low and (self.open_high or other.open_low))


def implies(one: Condition, other: Condition) -> bool:
    """Whether `other` surely holds wherever `one` does. False also means that it cannot be told."""
    if one == other:
        return True
    if isinstance(one, AnyOf):
        return all(implies(part, other) for part in one.parts)
    if isinstance(other, AllOf):
        return all(implies(one, part) for part in other.parts)
    if isinstance(one, AllOf) or isinstance(other, AnyOf):
        left = one.parts if isinstance(one, AllOf) else (one,)
        right = other.parts if isinstance(other, AnyOf) else (other,)
        return any(implies(premise, conclusion) for premise in left for conclusion in right)
    return _test_implies(one, other)


def excludes(one: Test, other: Test) -> bool:
    """Whether the two tests of one subject surely never hold together."""
    if one.subject != other.subject:
        return False
    values = _values(one) or _values(other)
    if values is not None:
        rest = other if _values(one) is not None else one
        return all(_fails(rest, value) for value in values)
    first, second = _span(one), _span(other)
    return first is not None and second is not None and first.apart(second)


def _test_implies(one: Test, other: Test) -> bool:
    if one.subject != other.subject:
        return False
    if isinstance(one, Known) or isinstance(other, Known):
        return isinstance(other, Known) and not other.negative and not (isinstance(one, Known) and one.negative)
    values = _values(one)
    if values is not None:
        return all(_holds(other, value) for value in values)
    first, second = _span(one), _span(other)
    if first is not None and second is not None:
        return first.within(second)
    if isinstance(one, Among) and isinstance(other, Among):
        return one.negative and other.negative and set(other.values) <= set(one.values)
    return False


def _values(test: Test) -> tuple[TestValue, ...] | None:
    return test.values if isinstance(test, Among) and not test.negative else None


def _span(test: Test) -> _Span | None:
    match test:
        case Compare(_, order, limit):
            end = _number(limit)
            is_open = order in {Order.BELOW, Order.ABOVE}
            return _Span(low=end, open_low=is_open) if order.upward else _Span(high=end, open_high=is_open)
        case Within(_, low, high, False):
            return _Span(_number(low), _number(high))
        case _:
            return None


def _number(value: object) -> Decimal:
    return Decimal(value.toordinal()) if isinstance(value, date) else Decimal(str(value))


def _holds(test: Test, value: TestValue) -> bool:
    if isinstance(test, Among):
        return (value in test.values) is not test.negative
    span = _span(test)
    if span is None or isinstance(value, str | bool):
        return False
    return _Span(_number(value), _number(value)).within(span)


def _fails(test: Test, value: TestValue) -> bool:
    if isinstance(test, Among):
        return (value in test.values) is test.negative
    span = _span(test)
    if span is None or isinstance(value, str | bool):
        return False
    return _Span(_number(value), _number(value)).apart(span)


def constant(test: Test, minimum: Decimal | None, maximum: Decimal | None) -> bool:
    """Whether the test holds for every value between these bounds, so that it tests nothing."""
    span = _span(test)
    if span is None or test.subject.measure is not None:
        return False
    return _Span(minimum, maximum).within(span)


def contradiction(condition: Condition) -> tuple[Test, Test] | None:
    """Two tests that must both hold and never can, or None when none is seen."""
    parts = condition.parts if isinstance(condition, AllOf) else ()
    tests = [part for part in parts if not isinstance(part, AllOf | AnyOf)]
    for index, one in enumerate(tests):
        for other in tests[index + 1 :]:
            if excludes(one, other):
                return one, other
    return next((found for part in parts if (found := contradiction(part))), None)
