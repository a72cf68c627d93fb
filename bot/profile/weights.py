"""What the whole deal weighs, asked of all checks at once: does one end the matter, is one open, does one fail?

This is what the fit of a pipeline needs, and all it needs. The checks' single results are made in `codes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.profile.conditions import ALWAYS, AllOf, AnyOf, Condition, relaxed, tests_of
from bot.profile.formulas import Row, chain, denied, undecided
from bot.profile.model import SEGMENT_CHECK, Band, Check, Profile, Segment, Stance
from bot.profile.simpler import NEVER, Given, both, either, simpler

NOT_APPLICABLE, PASS, APPROVABLE, UNKNOWN, OPEN, FATAL = range(6)
"""A failed check is APPROVABLE, FATAL when nobody may approve it, OPEN while that waits for a missing fact."""

_MOST_TESTS = 250
"""A condition with more tests is asked as it is: to make it short would take longer than it saves."""


@dataclass(frozen=True, slots=True)
class _Question:
    """One question to all checks: what a requirement says, a segment, and a deal in no segment.

    `open_when` is what a row says while it is not known whether it applies.
    """

    of_requirement: Callable[[Condition, tuple[Band, ...]], Condition]
    of_segment: Callable[[Segment], bool]
    nowhere: Condition
    open_when: Condition


def questions(profile: Profile) -> Iterator[tuple[int, Condition]]:
    """For each weight that a deal may have the condition under which it has it: FATAL, UNKNOWN, APPROVABLE, else PASS.

    Each holds for the deals that no earlier one holds for, so none has to look back.
    """
    given = Given()
    for code, question in _QUESTIONS:
        segments = [SEGMENT_CHECK] if profile.segments else []
        checks = [*segments, *(check.id for check in profile.checks if check.counted)]
        condition = either(_of(profile, each, question) for each in checks)
        if sum(1 for _ in tests_of(condition)) <= _MOST_TESTS:
            condition = simpler(condition, given)
        if condition != NEVER:
            yield code, condition
            parts = condition.parts if isinstance(condition, AnyOf) else (condition,)
            given = given.with_untrue(part for part in parts if not isinstance(part, AllOf | AnyOf))


def _of(profile: Profile, check_id: str, question: _Question) -> Condition:
    check = profile.check(check_id)
    if check is not None:
        return _of_check(check, question)
    rows = [Row(each.when, ALWAYS if question.of_segment(each) else NEVER) for each in profile.segments]
    return chain(rows, question.nowhere, open_when=question.open_when)


def _of_check(check: Check, question: _Question) -> Condition:
    rows = [
        Row(case.when, NEVER if case.require is None else question.of_requirement(case.require, check.exception))
        for case in check.cases
    ]
    found = chain(rows, NEVER, open_when=question.open_when)
    return found if check.when is None else chain([Row(check.when, found)], NEVER, open_when=question.open_when)


def _fatal(require: Condition, bands: tuple[Band, ...]) -> Condition:
    """The requirement fails, and so does every band. What fails a band fails the requirement: it is the stricter."""
    if not all(band.up_to for band in bands):
        return NEVER
    return both([denied(relaxed(require, dict(band.up_to))) for band in bands] or [denied(require)])


def _unclear(require: Condition, bands: tuple[Band, ...]) -> Condition:
    """The requirement is unknown, or it fails and whether a band holds is unknown."""
    if not isinstance(require, AllOf | AnyOf):
        return undecided(require)  # a single test that fails is known, and so are its bands
    found: Condition = NEVER
    for band in reversed(bands):
        reached = relaxed(require, dict(band.up_to)) if band.up_to else ALWAYS
        found = either((undecided(reached), both((denied(reached), found))))
    return either((undecided(require), both((denied(require), found))))


def _declined(segment: Segment) -> bool:
    return segment.stance is Stance.DECLINE


_QUESTIONS = (
    (FATAL, _Question(_fatal, lambda segment: _declined(segment) and not segment.exception, ALWAYS, NEVER)),
    (UNKNOWN, _Question(_unclear, lambda _segment: False, NEVER, ALWAYS)),
    (APPROVABLE, _Question(lambda require, _bands: denied(require), _declined, ALWAYS, NEVER)),
)
