"""A text cut into clauses, with the deal's name in front, and which clauses are questions, doubts or conditions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.deals.facts import FactType
from bot.deals.sentence.clause import Clause
from bot.deals.sentence.english import CONDITIONS, HEADERS, NOT_A_NAME, QUESTION_STARTS, Kind
from bot.deals.sentence.unnamed import unnamed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.deals.sentence.elements import Element
    from bot.deals.sentence.lexicon import Lexicon
    from bot.deals.sentence.tokens import Token

_MAX_NAME = 120
_MAX_ITEMS = 300
_ENDLESS = "it runs on too long to be read: put commas between the facts"
_DOUBT = "a question, a condition or a guess is not taken as a fact: write it as it is proposed"
_PAST = "what was is not taken: write what is proposed now"
_WAS = frozenset({"was", "were"})
_ASIDE = _WAS | {"which", "down", "up", "from"}
_NEAR = 3
_VALUES = frozenset({Kind.QUANTITY, Kind.CHOICE, Kind.DATE, Kind.NAME})
_STEERING = frozenset({Kind.LITERAL, Kind.NEGATION, Kind.COMPARISON, Kind.DOUBT, Kind.PENDING})
_SUBJECTS = frozenset({Kind.NAME, Kind.YES_NO})


@dataclass(slots=True)
class Part:
    """The elements of one clause, and why none of it can be a fact (`doubt`), if so."""

    items: list[Element]
    doubt: str | None = None


@dataclass(slots=True)
class Sentence:
    """The clauses of a text, and where in the plain text the deal's name stands."""

    parts: list[Part] = field(default_factory=list)
    name: tuple[int, int] | None = None


def split(items: Sequence[Element], tokens: Sequence[Token], lexicon: Lexicon) -> Sentence:
    """The clauses in order; the words of the deal's name are in none of them."""
    sentence = Sentence()
    current: list[Part] = []
    part = Part([])

    def close(*, asks: bool = False, hard: bool = True) -> None:
        nonlocal part
        if part.items and current and (part.items[0].kind is Kind.OR or _afterthought(part.items)):
            current[-1].items.extend(part.items)
        elif part.items:
            current.append(part)
        part = Part([])
        if hard:
            _mark(current, asks=asks)
            sentence.parts.extend(current)
            current.clear()

    for item in items:
        if item.kind is Kind.BREAK:
            close(asks=item.low == "?", hard=item.hard)
        elif item.kind is Kind.COLON and not (part.items and part.items[-1].kind in _SUBJECTS):
            first = not sentence.parts and not current
            _colon(sentence, part, tokens, lexicon, first=first)
            close(hard=False)
            if part.items and sentence.name is None:
                part.items.clear()
        else:
            part.items.append(item)
    close()
    _outdate(sentence.parts)
    _headed(sentence, tokens, lexicon)
    return sentence


def _outdate(parts: Sequence[Part]) -> None:
    """Say which clauses tell what was: (was 100K), the discount was 12%, now 8%, net 45 was the old one.

    A past tense alone is no reason: "the discount was 8%" is how people write minutes.
    """
    for at, part in enumerate(parts):
        low = [item.low for item in part.items]
        value = next((n for n, item in enumerate(part.items) if item.kind in _VALUES), None)
        opening = frozenset(low[:value])
        if part.doubt is not None or value is None:
            continue
        aside = opening <= _ASIDE and not opening.isdisjoint(_WAS | {"down", "up"})
        renewed = "old" in low or any(item.low == "now" for other in parts[at : at + _NEAR] for item in other.items)
        if aside or (renewed and not _WAS.isdisjoint(low)) or {"used", "to", "be"} <= opening:
            part.doubt = _PAST


def _afterthought(items: Sequence[Element]) -> bool:
    """Whether a clause says something only of the one before it: prepaid (no), 120 beds, approx., 8% off - tbd."""
    return any(item.kind in _STEERING for item in items) and all(
        item.kind in _STEERING or item.kind in {Kind.SMALL, Kind.DONE} for item in items
    )


def _colon(sentence: Sentence, part: Part, tokens: Sequence[Token], lexicon: Lexicon, *, first: bool) -> None:
    """Take the words before the text's first colon as the deal's name, when they carry no facts."""
    if not first or sentence.name is not None or not 0 < len(part.items) <= _MAX_ITEMS:
        return
    low = [item.low for item in part.items]
    if len(low) == 1 and low[0] in NOT_A_NAME:
        # "Customer:" is looked at when the clause behind it is known; "Notes:" says nothing of the deal.
        if low[0] not in HEADERS:
            part.items.clear()
        else:
            part.items[0].kind = Kind.SMALL
            part.items[0].reasons.append("header")
        return
    if _nameless(part.items, tokens, lexicon):
        return
    start, end = _span(part.items, tokens)
    if end - start <= _MAX_NAME:
        sentence.name = (start, end)
        part.items.clear()


def _headed(sentence: Sentence, tokens: Sequence[Token], lexicon: Lexicon) -> None:
    """Customer: Mercy Regional."""
    if sentence.name is not None:
        return
    for header, part in zip(sentence.parts, sentence.parts[1:], strict=False):
        short = len(part.items) <= _MAX_ITEMS
        if short and header.items[0].reasons == ["header"] and not _nameless(part.items, tokens, lexicon):
            sentence.name = _span(part.items, tokens)
            part.items.clear()
            return


def _nameless(items: Sequence[Element], tokens: Sequence[Token], lexicon: Lexicon) -> bool:
    """Whether the words state a fact, or are nothing but words of the profile, so that they are no deal's name."""
    if all(item.kind in {Kind.SMALL, Kind.CHOICE, Kind.YES_NO, Kind.NAME, Kind.QUANTITY} for item in items):
        return True
    if items[0].fact in lexicon.of_type[FactType.OUTCOMES] or (
        len(items) == 1 and any(lexicon.supports(fact, items[0].low) for fact in lexicon.facts)
    ):
        return True
    clause = Clause(list(items), tokens, lexicon)
    clause.named()
    unnamed(clause)
    return any(claim.value is None or not claim.bare or not isinstance(claim.value, str) for claim in clause.claims)


def _span(items: Sequence[Element], tokens: Sequence[Token]) -> tuple[int, int]:
    return tokens[items[0].first].start, tokens[items[-1].last - 1].end


def _mark(parts: Sequence[Part], *, asks: bool) -> None:
    """Say which clauses of one sentence are not statements."""
    doubted = False
    for at, part in enumerate(parts):
        first = part.items[0].low
        if first in CONDITIONS:
            doubted = True
            if at:
                parts[at - 1].doubt = _DOUBT
        doubted = doubted or (asks and first in QUESTION_STARTS)
        last = asks and at == len(parts) - 1
        if len(part.items) > _MAX_ITEMS:
            part.doubt = _ENDLESS
        elif doubted or last or any(item.kind is Kind.DOUBT for item in part.items):
            part.doubt = _DOUBT
