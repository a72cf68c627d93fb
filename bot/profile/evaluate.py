"""Three-valued evaluation: each condition becomes one closure that says True, False, or None for unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Context, Decimal

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
    holds = value_test(test)
    if test.subject.measure is None:
        fact = test.subject.fact

        def of_fact(facts: Facts) -> Truth:
            value = facts.get(fact)
            return None if value is None else holds(value)

        return of_fact
    read = reader(test.subject)

    def of_count(facts: Facts) -> Truth:
        value = read(facts)
        return None if value is None else holds(value)

    return of_count


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


def _ordered(order: Order, limit: Ordered) -> Callable[[FactValue], bool]:
    match order:
        case Order.AT_MOST:
            return lambda value: value <= limit  # type: ignore[operator]
        case Order.BELOW:
            return lambda value: value < limit  # type: ignore[operator]
        case Order.AT_LEAST:
            return lambda value: value >= limit  # type: ignore[operator]
        case Order.ABOVE:
            return lambda value: value > limit  # type: ignore[operator]


def reader(subject: Subject) -> Reader:
    """How to read the subject's value: the fact itself, or the count over its outcomes."""
    fact, measure = subject.fact, subject.measure
    if measure is None:
        return lambda facts: facts.get(fact)

    def read(facts: Facts) -> FactValue | None:
        outcomes = facts.get(fact)
        return counted(outcomes, measure) if isinstance(outcomes, tuple) else None

    return read


def counted(outcomes: tuple[Outcome, ...], measure: Measure) -> int:
    """How many of the outcomes count."""
    match measure:
        case Measure.COUNT:
            return len(outcomes)
        case Measure.MEASURABLE:
            return sum(is_measurable(outcome) for outcome in outcomes)
        case Measure.AGREED:
            return sum(outcome.agreed is True for outcome in outcomes)


def is_measurable(outcome: Outcome) -> bool:
    """Whether the outcome says what is measured, from where to where, in what unit, until when, and who answers."""
    texts = (outcome.metric, outcome.unit, outcome.owner)
    return all(texts) and None not in (outcome.baseline, outcome.target, outcome.due)


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


def gap_to(test: Test, value: FactValue) -> Decimal | None:
    """How far the value is from passing the test: positive, or None where distance has no meaning."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | date):
        return None
    match test:
        case Compare(_, order, limit):
            gap = _distance(value, limit)
            if order in {Order.BELOW, Order.ABOVE} and gap is not None and not isinstance(limit, Decimal):
                gap += 1  # between whole numbers, or days, there is nothing in between
        case Among(_, values, False):
            gaps = [_distance(value, other) for other in values]
            gap = min((each for each in gaps if each is not None), default=None)
        case Within(_, low, high, False):
            gap = _distance(value, low if value < low else high)  # type: ignore[operator]
        case _:
            return None
    return gap or None


def _distance(one: FactValue, other: object) -> Decimal | None:
    if isinstance(one, date) and isinstance(other, date):
        return Decimal(abs((one - other).days))
    if isinstance(one, int | Decimal) and isinstance(other, int | Decimal):
        return _EXACT.subtract(Decimal(one), Decimal(other)).copy_abs()
    return None
