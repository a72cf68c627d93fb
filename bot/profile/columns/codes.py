"""A check as one small number a deal: what it says and, where it fails, whether somebody may approve it.

The numbers are in the order in which they weigh, so that the greatest over all checks that count is the verdict.
"""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir

from bot.profile.columns.truths import Tested, truth, undecided
from bot.profile.conditions import Condition, relaxed
from bot.profile.model import Band, Case, Check, Profile, Stance
from bot.profile.verdict import Judgement, Result
from bot.profile.weights import APPROVABLE, FATAL, NOT_APPLICABLE, OPEN, PASS, UNKNOWN

__all__ = [
    "APPROVABLE",
    "FATAL",
    "LIGHTEST",
    "NOT_APPLICABLE",
    "OPEN",
    "PASS",
    "UNKNOWN",
    "check_code",
    "conditions_of",
    "heaviest",
    "is_judged",
    "nth",
    "result_words",
    "segment_code",
    "segment_place",
    "small",
    "verdict_words",
]

LIGHTEST = PASS
"""What a deal weighs of which no check says anything heavier."""

_WEIGHTS = {
    Judgement.FITS: (NOT_APPLICABLE, PASS),
    Judgement.NEEDS_APPROVAL: (APPROVABLE, APPROVABLE),
    Judgement.INCOMPLETE: (UNKNOWN, OPEN),
    Judgement.DOES_NOT_FIT: (FATAL, FATAL),
}
"""The weights that each judgement covers, from the lightest to the heaviest."""

Branch = tuple[ir.BooleanValue, ir.IntegerValue | int]


def conditions_of(profile: Profile) -> Iterator[Condition]:
    """Every condition that the codes look at, those of the authorities' bands included."""
    yield from (segment.when for segment in profile.segments if segment.when is not None)
    for check in profile.checks:
        if check.when is not None:
            yield check.when
        for case in check.cases:
            if case.when is not None:
                yield case.when
            if case.require is not None:
                yield case.require
                yield from (relaxed(case.require, dict(band.up_to)) for band in check.exception if band.up_to)


def check_code(check: Check, tested: Tested) -> ir.IntegerValue:
    """The code of one check."""
    branches: list[Branch] = []
    last: ir.IntegerValue | int = NOT_APPLICABLE
    for case in check.cases:
        code = _case_code(case, check.exception, tested)
        if case.when is None:
            last = code
            break
        branches += [(truth(case.when, tested), code), (undecided(case.when, tested), UNKNOWN)]
    code = _first(branches, last)
    if check.when is None:
        return code
    # What mostly holds stands first: the branches after it are worked out for the other deals only.
    return _first([(truth(check.when, tested), code), (undecided(check.when, tested), UNKNOWN)], NOT_APPLICABLE)


def _case_code(case: Case, bands: tuple[Band, ...], tested: Tested) -> ir.IntegerValue | int:
    if case.require is None:
        return NOT_APPLICABLE
    met = truth(case.require, tested)
    branches: list[Branch] = [(met, PASS), (undecided(case.require, tested), UNKNOWN)]
    for band in bands:
        if not band.up_to:
            return _first(branches, APPROVABLE)
        band_holds = relaxed(case.require, dict(band.up_to))
        branches += [(truth(band_holds, tested), APPROVABLE), (undecided(band_holds, tested), OPEN)]
    return _first(branches, FATAL)


def segment_code(profile: Profile, tested: Tested) -> ir.IntegerValue:
    """The code of the check that the segments make together. The profile has segments."""
    branches: list[Branch] = []
    last = FATAL
    for segment in profile.segments:
        declined = APPROVABLE if segment.exception else FATAL
        code = declined if segment.stance is Stance.DECLINE else PASS
        if segment.when is None:
            last = code
            break
        branches += [(truth(segment.when, tested), code), (undecided(segment.when, tested), UNKNOWN)]
    return _first(branches, last)


def heaviest(weights: list[ir.IntegerValue]) -> ir.IntegerValue:
    """The greatest of the codes, and no less than the lightest."""
    return ibis.greatest(LIGHTEST, *weights)


def segment_place(profile: Profile, tested: Tested) -> ir.IntegerValue:
    """Which segment the deal is in, counted from 0; null while that cannot be said, or where none matches."""
    nowhere = ibis.null("int16")
    branches: list[tuple[ir.BooleanValue, ir.Value]] = []
    last: ir.Value = nowhere
    for index, segment in enumerate(profile.segments):
        place = ibis.literal(index, type="int16")
        if segment.when is None:
            last = place
            break
        branches += [(truth(segment.when, tested), place), (undecided(segment.when, tested), nowhere)]
    return ibis.cases(*branches, else_=last) if branches else last


def result_words(code: ir.IntegerValue) -> ir.StringValue:
    """The code as a finding's result."""
    return ibis.cases(
        (code == NOT_APPLICABLE, Result.NOT_APPLICABLE.value),
        (code == PASS, Result.PASS.value),
        (code == UNKNOWN, Result.UNKNOWN.value),
        else_=Result.FAIL.value,
    )


def is_judged(weight: ir.IntegerValue, judgement: Judgement) -> ir.BooleanValue:
    """Whether a deal of this weight has this judgement."""
    lightest, heaviest = _WEIGHTS[judgement]
    return weight == lightest if lightest == heaviest else weight.between(lightest, heaviest)


def verdict_words(weight: ir.IntegerValue) -> ir.StringValue:
    """The weight as a judgement."""
    lighter = [(is_judged(weight, each), each.value) for each in _WEIGHTS if each is not Judgement.DOES_NOT_FIT]
    return ibis.cases(*lighter, else_=Judgement.DOES_NOT_FIT.value)


def nth(place: ir.IntegerValue, words: list[str]) -> ir.StringValue:
    """The word at this place; null where there is none."""
    nothing = ibis.null("string")
    branches = [(place == index, ibis.literal(word)) for index, word in enumerate(words)]
    return ibis.cases(*branches, else_=nothing) if branches else nothing


def _first(branches: list[Branch], last: ir.IntegerValue | int) -> ir.IntegerValue:
    typed = [(condition, small(code)) for condition, code in branches]
    return ibis.cases(*typed, else_=small(last)) if typed else small(last)


def small(code: ir.IntegerValue | int) -> ir.IntegerValue:
    """The code as an expression."""
    return ibis.literal(code, type="int8") if isinstance(code, int) else code
