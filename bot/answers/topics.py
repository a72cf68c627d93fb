"""Which checks of a profile a question is about, found by the profile's own words: it works for any profile."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.answers import cues
from bot.answers.words import FAINT_WORDS, content_words, rarity, stems, word_set
from bot.deals.facts import FactType
from bot.profile.conditions import facts_of, tests_of
from bot.profile.model import SEGMENT_CHECK

if TYPE_CHECKING:
    from bot.deals.facts import FactSpec
    from bot.profile.model import Check, Profile

MOST_CHECKS = 3
"""No question is answered with more rules than this."""

SAID = 0.5
"""The share of the question's words that a check must explain when the question asks for a limit."""

UNSAID = 0.6
"""The share when nothing tells what kind of question it is."""

REASON = 0.75
"""The share when the question asks why: a playbook's question, to which the rule's own reason belongs."""

BESIDE = 0.75
"""The share of the best check's score that a further check must have."""

_NUMBERS = re.compile(r"\d+")
_NAMED, _FACT, _SEGMENT, _VALUED, _CONDITION, _BECAUSE = 1.0, 0.9, 0.9, 0.35, 0.45, 0.2
_ASKED = 0.6
_PERCENTAGE = re.compile(r"\d\s*(?:%|percent\b|per cent\b)", re.IGNORECASE)
_PERCENT = frozenset(stems(["percent", "cent"]))
_TIME = frozenset(stems(sorted(word_set("day days week weeks month months year years"))))


@dataclass(frozen=True, slots=True)
class Topic:
    """What a check is about: its facts, and how strongly each stem points to it (0 to 1).

    `measured` tells whether it requires an amount (a number, or a count of outcomes) rather than a yes or a choice,
    `percent` whether that is a percentage.
    """

    check: str
    required: tuple[str, ...]
    conditions: tuple[str, ...]
    measured: bool
    stems: Mapping[str, float]
    percent: bool = False

    @property
    def stated(self) -> frozenset[str]:
        """The facts that, stated in a question, make this check its matter: for a segment all that tell it."""
        return frozenset(self.required + self.conditions if self.check == SEGMENT_CHECK else self.required)


@dataclass(frozen=True, slots=True)
class Match:
    """A check that a question is about. `score` is the share of the question's content words that it explains."""

    check: str
    score: float


class Topics:
    """The checks of one profile by what people call them."""

    def __init__(self, profile: Profile) -> None:
        """Read the profile once."""
        topics = [_topic(check, profile.facts) for check in profile.checks]
        self._topics = tuple([*topics, _segments(profile)] if profile.segments else topics)

    def conditions(self, check_id: str) -> tuple[str, ...]:
        """The facts that decide which case of a check applies."""
        return next((topic.conditions for topic in self._topics if topic.check == check_id), ())

    def of(self, question: str, *, read: Mapping[str, str], numeric: frozenset[str]) -> tuple[Match, ...]:
        """The checks the question is about, best first.

        `read` are the numbers and choices that were read from the question, each with the words that state it;
        `numeric` names those that are numbers. Such words are known already, so that a check need not explain them.
        """
        wanted = self._wanted(question, read)
        limits, method = cues.about_limits(question), cues.about_method(question)
        if not limits and not numeric and not cues.asks_why(question) and (method or not cues.is_brief(question)):
            return ()  # nothing tells that it asks for a rule
        # "How long does the visit take?" asks for an amount; a rule about yes or no has none to give. And "what if the
        # customer asks for net 60?" is about the days that it states, not about every rule that names the customer.
        amounts_only = limits and not cues.about_duty(question)
        scored = [
            (topic, self._score(topic, wanted, read, numeric, limits=limits))
            for topic in self._topics
            if (topic.measured or not amounts_only) and (limits or not numeric or numeric & topic.stated)
        ]
        best = max((score for _, score in scored), default=0.0)
        floor = SAID if limits else REASON if method else UNSAID
        if best < floor:
            return ()
        kept = [Match(topic.check, score) for topic, score in scored if score >= max(floor, BESIDE * best)]
        return tuple(sorted(kept, key=lambda match: -match.score)[:MOST_CHECKS])

    def of_a_percentage(self, question: str) -> tuple[Match, ...]:
        """The checks that a bare percentage may be about: "is 12% ok?" names no matter, so all that have one are told.

        None where the question has any other matter of its own.
        """
        if not (_PERCENTAGE.search(question) and cues.about_duty(question)):
            return ()
        left = [word for word in content_words(cues.without_cues(question)) if not _NUMBERS.search(word)]
        if set(stems(word for word in left if word not in FAINT_WORDS)) - _TIME - _PERCENT:
            return ()
        return tuple(Match(topic.check, SAID) for topic in self._topics if topic.percent)[:MOST_CHECKS]

    def _wanted(self, question: str, read: Mapping[str, str]) -> Mapping[str, float]:
        """The stems that a check should explain, with their weights."""
        left = question
        for words in read.values():
            left = left.replace(words, " ")
        names = {stem for topic in self._topics for stem, weight in topic.stems.items() if weight == _NAMED}
        plain = [word for word in content_words(left) if not _NUMBERS.search(word) and word not in FAINT_WORDS]
        told = set(content_words(cues.without_cues(left)))
        wanted = [
            stem
            for word, stem in zip(plain, stems(plain), strict=True)
            if word in told or (stem in names and word.endswith("est"))
        ]
        return rarity([frozenset(topic.stems) for topic in self._topics], [s for s in wanted if s not in _TIME])

    @staticmethod
    def _score(
        topic: Topic, wanted: Mapping[str, float], read: Mapping[str, str], numeric: frozenset[str], *, limits: bool
    ) -> float:
        total = sum(wanted.values())
        score = sum(weight * topic.stems.get(stem, 0.0) for stem, weight in wanted.items()) / total if total else 0.0
        stated = [fact for fact in topic.required if fact in read]
        if any(fact in numeric for fact in stated):
            score += (
                _ASKED if limits else _ASKED / 2
            )  # "is net 60 all right": the number asked about belongs to this check's own fact
        elif stated and limits:
            score += _ASKED / (2 if total else 1)
        if limits and any(fact in read for fact in topic.conditions):
            score += _ASKED / 6
        return score


def _topic(check: Check, facts: Mapping[str, FactSpec]) -> Topic:
    required = tuple(dict.fromkeys(name for case in check.cases for name in facts_of(case.require)))
    conditions = tuple(
        dict.fromkeys(name for when in (check.when, *(case.when for case in check.cases)) for name in facts_of(when))
    )
    weights: dict[str, float] = {}
    _add(weights, [check.label, check.id.replace("-", " ")], _NAMED)
    for name in required:
        spec = facts[name]
        _add(weights, [spec.label, name.replace("_", " "), *spec.also, *spec.means_yes], _FACT)
    _add(weights, _values(check), _VALUED)
    for name in conditions:
        _add(weights, [facts[name].label, *facts[name].also], _CONDITION)
    _add(weights, [check.part.value], _CONDITION)
    _add(weights, [check.because], _BECAUSE)
    measured = any(facts[name].type.is_numeric or facts[name].type is FactType.OUTCOMES for name in required)
    percent = any(facts[name].type is FactType.PERCENT for name in required)
    others = tuple(name for name in conditions if name not in required)
    return Topic(check.id, required, others, measured, weights, percent)


def _segments(profile: Profile) -> Topic:
    """The check that the segments make: whether this is a customer we sell to."""
    weights: dict[str, float] = {}
    facts = tuple(dict.fromkeys(name for segment in profile.segments for name in facts_of(segment.when)))
    _add(
        weights,
        ["customer segment market target decline pursue", *(one.name for one in profile.segments)],
        _SEGMENT,
    )
    _add(weights, [profile.facts[name].label for name in facts], _VALUED)
    choices = tuple(name for name in facts if profile.facts[name].choices)
    return Topic(SEGMENT_CHECK, choices, facts, measured=False, stems=weights)


def _values(check: Check) -> Sequence[str]:
    """The choices that the check's requirements name."""
    tests = [test for case in check.cases for test in tests_of(case.require)]
    return [value for test in tests for value in getattr(test, "values", ()) if isinstance(value, str)]


def _add(weights: dict[str, float], texts: Iterable[str], weight: float) -> None:
    for text in texts:
        for stem in stems(word for word in content_words(text) if word not in FAINT_WORDS):
            weights[stem] = max(weights.get(stem, 0.0), weight)
