"""Whether a part of a proposed query stands in the words that it is said to stand for: no name and no value is guessed.

A value must be one of those words' figures or dates (in the fact's unit, or in one that is exactly so many of it), a
choice of the profile, or one of those words. A name must be one that the asker's vocabulary holds, and a name of a
person, a team, a customer or a deal must be written in those words, but for a slip of the pen.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from rapidfuzz import fuzz

from bot.deals.facts import FactSpec, FactType
from bot.deals.units import unit_factors
from bot.pipeline.query import Against, ChangeFilter, CloseDateFilter, FactFilter, WordFilter
from bot.pipeline.vocabulary import Vocabulary
from bot.pipeline.words import Token, tokens_of

_NEARLY = 80
"""How alike a written name and a known one must be, of 100."""

_WRITTEN = frozenset({"owner", "team", "customer", "name"})
_KNOWN = _WRITTEN | {"stage", "segment", "authority"}
_STANCES = frozenset({"pursue", "selective", "decline"})
_NOTHING = frozenset({"no", "not", "none", "without", "zero", "any", "some", "free", "negative", "positive"})


class Unheld(ValueError):
    """A part that names what nobody knows, or has a value that was not said."""


def stand(part: Any, tokens: Sequence[Token], vocabulary: Vocabulary) -> None:
    """Hold a part of a query against the words that it stands for, and the asker's vocabulary.

    Raises:
        Unheld: a name that is not known, or a value that was not said.
    """
    match part:
        case WordFilter():
            _names(part, tokens, vocabulary)
        case FactFilter():
            spec = vocabulary.profile.facts.get(part.fact)
            for value in part.value if isinstance(part.value, tuple) else (part.value,):
                if spec is None or not _said(value, spec, tokens):
                    raise Unheld(str(part.fact))
        case CloseDateFilter() | Against():
            days = {token.day for token in tokens if token.day}
            if not {day for day in (part.first, part.last) if day} <= days:
                raise Unheld("close_date")
        case ChangeFilter():
            # A snapshot is known by an id that no question says.
            raise Unheld("change")
        case int() if Decimal(part) not in _numbers(tokens):
            raise Unheld("limit")


def _names(part: WordFilter, tokens: Sequence[Token], vocabulary: Vocabulary) -> None:
    for word in part.any_of:
        label = vocabulary.labels.get((part.by, word.casefold()))
        if part.by in _KNOWN and label is None:
            raise Unheld(word)
        if part.by in _WRITTEN and not any(_alike(token, f"{label} {word}") for token in tokens):
            raise Unheld(word)
        if part.by == "stance" and word not in _STANCES:
            raise Unheld(word)


def _alike(token: Token, name: str) -> bool:
    return any(
        fuzz.ratio(token.text, each.text) >= _NEARLY
        for each in tokens_of(name)
        if min(len(each.text), len(token.text)) > 1
    )


def _said(value: object, spec: FactSpec, tokens: Sequence[Token]) -> bool:
    texts = {token.text for token in tokens}
    if isinstance(value, bool) or spec.type is FactType.CHOICE:
        return True
    if isinstance(value, int | Decimal):
        numbers = _numbers(tokens)
        factors = {factor for unit, factor in unit_factors(spec).items() if {*unit.split()} <= texts}
        scaled = {number * factor for number in numbers for factor in factors} | (factors if not numbers else set())
        return value in numbers | scaled or (not value and bool(texts & _NOTHING))
    if isinstance(value, date):
        return any(token.day == value for token in tokens)
    return bool(value) and {token.text for token in tokens_of(str(value))} <= texts


def _numbers(tokens: Sequence[Token]) -> set[Decimal]:
    return {token.number for token in tokens if token.number is not None}
