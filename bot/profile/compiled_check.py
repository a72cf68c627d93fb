"""One check, compiled once: from a deal's facts to its finding in microseconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.profile.blanks import Blank
from bot.profile.conditions import ALWAYS, AllOf, AnyOf, Condition, relaxed, tests_of
from bot.profile.evaluate import Evaluator, Facts, Reader, Truth, compiled, gap_to, missing_finder, reader
from bot.profile.model import Band, Case, Check, Profile
from bot.profile.verdict import Finding
from bot.profile.words import Words

Finder = Callable[[Facts], tuple[str, ...]]


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
    unit: str | None


class Requirement:
    """What one case requires, and who may approve a deal that does not meet it."""

    def __init__(self, condition: Condition, bands: tuple[Band, ...], words: Words) -> None:
        parts = condition.parts if isinstance(condition, AllOf) and condition.parts else (condition,)
        self.condition = condition
        self._clauses = tuple(_clause(part, words) for part in parts)
        self.bands = tuple(compile_band(band, condition) for band in bands)

    def holds(self, facts: Facts) -> Truth:
        """Whether the deal meets it."""
        result: Truth = True
        for clause in self._clauses:
            truth = clause.holds(facts)
            if truth is False:
                return False
            if truth is None:
                result = None
        return result

    def finding(self, facts: Facts, blank: Blank) -> Finding:
        """The finding on a deal. `blank` holds what every finding of the rule says."""
        first_unknown = None
        for clause in self._clauses:
            truth = clause.holds(facts)
            if truth is False:
                return self._failed(facts, clause, blank)
            if truth is None and first_unknown is None:
                first_unknown = clause
        if first_unknown is None:
            clause = self._clauses[0]
            return blank.passed(clause.fact, clause.read(facts), clause.limit)
        if len(self._clauses) == 1:
            missing = first_unknown.missing(facts)
        else:
            missing = tuple(dict.fromkeys(name for clause in self._clauses for name in clause.missing(facts)))
        return blank.unknown(missing[0], first_unknown.limit, missing)

    def _failed(self, facts: Facts, clause: _Clause, blank: Blank) -> Finding:
        actual = clause.read(facts)
        condition = clause.condition
        gap = None
        if actual is not None and not isinstance(condition, AllOf | AnyOf):
            gap = gap_to(condition, actual)
        band, missing = who_may_approve(self.bands, facts)
        unit = None if gap is None else clause.unit
        return blank.failed(clause.fact, actual, clause.limit, gap=gap, unit=unit, band=band, missing=missing)


class CompiledCheck:
    """One check over one profile's facts."""

    def __init__(self, check: Check, profile: Profile, words: Words) -> None:
        self.check = check
        self.blank = Blank(
            check.id,
            check.label,
            check.part,
            check.because,
            profile.rule(check.place),
            check.guidance,
            check.counted,
        )
        self._when = None if check.when is None else compiled(check.when)
        self._when_missing = None if check.when is None else missing_finder(check.when)
        self._cases = tuple(_compile_case(case, self, profile, words) for case in check.cases)
        self._idle = self.blank.idle()

    def finding(self, facts: Facts) -> Finding:
        """What the check says of a deal with these facts."""
        if self._when is not None:
            applies = self._when(facts)
            if applies is None:
                return self._undecided(self._when_missing, facts, self.blank)
            if applies is False:
                return self._idle
        for case in self._cases:
            if case.when is not None:
                applies = case.when(facts)
                if applies is None:
                    return self._undecided(case.when_missing, facts, case.blank)
                if applies is False:
                    continue
            return case.idle if case.requirement is None else case.requirement.finding(facts, case.blank)
        return self._idle

    def accepts(self, facts: Facts) -> bool:
        """Whether the check stands in nobody's way: it passes or does not apply. Quicker than a finding."""
        if self._when is not None:
            applies = self._when(facts)
            if applies is None:
                return False
            if applies is False:
                return True
        for case in self._cases:
            if case.when is not None:
                applies = case.when(facts)
                if applies is None:
                    return False
                if applies is False:
                    continue
            return case.requirement is None or case.requirement.holds(facts) is True
        return True

    @staticmethod
    def _undecided(finder: Finder | None, facts: Facts, blank: Blank) -> Finding:
        missing = () if finder is None else finder(facts)
        return blank.unknown(next(iter(missing), None), None, missing)


@dataclass(frozen=True, slots=True)
class _Row:
    when: Evaluator | None
    when_missing: Finder | None
    requirement: Requirement | None
    blank: Blank
    idle: Finding


def _compile_case(case: Case, owner: CompiledCheck, profile: Profile, words: Words) -> _Row:
    blank = replace(owner.blank, rule=profile.rule(case.place))
    bands = owner.check.exception
    return _Row(
        when=None if case.when is None else compiled(case.when),
        when_missing=None if case.when is None else missing_finder(case.when),
        requirement=None if case.require is None else Requirement(case.require, bands, words),
        blank=blank,
        idle=blank.idle(),
    )


def _clause(condition: Condition, words: Words) -> _Clause:
    test = next(tests_of(condition))
    simple = not isinstance(condition, AllOf | AnyOf)
    return _Clause(
        condition=condition,
        holds=compiled(condition),
        missing=missing_finder(condition),
        fact=test.subject.fact,
        read=reader(test.subject),
        limit=words.limit(test) if simple else words.condition(condition),
        unit=words.unit(test.subject) if simple else None,
    )


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
