"""How far a deal is outside what a check requires: test by test, with the side on which each fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bot.deals.facts import FactValue
from bot.profile.conditions import Among, Compare, Condition, Known, Subject, Test, Within, tests_of
from bot.profile.evaluate import Truth, compiled, gap_finder, reader
from bot.profile.model import Check

Facts = Mapping[str, FactValue]

HIGH, LOW, OTHER, KNOWLEDGE = "high", "low", "other", "knowledge"
"""A failing value is too high, too low, another one than asked for, or known when it should not be (or not known)."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One test that a deal fails. `gap` is how far the value is from passing; None where that is or means nothing."""

    subject: Subject
    side: str
    value: FactValue | None
    gap: Decimal | None

    def allows(self, other: Shortfall) -> bool:
        """Whether whoever approved this shortfall has approved the other too: same fact, same side, no further out."""
        if (self.subject, self.side) != (other.subject, other.side):
            return False
        if self.side in {OTHER, KNOWLEDGE}:
            return self.value == other.value
        return _no_further(self, other) and (other.gap or 0) <= (self.gap or 0)


def _no_further(approved: Shortfall, other: Shortfall) -> bool:
    mine: Any = approved.value
    theirs: Any = other.value
    if mine is None or theirs is None:
        return False
    return bool(theirs <= mine) if approved.side == HIGH else bool(theirs >= mine)


def requirement_for(check: Check, facts: Facts) -> Condition | None:
    """What the check requires of a deal with these facts; None when it does not apply, or cannot be told yet."""
    if check.when is not None and compiled(check.when)(facts) is not True:
        return None
    for case in check.cases:
        applies: Truth = True if case.when is None else compiled(case.when)(facts)
        if applies is True:
            return case.require
        if applies is None:
            return None
    return None


def shortfalls(requirement: Condition, facts: Facts) -> tuple[Shortfall, ...]:
    """Every test of the requirement that these facts fail."""
    return tuple(_failing(requirement, facts))


def _failing(requirement: Condition, facts: Facts) -> Iterator[Shortfall]:
    for test in tests_of(requirement):
        found = shortfall(test, facts)
        if found is not None:
            yield found


def shortfall(test: Test, facts: Facts) -> Shortfall | None:
    """How the facts fail one test; None when they pass it, or it is unknown."""
    if compiled(test)(facts) is not False:
        return None
    if isinstance(test, Known):
        return Shortfall(test.subject, KNOWLEDGE, facts.get(test.subject.fact), None)
    value = reader(test.subject)(facts)
    finder = gap_finder(test)
    gap = finder(value) if finder is not None and value is not None else None
    return Shortfall(test.subject, _side(test, value), value, gap)


def _side(test: Compare | Among | Within, value: Any) -> str:
    match test:
        case Compare(_, order, _):
            return LOW if order.upward else HIGH
        case Within(_, low, high, False):
            return LOW if value < low else HIGH if value > high else OTHER
        case Among(_, values, False) if all(_ordered(each) for each in values):
            asked: Any = values
            return LOW if value < min(asked) else HIGH if value > max(asked) else OTHER
        case _:
            return OTHER


def _ordered(value: object) -> bool:
    return isinstance(value, int | Decimal | date) and not isinstance(value, bool)
