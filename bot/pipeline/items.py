"""A question as a row of items: phrases with their meanings, dates, comparisons, and words that mean nothing here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, TypeVar

from bot.pipeline.dates import DateReader
from bot.pipeline.meanings import Meaning, UnitWord, Word
from bot.pipeline.query import CloseDateFilter
from bot.pipeline.vocabulary import Vocabulary
from bot.pipeline.words import Kind, Token

M = TypeVar("M", bound=Meaning)
ComparisonOp = Literal["=", "<", "<=", ">", ">="]

_OPS: MappingProxyType[Word, ComparisonOp] = MappingProxyType(
    {Word.ABOVE: ">", Word.AT_LEAST: ">=", Word.BELOW: "<", Word.AT_MOST: "<=", Word.EXACTLY: "="}
)
_SUFFIXES: MappingProxyType[Word, ComparisonOp] = MappingProxyType({Word.OR_MORE: ">=", Word.OR_LESS: "<="})
_PAST = frozenset({"won", "lost", "closed", "did", "gave", "given", "were", "was", "had", "sold", "signed", "landed"})


@dataclass(frozen=True, slots=True)
class Comparison:
    """One bound, or two for a range, on a fact that is still to be found. `units` are the facts counted in its unit."""

    bounds: tuple[tuple[ComparisonOp, Decimal], ...]
    kind: Kind
    units: tuple[tuple[str, int], ...] = ()
    stated: bool = False

    @property
    def bare(self) -> bool:
        """Whether it is a number alone: 10, without a unit, a sign, or a word that compares."""
        return not self.stated and self.kind == "plain" and not self.units


@dataclass(slots=True)
class Item:
    """Some words of the question and what they can mean; `used` once a part of the query was made from them."""

    tokens: tuple[Token, ...]
    meanings: tuple[Meaning, ...] = ()
    span: CloseDateFilter | None = None
    comparison: Comparison | None = None
    used: bool = field(default=False)

    def all(self, kind: type[M]) -> list[M]:
        """The meanings of this kind."""
        return [meaning for meaning in self.meanings if isinstance(meaning, kind)]

    def one(self, kind: type[M]) -> M | None:
        """The first meaning of this kind."""
        return next(iter(self.all(kind)), None)

    def is_(self, *words: Word) -> bool:
        """Whether it can mean one of these words of the language."""
        return any(word in self.meanings for word in words)

    @property
    def noise(self) -> bool:
        """Whether it carries nothing."""
        return self.meanings == (Word.NOISE,)

    @property
    def unknown(self) -> bool:
        """Whether nothing is known of these words."""
        return not self.meanings and self.span is None and self.comparison is None


def items_of(tokens: Sequence[Token], vocabulary: Vocabulary, today: date) -> list[Item]:
    """The tokens as items, the longest phrase first; figures with the words that compare and measure them."""
    past = any(token.text in _PAST for token in tokens)
    dates = DateReader(tokens, today, past=past)
    items: list[Item] = []
    at = 0
    while at < len(tokens):
        length, meanings = vocabulary.at(tokens, at)
        compared = bool(items) and items[-1].is_(*_OPS, Word.BETWEEN) and tokens[at].day is None
        days, span = (0, None) if compared and tokens[at].number is not None else dates.at(at)
        if span is not None and days >= length:
            items.append(Item(tuple(tokens[at : at + days]), span=span))
            at += days
        elif length:
            items.append(Item(tuple(tokens[at : at + length]), meanings))
            at += length
        else:
            items.append(_single(tokens[at]))
            at += 1
    return _compared(items)


def _single(token: Token) -> Item:
    if token.number is None:
        return Item((token,))
    op: ComparisonOp = ">=" if token.more else "="
    return Item((token,), comparison=Comparison(((op, token.number),), token.kind, stated=token.more))


def _compared(items: list[Item]) -> list[Item]:
    """Comparing words, figures and units joined into one item each."""
    joined: list[Item] = []
    at = 0
    while at < len(items):
        found, length = _range(items, at)
        if found is None:
            found, length = _bound(items, at)
        joined.append(found or items[at])
        at += length if found else 1
    return joined


def _range(items: list[Item], at: int) -> tuple[Item | None, int]:
    """`between 3 and 12 months`, `3 to 12 months`, `3-12 months`."""
    start = at + items[at].is_(Word.BETWEEN)
    low, after = _figure(items, start)
    if low is None:
        return None, 0
    joint = items[after] if after < len(items) else None
    if joint is None:
        return None, 0
    if joint.is_(Word.AND) if start > at else joint.tokens[0].text == "to":
        after += 1
    elif start > at or joint.comparison is None or joint.tokens[0].start != low.tokens[-1].end + 1:
        return None, 0
    high, end = _figure(items, after)
    if high is None or low.comparison is None or high.comparison is None:
        return None, 0
    one, other = low.comparison, high.comparison
    kind = other.kind if one.kind == "plain" else one.kind
    least, most = sorted((one.bounds[0][1], other.bounds[0][1]))
    bounds: tuple[tuple[ComparisonOp, Decimal], ...] = ((">=", least), ("<=", most))
    comparison = Comparison(bounds, kind, other.units or one.units, stated=True)
    return Item(_tokens(items[at:end]), comparison=comparison), end - at


def _bound(items: list[Item], at: int) -> tuple[Item | None, int]:
    """`over 10%`, `10% or more`, `at least 6 months`, `60 days`."""
    op = next((op for word, op in _OPS.items() if items[at].is_(word)), None)
    start = at + 1 if op else at
    if op and start < len(items) and items[start].tokens[0].text in {"a", "the", "of", "than"}:
        start += 1
    figure, end = _figure(items, start)
    if figure is None or figure.comparison is None:
        return None, 0
    suffix = items[end] if end < len(items) else None
    after = next((o for word, o in _SUFFIXES.items() if suffix is not None and suffix.is_(word)), None)
    end += after is not None
    found = figure.comparison
    bounds = ((op or after or found.bounds[0][0], found.bounds[0][1]),)
    stated = bool(op or after or found.stated)
    return Item(_tokens(items[at:end]), comparison=Comparison(bounds, found.kind, found.units, stated=stated)), end - at


def _figure(items: list[Item], at: int) -> tuple[Item | None, int]:
    """A number with the unit behind it, and where it ends."""
    item = items[at] if at < len(items) else None
    if item is None or item.comparison is None:
        return None, at
    following = items[at + 1] if at + 1 < len(items) else None
    unit = following.one(UnitWord) if following else None
    if following is None or unit is None or item.comparison.kind != "plain":
        return item, at + 1
    comparison = Comparison(item.comparison.bounds, "plain", unit.factors, stated=item.comparison.stated)
    # What is a unit and a name ("beds", "months of services") stays, so that it can name the fact as well.
    return Item((*item.tokens, *following.tokens), comparison=comparison), at + 2


def _tokens(items: Sequence[Item]) -> tuple[Token, ...]:
    return tuple(token for item in items for token in item.tokens)
