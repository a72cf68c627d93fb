"""The facts that a question supposes: "on a two-month deal?" supposes a service term of two months.

The reader of sentences takes no fact from a question, rightly: nobody has said that the deal is so. An answer about
rules does suppose it, for its own length. So the question is taken apart into stretches of a few words, and each
stretch is given to the reader as if it had been stated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.answers.words import FAINT_WORDS, content_words, word_set, words

if TYPE_CHECKING:
    from bot.deals.facts import FactSpec, FactSpecs, FactValue
    from bot.deals.reading import SentenceReader

LONGEST_STRETCH = 6
"""Words that are read together."""

MOST_WORDS = 80
"""Words of a question that are looked at."""

_TOKEN = re.compile(r"(?:\d[,:]\d|[^\s,;:?!()\"“”])+")
_BOUNDARY = word_set("""
what which who whom whose how why when where can could might may must should shall will would do does did has have i we
you he she they if whether and but or then give gives offer offers accept take takes approve approves sell sells sign
signs about get gets go goes need needs allow allowed want wants ask asks for on with to as please okay ok fine
""")
_COMPARING = word_set("""
than over above below under beyond least most between from until till exceed exceeds exceeding not no without never
except nearly almost roughly around
""")
_DENYING = word_set("no not without")
_RANGE = word_set("to or and through")
_NUMBERS = word_set("one two three four five six seven eight nine ten eleven twelve twenty thirty")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Supposed:
    """A fact that a question supposes, with the words for it: `question[start:end] == words`."""

    fact: str
    value: FactValue
    words: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Supposition:
    """All facts that a question supposes. One for which it names two values is not among them."""

    facts: Mapping[str, FactValue]
    supposed: tuple[Supposed, ...]


class QuestionReader:
    """Reads questions with the facts of one profile."""

    def __init__(self, facts: FactSpecs, reader: SentenceReader) -> None:
        self._facts = facts
        self._reader = reader

    def read(self, question: str) -> Supposition:
        """The facts that the question supposes."""
        tokens = list(_TOKEN.finditer(question))[:MOST_WORDS]
        found: list[Supposed] = []
        taken: set[int] = set()
        open_facts: set[str] = set()  # "net 30 or net 60": neither is supposed
        for length in range(min(LONGEST_STRETCH, len(tokens)), 0, -1):
            for at in range(len(tokens) - length + 1):
                places = range(at, at + length)
                if taken.isdisjoint(places) and self._may_read(question, tokens, at, length):
                    here = self._stretch(question, tokens[at].start(), tokens[at + length - 1].end())
                    found += here
                    taken.update(places if here else ())
                    if here and _ends_a_range(tokens, at):
                        open_facts |= {one.fact for one in here}
        values: dict[str, list[FactValue]] = {}
        for one in found:
            values.setdefault(one.fact, []).append(one.value)
        settled = [one for one in found if one.fact not in open_facts]
        kept = [one for one in settled if all(value == one.value for value in values[one.fact])]
        kept.sort(key=lambda one: one.start)
        return Supposition({one.fact: one.value for one in kept}, tuple(kept))

    def only_facts(self, question: str) -> bool:
        """Whether the question says nothing but facts of a deal: "12 months?", "and what about net 45?"."""
        left = question
        supposed = self.read(question).supposed
        for one in reversed(supposed):
            left = left[: one.start] + left[one.end :]
        return bool(supposed) and not [word for word in content_words(left) if word not in FAINT_WORDS]

    def _may_read(self, question: str, tokens: Sequence[re.Match[str]], at: int, length: int) -> bool:
        """Whether the stretch could state a fact: nothing in it asks, nothing before it compares."""
        inside = [match.group().lower() for match in tokens[at : at + length]]
        if not (_BOUNDARY | _COMPARING - _DENYING).isdisjoint(inside):
            return False
        if any(question[tokens[n].end() : tokens[n + 1].start()].strip() for n in range(at, at + length - 1)):
            return False  # a comma or the like lies within
        return not at or tokens[at - 1].group().lower() not in _COMPARING

    def _stretch(self, question: str, start: int, end: int) -> list[Supposed]:
        """The facts of a stretch, when the reader takes one and is left with no doubt about the values."""
        text = question[start:end]
        reading = self._reader.read(text)
        if reading.conflicts or reading.errors or not reading.understood:
            return []
        if any(_DIGIT.search(left) for left in reading.unread):
            return []
        return [
            Supposed(one.fact, one.value, one.words, start + one.start, start + one.end)
            for one in reading.understood
            if not self._is_a_person(one.fact) or self._is_named(one.fact, question)
        ]

    def _is_a_person(self, fact: str) -> bool:
        return self._facts[fact].ask.lower().startswith("who ")

    def _is_named(self, fact: str, question: str) -> bool:
        """Whether the question speaks of the fact itself: "the CFO" is a sponsor only where a sponsor is spoken of."""
        spec: FactSpec = self._facts[fact]
        return any(set(words(name)) <= set(words(question)) for name in (spec.label, *spec.also))


def _ends_a_range(tokens: Sequence[re.Match[str]], at: int) -> bool:
    """Whether what begins here is the second part of "5 to 10%" or "net 30 or net 60"."""
    if at < 2 or tokens[at - 1].group().lower() not in _RANGE:  # noqa: PLR2004 - a number and "or" stand before it
        return False
    earlier = tokens[at - 2].group()
    return bool(_DIGIT.search(earlier)) or earlier.lower() in _NUMBERS
