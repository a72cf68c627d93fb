"""Who may approve: authorities whom nobody knows, whom nobody asks, or who stand the other way round elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from bot.profile.conditions import AnyOf, Condition, Ordered, Subject, negated, relaxed, tests_of
from bot.profile.lint_places import Places, Severity
from bot.profile.model import Band, Check, Profile, Segment
from bot.profile.problems import Problem
from bot.profile.regions import possible
from bot.profile.shape_errors import did_you_mean
from bot.profile.words import Words


class BandLinter:
    """Looks at the exceptions of one profile."""

    def __init__(self, profile: Profile, words: Words, places: Places, authorities: Collection[str] | None) -> None:
        self._profile = profile
        self._words = words
        self._places = places
        self._authorities = authorities
        self._order: dict[tuple[str, str], Band] = {}

    def bands(self, owner: Segment | Check) -> Iterator[Problem]:
        """What is wrong with the exceptions of a segment or a check."""
        bands = owner.exception
        for index, band in enumerate(bands):
            earlier = bands[:index]
            if self._authorities is not None and band.authority not in self._authorities:
                message = f"The people file names no authority `{band.authority}`: nobody could approve."
                yield self._problem(band, message, did_you_mean(band.authority, tuple(self._authorities)), error=True)
            if any(each.authority == band.authority for each in earlier):
                yield self._problem(band, f"`{band.authority}` stands here a second time.", "Keep the wider one.")
            if any(not each.up_to for each in earlier):
                message = f"`{band.authority}` is never asked: an authority before it may approve anything."
                yield self._problem(band, message, "Put the narrower authority first.")
            elif isinstance(owner, Check):
                yield from self._reaches(owner, band, earlier)
            yield from self._inverted(band, earlier)

    def _problem(self, band: Band, message: str, suggestion: str, *, error: bool = False) -> Problem:
        severity: Severity = "error" if error else "warning"
        return self._places.problem(band.place, message, suggestion, severity, kind="authority")

    def _reaches(self, check: Check, band: Band, earlier: tuple[Band, ...]) -> Iterator[Problem]:
        requirements = [case.require for case in check.cases if case.require]
        idle = False
        for subject, reach in band.up_to.items():
            if _no_wider(requirements, subject, reach):
                idle = True
                value = self._words.value(subject, reach)
                message = f"`{band.authority}` may approve up to {value}, which the check allows anyway."
                remedy = "Set `up_to` beyond the requirement, in the direction that fails."
                yield self._problem(band, message, remedy)
        if idle or not earlier or any(self._asked(check, require, band, earlier) for require in requirements):
            return
        first = next((each for each in earlier if not self._any_asked(check, requirements, band, (each,))), None)
        who = f"`{first.authority}` before it reaches as far" if first else "those before it reach as far"
        message = f"`{band.authority}` is never asked: {who}."
        yield self._problem(band, message, "Put the narrower authority first.")

    def _any_asked(self, check: Check, requirements: list[Condition], band: Band, earlier: tuple[Band, ...]) -> bool:
        return any(self._asked(check, require, band, earlier) for require in requirements)

    def _asked(self, check: Check, require: Condition, band: Band, earlier: tuple[Band, ...]) -> bool:
        """Whether some deal fails the requirement, lies in the band, and in none of the earlier ones."""
        beyond = (AnyOf(()) if not each.up_to else negated(relaxed(require, dict(each.up_to))) for each in earlier)
        mine = relaxed(require, dict(band.up_to)) if band.up_to else None
        return possible(self._profile.specs, check.when, negated(require), mine, *beyond)

    def _inverted(self, band: Band, earlier: tuple[Band, ...]) -> Iterator[Problem]:
        """Two authorities of which the wider one here is the narrower one elsewhere."""
        for each in earlier:
            pair, turned = (each.authority, band.authority), (band.authority, each.authority)
            if turned in self._order and pair not in self._order:
                line = self._order[turned].place[0]
                message = (
                    f"`{band.authority}` may go further than `{each.authority}` here, "
                    f"and the other way round in line {line}."
                )
                yield self._problem(band, message, "Give the two the same order everywhere.")
            elif pair[0] != pair[1]:
                self._order.setdefault(pair, band)


def _no_wider(requirements: list[Condition], subject: Subject, reach: Ordered) -> bool:
    """Whether the reach lets no more through than every requirement of the subject does."""
    tests = [test for require in requirements for test in tests_of(require) if test.subject == subject]
    return bool(tests) and all(relaxed(test, {subject: reach}) == test for test in tests)
