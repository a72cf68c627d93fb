"""Whether any deal can meet a condition, told exactly from the facts' types and ranges. In doubt: yes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, pairwise
from typing import Any

from bot.deals.facts import FactSpec, FactSpecs, FactType, FactValue
from bot.profile.conditions import (
    AllOf,
    Among,
    AnyOf,
    Compare,
    Condition,
    Known,
    Subject,
    Test,
    Within,
    negated,
    tests_of,
)
from bot.profile.evaluate import value_test
from bot.profile.read_conditions import measure_spec

MAX_DEPTH = 200
MAX_STEPS = 20_000
"""A condition that takes more steps than this to decide, or goes deeper, is taken as one that some deal meets."""

_Todo = tuple[Condition, Any] | None
"""What is still to be met: a condition and the rest, as a chain that the branches share."""

_FRESH = "\u0000another text"


def possible(facts: FactSpecs, *conditions: Condition | None) -> bool:
    """Whether some deal, its facts known or not, meets all these conditions. None stands for no condition."""
    given = [condition for condition in conditions if condition is not None]
    return _Search(facts, given).found()


def found_possible(facts: FactSpecs, conditions: Sequence[Condition]) -> tuple[bool, bool]:
    """Whether some deal meets all these conditions, and whether that is certain."""
    search = _Search(facts, conditions)
    return search.found(), search.certain


def covers(facts: FactSpecs, wider: Condition | None, *conditions: Condition | None) -> bool:
    """Whether every deal that meets these conditions surely meets `wider` too."""
    return wider is None or not possible(facts, *conditions, negated(wider))


def always(facts: FactSpecs, test: Test) -> bool:
    """Whether the test holds for every value that its fact can have, so that it tests nothing."""
    if isinstance(test, Known) or test.subject.measure is not None:
        return False
    return not possible(facts, Known(test.subject), negated(test))


def contradiction(facts: FactSpecs, condition: Condition) -> tuple[Test, Test] | None:
    """Two tests that must both hold and never can, or None when no two alone are at fault."""
    parts = condition.parts if isinstance(condition, AllOf) else ()
    tests = [part for part in parts if not isinstance(part, AllOf | AnyOf)]
    for one, other in combinations(tests, 2):
        if one.subject == other.subject and not possible(facts, one, other):
            return one, other
    return next((found for part in parts if (found := contradiction(facts, part))), None)


@dataclass(frozen=True, slots=True)
class _Left:
    """What a fact can still be: known or not (None: either), and the values of each of its subjects that are tested."""

    known: bool | None = None
    values: tuple[tuple[Subject, tuple[FactValue, ...]], ...] = ()


_ANYTHING = _Left()


class _Search:
    """Goes through the alternatives one by one, and leaves a branch as soon as one fact has no value left.

    For each subject there is one list of values, such that every answer that all tests together can give is among
    them; what is chosen for a fact is what of these lists its tests have left.
    """

    def __init__(self, facts: FactSpecs, conditions: Sequence[Condition]) -> None:
        self._facts = facts
        self._conditions = conditions
        self._left = MAX_STEPS
        self._tests: dict[Subject, dict[Test, None]] = {}
        for test in tests_of(AllOf(tuple(conditions))):
            self._tests.setdefault(test.subject, {})[test] = None
        self._samples: dict[Subject, tuple[FactValue, ...]] = {}
        self.certain = True

    def found(self) -> bool:
        """Whether some deal meets all the conditions; in doubt yes, and then it is not `certain`."""
        return self._run(_chained(self._conditions, None), {})

    def _run(self, todo: _Todo, chosen: Mapping[str, _Left], depth: int = 0) -> bool:
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            self.certain = False
            return True
        if todo is None:
            return True
        first, rest = todo
        if isinstance(first, AllOf):
            return self._run(_chained(first.parts, rest), chosen, depth + 1)
        if isinstance(first, AnyOf):
            return any(self._run((part, rest), chosen, depth + 1) for part in first.parts)
        fact = first.subject.fact
        left = self._after(first, chosen.get(fact, _ANYTHING))
        return left is not None and self._run(rest, {**chosen, fact: left}, depth + 1)

    def _after(self, test: Test, left: _Left) -> _Left | None:
        """What the fact can be when this test holds as well; None when there is nothing."""
        unknown = isinstance(test, Known) and test.negative
        if left.known is unknown:
            return None
        if isinstance(test, Known):
            return replace(left, known=not unknown)
        values = dict(left.values)
        before = values[test.subject] if test.subject in values else self._all(test.subject)
        holds = value_test(test)
        values[test.subject] = tuple(value for value in before if holds(value))
        return _Left(known=True, values=tuple(values.items())) if values[test.subject] else None

    def _all(self, subject: Subject) -> tuple[FactValue, ...]:
        found = self._samples.get(subject)
        if found is None:
            spec = self._facts[subject.fact]
            real = spec if subject.measure is None else measure_spec(spec)
            found = self._samples[subject] = tuple(samples(real, self._tests[subject]))
        return found


def _chained(parts: Sequence[Condition], rest: _Todo) -> _Todo:
    for part in reversed(parts):
        rest = (part, rest)
    return rest


def samples(spec: FactSpec, tests: Iterable[Test]) -> Iterator[FactValue]:
    """Values of the fact such that every answer that these tests can give together is given by one of them."""
    named: list[Any] = [value for test in tests for value in _named(test)]
    match spec.type:
        case FactType.YES_NO:
            yield from (True, False)
        case FactType.CHOICE:
            yield from spec.choices
        case FactType.TEXT | FactType.OUTCOMES:
            yield from (*(value for value in named if isinstance(value, str)), _FRESH)
        case FactType.DATE:
            yield from sorted({day for value in named for day in _around(value, timedelta(days=1))})
        case _:
            yield from (value for value in sorted(_numbers(spec, named)) if _in_range(spec, value))


def _named(test: Test) -> tuple[Any, ...]:
    match test:
        case Compare(_, _, limit):
            return (limit,)
        case Within(_, low, high):
            return (low, high)
        case Among(_, values):
            return values
        case _:
            return ()


def _around(value: date, step: timedelta) -> Iterator[date]:
    yield value
    if value > date.min:
        yield value - step
    if value < date.max:
        yield value + step


def _numbers(spec: FactSpec, named: list[Any]) -> set[Any]:
    ends = [bound for bound in (spec.minimum, spec.maximum) if bound is not None]
    if spec.type is FactType.INTEGER:
        whole = {int(value) for value in (*named, *ends)} or {0}
        return {near for point in whole for near in (point - 1, point, point + 1)}
    points = {Decimal(value) for value in (*named, *ends)}
    ordered = sorted(points)
    between = {(low + high) / 2 for low, high in pairwise(ordered)}
    outside = {ordered[0] - 1, ordered[-1] + 1} if ordered else {Decimal(0)}
    return points | between | outside


def _in_range(spec: FactSpec, value: Any) -> bool:
    return (spec.minimum is None or value >= spec.minimum) and (spec.maximum is None or value <= spec.maximum)
