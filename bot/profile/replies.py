"""The replies to a question that can make a difference: a value from each stretch between the thresholds."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Context, Decimal
from typing import Any

from bot.deals.facts import FactSpec, FactType, FactValue, Outcome
from bot.profile.conditions import Among, Compare, Condition, Measure, Test, Within, facts_of, relaxed, tests_of
from bot.profile.derived import TextMatch
from bot.profile.deriving import Deriving
from bot.profile.model import Profile

MOST_VALUES = 60
"""So many replies to one question are tried at most; of a fact with more thresholds less is told, and nothing wrong."""

_MOST_OUTCOMES = 20
_HALVINGS = 60
_EXACT = Context(prec=100)
_OTHER_TEXT = "something else"
_SOME_DAY = date(2026, 1, 1)
_SPANS = (0, 1, 30, 90, 365, 3650)


def conditions_of(profile: Profile, check_id: str | None = None) -> Iterator[Condition]:
    """Every condition of the profile, or of one check (the segments' by its id), with those of the bands."""
    if check_id is None or profile.check(check_id) is None:
        yield from (segment.when for segment in profile.segments if segment.when is not None)
    for check in profile.checks:
        if check_id not in {None, check.id}:
            continue
        if check.when is not None:
            yield check.when
        for case in check.cases:
            if case.when is not None:
                yield case.when
            if case.require is not None:
                yield case.require
                yield from (relaxed(case.require, dict(band.up_to)) for band in check.exception if band.up_to)


class Replies:
    """The replies that matter to some conditions of one profile."""

    def __init__(self, profile: Profile, conditions: Iterable[Condition]) -> None:
        conditions = tuple(conditions)
        self._tests = tuple(dict.fromkeys(test for each in conditions for test in tests_of(each)))
        self.facts = tuple(dict.fromkeys(name for each in conditions for name in facts_of(each)))
        """The facts of the deal on which the conditions rest."""
        self._derived = {each.name: each for each in profile.derived}
        self._deriving = Deriving(profile.derived)
        self._specs = profile.facts
        behind = {name for test in self._tests for name in test.subject.needs}
        self.hidden = bool(behind)
        """Whether some tests are of derived facts: then other facts of the deal say where a reply begins to matter."""
        self._values = {
            name: tuple(dict.fromkeys(self._of(profile.facts[name], behind=name in behind)))[:MOST_VALUES]
            for name in self.facts
        }

    def values(self, name: str, facts: Mapping[str, FactValue]) -> tuple[FactValue, ...]:
        """The replies to the question for this fact, of a deal of which the other facts are known, or some."""
        values = self._values.get(name, ())
        if not self.hidden or not any(name in test.subject.needs for test in self._tests):
            return values
        return tuple(dict.fromkeys((*values, *self._turning(self._specs[name], values, facts))))[:MOST_VALUES]

    def _of(self, spec: FactSpec, *, behind: bool) -> Iterator[FactValue]:
        tests = [test for test in self._tests if test.subject.fact == spec.name]
        match spec.type:
            case FactType.YES_NO:
                yield from (True, False)
            case FactType.CHOICE:
                yield from spec.choices
            case FactType.OUTCOMES:
                yield from _outcomes(tests)
            case FactType.TEXT:
                yield from self._texts(spec.name, tests)
            case _:
                yield from _stretches(spec, [limit for test in tests for limit in _limits(test)])
                if behind:
                    yield from _far_and_wide(spec)

    def _texts(self, name: str, tests: Sequence[Test]) -> Iterator[str]:
        searched = [
            text
            for derived in self._derived.values()
            if isinstance(derived.expression, TextMatch) and derived.expression.fact == name
            for text in derived.expression.texts
        ]
        yield from (limit for test in tests for limit in _limits(test) if isinstance(limit, str))
        yield from searched
        yield " ".join(searched)
        yield _OTHER_TEXT

    def _turning(
        self, spec: FactSpec, values: Sequence[FactValue], facts: Mapping[str, FactValue]
    ) -> Iterator[FactValue]:
        """Values on both sides of where a derived fact passes one of its limits, as this fact alone moves."""
        if spec.type not in {FactType.INTEGER, FactType.NUMBER, FactType.PERCENT, FactType.MONEY, FactType.DATE}:
            return
        points: list[Any] = sorted({*values, *_near_dates(spec, facts)})
        for test in self._tests:
            if spec.name not in test.subject.needs:
                continue
            for limit in _limits(test):
                for reached in (lambda v, at=limit: v < at, lambda v, at=limit: v <= at):
                    sides = [self._side(test.subject.fact, spec.name, point, facts, reached) for point in points]
                    for (low, left), (high, right) in itertools.pairwise(zip(points, sides, strict=True)):
                        if left is not right and None not in {left, right}:
                            yield from self._between(test.subject.fact, spec, (low, high), facts, reached)

    def _side(self, derived: str, name: str, value: Any, facts: Mapping[str, FactValue], reached: Any) -> bool | None:
        figure: Any = self._deriving.complete({**facts, name: value}).get(derived)
        return None if figure is None else bool(reached(figure))

    def _between(
        self, derived: str, spec: FactSpec, ends: tuple[Any, Any], facts: Mapping[str, FactValue], reached: Any
    ) -> Iterator[FactValue]:
        low, high = ends
        left = self._side(derived, spec.name, low, facts, reached)
        for _ in range(_HALVINGS):
            middle = _middle(spec, low, high)
            if middle is None:
                break
            if self._side(derived, spec.name, middle, facts, reached) is left:
                low = middle
            else:
                high = middle
        yield from (low, high)


def _limits(test: Test) -> Iterator[Any]:
    match test:
        case Compare(_, _, limit):
            yield limit
        case Within(_, low, high):
            yield from (low, high)
        case Among(_, values):
            yield from values
        case _:
            return


def _stretches(spec: FactSpec, limits: Iterable[Any]) -> Iterator[FactValue]:
    """Each limit and a value from each stretch between two, and before the first and after the last."""
    at: list[Any] = sorted({_own(spec, limit) for limit in limits})
    if not at:
        at = [_own(spec, spec.minimum if spec.minimum is not None else 0)]
    found = [_beside(at[0], -1), at[0]]
    for low, high in itertools.pairwise(at):
        middle = _middle(spec, low, high)
        found += [high] if middle is None else [middle, high]
    found.append(_beside(at[-1], 1))
    low, high = spec.minimum, spec.maximum
    yield from (
        value for value in found if not (low is not None and value < low) and not (high is not None and value > high)
    )


def _far_and_wide(spec: FactSpec) -> Iterator[FactValue]:
    """Values of every size, for a fact that others are worked out from."""
    if spec.type is FactType.DATE:
        return
    low, high = spec.minimum, spec.maximum
    whole = spec.type is FactType.INTEGER
    for exponent in range(0 if whole else -2, 9):
        for sign in (1, -1):
            value = sign * Decimal(1).scaleb(exponent)
            if not (low is not None and value < low) and not (high is not None and value > high):
                yield int(value) if whole else value
    for bound in (low, high, Decimal(0)):
        if bound is not None and not (low is not None and bound < low) and not (high is not None and bound > high):
            yield int(bound) if whole else bound


def _near_dates(spec: FactSpec, facts: Mapping[str, FactValue]) -> Iterator[date]:
    if spec.type is not FactType.DATE:
        return
    known = [value for value in facts.values() if isinstance(value, date)] or [_SOME_DAY]
    yield from (_days_on(day, sign * span) for day in known for span in _SPANS for sign in (1, -1))


def _own(spec: FactSpec, limit: Any) -> Any:
    """A limit as a value of the fact: none lies between two whole numbers."""
    if spec.type is FactType.DATE and not isinstance(limit, date):
        return _SOME_DAY
    if spec.type is FactType.INTEGER:
        return int(limit)
    return limit if isinstance(limit, date) else Decimal(limit)


def _beside(value: Any, sign: int) -> Any:
    if isinstance(value, date):
        return _days_on(value, sign)
    return value + sign if isinstance(value, int) else _EXACT.add(value, Decimal(sign))


def _days_on(day: date, days: int) -> date:
    """The day so many days on, within the calendar."""
    return date.fromordinal(min(max(day.toordinal() + days, date.min.toordinal()), date.max.toordinal()))


def _middle(spec: FactSpec, low: Any, high: Any) -> Any:
    """A value between the two; None where there is none."""
    if isinstance(low, date):
        days = (high - low).days // 2
        return _days_on(low, days) if days else None
    if spec.type is FactType.INTEGER:
        middle = (low + high) // 2
        return None if middle == low else middle
    middle = _EXACT.divide(_EXACT.add(low, high), Decimal(2))
    return middle if low < middle < high else None


def _outcomes(tests: Sequence[Test]) -> Iterator[tuple[Outcome, ...]]:
    """Lists of outcomes with each number of all, of measurable and of agreed ones that matters, on both sides of it."""
    wanted: dict[Measure, list[int]] = {measure: [0] for measure in Measure}
    for test in tests:
        if test.subject.measure is not None:
            limits = [int(limit) for limit in _limits(test)]
            wanted[test.subject.measure] += [limit + more for limit in limits for more in (-1, 0, 1)]
    numbers = {
        measure: sorted({each for each in found if 0 <= each <= _MOST_OUTCOMES}) for measure, found in wanted.items()
    }
    for measurable, agreed in itertools.product(numbers[Measure.MEASURABLE], numbers[Measure.AGREED]):
        least = max(measurable, agreed)
        for count in sorted({least, *(each for each in numbers[Measure.COUNT] if each >= least)}):
            yield tuple(_outcome(full=n < measurable, agreed=n < agreed) for n in range(count))


def _outcome(*, full: bool, agreed: bool) -> Outcome:
    if not full:
        return Outcome("a measure", agreed=agreed)
    return Outcome("a measure", Decimal(1), Decimal(2), "units", date(2000, 1, 1), "somebody", agreed=agreed)
