"""What a check requires of a deal of which only some facts are known: the answer to "what discount can I give?"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.deals.facts import FactValue
from bot.profile.conditions import ALWAYS, AllOf, AnyOf, Condition, all_of, any_of, tests_of
from bot.profile.evaluate import compiled
from bot.profile.model import SEGMENT_CHECK, Check, Profile, Stance
from bot.profile.words import Words


@dataclass(frozen=True, slots=True)
class LimitStatement:
    """One rule that may apply, in words.

    `when_text` says for which deals ("when the service term is at least 3 months"), None when what is known suffices;
    `require_text` what is required ("at most 10% discount off book price"), `must_text` the same as a clause ("the
    discount off book price must be at most 10%"); `authority_text` who may approve more, None
    when nobody may; `rule` is the place in the file; `fact` the first fact that the requirement speaks of.
    """

    check: str
    label: str
    when_text: str | None
    require_text: str
    authority_text: str | None
    rule: str
    fact: str | None = None
    must_text: str = "nothing is required"

    @property
    def text(self) -> str:
        """The statement as one sentence or two."""
        require = self.require_text
        lead = f"{self.when_text[:1].upper()}{self.when_text[1:]}: {require}" if self.when_text else require
        sentence = f"{lead[:1].upper()}{lead[1:]}."
        return f"{sentence} {self.authority_text}." if self.authority_text else sentence


def limits_of(
    profile: Profile, words: Words, check_id: str, facts: Mapping[str, FactValue]
) -> tuple[LimitStatement, ...]:
    """One statement for each case of the check that may apply to a deal with these facts, from the top."""
    if check_id == SEGMENT_CHECK and profile.segments:
        return _segments(profile, words, facts)
    check = profile.check(check_id)
    if check is None:
        raise KeyError(check_id)
    return limits_of_check(profile, words, check, facts)


def limits_of_check(
    profile: Profile, words: Words, check: Check, facts: Mapping[str, FactValue]
) -> tuple[LimitStatement, ...]:
    """The same for a check at hand."""
    open_when = ALWAYS if check.when is None else residual(check.when, facts)
    if open_when is None:
        return (_nothing(check, profile, f"when {words.condition(check.when)}" if check.when else None),)
    return _cases(check, profile, words, facts, open_when)


def _cases(
    check: Check, profile: Profile, words: Words, facts: Mapping[str, FactValue], open_when: Condition
) -> tuple[LimitStatement, ...]:
    statements: list[LimitStatement] = []
    for case in check.cases:
        open_case = ALWAYS if case.when is None else residual(case.when, facts)
        if open_case is None:
            continue
        decided = open_case == ALWAYS
        joined = all_of((open_when, open_case))
        when_text = None if joined == ALWAYS else f"when {words.condition(joined)}"
        if decided and statements:
            when_text = f"otherwise, {when_text}" if when_text else "otherwise"
        tests = tuple(tests_of(case.require))
        bands = [words.band(band, tests) for band in check.exception] if case.require else []
        statements.append(
            LimitStatement(
                check=check.id,
                label=check.label,
                when_text=when_text,
                require_text=words.requirement(case.require) if case.require else "nothing is required",
                authority_text="; ".join(bands) or None,
                rule=profile.rule(case.place),
                fact=tests[0].subject.fact if tests else None,
                must_text=words.condition(case.require, must=True) if case.require else "nothing is required",
            )
        )
        if decided:
            break
    return tuple(statements) or (_nothing(check, profile, None),)


def _nothing(check: Check, profile: Profile, only: str | None) -> LimitStatement:
    text = f"nothing is required; the check applies {only}" if only else "nothing is required"
    return LimitStatement(check.id, check.label, None, text, None, profile.rule(check.place))


def _segments(profile: Profile, words: Words, facts: Mapping[str, FactValue]) -> tuple[LimitStatement, ...]:
    stances = {Stance.PURSUE: "we pursue", Stance.SELECTIVE: "we are selective with", Stance.DECLINE: "we decline"}
    statements: list[LimitStatement] = []
    for segment in profile.segments:
        open_when = ALWAYS if segment.when is None else residual(segment.when, facts)
        if open_when is None:
            continue
        bands = "; ".join(words.band(band, ()) for band in segment.exception) or None
        when_text = None if open_when == ALWAYS else f"when {words.condition(open_when)}"
        if open_when == ALWAYS and statements:
            when_text = "otherwise"
        text = f"{stances[segment.stance]}: {segment.name}"
        statements.append(
            LimitStatement(SEGMENT_CHECK, segment.name, when_text, text, bands, profile.rule(segment.place))
        )
        if open_when == ALWAYS:
            break
    return tuple(statements)


def residual(condition: Condition, facts: Mapping[str, FactValue]) -> Condition | None:
    """What is still open of a condition once these facts are known: ALWAYS when it holds, None when it fails."""
    truth = compiled(condition)(facts)
    if truth is not None:
        return ALWAYS if truth else None
    if not isinstance(condition, AllOf | AnyOf):
        return condition
    left = [residual(part, facts) for part in condition.parts]
    if isinstance(condition, AllOf):
        return all_of(tuple(part for part in left if part is not None and part != ALWAYS))
    return any_of(tuple(part for part in left if part is not None))
