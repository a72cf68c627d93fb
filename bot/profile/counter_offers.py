"""The nearest deals that fit: which negotiable facts to change, and from what to what."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bot.deals.facts import Direction, FactSpec, FactType, FactValue
from bot.profile.conditions import Among, Compare, Condition, Order, Test, TestValue, Within, facts_of, tests_of
from bot.profile.evaluate import Facts
from bot.profile.model import SEGMENT_CHECK, Profile
from bot.profile.turning import TurningPoints
from bot.profile.verdict import Change, CounterOffer, Finding, Judgement, Result, Verdict

MAX_CHANGES = 3
MAX_OFFERS = 3
MAX_TRIED = 20_000
"""So many changed deals are tried at most; beyond that none is given rather than one that may not be nearest."""


@dataclass(frozen=True, slots=True)
class _Move:
    """One fact moved to one value; `size` counts the possible values that the move passes, the new one included."""

    fact: str
    after: FactValue
    size: int


class Negotiation:
    """Finds the counter-offers under one profile.

    A fact is moved only to values at which some condition changes its answer, to its usual values, or to its choices:
    between them nothing changes, so the nearest deal that fits is always one of these. Fewest facts first, then the
    smallest sum of moves.
    """

    def __init__(self, profile: Profile, fits: Callable[[Facts], bool]) -> None:
        self._profile = profile
        self._fits = fits
        self._conditions = _conditions_by_check(profile)
        tests = [test for conditions in self._conditions.values() for each in conditions for test in tests_of(each)]
        used = {name for conditions in self._conditions.values() for each in conditions for name in facts_of(each)}
        self._specs = {n: spec for n, spec in profile.facts.items() if spec.negotiable and n in used}
        self._tests = {n: tuple(t for t in tests if t.subject.fact == n) for n in self._specs}
        self._turning = TurningPoints(profile.derived, tests) if profile.derived else None

    def offers(self, facts: Facts, verdict: Verdict) -> tuple[CounterOffer, ...]:
        """The nearest deals that fit, up to MAX_OFFERS equally near ones, in the profile's order of facts."""
        if verdict.judgement not in {Judgement.NEEDS_APPROVAL, Judgement.DOES_NOT_FIT}:
            return ()
        failed = verdict.of(Result.FAIL)
        if verdict.of(Result.UNKNOWN) or any(finding.missing for finding in failed):
            return ()
        moves = {name: tuple(self._moves(spec, facts)) for name, spec in self._specs.items()}
        movable = [name for name, options in moves.items() if options]
        needed = [self._helpful(finding, movable) for finding in failed]
        for size in range(1, MAX_CHANGES + 1):
            groups = self._by_size(movable, moves, needed, size)
            if groups is None:
                return ()
            best: list[tuple[_Move, ...]] = []
            for group in groups:
                if best and _total(group) > _total(best[0]):
                    break
                if self._fits({**facts, **{move.fact: move.after for move in group}}):
                    best.append(group)
            if best:
                return tuple(_offer(facts, group) for group in best[:MAX_OFFERS])
        return ()

    def _helpful(self, finding: Finding, movable: Sequence[str]) -> frozenset[str]:
        """The facts that can be moved and that this finding depends on: one of them must change."""
        return frozenset(
            name for condition in self._conditions[finding.check] for name in facts_of(condition) if name in movable
        )

    @staticmethod
    def _by_size(
        movable: Sequence[str], moves: dict[str, tuple[_Move, ...]], needed: Sequence[frozenset[str]], size: int
    ) -> list[tuple[_Move, ...]] | None:
        """Every group of `size` moves that touches all that fails, smallest sums first; None when they are too many."""
        choices = [
            [moves[name] for name in names]
            for names in itertools.combinations(movable, size)
            if all(facts & set(names) for facts in needed)
        ]
        if sum(math.prod(len(options) for options in each) for each in choices) > MAX_TRIED:
            return None
        return sorted((group for each in choices for group in itertools.product(*each)), key=_total)

    def _moves(self, spec: FactSpec, facts: Facts) -> Iterator[_Move]:
        current = facts.get(spec.name)
        if spec.type is FactType.YES_NO:
            wanted = {Direction.UP: (True,), Direction.DOWN: (False,)}.get(spec.negotiable or Direction.EITHER)
            yield from (_Move(spec.name, v, 1) for v in wanted or (True, False) if v is not current)
        elif spec.type is FactType.CHOICE:
            yield from (_Move(spec.name, choice, 1) for choice in spec.choices if choice != current)
        else:
            hidden = set() if self._turning is None else self._turning.values(spec, facts)
            yield from self._ordered_moves(spec, current, hidden)

    def _ordered_moves(self, spec: FactSpec, current: Any, hidden: set[Any]) -> Iterator[_Move]:
        ups, downs = (landings | hidden for landings in self._landings(spec))
        if current is None:
            values = sorted({*ups, *downs})
            ahead = values if spec.negotiable is not Direction.DOWN else values[::-1]
            yield from (_Move(spec.name, value, size) for size, value in enumerate(ahead, start=1))
            return
        if spec.negotiable in {Direction.UP, Direction.EITHER}:
            above = sorted(value for value in ups if value > current)
            yield from (_Move(spec.name, value, size) for size, value in enumerate(above, start=1))
        if spec.negotiable in {Direction.DOWN, Direction.EITHER}:
            below = sorted((value for value in downs if value < current), reverse=True)
            yield from (_Move(spec.name, value, size) for size, value in enumerate(below, start=1))

    def _landings(self, spec: FactSpec) -> tuple[set[Any], set[Any]]:
        """The first values of the next stretch between thresholds, on the way up and on the way down."""
        usual = {int(v) if spec.type is FactType.INTEGER else v for v in spec.usual}
        ups: set[Any] = set(usual)
        downs: set[Any] = set(usual)
        for test in self._tests[spec.name]:
            for value, holds_below in _edges(test):
                ups.add(_step(spec, value, 1) if holds_below else value)
                downs.add(value if holds_below else _step(spec, value, -1))
        low, high = spec.minimum, spec.maximum
        out = {v for v in ups | downs if (low is not None and v < low) or (high is not None and v > high)}
        return ups - out, downs - out


def _edges(test: Test) -> Iterator[tuple[TestValue, bool]]:
    """The values at which the test changes its answer; True when the value itself belongs to the stretch below."""
    match test:
        case Compare(_, order, limit):
            yield limit, order in {Order.AT_MOST, Order.ABOVE}
        case Within(_, low, high):
            yield low, False
            yield high, True
        case Among(_, values):
            for value in values:
                yield value, False
                yield value, True
        case _:
            return


def _step(spec: FactSpec, value: Any, sign: int) -> Any:
    if isinstance(value, date):
        return value + timedelta(days=sign)
    if spec.type is FactType.INTEGER and isinstance(value, int):
        return value + sign * int(spec.step or 1)
    step = spec.step or Decimal("0.01" if spec.type is FactType.MONEY else 1)
    return Decimal(str(value)) + sign * step


def _conditions_by_check(profile: Profile) -> dict[str, list[Condition]]:
    found: dict[str, list[Condition]] = {
        SEGMENT_CHECK: [segment.when for segment in profile.segments if segment.when is not None]
    }
    for check in profile.checks:
        each = [check.when, *(part for case in check.cases for part in (case.when, case.require))]
        found[check.id] = [condition for condition in each if condition is not None]
    return found


def _total(group: tuple[_Move, ...]) -> int:
    return sum(move.size for move in group)


def _offer(facts: Facts, group: tuple[_Move, ...]) -> CounterOffer:
    return CounterOffer(tuple(Change(move.fact, facts.get(move.fact), move.after) for move in group))
