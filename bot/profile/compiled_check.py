"""One check, compiled once: from a deal's facts to its finding in microseconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.deals.facts import FactValue
from bot.profile.blanks import Blank
from bot.profile.conditions import ALWAYS, AllOf, Among, AnyOf, Compare, Condition, Known, Within, relaxed, tests_of
from bot.profile.evaluate import (
    ORDERS,
    Evaluator,
    Facts,
    Reader,
    compiled,
    gap_finder,
    missing_finder,
    reader,
    value_test,
)
from bot.profile.model import Band, Case, Check, Profile
from bot.profile.verdict import Finding
from bot.profile.words import Words

Finder = Callable[[Facts], tuple[str, ...]]
Judged = Callable[[Facts], Finding]
FindingOf = Callable[[Facts, FactValue | None], Finding]


@dataclass(frozen=True, slots=True)
class CompiledBand:
    """An authority's band over one requirement: it holds for the deals that this authority may approve."""

    band: Band
    holds: Evaluator
    missing: Finder


@dataclass(frozen=True, slots=True)
class _Clause:
    """One part of a requirement, with what a finding says of it."""

    condition: Condition
    holds: Evaluator
    missing: Finder
    fact: str
    read: Reader
    limit: str
    passed: Callable[[FactValue | None], Finding]
    failed: FindingOf


class Requirement:
    """What one case requires, and who may approve a deal that does not meet it."""

    def __init__(self, condition: Condition, bands: tuple[Band, ...], blank: Blank, words: Words) -> None:
        parts = condition.parts if isinstance(condition, AllOf) and condition.parts else (condition,)
        self._blank = blank
        self._bands = tuple(compile_band(band, condition) for band in bands)
        self._clauses = tuple(self._clause(part, words) for part in parts)
        self.holds = compiled(condition)
        self.finding: Judged = self._finding
        if len(parts) == 1 and isinstance(parts[0], Compare | Among | Within):
            self.finding = self._of_one_test(parts[0], self._clauses[0])
        """What to say of a deal with these facts."""

    def _clause(self, condition: Condition, words: Words) -> _Clause:
        test = next(tests_of(condition))
        simple = not isinstance(condition, AllOf | AnyOf)
        limit = words.limit(test) if simple else words.condition(condition)
        fact = test.subject.fact
        return _Clause(
            condition=condition,
            holds=compiled(condition),
            missing=missing_finder(condition),
            fact=fact,
            read=reader(test.subject),
            limit=limit,
            passed=self._blank.passing(fact, limit),
            failed=self._failing(condition, self._blank.failing(fact, limit, words.unit(test.subject))),
        )

    def _failing(self, condition: Condition, write: Callable[..., Finding]) -> FindingOf:
        bands = self._bands
        gap_to = None if isinstance(condition, AllOf | AnyOf) else gap_finder(condition)

        def failed(facts: Facts, actual: FactValue | None) -> Finding:
            gap = None if gap_to is None or actual is None else gap_to(actual)
            band, missing = who_may_approve(bands, facts)
            return write(actual, gap, band, missing)

        return failed

    def _of_one_test(self, test: Compare | Among | Within, clause: _Clause) -> Judged:
        """The finding where the requirement is one test, as it mostly is."""
        fact, read, passed, failed = clause.fact, clause.read, clause.passed, clause.failed
        if isinstance(test, Compare) and test.subject.measure is None:
            return self._blank.comparing(fact, clause.limit, ORDERS[test.order], test.limit, failed)
        unknown = self._blank.unknown(fact, clause.limit, (fact,))
        holds = value_test(test)
        if (
            isinstance(test, Among)
            and not test.negative
            and all(isinstance(value, bool | str) for value in test.values)
        ):
            return _of_few_values(fact, {value: passed(value) for value in test.values}, unknown, failed)

        def of_value(facts: Facts) -> Finding:
            value = read(facts)
            if value is None:
                return unknown
            return passed(value) if holds(value) else failed(facts, value)

        return of_value

    def _finding(self, facts: Facts) -> Finding:
        first_unknown = None
        for clause in self._clauses:
            truth = clause.holds(facts)
            if truth is False:
                return clause.failed(facts, clause.read(facts))
            if truth is None and first_unknown is None:
                first_unknown = clause
        if first_unknown is None:
            clause = self._clauses[0]
            return clause.passed(clause.read(facts))
        if len(self._clauses) == 1:
            missing = first_unknown.missing(facts)
        else:
            missing = tuple(dict.fromkeys(name for clause in self._clauses for name in clause.missing(facts)))
        return self._blank.unknown(missing[0], first_unknown.limit, missing)


def _of_few_values(fact: str, passing: Mapping[Any, Finding], unknown: Finding, failed: FindingOf) -> Judged:
    """The finding where a few words or a yes pass: what passes is written beforehand."""

    def of_value(facts: Facts) -> Finding:
        value = facts.get(fact)
        if value is None:
            return unknown
        return passing.get(value) or failed(facts, value)

    return of_value


class CompiledCheck:
    """One check over one profile's facts."""

    def __init__(self, check: Check, profile: Profile, words: Words) -> None:
        self.check = check
        blank = Blank(
            check.id,
            check.label,
            check.part,
            check.because,
            profile.rule(check.place),
            check.guidance,
            check.counted,
        )
        self._blank = blank
        self._when = None if check.when is None else compiled(check.when)
        self._when_missing = None if check.when is None else missing_finder(check.when)
        self._rows = tuple(
            _row(case, check.exception, replace(blank, rule=profile.rule(case.place)), words) for case in check.cases
        )
        self._idle = blank.idle()
        self.finding: Judged = _of_rows(self._rows, self._idle)
        """What the check says of a deal with these facts."""
        if self._when is not None:
            self.finding = _of_rows((_Row(self._when, self._when_missing, None, self.finding, blank),), self._idle)

    @property
    def all_rows(self) -> int:
        """The rows as a set, each a bit."""
        return (1 << len(self._rows)) - 1

    def open_rows(self, facts: Facts) -> int:
        """The rows to which a deal may come of which these facts are known: as a set, each row a bit."""
        found = 0
        for number, row in enumerate(self._rows):
            if row.when is None or row.asks_known or row.when(facts) is not False:
                found |= 1 << number
        return found

    def finding_among(self, rows: int, facts: Facts) -> Finding:
        """What the check says of a deal that surely comes to one of these rows, or to none: `finding`, sooner."""
        if self._when is not None:
            applies = self._when(facts)
            if applies is False:
                return self._idle
            if applies is None:
                return _undecided(self._when_missing, facts, self._blank)
        while rows:
            row = self._rows[(rows & -rows).bit_length() - 1]
            applies = True if row.when is None else row.when(facts)
            if applies is True:
                return row.finding(facts)
            if applies is None:
                return _undecided(row.when_missing, facts, row.blank)
            rows &= rows - 1
        return self._idle

    def accepts(self, facts: Facts) -> bool:
        """Whether the check stands in nobody's way: it passes or does not apply. Quicker than a finding."""
        if self._when is not None:
            applies = self._when(facts)
            if applies is None:
                return False
            if applies is False:
                return True
        for row in self._rows:
            if row.when is not None:
                applies = row.when(facts)
                if applies is None:
                    return False
                if applies is False:
                    continue
            return row.holds is None or row.holds(facts) is True
        return True


def _of_rows(rows: tuple[_Row, ...], idle: Finding) -> Judged:
    """What the first row says whose `when` holds; unknown where that of an earlier one is."""
    if rows and rows[0].when is None:
        return rows[0].finding
    quick = tuple((row.when, row.finding, row) for row in rows)

    def finding(facts: Facts) -> Finding:
        for when, said, row in quick:
            applies = True if when is None else when(facts)
            if applies is True:
                return said(facts)
            if applies is None:
                return _undecided(row.when_missing, facts, row.blank)
        return idle

    return finding


def _undecided(finder: Finder | None, facts: Facts, blank: Blank) -> Finding:
    missing = () if finder is None else finder(facts)
    return blank.unknown(next(iter(missing), None), None, missing)


@dataclass(frozen=True, slots=True)
class _Row:
    """One case. `holds` is None where nothing is required; `asks_known` says whether its `when` tests `known`."""

    when: Evaluator | None
    when_missing: Finder | None
    holds: Evaluator | None
    finding: Judged
    blank: Blank
    asks_known: bool = False


def _row(case: Case, bands: tuple[Band, ...], blank: Blank, words: Words) -> _Row:
    when = None if case.when is None else compiled(case.when)
    when_missing = None if case.when is None else missing_finder(case.when)
    asks_known = any(isinstance(test, Known) for test in tests_of(case.when))
    if case.require is None:
        idle = blank.idle()
        return _Row(when, when_missing, None, lambda _facts: idle, blank, asks_known)
    requirement = Requirement(case.require, bands, blank, words)
    return _Row(when, when_missing, requirement.holds, requirement.finding, blank, asks_known)


def compile_band(band: Band, condition: Condition) -> CompiledBand:
    """The band over a requirement: the requirement relaxed to `up_to`, or anything when there is none."""
    reached = relaxed(condition, dict(band.up_to)) if band.up_to else ALWAYS
    return CompiledBand(band, compiled(reached), missing_finder(reached))


def who_may_approve(bands: tuple[CompiledBand, ...], facts: Facts) -> tuple[Band | None, tuple[str, ...]]:
    """The first band in which the deal lies; or the facts that must be known before that can be said; or nobody."""
    for each in bands:
        within = each.holds(facts)
        if within is True:
            return each.band, ()
        if within is None:
            return None, each.missing(facts)
    return None, ()
