"""A check as sentences: the rule, its reason, who may approve what lies outside, and where the guidance stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.deals.wording import counted
from bot.profile.conditions import Condition, tests_of
from bot.profile.derived import formula
from bot.profile.limits import LimitStatement, limits_of, limits_of_check
from bot.profile.model import SEGMENT_CHECK, Band, Check, Profile
from bot.profile.words import Words

_SEGMENTS = "The first segment that describes the customer counts."


def describe(profile: Profile, condition: Condition) -> str:
    """A condition in words: "the service term is at least 3 months and the offer is managed services"."""
    return Words.of(profile).condition(condition)


def explain_check(profile: Profile, check_id: str) -> str:
    """The check as sentences, one thought a line. Raises KeyError when the profile has no such check."""
    words = Words.of(profile)
    if check_id == SEGMENT_CHECK and profile.segments:
        return _explain_segments(profile, words)
    check = profile.check(check_id)
    if check is None:
        raise KeyError(check_id)
    lines = [f"{check.label} ({check.part.value})", *_rule(profile, words, check), f"Why: {check.because}"]
    lines.extend(_derivations(profile, check))
    lines.append(_approval(check.exception, words, check))
    if not check.counted:
        lines.append("This check is on trial (dry-run): it is reported and does not count.")
    if check.guidance:
        lines.append(f"Guidance: {check.guidance}")
    lines.append(f"Rule: {profile.rule(check.place)}")
    return "\n".join(lines)


def _derivations(profile: Profile, check: Check) -> list[str]:
    """How the derived facts that the check speaks of are worked out."""
    conditions = [check.when, *(part for case in check.cases for part in (case.when, case.require))]
    spoken = {test.subject.fact for condition in conditions for test in tests_of(condition)}
    return [
        f"{each.spec.label}: {formula(each.expression, profile.specs)}."
        for each in profile.derived
        if each.name in spoken and each.written
    ]


def rule_sentences(profile: Profile, check: Check) -> list[str]:
    """What the check requires, a sentence for each of its cases."""
    return _rule(profile, Words.of(profile), check)


def _rule(profile: Profile, words: Words, check: Check) -> list[str]:
    """The requirement of each case. What holds for all cases is said once, before them."""
    statements = limits_of(profile, words, check.id, {})
    if check.when is None or len(statements) == 1:
        return [_required(statement) for statement in statements]
    lead = f"For deals where {words.condition(check.when)}:"
    return [lead, *(_required(each) for each in limits_of_check(profile, words, replace(check, when=None), {}))]


def _required(statement: LimitStatement) -> str:
    lead = f"{statement.when_text}, {statement.must_text}" if statement.when_text else statement.must_text
    return f"{lead[:1].upper()}{lead[1:]}."


def _approval(bands: Sequence[Band], words: Words, check: Check) -> str:
    if not bands:
        return "Nobody may approve a deal that fails this check."
    tests = [test for case in check.cases for test in tests_of(case.require)]
    sentences = []
    for band in bands:
        days = band.expires_in_days
        term = f", for {counted(days, 'day')}" if days else ""
        sentences.append(f"{words.band(band, tests)}{term}.")
    if all(band.up_to for band in bands):
        sentences.append("Beyond that nobody may.")
    return " ".join(sentences)


def _explain_segments(profile: Profile, words: Words) -> str:
    lines = ["A customer we sell to (customer)", _SEGMENTS]
    for segment, statement in zip(profile.segments, limits_of(profile, words, SEGMENT_CHECK, {}), strict=False):
        lead = f"{statement.when_text}, {statement.require_text}" if statement.when_text else statement.require_text
        approval = f" {statement.authority_text}." if statement.authority_text else ""
        lines.append(f"{lead[:1].upper()}{lead[1:]}.{approval}")
        lines.append(f"Why: {segment.because}")
        if segment.guidance:
            lines.append(f"Guidance: {segment.guidance}")
    lines.append(f"Rule: {profile.rule(profile.segments_place)}")
    return "\n".join(lines)
