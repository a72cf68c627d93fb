"""Questions about the deal at hand: "what do I tell their CFO?" is answered for this deal, not for deals in general."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.answers import cues
from bot.answers.coaching import Coaching, coach
from bot.answers.verdicts import VerdictEvidence, verdict_evidence
from bot.answers.words import FAINT_WORDS, content_stems, content_words, stems, words
from bot.deals.facts import FactType
from bot.profile.verdict import Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.checking.desk import CheckedDeal
    from bot.deals.deal import Deal
    from bot.deals.facts import FactSpec
    from bot.knowledge.passages import Hit, Passage
    from bot.profile.model import Profile
    from bot.profile.verdict import Verdict

MOST_COACHED = 3
"""The words for so many checks; the card's "What to say" has all of them."""

MOST_SAID = 3
"""So many findings, and so many outcomes, are said of the deal."""

_THEIRS = re.compile(
    r"\b(?:their|theirs|them|they|"
    r"(?:this|that|the|my|our) (?:deal|customer|client|hospital|proposal|prospect|account))\b",
    re.IGNORECASE,
)
_THIS_DEAL = re.compile(
    r"\b(?:(?:this|that|my|our) (?:deal|proposal|offer|opportunity)|"
    r"this (?:customer|client|hospital|prospect|account))\b",
    re.IGNORECASE,
)
_ANY_DEAL = re.compile(r"\b(?:a|an|any|every|each) (?:[\w%$-]+ ){0,3}(?:deal|proposal|offer)\b", re.IGNORECASE)
_TO_SAY = re.compile(
    r"\b(?:tell|say|ask|answer|reply|respond|write|send|show|offer|propose|pitch|present|bring|discuss|mention|convince|"
    r"persuade|approach|talk|speak|explain|prepare|argue)\b",
    re.IGNORECASE,
)
_WHOM = re.compile(r"\b(?:their|the|its|his|her|to)\s+(?:\w+\s+)?$", re.IGNORECASE)
_OF_COURSE = frozenset(stems("""
    say tell ask answer reply respond write send show offer propose pitch present bring discuss mention convince
    persuade approach talk speak explain open lead start prepare argue sell conversation meeting call email mail words
    next step customer client hospital prospect account people person team guys side room today tomorrow now
    """.split()))  # fmt: skip


_AND = re.compile(r"^\s*(?:(?:and|but|ok(?:ay)?|so|what about|how about|to|for)\b[\s,]*)+", re.IGNORECASE)
_FEW = 5
_NOBODY = frozenset({"no", "without", "not"})


@dataclass(frozen=True, slots=True)
class Aim:
    """What a question wants of the deal at hand: the people it names, by all their names, and what else it is about."""

    people: tuple[str, ...] = ()
    topic: frozenset[str] = frozenset()

    @property
    def whole(self) -> bool:
        """Whether it asks what to say of the deal, and of nothing in particular."""
        return not self.topic


@dataclass(frozen=True, slots=True)
class DealTalk:
    """The evidence for it: the verdict, what to say of it, and the playbooks' words for its findings, best first."""

    verdict: VerdictEvidence
    said: tuple[str, ...]
    coached: tuple[tuple[Coaching, Passage], ...]
    search: str


def aim_of(question: str, deal: Deal, profile: Profile) -> Aim | None:
    """What the question wants of this deal; None when it does not speak of it."""
    if not (cues.about_method(question) or _TO_SAY.search(question)):
        return None
    people = _people(question, profile)
    names = {word for text in (deal.name, deal.customer or "") for word in words(text) if len(word) > 2}  # noqa: PLR2004 - "of"
    named = names & set(words(question))
    plain = [word for word in content_words(question) if word not in FAINT_WORDS | named]
    persons = {stem for name in people for stem in content_stems(name)}
    topic = frozenset(stem for stem in stems(plain) if stem not in persons and stem not in _OF_COURSE)
    whose = bool(named or _THEIRS.search(question)) or _definite(question, people)
    if not whose and (topic or people):
        return None  # "a CFO" is any, and so is a monthly call
    return Aim(people, topic)


def speaks_of(question: str, deal: Deal, profile: Profile, *, supposes: bool = False) -> bool:
    """Whether a question that stands in no thread speaks of the deal that its asker has just checked.

    "This deal", "their CFO", the deal's own name, or how "it" stands: not the customer in general, nor any deal.
    `supposes` says that it begins with a supposition, such as "what if they prepay?".
    """
    if _ANY_DEAL.search(question):
        return False
    told = " ".join(words(question))
    if any(" ".join(words(name)) in told for name in (deal.name, deal.customer) if name and words(name)):
        return True
    theirs = re.search(r"\btheirs?\b", question, re.IGNORECASE) and _people(question, profile)
    return supposes or bool(_THIS_DEAL.search(question) or theirs) or cues.only_about_the_deal(question)


def of_people(question: str, deal: Deal, profile: Profile) -> str | None:
    """A follow-up that only names somebody else, "and their CIO?", as the question that it is."""
    rest = _AND.sub("", question).strip().rstrip("?.! ")
    if len(words(rest)) > _FEW or not _definite(f"and {rest}", _people(rest, profile)):
        return None
    asked = f"what do I tell {rest}?"
    return asked if aim_of(asked, deal, profile) is not None else None


def deal_talk(
    aim: Aim, checked: CheckedDeal, profile: Profile, *, key: str | None, hits: Sequence[Hit]
) -> DealTalk | None:
    """The evidence; None when the question is about a matter that this deal's findings have nothing to do with."""
    verdict = checked.verdict
    evidence = verdict_evidence(checked, profile, key=key)
    coached = coach(verdict, checked.guidance)
    if not aim.whole:
        wanted = _about(aim, verdict, profile)
        coached = tuple(one for one in coached if one.check in wanted)
        said = tuple(text for check, text in (*evidence.fails, *evidence.unknown) if check in wanted)
        if not said:
            return None
    else:
        said = (evidence.headline, *(text for _, text in evidence.fails[:MOST_SAID]), *evidence.outcomes[:MOST_SAID])
    scores = {hit.passage.id: hit.score for hit in hits}
    order = sorted(
        range(len(coached)),
        key=lambda at: (
            coached[at].result is not Result.FAIL,  # what fails is the matter; what is unknown comes after it
            -_for_people(checked.guidance[coached[at].check], aim.people),
            -scores.get(coached[at].citation.passage, 0.0),
            at,
        ),
    )
    best = tuple((coached[at], checked.guidance[coached[at].check]) for at in order[:MOST_COACHED])
    return DealTalk(evidence, said[: 1 + 2 * MOST_SAID], best, _search(aim, verdict))


def _for_people(passage: Passage, people: tuple[str, ...]) -> int:
    """Whether the passage speaks of one of these people: 2 in its heading, 1 in its text."""
    for strength, text in ((2, passage.heading), (1, passage.text)):
        told = f" {' '.join(words(text))} "
        if any(f" {' '.join(words(name))} " in told for name in people):
            return strength
    return 0


def mentions(hit: Hit, people: tuple[str, ...]) -> bool:
    """Whether a passage speaks of one of these people."""
    return _for_people(hit.passage, people) > 0


def _people(question: str, profile: Profile) -> tuple[str, ...]:
    """The people that a deal can have, as far as the question names them, each with all the names it has."""
    asked = f" {' '.join(words(question))} "
    found: list[str] = []
    for spec in _of_people(profile):
        for choice, others in spec.choices.items():
            names = (choice, *others)
            if any(f" {' '.join(words(name))} " in asked for name in names):
                found += [name for name in names if name not in found]
    return tuple(found)


def in_our_words(question: str, profile: Profile) -> str:
    """The question with people called as the profile calls them: its "CFO" for a "finance chief"."""
    for spec in _of_people(profile):
        for choice, others in spec.choices.items():
            for name in sorted((one for one in others if " " in one), key=len, reverse=True):
                if words(name)[0] not in _NOBODY:
                    question = re.sub(
                        rf"\b{re.escape(name)}\b", choice.replace("\\", r"\\"), question, flags=re.IGNORECASE
                    )
    return question


def _of_people(profile: Profile) -> list[FactSpec]:
    """The facts that name a person of the customer's."""
    return [
        spec for spec in profile.facts.values() if spec.type is FactType.CHOICE and spec.ask.lower().startswith("who ")
    ]


def _definite(question: str, people: tuple[str, ...]) -> bool:
    """Whether it speaks of the person whom this deal has: "the CFO", "their CFO"."""
    lower = question.lower()
    return any(_WHOM.search(lower[:at]) for name in people if (at := lower.find(name.lower())) > 0)


def _about(aim: Aim, verdict: Verdict, profile: Profile) -> frozenset[str]:
    """The findings that need words and that the question's matter is about, by their labels and their facts."""
    found: set[str] = set()
    for finding in verdict.findings:
        if finding.result not in {Result.FAIL, Result.UNKNOWN}:
            continue
        spec = profile.specs.get(finding.fact or "")
        names = [
            finding.label,
            finding.check.replace("-", " "),
            *((spec.label, *spec.also) if spec is not None else ()),
        ]
        if aim.topic & {stem for name in names for stem in content_stems(name)}:
            found.add(finding.check)
    return frozenset(found)


def _search(aim: Aim, verdict: Verdict) -> str:
    """What to look for beside the coaching: the person, and what stands open with this deal."""
    labels = [finding.label for finding in verdict.findings if finding.counted and finding.result is Result.FAIL]
    return " ".join([*aim.people[:1], *labels[:2]])
