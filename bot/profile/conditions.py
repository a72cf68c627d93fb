"""Conditions as a typed tree: the pure data from which closures, queries over many deals, and words are made.

`not` never stands in the tree: `negated` pushes it down to the tests, where three-valued logic keeps its meaning.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

TestValue = int | Decimal | date | str | bool
Ordered = int | Decimal | date


class Measure(StrEnum):
    """What can be counted in a deal's list of outcomes."""

    COUNT = "count"
    MEASURABLE = "measurable"
    AGREED = "agreed"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a test looks at: a fact, or a count over a fact that is a list of outcomes.

    `needs` names the facts of the deal behind a derived fact; it is empty for the deal's own.
    """

    fact: str
    measure: Measure | None = None
    needs: tuple[str, ...] = ()


class Order(StrEnum):
    """The order tests, as the profile writes them."""

    AT_MOST = "<="
    BELOW = "<"
    AT_LEAST = ">="
    ABOVE = ">"

    @property
    def opposite(self) -> Order:
        """The order that holds exactly when this one does not."""
        return _OPPOSITE[self]

    @property
    def upward(self) -> bool:
        """Whether greater values are the ones that hold."""
        return self in {Order.AT_LEAST, Order.ABOVE}


_OPPOSITE = {
    Order.AT_MOST: Order.ABOVE,
    Order.ABOVE: Order.AT_MOST,
    Order.AT_LEAST: Order.BELOW,
    Order.BELOW: Order.AT_LEAST,
}


@dataclass(frozen=True, slots=True)
class Compare:
    """The subject stands in this order to the limit."""

    subject: Subject
    order: Order
    limit: Ordered


@dataclass(frozen=True, slots=True)
class Among:
    """The subject is one of the values; when `negative`, it is none of them. One value alone is equality."""

    subject: Subject
    values: tuple[TestValue, ...]
    negative: bool = False


@dataclass(frozen=True, slots=True)
class Within:
    """The subject lies between low and high, both included; when `negative`, it lies outside."""

    subject: Subject
    low: Ordered
    high: Ordered
    negative: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """The fact is known (or, when `negative`, is not). This test is never itself unknown."""

    subject: Subject
    negative: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds. With no parts it always holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]


Test = Compare | Among | Within | Known
Condition = Compare | Among | Within | Known | AllOf | AnyOf

ALWAYS = AllOf(())


def all_of(parts: tuple[Condition, ...]) -> Condition:
    """The parts joined by and: nested ones are taken up, a single one stands for itself."""
    flat = tuple(inner for part in parts for inner in (part.parts if isinstance(part, AllOf) else (part,)))
    return flat[0] if len(flat) == 1 else AllOf(flat)


def any_of(parts: tuple[Condition, ...]) -> Condition:
    """The parts joined by or: nested ones are taken up, a single one stands for itself."""
    flat = tuple(inner for part in parts for inner in (part.parts if isinstance(part, AnyOf) else (part,)))
    return flat[0] if len(flat) == 1 else AnyOf(flat)


def negated(condition: Condition) -> Condition:
    """The condition that holds when this one does not, fails when it holds, and is unknown when it is."""
    match condition:
        case Compare(subject, order, limit):
            return Compare(subject, order.opposite, limit)
        case Among(subject, values, negative):
            return Among(subject, values, not negative)
        case Within(subject, low, high, negative):
            return Within(subject, low, high, not negative)
        case Known(subject, negative):
            return Known(subject, not negative)
        case AllOf(parts):
            return any_of(tuple(negated(part) for part in parts))
        case AnyOf(parts):
            return all_of(tuple(negated(part) for part in parts))


def tests_of(condition: Condition | None) -> Iterator[Test]:
    """Every test in the condition, in the order in which it is written."""
    if isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from tests_of(part)
    elif condition is not None:
        yield condition


def facts_of(condition: Condition | None) -> tuple[str, ...]:
    """The facts of a deal that the condition rests on, each once, in order."""
    subjects = [test.subject for test in tests_of(condition)]
    return tuple(dict.fromkeys(name for subject in subjects for name in subject.needs or (subject.fact,)))


def relaxed(condition: Condition, limits: dict[Subject, Ordered]) -> Condition:
    """The condition with each test of a subject in `limits` widened to reach that value, in the direction it fails.

    This is what an authority's `up_to` means: a deal lies in the band when the relaxed requirement holds for it.
    A test whose subject is not in `limits`, or that has no order, stays as strict as it is.
    """
    match condition:
        case AllOf(parts):
            return AllOf(tuple(relaxed(part, limits) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(relaxed(part, limits) for part in parts))
        case Known():
            return condition
        case _:
            reach = limits.get(condition.subject)
            return condition if reach is None else _widened(condition, reach)


def _widened(test: Compare | Among | Within, reach: Ordered) -> Condition:
    subject = test.subject
    if isinstance(test, Compare):
        beyond = less(reach, test.limit) if test.order.upward else less(test.limit, reach)
        beyond = beyond or (reach == test.limit and test.order in {Order.BELOW, Order.ABOVE})
        inclusive = Order.AT_LEAST if test.order.upward else Order.AT_MOST
        return Compare(subject, inclusive, reach) if beyond else test
    if test.negative:
        return test
    if isinstance(test, Within):
        low, high = test.low, test.high
    else:
        ordered = [value for value in test.values if isinstance(value, int | Decimal | date)]
        if not ordered or any(isinstance(value, bool) for value in ordered):
            return test
        low, high = _extremes(ordered)
    if less(high, reach):
        extension = Within(subject, high, reach)
    elif less(reach, low):
        extension = Within(subject, reach, low)
    else:
        return test
    return AnyOf((test, extension))


def less(one: Ordered, other: Ordered) -> bool:
    """Whether the first is the lesser; a date is not less than a number, nor greater."""
    if isinstance(one, date) or isinstance(other, date):
        return isinstance(one, date) and isinstance(other, date) and one < other
    return one < other


def _extremes(values: list[Ordered]) -> tuple[Ordered, Ordered]:
    low = high = values[0]
    for value in values[1:]:
        low, high = (value if less(value, low) else low), (value if less(high, value) else high)
    return low, high
