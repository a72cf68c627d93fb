"""Whether deals try a condition at its boundaries: exactly on each threshold and just beyond, where it decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bot.deals.facts import FactSpec, FactType, FactValue
from bot.profile.conditions import (
    ALWAYS,
    AllOf,
    Among,
    AnyOf,
    Compare,
    Condition,
    Order,
    Subject,
    Test,
    Within,
)
from bot.profile.evaluate import Evaluator, Facts, Reader, Truth, compiled, reader
from bot.profile.words import Words

NEVER = AnyOf(())
"""The condition that never holds."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One end of a test: the value at which it turns, and on which side the other answer lies."""

    subject: Subject
    at: Any
    upward: bool

    def beyond(self, value: Any, spec: FactSpec) -> bool:
        """Whether the value lies just beyond: over the edge, and by no more than one step."""
        far = further(spec, self.at, upward=self.upward)
        return bool(self.at < value <= far if self.upward else far <= value < self.at)

    def possible(self, spec: FactSpec) -> bool:
        """Whether there is any value beyond."""
        if further(spec, self.at, upward=self.upward) == self.at:
            return False
        bound = spec.maximum if self.upward else spec.minimum
        return bound is None or (self.at < bound if self.upward else self.at > bound)


def further(spec: FactSpec, value: Any, *, upward: bool) -> Any:
    """The value one step on: a day, one of what is counted, one percentage point, one unit of money.

    Beyond the first and the last day of the calendar there is none: that day itself.
    """
    sign = 1 if upward else -1
    if isinstance(value, date):
        return value if value == (date.max if upward else date.min) else value + timedelta(days=sign)
    step = spec.step or Decimal(1)
    return value + sign * (int(step) if spec.type is FactType.INTEGER else step)


def edges(test: Test) -> Iterator[Edge]:
    """Where a test of an ordered fact turns; none for other tests."""
    match test:
        case Compare(subject, order, limit):
            yield Edge(subject, limit, order in {Order.AT_MOST, Order.ABOVE})
        case Within(subject, low, high):
            yield Edge(subject, low, upward=False)
            yield Edge(subject, high, upward=True)
        case Among(subject, (int() | Decimal() | date() as only,)) if not isinstance(only, bool):
            yield Edge(subject, only, upward=False)
            yield Edge(subject, only, upward=True)
        case _:
            return


@dataclass(slots=True)
class _Leaf:
    """One end of one test of the condition. It decides a deal when the condition turns with it."""

    edge: Edge
    spec: FactSpec
    read: Reader
    if_true: Evaluator
    if_false: Evaluator
    on: bool = False
    over: bool = False

    def see(self, facts: Facts) -> None:
        value: FactValue | None = self.read(facts)
        if value is None or self.if_true(facts) is self.if_false(facts):
            return
        self.on = self.on or value == self.edge.at
        self.over = self.over or self.edge.beyond(value, self.spec)


class Probe:
    """Watches one condition: which answers it gave, and at which boundaries it was tried."""

    def __init__(self, condition: Condition, words: Words) -> None:
        self._holds = compiled(condition)
        self.truths: set[Truth] = set()
        self._leaves = [
            _Leaf(edge, words.spec(edge.subject), reader(edge.subject), compiled(held), compiled(failed))
            for test, held, failed in _replaced(condition)
            for edge in edges(test)
            if edge.possible(words.spec(edge.subject))
        ]

    def see(self, facts: Facts) -> Truth:
        """The condition's answer for a deal, taken note of."""
        truth = self._holds(facts)
        self.truths.add(truth)
        for leaf in self._leaves:
            leaf.see(facts)
        return truth

    def missing(self, words: Words) -> Iterator[str]:
        """What no deal tried, in words."""
        for leaf in self._leaves:
            yield from untried(leaf.edge, words, on=leaf.on, over=leaf.over)


def untried(edge: Edge, words: Words, *, on: bool, over: bool) -> Iterator[str]:
    """The sentences for an edge that was not tried on it, or not just beyond."""
    value = words.value_beside(edge.subject, edge.at)
    label = "" if edge.subject.measure is not None else f"{words.label(edge.subject)} "
    if not on:
        yield f"is tried by no case with {label}exactly {value}"
    if not over:
        yield f"is tried by no case with {label}just {'above' if edge.upward else 'below'} {value}"


def _replaced(condition: Condition) -> Iterator[tuple[Test, Condition, Condition]]:
    """Each test, with the condition as it would be if the test held, and if it failed."""
    if not isinstance(condition, AllOf | AnyOf):
        yield condition, ALWAYS, NEVER
        return
    kind = type(condition)
    for index, part in enumerate(condition.parts):
        before, after = condition.parts[:index], condition.parts[index + 1 :]
        for test, held, failed in _replaced(part):
            yield test, kind((*before, held, *after)), kind((*before, failed, *after))
