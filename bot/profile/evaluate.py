"""Three-valued evaluation: each condition becomes one closure that says True, False, or None for unknown."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Context, Decimal
from typing import Any

from bot.deals.facts import FactValue, Outcome
from bot.profile.conditions import (
    AllOf,
    Among,
    AnyOf,
    Compare,
    Condition,
    Known,
    Measure,
    Order,
    Ordered,
    Subject,
    Test,
    TestValue,
    Within,
)

Facts = Mapping[str, FactValue]
Truth = bool | None
Evaluator = Callable[[Facts], Truth]
Reader = Callable[[Facts], FactValue | None]

# Differences are exact whatever the caller's decimal context says.
_EXACT = Context(prec=60)


def compiled(condition: Condition) -> Evaluator:
    """The condition as a closure over a deal's facts. A fact that is missing makes a test None; Kleene joins them."""
    match condition:
        case AllOf(parts):
            return _all(tuple(compiled(part) for part in parts))
        case AnyOf(parts):
            return _any(tuple(compiled(part) for part in parts))
        case _:
            return _test(condition)


def _all(parts: tuple[Evaluator, ...]) -> Evaluator:
    def holds(facts: Facts) -> Truth:
        result: Truth = True
        for part in parts:
            truth = part(facts)
            if truth is False:
                return False
            if truth is None:
                result = None
        return result

    return holds


def _any(parts: tuple[Evaluator, ...]) -> Evaluator:
    def holds(facts: Facts) -> Truth:
        result: Truth = False
        for part in parts:
            truth = part(facts)
            if truth is True:
                return True
            if truth is None:
                result = None
        return result

    return holds


def _test(test: Test) -> Evaluator:
    if isinstance(test, Known):
        name, negative = test.subject.fact, test.negative
        return lambda facts: (name in facts) is not negative
    if isinstance(test, Compare) and test.subject.measure is None:
        return _compare(test.subject.fact, ORDERS[test.order], test.limit)
    read, holds = reader(test.subject), value_test(test)

    def of_value(facts: Facts) -> Truth:
        value = read(facts)
        return None if value is None else holds(value)

    return of_value


def _compare(fact: str, stands: Callable[[Any, Any], bool], limit: Ordered) -> Evaluator:
    """The most common test, with one call less."""

    def of_fact(facts: Facts) -> Truth:
        value = facts.get(fact)
        return None if value is None else stands(value, limit)

    return of_fact


def value_test(test: Compare | Among | Within) -> Callable[[FactValue], bool]:
    """The test as a closure over a known value."""
    match test:
        case Compare(_, order, limit):
            return _ordered(order, limit)
        case Among(_, values, negative):
            if len(values) == 1:
                only = values[0]
                return (lambda value: value != only) if negative else (lambda value: value == only)
            allowed = frozenset(values)
            return (lambda value: value not in allowed) if negative else (lambda value: value in allowed)
        case Within(_, low, high, negative):
            if negative:
                return lambda value: not low <= value <= high  # type: ignore[operator]
            return lambda value: low <= value <= high  # type: ignore[operator]


ORDERS: dict[Order, Callable[[Any, Any], bool]] = {
    Order.AT_MOST: operator.le,
    Order.BELOW: operator.lt,
    Order.AT_LEAST: operator.ge,
    Order.ABOVE: operator.gt,
}
"""How a value stands to a limit."""


def _ordered(order: Order, limit: Ordered) -> Callable[[FactValue], bool]:
    stands = ORDERS[order]
    return lambda value: stands(value, limit)


def reader(subject: Subject) -> Reader:
    """How to read the subject's value: the fact itself, or the count over its outcomes."""
    fact, measure = subject.fact, subject.measure
    if measure is None:
        return lambda facts: facts.get(fact)

    count = _COUNTERS[measure]

    def read(facts: Facts) -> FactValue | None:
        outcomes = facts.get(fact)
        return count(outcomes) if isinstance(outcomes, tuple) else None

    return read


def counted(outcomes: tuple[Outcome, ...], measure: Measure) -> int:
    """How many of the outcomes count."""
    return _COUNTERS[measure](outcomes)


def _measurable(outcomes: tuple[Outcome, ...]) -> int:
    number = 0
    for outcome in outcomes:
        if is_measurable(outcome):
            number += 1
    return number


def _agreed(outcomes: tuple[Outcome, ...]) -> int:
    number = 0
    for outcome in outcomes:
        if outcome.agreed is True:
            number += 1
    return number


_COUNTERS: dict[Measure, Callable[[tuple[Outcome, ...]], int]] = {
    Measure.COUNT: len,
    Measure.MEASURABLE: _measurable,
    Measure.AGREED: _agreed,
}


def is_measurable(outcome: Outcome) -> bool:
    """Whether the outcome says what is measured, from where to where, in what unit, until when, and who answers."""
    if not (outcome.metric and outcome.unit and outcome.owner):
        return False
    return outcome.baseline is not None and outcome.target is not None and outcome.due is not None


def missing_finder(condition: Condition) -> Callable[[Facts], tuple[str, ...]]:
    """A closure that names the facts which stand between the condition and a decision; none when it is decided."""
    if isinstance(condition, AllOf | AnyOf):
        holds = compiled(condition)
        parts = tuple(missing_finder(part) for part in condition.parts)

        def find(facts: Facts) -> tuple[str, ...]:
            if holds(facts) is not None:
                return ()
            return tuple(dict.fromkeys(name for part in parts for name in part(facts)))

        return find
    if isinstance(condition, Known):
        return lambda _facts: ()
    fact = condition.subject.fact
    alone = (fact,)
    return lambda facts: () if fact in facts else alone


def gap_finder(test: Test) -> Callable[[FactValue], Decimal | None] | None:
    """A closure that says how far a failing value is from passing: positive, or None where distance has no meaning.

    None in its place where it never has one.
    """
    match test:
        case Compare(_, order, limit):
            # Between whole numbers, or days, there is nothing in between: more than 3 begins at 4.
            steps = order in {Order.BELOW, Order.ABOVE} and not isinstance(limit, Decimal)
            away = _distance_from(limit)
            if not steps:
                return lambda value: away(value) or None

            def to_limit(value: FactValue) -> Decimal | None:
                gap = away(value)
                return None if gap is None else _EXACT.add(gap, Decimal(1))

            return to_limit
        case Among(_, values, False):
            distances = [_distance_from(value) for value in values]

            def to_nearest(value: FactValue) -> Decimal | None:
                gaps = [gap for distance in distances if (gap := distance(value)) is not None]
                return min(gaps, default=None) or None

            return to_nearest
        case Within(_, low, high, False):
            to_low, to_high = _distance_from(low), _distance_from(high)
            return lambda value: (to_low(value) if value < low else to_high(value)) or None  # type: ignore[operator]
        case _:
            return None


def _distance_from(limit: TestValue) -> Callable[[FactValue], Decimal | None]:
    """A closure that says how far a value is from the limit; None where the two have no distance."""
    if isinstance(limit, date):
        return lambda value: Decimal(abs((value - limit).days)) if isinstance(value, date) else None
    if isinstance(limit, bool | str):
        return lambda _value: None
    exact = Decimal(limit)

    def distance(value: FactValue) -> Decimal | None:
        if type(value) is int and type(limit) is int:
            return Decimal(abs(value - limit))
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            return None
        return _EXACT.subtract(Decimal(value), exact).copy_abs()

    return distance
