"""Cliffs: one unit more or less, and a deal falls from one who may approve past the next, or from pass to nobody."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.deals.facts import FactSpec, FactValue
from bot.profile.compiled_check import CompiledCheck
from bot.profile.conditions import Compare, Known, Order, Subject, Test, tests_of
from bot.profile.model import Check, Profile
from bot.profile.probes import edges, further
from bot.profile.regions import samples
from bot.profile.spans import Axis, Scale
from bot.profile.verdict import Result
from bot.profile.witness import deal_of
from bot.profile.words import Words, authority_name

MAX_DEALS = 20_000
"""A check that would take more trial deals than this is not looked through."""

Values = Mapping[Subject, Any]


@dataclass(frozen=True, slots=True)
class Cliff:
    """A fall: who answers for a deal before one fact moves by one unit, and who after."""

    subject: Subject
    before: str
    after: str
    text: str


def cliffs(profile: Profile, words: Words, check: Check) -> Iterator[Cliff]:
    """The falls of a check, one for each fact at most: trial deals on and around every threshold show them."""
    conditions = [check.when, *(part for case in check.cases for part in (case.when, case.require))]
    tests = [test for condition in conditions for test in tests_of(condition)]
    reaches: list[Test] = [
        Compare(subject, order, reach)
        for band in check.exception
        for subject, reach in band.up_to.items()
        for order in (Order.AT_MOST, Order.AT_LEAST)
    ]
    subjects = dict.fromkeys(test.subject for test in tests)
    ordered = [subject for subject in subjects if any(_ends(test, subject) for test in tests)]
    judged = _Levels(profile, words, check)
    kinds = {each: _kinds(words.spec(each), [t for t in (*tests, *reaches) if t.subject == each]) for each in subjects}
    for subject in ordered:
        spec = words.spec(subject)
        pairs = list(_pairs(spec, [*tests, *reaches], subject))
        others = {other: values for other, values in kinds.items() if other != subject}
        if len(pairs) * math.prod(len(values) for values in others.values()) > MAX_DEALS:
            continue
        if found := judged.fall(subject, pairs, others):
            yield found


def _kinds(spec: FactSpec, tests: list[Test]) -> list[Any]:
    """One value for each way in which these tests can answer: others of the same kind are judged alike."""
    values = list(dict.fromkeys(samples(spec, tests)))
    scale = Scale(values)
    answered = {n: scale.of(test) for n, test in enumerate(tests) if not isinstance(test, Known)}
    first: dict[int, Any] = {}
    for value, answers in zip(values, Axis(scale, answered, (1 << len(tests)) - 1).at, strict=True):
        first.setdefault(answers, value)
    return list(first.values())


def _ends(test: Test, subject: Subject) -> bool:
    return test.subject == subject and any(True for _ in edges(test))


def _pairs(spec: FactSpec, tests: list[Test], subject: Subject) -> Iterator[tuple[Any, Any]]:
    """Neighbouring values around each threshold: one unit apart, and possible."""
    marks = {edge.at for test in tests if test.subject == subject for edge in edges(test)}
    seen: set[tuple[Any, Any]] = set()
    for mark in sorted(marks):
        low, high = further(spec, mark, upward=False), further(spec, mark, upward=True)
        for pair in ((low, mark), (mark, high)):
            within = (spec.minimum is None or pair[0] >= spec.minimum) and (
                spec.maximum is None or pair[1] <= spec.maximum
            )
            if within and pair not in seen:
                seen.add(pair)
                yield pair


class _Levels:
    """How high a trial deal must go: 0 for nobody to ask, then the authorities in their order, then beyond them all."""

    def __init__(self, profile: Profile, words: Words, check: Check) -> None:
        self._check = CompiledCheck(check, profile, words)
        self._words = words
        self._ranks = {band.authority: rank for rank, band in enumerate(check.exception, start=1)}
        self._top = len(self._ranks) + 1

    def fall(self, subject: Subject, pairs: list[tuple[Any, Any]], others: dict[Subject, list[Any]]) -> Cliff | None:
        worst: tuple[int, Cliff] | None = None
        at = {value: self._open({subject: value}) for pair in pairs for value in pair}
        for chosen in itertools.product(*others.values()):
            values = dict(zip(others, chosen, strict=True))
            rows = self._open(values)
            for pair in pairs:
                levels = [self._level({**values, subject: value}, rows & at[value]) for value in pair]
                if None in levels:
                    continue
                high, low = sorted((level for level in levels if level is not None), reverse=True)
                falls = (low == 0 and high == self._top) or high - low > 1
                if falls and (worst is None or high - low > worst[0]):
                    steps = pair if levels[0] == low else pair[::-1]
                    worst = high - low, self._cliff(subject, steps, (low, high), values)
        return worst[1] if worst else None

    def _open(self, values: Values) -> int:
        """The rows that a deal with these values may still come to, as a set: what it decides no later value turns.

        A list of outcomes has all its counts at once, so that one of them alone decides nothing.
        """
        known = {subject: value for subject, value in values.items() if subject.measure is None}
        return self._check.open_rows(deal_of(known)) if known else self._check.all_rows

    def _level(self, values: Values, rows: int) -> int | None:
        finding = self._check.finding_among(rows, deal_of(values))
        if finding.result is Result.UNKNOWN:
            return None
        if finding.result is not Result.FAIL:
            return 0
        return self._top if finding.authority is None else self._ranks[finding.authority]

    def _cliff(self, subject: Subject, steps: tuple[Any, Any], levels: tuple[int, int], values: Values) -> Cliff:
        before, after = (self._who(level) for level in levels)
        moved = " -> ".join([_told(self._words, subject, steps[0]), self._words.value_beside(subject, steps[1])])
        rest = [_told(self._words, other, value) for other, value in values.items() if not _idle(value)]
        where = f" (with {', '.join(rest)})" if rest else ""
        return Cliff(subject, before, after, f"{moved} takes a deal from {before} to {after}{where}")

    def _who(self, level: int) -> str:
        if level == 0:
            return "pass"
        return next((authority_name(name) for name, rank in self._ranks.items() if rank == level), "nobody")


def _told(words: Words, subject: Subject, value: FactValue) -> str:
    """A value with its label: "discount 10%"; a count says itself what it counts: "2 measurable outcomes"."""
    said = words.value_beside(subject, value)
    return said if subject.measure is not None else f"{words.label(subject)} {said}"


def _idle(value: Any) -> bool:
    return isinstance(value, str) and not value.isprintable()
