"""Rules as evidence: what the live profile says of a question, in sentences made by the judge, never by a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from bot.answers import cues
from bot.answers.evidence import RuleEvidence
from bot.answers.sentences import sentences
from bot.answers.topics import Match, Topics
from bot.deals.deal import Deal
from bot.deals.facts import FactType
from bot.deals.values import format_value
from bot.profile.model import SEGMENT_CHECK
from bot.profile.verdict import Judgement, Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.answers.supposing import QuestionReader, Supposition
    from bot.deals.facts import FactValue
    from bot.profile.judge import Judge
    from bot.profile.limits import LimitStatement
    from bot.profile.model import Profile
    from bot.profile.verdict import Finding
    from bot.profile.words import Words

Explain = Callable[["Profile", str], str]

MOST_FINDINGS = 4
"""A question about the deal at hand is answered with this many findings; the verdict's card shows them all."""

NAMED_ALIKE = 75
"""How alike, of 100, what somebody calls a rule must be to its name."""

_SAID = {
    Judgement.FITS: "It fits the Deal Profile as it stands",
    Judgement.NEEDS_APPROVAL: "It needs approval as it stands",
    Judgement.DOES_NOT_FIT: "It does not fit the Deal Profile as it stands",
    Judgement.INCOMPLETE: "It cannot be judged yet",
}


@dataclass(frozen=True, slots=True)
class RulesFound:
    """The rules that a question is about.

    `facts` are those known from the question and the deal; `read` says in words which of them the question states and
    the rules turn on; `lead` tells whether the rules are the answer or only belong to it; `about_deal` says that
    the question is how the deal at hand stands, which no playbook can say.
    """

    rules: tuple[RuleEvidence, ...]
    facts: Mapping[str, FactValue]
    read: tuple[str, ...]
    lead: bool
    about_deal: bool = False


class RuleBook:
    """The rules of one profile as evidence. Made once for each profile that goes live."""

    def __init__(self, judge: Judge, reader: QuestionReader, explain: Explain) -> None:
        """`explain` gives a whole check in sentences, which a citation shows."""
        self._judge = judge
        self._reader = reader
        self._explain = explain
        self._topics = Topics(judge.profile)
        self._path = PurePath(judge.profile.filename).name or "deal-profile.yaml"

    @property
    def judge(self) -> Judge:
        """The judge of this profile."""
        return self._judge

    @property
    def reader(self) -> QuestionReader:
        """The reader of facts that questions suppose, made from this profile."""
        return self._reader

    @property
    def names(self) -> tuple[str, ...]:
        """What the checks are called."""
        return tuple(check.label for check in self._judge.profile.checks)

    def named(self, name: str, facts: Mapping[str, FactValue]) -> RuleEvidence | None:
        """The rule of that name or about that matter, for a deal of which these facts are known; None without one."""
        from rapidfuzz import fuzz, process, utils  # needed by an agent only

        checks = self._judge.profile.checks
        called = {check.id: f"{check.id.replace('-', ' ')} {check.label}" for check in checks}
        exact = next((check.id for check in checks if name.strip().lower() in {check.id, check.label.lower()}), None)
        found = exact or next(
            (
                check_id
                for _, score, check_id in [
                    process.extractOne(name, called, scorer=fuzz.token_set_ratio, processor=utils.default_process)
                    or ("", 0, "")
                ]
                if score >= NAMED_ALIKE
            ),
            None,
        )
        if found is None:
            return None
        check = self._judge.profile.check(found)
        label, because = (check.label, sentences(check.because)) if check is not None else (found, [])
        return self._evidence(found, label, (*_statements(self._judge.limits(found, facts)), *because))

    def find(self, question: str, deal: Deal | None, *, whole: str = "") -> RulesFound:
        """The rules that the question is about, for the facts that it states and, where it is silent, the deal's.

        Of a question that is part of a `whole`, what the whole states holds too.
        """
        reading = self._reader.read(question)
        around = self._reader.read(whole).facts if whole else {}
        facts = {**(deal.facts if deal is not None else {}), **around, **reading.facts}
        lead = cues.about_limits(question) or not cues.about_method(question)
        matches = self._topics.of(question, read=self._words_of(reading), numeric=self._numeric(reading))
        matches = matches or self._topics.of_a_percentage(question)
        stands_asked = self._reader.only_facts(question) or (not matches and cues.about_the_deal(question))
        if deal is not None and stands_asked:
            stands = self._verdict(deal.with_facts(reading.facts))
            return RulesFound(stands, facts, self._said(reading, stands), lead=True, about_deal=True)
        rules = tuple(self._rule(match, facts, reading, question) for match in matches)
        return RulesFound(rules, facts, self._said(reading, rules), lead)

    def _rule(self, match: Match, facts: Mapping[str, FactValue], reading: Supposition, question: str) -> RuleEvidence:
        check = self._judge.profile.check(match.check)
        limits = self._judge.limits(match.check, facts)
        because = sentences(check.because) if check is not None else []
        statements = _statements(limits)
        held = self._held(match.check, facts, reading)
        said = [*because, *statements] if cues.asks_why(question) else [*held, *statements, *because]
        label = check.label if check is not None else "Customer segments"
        return self._evidence(match.check, label, tuple(said))

    def _held(self, check_id: str, facts: Mapping[str, FactValue], reading: Supposition) -> list[str]:
        """Whether the amount that the question proposes, or else the deal's, is within the rule."""
        finding = self._finding(check_id, facts)
        if finding is None or finding.fact is None or finding.fact not in facts:
            return []
        if not self._judge.profile.facts[finding.fact].type.is_numeric:
            return []
        what = "That" if finding.fact in reading.facts else "On this point the deal as it stands"
        nobody = finding.authority is None and not finding.missing
        outside = ", and nobody may approve it" if nobody else " and needs approval"
        said = {Result.PASS: "is within the Deal Profile", Result.FAIL: f"is outside the Deal Profile{outside}"}
        return [f"{what} {said[finding.result]}"] if finding.result in said else []

    def _finding(self, check_id: str, facts: Mapping[str, FactValue]) -> Finding | None:
        deal = Deal(name="question", facts=facts, currency=self._judge.profile.currency)
        return next((finding for finding in self._judge.judge(deal).findings if finding.check == check_id), None)

    def _verdict(self, deal: Deal) -> tuple[RuleEvidence, ...]:
        """How the deal at hand stands: each finding that decides, cited to its rule."""
        verdict = self._judge.judge(deal)
        deciding = [*verdict.of(Result.FAIL), *verdict.of(Result.UNKNOWN)] or list(verdict.of(Result.PASS))[:1]
        questions = {question.fact: question.question for question in verdict.ask}
        found: list[RuleEvidence] = []
        for finding in deciding[:MOST_FINDINGS]:
            said = [_outcome(finding, questions, self._judge.words)]
            if not found:
                said.insert(0, _SAID[verdict.judgement])
            found.append(self._evidence(finding.check, finding.label, tuple(said)))
        return tuple(found)

    def _evidence(self, check_id: str, label: str, statements: tuple[str, ...]) -> RuleEvidence:
        check = self._judge.profile.check(check_id)
        text = self._explain(self._judge.profile, check_id)
        return RuleEvidence(
            check_id, label, self._path, text, statements, check.guidance if check is not None else None
        )

    def _numeric(self, reading: Supposition) -> frozenset[str]:
        facts = self._judge.profile.facts
        return frozenset(name for name in reading.facts if facts[name].type.is_numeric)

    def _words_of(self, reading: Supposition) -> Mapping[str, str]:
        """The exact words behind each number and choice that was read. A yes or no is asked for, not stated."""
        facts = self._judge.profile.facts
        return {one.fact: one.words for one in reading.supposed if facts[one.fact].type is not FactType.YES_NO}

    def _said(self, reading: Supposition, rules: Sequence[RuleEvidence]) -> tuple[str, ...]:
        """The facts that were read from the question and that its rules turn on, in words."""
        profile = self._judge.profile
        turning = {name for rule in rules for name in self._topics.conditions(rule.check)} | self._numeric(reading)
        return tuple(
            f"{profile.facts[name].label}: {format_value(profile.facts[name], value, profile.currency)}"
            for name, value in reading.facts.items()
            if rules and name in turning
        )


def _statements(limits: Sequence[LimitStatement]) -> list[str]:
    """The limits as sentences; who may approve is said once when all cases have it in common."""
    shared = {limit.authority_text for limit in limits if limit.authority_text}
    if len(limits) > 1 and len(shared) == 1:
        sentences = [_sentence(limit) for limit in limits]
        return [*sentences, shared.pop()]
    return [part for limit in limits for part in (_sentence(limit), limit.authority_text) if part]


def _sentence(limit: LimitStatement) -> str:
    plain = limit.check == SEGMENT_CHECK or ":" not in limit.require_text
    required = limit.require_text if plain else limit.must_text
    text = f"{limit.when_text}{':' if plain else ','} {required}" if limit.when_text else required
    first = next((at for at, letter in enumerate(text) if letter.isalnum()), 0)
    return text[:first] + text[first : first + 1].upper() + text[first + 1 :]


def _outcome(finding: Finding, questions: Mapping[str, str], words: Words) -> str:
    """A finding in one sentence."""
    if finding.result is Result.PASS:
        return f"{finding.label}: within the limit"
    if finding.result is Result.UNKNOWN:
        asked = next((questions[fact] for fact in finding.missing if fact in questions), None)
        return f"{finding.label}: not known yet. {asked}" if asked else f"{finding.label}: not known yet"
    approval = f"; {words.authority(finding.authority)} may approve it" if finding.authority else ""
    limit = f" (required: {finding.limit})" if finding.limit else ""
    return f"{finding.label}{limit}{approval}"
