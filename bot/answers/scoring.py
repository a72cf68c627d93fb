"""How well each sentence of a passage answers a question, by its words; no model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.answers.sentences import Unit, units
from bot.answers.words import (
    FUNCTION_WORDS,
    content_stems,
    covered,
    has_figure,
    question_stems,
    rarity,
    text_stems,
    word_set,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.knowledge.passages import Hit

_OVERLAP, _PASSAGE, _FIRST, _FOLLOWS, _PHRASE = 0.45, 0.40, 0.25, 0.12, 0.30
_SPOKEN, _NAMED, _FIGURED = 0.25, 0.8, 0.15
_LONG, _SHORT = 55, 5
_SHORTEST_RUN, _LONGEST_RUN = 2, 5
_ASKS_FOR_WORDS = re.compile(r"\b(?:say|ask|tell|answer|reply|respond|questions?|words|explain)\b", re.IGNORECASE)
_SPEECH = re.compile(r"\b(?:ask|say|says|tell|answer|write)\b[^.!?]{0,40}[:,]\s*[\"“]", re.IGNORECASE)
_GLUE = word_set("a an the of to for in on at with by and or is are be do does i we you my our your this that")
_HOW_MANY = re.compile(
    r"\bhow (?:many|long|often|soon)\b|\bhow much (?:do|does|did|is|are|was|of|should|must|more|less|time|money)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Pick:
    """A unit chosen for the answer, the passage it stands in, and what it scored."""

    hit: Hit
    unit: Unit
    score: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question wants: the stems of all its words in order, the weights of those that count, words, an amount."""

    stems: Sequence[str]
    weights: Mapping[str, float]
    speech: bool
    amount: bool


def asked_of(question: str, hits: Sequence[Hit]) -> Asked:
    """What a question wants, with the weights that its words have among these passages."""
    return Asked(
        stems=text_stems(question),
        weights=rarity([bag_of(hit) for hit in hits], question_stems(question)),
        speech=bool(_ASKS_FOR_WORDS.search(question)),
        amount=bool(_HOW_MANY.search(question)),
    )


def scored(hit: Hit, asked: Asked, *, named: bool) -> list[Pick]:
    """All units of a passage with their scores. `named` says that the question says the passage's heading."""
    heading = frozenset(content_stems(hit.passage.heading))
    weights, titled = asked.weights, _run(asked.stems, hit.passage.heading)
    picks: list[Pick] = []
    for unit in units(hit.passage.text):
        bag = frozenset(content_stems(unit.text))
        # What the heading says of the question holds for the section's sentences too, but less than their own words.
        overlap = 0.7 * covered(weights, bag) + 0.3 * covered(weights, bag | heading)
        overlap = max(overlap, _NAMED) if named else overlap
        score = _OVERLAP * overlap + _PASSAGE * (1 if named else hit.score) + (_FIRST if unit.position == 0 else 0)
        score += _PHRASE * max(_run(asked.stems, unit.text), titled)
        score += _SPOKEN if asked.speech and _SPEECH.search(unit.text) else 0
        score += _FIGURED if asked.amount and has_figure(unit.text) else 0
        before = picks[-1] if picks else None
        if before is not None and before.unit.kind == unit.kind == "sentence" and before.unit.block == unit.block:
            score += _FOLLOWS * min(1.0, before.score)
        count = len(unit.text.split())
        score *= 0.8 if count > _LONG else 0.7 if count < _SHORT and unit.kind == "sentence" else 1
        picks.append(Pick(hit, unit, score))
    return picks


def names(asked: Sequence[str], hit: Hit) -> bool:
    """Whether the question says the passage's own heading: "how do I say no to a prospect?" for "How to say no"."""
    heading = [stem for stem in text_stems(hit.passage.heading.rsplit(" > ", 1)[-1]) if stem not in _GLUE]
    told = [stem for stem in asked if stem not in _GLUE]
    length = len(heading)
    return length >= _SHORTEST_RUN and any(told[at : at + length] == heading for at in range(len(told) - length + 1))


def _run(asked: Sequence[str], text: str) -> float:
    """How much of the question stands in the text word for word, from 0 to 1: the longest run of the same words.

    A run needs a word that carries content; of two words, neither may be an article or the like.
    """
    told = text_stems(text)
    best = 0
    for at in range(len(asked)):
        for begin in range(len(told)):
            length = 0
            while (
                at + length < len(asked) and begin + length < len(told) and asked[at + length] == told[begin + length]
            ):
                length += 1
            if length <= best or length < _SHORTEST_RUN:
                continue
            run = set(asked[at : at + length])
            if not run <= FUNCTION_WORDS and (length > _SHORTEST_RUN or not run & _GLUE):
                best = length
    return min(1.0, (best - 1) / (_LONGEST_RUN - 1)) if best else 0.0


def bag_of(hit: Hit) -> frozenset[str]:
    """The stems of a passage and its headings."""
    return frozenset(content_stems(f"{hit.passage.heading} {hit.passage.text}"))
