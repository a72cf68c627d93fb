"""What to type, for the Deal Profile that is live: the examples that we ship where it can read them, else its own.

A firm that sells filters must not be told to write about staffed beds. Each example is read back by the same readers
that read what people type, so that it is never one that Dealfit itself would not understand.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bot.checking.what_if import WhatIfReader
from bot.deals.facts import FactSpec, FactType
from bot.deals.reading import SentenceReader
from bot.deals.values import FactError, format_value, parse_value
from bot.profile.conditions import Among, Compare, Within, tests_of
from bot.profile.model import Profile
from bot.profile.replies import conditions_of
from bot.profile.verdict import Part
from bot.profile.words import inside_sentence

DEAL = "Mercy Regional: hospital, 120 beds, managed services for 6 months, 8% discount, net 30"
WHAT_IF = "what if they prepay and take 6 months?"
BREAKING = "which deals break the payment terms"
DISCOUNT = "what discount can I give on a two-month deal?"
TALKS = ("how do I open a conversation with a CFO?", "when should I walk away from a deal?")
"""Questions that the playbooks answer which come with Dealfit, beside its profile."""

MOST_FACTS = 6
_NUMBER = Decimal(12)
_DAY = "2027-03-01"


class Examples:
    """Examples of what can be typed, made for one profile when they are asked for."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._sentences = SentenceReader(profile.facts, profile.currency, profile.rates)

    @property
    def shipped(self) -> bool:
        """Whether the examples that come with Dealfit are about deals of this profile."""
        return self.reads(DEAL)

    def deal(self, shipped: str = DEAL) -> str:
        """A deal in words: `shipped` where the profile has facts for all of it."""
        if self.reads(shipped):
            return shipped
        said = "A customer: "
        taken: list[str] = []
        for spec in self._profile.facts.values():
            if len(taken) == MOST_FACTS:
                break
            for words in self._said(spec):
                tried = said + ", ".join([*taken, words])
                if self.reads(tried, len(taken) + 1):
                    taken.append(words)
                    break
        return said + ", ".join(taken) if taken else ""

    def what_if(self) -> str:
        """A change to a deal in words; nothing where the profile has no fact that talks can move."""
        reader = WhatIfReader(self._profile.facts, self._sentences, self._profile.currency)
        movable = [spec for spec in self._profile.facts.values() if spec.negotiable is not None]
        movable.sort(key=lambda spec: not spec.type.is_numeric)
        own = (
            f"what if the {inside_sentence(spec.label)} is {value}?" for spec in movable for value in self._shown(spec)
        )
        for words in (WHAT_IF, *own):
            found = reader.read(words)
            if found is not None and found.facts and not found.unread:
                return words
        return ""

    def breaking(self) -> str:
        """A question to the pipeline, about a rule that this profile has."""
        return breaking(self._profile)

    def questions(self) -> tuple[str, ...]:
        """Questions about how to sell."""
        if self.shipped:
            return (DISCOUNT, *TALKS)
        labels = [check.label for check in self._profile.checks][:3]
        return tuple(f"what is our rule on {inside_sentence(label)}?" for label in labels)

    def reads(self, text: str, facts: int = 1) -> bool:
        """Whether every word is understood, and at least so many facts are found."""
        reading = self._sentences.read(text)
        return len(reading.facts) >= facts and not reading.unread and not reading.conflicts

    def _said(self, spec: FactSpec) -> Iterator[str]:
        """Ways to state the fact, the most natural first."""
        label = inside_sentence(spec.label)
        if spec.type is FactType.YES_NO:
            yield from spec.means_yes[:2]
        for shown in self._shown(spec):
            if spec.type is FactType.CHOICE:
                yield shown
            if spec.type in {FactType.INTEGER, FactType.NUMBER} and spec.unit:
                yield shown
            if spec.type is FactType.PERCENT:
                yield f"{shown} {label}"
            yield f"{label} {shown}"
            yield f"{label}: {shown}"

    def _shown(self, spec: FactSpec) -> Iterator[str]:
        """Values of the fact as people write them: at a limit of the profile first."""
        match spec.type:
            case FactType.YES_NO:
                yield "yes"
            case FactType.DATE:
                yield _DAY
            case FactType.CHOICE:
                yield from list(spec.choices)[:1]
            case FactType.TEXT | FactType.OUTCOMES:
                return
            case _:
                for value in (*self._limits(spec), *reversed(spec.usual), _NUMBER):
                    try:
                        read = parse_value(spec, str(value), self._profile.currency)
                    except FactError:
                        continue
                    yield format_value(spec, read, self._profile.currency)
                    return

    def _limits(self, spec: FactSpec) -> Iterator[Decimal]:
        for condition in conditions_of(self._profile):
            for test in tests_of(condition):
                if test.subject.fact != spec.name or test.subject.measure is not None:
                    continue
                if isinstance(test, Compare):
                    values: tuple[object, ...] = (test.limit,)
                elif isinstance(test, Within):
                    values = (test.low, test.high)
                else:
                    values = tuple(test.values) if isinstance(test, Among) else ()
                yield from (
                    Decimal(v) for v in values if isinstance(v, int | Decimal) and not isinstance(v, bool) and v
                )


def breaking(profile: Profile) -> str:
    """A question to the pipeline about a rule that the profile has: one on payment, else on price, else the first."""
    enforced = [check for check in profile.checks if check.counted] or list(profile.checks)
    for part in (Part.PAYMENT, Part.PRICE, None):
        for check in enforced:
            if part in {check.part, None}:
                shipped = check.label == "Payment terms"
                return BREAKING if shipped else f"which deals fail on {inside_sentence(check.label)}"
    return BREAKING
