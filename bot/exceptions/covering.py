"""Which approvals hold for a deal as it stands now. docs/exceptions.md states the rule; this is the rule.

An approval of one check was given for a deal's facts under one profile. It holds for another deal under the same or
another profile when the profile asks for no more than it did, and the deal is no further out than the approved one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.deals.deal import Deal
from bot.deals.facts import FactType, FactValue
from bot.exceptions.shortfalls import (
    OTHER,
    Facts,
    Shortfall,
    requirement_for,
    shortfall,
    shortfalls,
)
from bot.profile.compiled_check import compile_band
from bot.profile.conditions import Subject, tests_of
from bot.profile.judge import Judge
from bot.profile.model import Check
from bot.profile.verdict import Finding, Result


@dataclass(frozen=True, slots=True)
class Approved:
    """A finding that an authority approved: for this deal, under the profile of this judge."""

    check: str
    authority: str
    deal: Deal
    judge: Judge


def why_not(approved: Approved, deal: Deal, judge: Judge) -> str | None:
    """Why the approval does not hold for the deal under the judge's profile, as a sentence; None when it holds.

    Ends are not looked at here: this is about the deal and the profile alone.
    """
    if deal.currency != approved.deal.currency:
        return f"It was approved in {approved.deal.currency}, and the deal is now in {deal.currency}."
    now = _finding(judge, deal, approved.check)
    if now is None:
        return "The Deal Profile has no such check any more."
    if now.result is not Result.FAIL:
        return None
    if judge.profile.id.sha256 != approved.judge.profile.id.sha256:
        tighter = _tighter(approved, judge)
        if tighter is not None:
            return f"Deal Profile {judge.profile.version} asks for more: {tighter}"
    if now.authority is None:
        return "Nobody may approve the deal as it stands now."
    return _further_out(approved, deal, judge)


def _finding(judge: Judge, deal: Deal, check: str) -> Finding | None:
    return next((finding for finding in judge.judge(deal).findings if finding.check == check), None)


def _tighter(approved: Approved, judge: Judge) -> str | None:
    """What another profile asks for beyond the one that the approval was given under; None when nothing."""
    then = _taken(approved.deal, judge)
    again = _finding(judge, then, approved.check)
    if again is None:
        return "the check is not there."
    if again.result is Result.UNKNOWN:
        missing = ", ".join(judge.words.label(Subject(name)) for name in again.missing if name in judge.profile.specs)
        return f"it needs to know {missing or 'more'}, which was not known."
    if again.result is not Result.FAIL:
        return None
    check = judge.profile.check(approved.check)
    if check is None:
        if again.authority != approved.authority:
            return f"{judge.words.authority(approved.authority)} may no longer approve what it approved."
        return _other_segment(approved, then, judge)
    facts = usable(judge, then)
    requirement = requirement_for(check, facts)
    if requirement is None:
        return "it applies in another way."
    before = _shortfalls_then(approved)
    for found in shortfalls(requirement, facts):
        if not any(each.allows(found) for each in before):
            return f"{_limits(judge, check, facts, found.subject)}, and the approved deal would be outside it by more."
    bands = [compile_band(band, requirement) for band in check.exception if band.authority == approved.authority]
    if not any(band.holds(facts) is True for band in bands):
        return f"{judge.words.authority(approved.authority)} may no longer approve what it approved."
    return None


def _taken(deal: Deal, judge: Judge) -> Deal:
    """The deal without facts that this profile declares with another type."""
    return replace(deal, facts={name: value for name, value in deal.facts.items() if judge.takes(name, value)})


def _further_out(approved: Approved, deal: Deal, judge: Judge) -> str | None:
    check = judge.profile.check(approved.check)
    if check is None:
        return _other_segment(approved, deal, judge)
    facts = usable(judge, deal)
    requirement = requirement_for(check, facts)
    if requirement is None:
        return None
    before = _shortfalls_then(approved)
    for found in shortfalls(requirement, facts):
        if not any(each.allows(found) for each in before):
            return _told(judge, check, facts, found, before)
    return None


def _other_segment(approved: Approved, deal: Deal, judge: Judge) -> str | None:
    """Segments: the approval was given for a deal in one we decline."""
    then, now = approved.judge.judge(approved.deal).segment, judge.judge(deal).segment
    return None if then == now else f"It was approved as “{then or 'no segment'}”, and is now “{now or 'no segment'}”."


def _shortfalls_then(approved: Approved) -> tuple[Shortfall, ...]:
    check = approved.judge.profile.check(approved.check)
    facts = usable(approved.judge, approved.deal)
    requirement = None if check is None else requirement_for(check, facts)
    return () if requirement is None else shortfalls(requirement, facts)


def usable(judge: Judge, deal: Deal) -> Facts:
    """The deal's facts as the judge takes them: money in another currency is unknown, derived facts are there."""
    facts = deal.facts
    specs = judge.profile.facts
    if deal.currency != judge.profile.currency:
        facts = {n: v for n, v in facts.items() if n not in specs or specs[n].type is not FactType.MONEY}
    return judge.complete(facts)


def _told(judge: Judge, check: Check, facts: Facts, found: Shortfall, before: tuple[Shortfall, ...]) -> str:
    """Why a failing test is not covered, in words."""
    subject, label = found.subject, _label(judge, found.subject)
    value = _value(judge, subject, found.value)
    earlier = next((each for each in before if each.subject == subject), None)
    if earlier is None:
        return f"{label} is {value}, and {_limits(judge, check, facts, subject)} was met when it was approved."
    approved = _value(judge, subject, earlier.value)
    if found.side == OTHER or earlier.side != found.side:
        return f"{label} is {value}; it was approved for {approved}."
    if found.gap is not None and earlier.gap is not None and found.value == earlier.value:
        limits, unit = _limits(judge, check, facts, subject), judge.words.unit(subject) or ""
        return f"{limits}, so the gap is {found.gap:f} {unit}; {earlier.gap:f} were approved."
    return f"{label} is {value}; it was approved for {approved}."


def _label(judge: Judge, subject: Subject) -> str:
    spec = judge.profile.specs.get(subject.fact)
    return spec.label if spec is not None else subject.fact


def _value(judge: Judge, subject: Subject, value: FactValue | None) -> str:
    if value is None:
        return "not known"
    return judge.words.value(subject, value) if subject.fact in judge.profile.specs else str(value)


def _limits(judge: Judge, check: Check, facts: Facts, subject: Subject) -> str:
    """What is required of the subject: "Discount off book price: at most 8%"."""
    requirement = requirement_for(check, facts)
    tests = [t for t in tests_of(requirement) if t.subject == subject and shortfall(t, facts) is not None]
    limit = judge.words.limit(tests[0]) if tests else "what is required"
    return f"{_label(judge, subject)}: {limit}"
