"""Tokens grouped into elements: a quantity with its unit, a fact's name, a choice, a steering word."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.deals.numbers import CURRENCY_CODES, CURRENCY_WORDS, MULTIPLIERS, NUMBER_WORDS, SYMBOLS
from bot.deals.sentence.english import FREQUENCIES, KINDS, LARGE, LITERALS, PER_YEAR, TIMES, Kind
from bot.deals.units import TIME_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.deals.sentence.lexicon import Lexicon, Sense
    from bot.deals.sentence.tokens import Token

# Codes that are English words too are not looked for in a sentence.
_CODES = CURRENCY_CODES - frozenset("ALL TRY TOP CUP COP MOP GEL PEN RON SOS BAM MAD ANG LAK BOB DOP".split())
_PERCENT = frozenset({"%", "percent", "pct"})
_SCALES = MULTIPLIERS
_MAX_GROUPS = 4  # 85 000 000 000
_SHORT_SCALES = frozenset({"k", "m", "mm", "mn", "bn"})


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what stands at it. `value` is None when the number has two readings (8,5).

    `mark` is "%" or "money"; `units` says for each fact counted in the written unit what to multiply by; `scaled` that
    a k or M stood behind the number; `many` that there are two numbers (5 to 10, 3 or 6); `rate` how often a year
    (2 a quarter is 4); `word` that the number was a word, which counts only beside a unit or a name.
    """

    value: Decimal | None
    mark: str | None = None
    units: Mapping[str, int] | None = None
    scaled: bool = False
    many: bool = False
    rate: int | None = None
    word: bool = False
    attributive: bool = False


@dataclass(slots=True)
class Element:
    """A part of a sentence from token `first` up to token `last` (not included)."""

    kind: Kind
    first: int
    last: int
    low: str
    quantity: Quantity | None = None
    senses: Sequence[Sense] = ()
    also: frozenset[Kind] = frozenset()
    hard: bool = False
    literal: bool | None = None
    often: int | None = None
    reasons: list[str] = field(default_factory=list)

    @property
    def fact(self) -> str | None:
        """The fact that a name, a choice or a phrase belongs to, when it is one fact only."""
        facts = {sense.fact for sense in self.senses}
        return facts.pop() if len(facts) == 1 else None

    @property
    def stated(self) -> str | bool | None:
        """The choice, or the yes or no, that the words state by themselves."""
        return next((sense.value for sense in self.senses if sense.kind is self.kind), None)


def elements(tokens: Sequence[Token], lexicon: Lexicon) -> list[Element]:
    """The elements of a text, in order and without gaps."""
    found: list[Element] = []
    at = 0
    while at < len(tokens):
        element = _element(tokens, at, lexicon, found)
        found.append(element)
        at = element.last
    return found


def _element(tokens: Sequence[Token], at: int, lexicon: Lexicon, before: Sequence[Element]) -> Element:
    token = tokens[at]
    if token.kind == "break":
        return Element(Kind.BREAK, at, at + 1, token.text, hard=token.hard)
    if token.kind in {"opaque", "date"}:
        return Element(Kind.DATE if token.kind == "date" else Kind.OTHER, at, at + 1, token.low)
    length, senses = lexicon.phrase(tokens, at)
    tail = tokens[at].hyphen and before and before[-1].kind in {Kind.OTHER, Kind.SMALL, Kind.WANT, Kind.PENDING}
    if length and not tail and not _inside_a_word(tokens, at + length, lexicon, senses):
        first = min(senses, key=lambda sense: [Kind.YES_NO, Kind.CHOICE, Kind.NAME].index(sense.kind))
        low = " ".join(token.low for token in tokens[at : at + length])
        # A lone "no" that a profile also uses stays what it is in English.
        return Element(first.kind, at, at + length, low, senses=senses)
    if quantity := _quantity(tokens, at, lexicon, before):
        return quantity
    return _steering(tokens, at)


def _inside_a_word(tokens: Sequence[Token], after: int, lexicon: Lexicon, senses: Sequence[Sense]) -> bool:
    """Whether a hyphen behind makes the phrase a part of a bigger word, as in hospital-grade."""
    if after >= len(tokens) or not tokens[after].hyphen or tokens[after].kind != "word":
        return False
    if lexicon.phrase(tokens, after)[0] or tokens[after].low in NUMBER_WORDS:
        return False
    return not any(lexicon.supports(sense.fact, tokens[after].low) for sense in senses)


def _steering(tokens: Sequence[Token], at: int) -> Element:
    token = tokens[at]
    low = token.low
    if low == ":":
        return Element(Kind.COLON, at, at + 1, low)
    if low == "=":
        return Element(Kind.EQUALS, at, at + 1, low)
    base, apostrophe, _ = low.partition("'")
    if apostrophe and low not in KINDS and Kind.SMALL in KINDS.get(base, ()):
        low = base
    kinds = KINDS.get(low, frozenset()) if token.kind in {"word", "sign"} else frozenset()
    if low in FREQUENCIES and not (at and tokens[at - 1].low in {"semi", "bi", "half", "twice", "non"}):
        return Element(Kind.FREQUENCY, at, at + 1, low, often=FREQUENCIES[low])
    literal = LITERALS.get(low)
    if literal is not None and low not in {"y", "n"}:
        kind = Kind.NEGATION if low == "no" else Kind.LITERAL
        return Element(kind, at, at + 1, low, also=kinds, literal=literal)
    for kind in (Kind.DOUBT, Kind.NEGATION, Kind.OR, Kind.TO, Kind.COMPARISON, Kind.CHANGE, Kind.WANT, Kind.PENDING,
                 Kind.DONE, Kind.SMALL, Kind.TIMING):  # fmt: skip
        if kind in kinds:
            return Element(kind, at, at + 1, low, also=kinds, literal=literal)
    return Element(Kind.OTHER, at, at + 1, low, literal=literal)


def _quantity(tokens: Sequence[Token], at: int, lexicon: Lexicon, before: Sequence[Element]) -> Element | None:
    if _in_large(tokens, at):
        return None
    start = at
    mark = None
    if _currency(tokens[at]) and at + 1 < len(tokens) and tokens[at + 1].kind == "number":
        mark, at = "money", at + 1
    token = tokens[at]
    value, last, word = _number(tokens, at, money=mark is not None or _money_before(before, lexicon))
    if last == at:
        return _wordless(tokens, at, lexicon, before) if mark is None else None
    scaled = False
    if last < len(tokens) and (scale := _scale(tokens, last, mark, lexicon)) is not None:
        value = value.scaleb(scale) if value is not None else None
        scaled, last = True, last + 1
    if last < len(tokens) and tokens[last].low in _PERCENT:
        mark, last = "%", last + 1
    elif last + 1 < len(tokens) and (tokens[last].low, tokens[last + 1].low) == ("per", "cent"):
        mark, last = "%", last + 2
    elif last < len(tokens) and mark != "%" and _currency(tokens[last]) and not _belongs_after(tokens, last):
        mark, last = "money", last + 1
    units: Mapping[str, int] | None = None
    attributive = False
    named, senses = lexicon.phrase(tokens, last)
    length, claims = lexicon.unit(tokens, last)
    if length and length >= named and not any(s.kind is Kind.NAME for s in senses):
        attributive = tokens[last].hyphen or (value != 1 and not tokens[last + length - 1].low.endswith("s"))
        units, last = claims, last + length
    elif word and not named and mark is None and not (value and before and before[-1].kind in {Kind.NAME, Kind.COLON}):
        return None
    if value is None and token.kind != "number":
        return None
    rate = None
    if units is None and mark is None and last < len(tokens) and tokens[last].low == "times":
        rate, end = rate_after(tokens, last + 1)
        last = end if rate is not None else last
    found = Quantity(value, mark, units, scaled=scaled, word=word, attributive=attributive, rate=rate or None)
    return Element(Kind.QUANTITY, start, last, " ".join(t.low for t in tokens[start:last]), quantity=found)


def _in_large(tokens: Sequence[Token], at: int) -> bool:
    """Whether the number at a token is the end of a longer one in words: a hundred and twenty, eight point five."""
    before = [token.low for token in tokens[max(0, at - 2) : at]]
    return before[-1:] != [] and (before[-1] in LARGE or (before[-1] == "and" and before[0] in LARGE))


def _number(tokens: Sequence[Token], at: int, *, money: bool) -> tuple[Decimal | None, int, bool]:
    """The number at a token, the token behind it, and whether it was in words."""
    token = tokens[at]
    if token.kind == "number":
        last = at + 1
        digits = token.text
        # 85 000 is one number beside a currency only: in "net 60 120 beds" there are two.
        grouped = money or _money_follows(tokens, last)
        while (
            grouped
            and digits.isdigit()
            and last < len(tokens)
            and _group(tokens[last], first=last == at + 1, head=digits)
        ):
            digits, last = digits + tokens[last].text, last + 1
        return (Decimal(digits) if last > at + 1 else token.value), last, False
    if token.kind != "word":
        return None, at, False
    two = f"{token.low} {tokens[at + 1].low}" if at + 1 < len(tokens) else ""
    for words, length in ((two, 2), (token.low, 1)):
        if words in NUMBER_WORDS:
            return Decimal(NUMBER_WORDS[words]), at + length, True
    return None, at, False


def _group(token: Token, *, first: bool, head: str) -> bool:
    fits = token.kind == "number" and len(token.text) == 3 and token.text.isdigit() and not token.glued  # noqa: PLR2004 - in threes
    return fits and (not first or len(head) <= 3)  # noqa: PLR2004 - thousands stand in threes


def _money_follows(tokens: Sequence[Token], at: int) -> bool:
    end = at + _MAX_GROUPS
    while at < min(end, len(tokens)) and tokens[at].kind == "number" and tokens[at].text.isdigit():
        at += 1
        if at < len(tokens) and _currency(tokens[at]):
            return True
    return False


def _money_before(before: Sequence[Element], lexicon: Lexicon) -> bool:
    names = [e for e in before[-2:] if e.kind is Kind.NAME and e.fact]
    clean = all(e.kind in {Kind.NAME, Kind.COLON, Kind.EQUALS, Kind.SMALL} for e in before[-2:])
    return bool(names) and clean and lexicon.facts[names[-1].fact or ""].type.value == "money"


def _currency(token: Token) -> bool:
    if token.kind == "sign":
        return token.text in SYMBOLS
    return token.kind == "word" and (token.low in CURRENCY_WORDS or token.text in _CODES or token.low in {"usd", "eur"})


def _belongs_after(tokens: Sequence[Token], at: int) -> bool:
    """Whether a currency sign opens the next number rather than closing this one: net 60 $85k."""
    return at + 1 < len(tokens) and tokens[at + 1].kind == "number" and tokens[at + 1].glued


def _scale(tokens: Sequence[Token], at: int, mark: str | None, lexicon: Lexicon) -> int | None:
    token = tokens[at]
    scale = _SCALES.get(token.low) if token.kind == "word" else None
    if scale is None or token.hyphen:
        return None
    if token.low in _SHORT_SCALES and not token.glued and mark is None:
        return None
    if token.text == "m" and mark is None and (lexicon.unit(tokens, at)[0] or "." not in tokens[at - 1].text):
        # 12m may be months or metres as well as millions.
        return None
    return scale


def _wordless(tokens: Sequence[Token], at: int, lexicon: Lexicon, before: Sequence[Element]) -> Element | None:
    """A quantity without a number: a year, half a year, twice a year."""
    low = [token.low for token in tokens[at : at + 4]]
    if low[0] in TIMES:
        return _rated(tokens, at, at + 1, Decimal(TIMES[low[0]]))
    value, length = Decimal(1), 1
    if low[0] == "half":
        value, length = Decimal("0.5"), 2 if low[1:2] in (["a"], ["an"]) else 1
    elif low[0] not in {"a", "an"} or (before and before[-1].kind in {Kind.QUANTITY, Kind.FREQUENCY, Kind.NAME}):
        return None
    unit = low[length] if length < len(low) else ""
    if TIME_WORDS.get(unit) != unit or unit in {"day", "hour", "minute"}:
        return None
    _, claims = lexicon.unit(tokens, at + length)
    rest = [token.low for token in tokens[at + length + 1 : at + length + 4]]
    odd = rest[:3] == ["and", "a", "half"] or (unit == "quarter" and rest[:1] == ["of"])
    if odd or not claims:
        return Element(Kind.OTHER, at, at + length + 1 + (3 if rest[:3] == ["and", "a", "half"] else 0), " ".join(low))
    found = Quantity(value, units=claims)
    return Element(Kind.QUANTITY, at, at + length + 1, " ".join(low[: length + 1]), quantity=found)


def _rated(tokens: Sequence[Token], at: int, last: int, value: Decimal) -> Element | None:
    rate, end = rate_after(tokens, last)
    if rate is None:
        return None
    return Element(Kind.QUANTITY, at, end, "", quantity=Quantity(value, rate=rate))


def rate_after(tokens: Sequence[Token], at: int) -> tuple[int | None, int]:
    """How often a year the words at a token mean (a quarter, per month), 0 if unsaid, and the token behind them."""
    if at >= len(tokens):
        return None, at
    low = tokens[at].low
    if low in {"annually", "yearly", "monthly", "quarterly", "weekly"}:
        return FREQUENCIES[low], at + 1
    if low in {"a", "an", "per", "each", "every", "/"} and at + 1 < len(tokens):
        unit = TIME_WORDS.get(tokens[at + 1].low)
        if unit == tokens[at + 1].low or (unit and low in {"per", "/"}):
            return PER_YEAR.get(unit, 0), at + 2
        if low == "per":
            return 0, at + 2
    return None, at


def many(first: Element, last: Element) -> Element:
    """Two quantities with a dash or an "or" between them, as one that has no one value."""
    quantity = last.quantity
    if quantity is None:
        return first
    merged = replace(quantity, many=True, value=None)
    return Element(Kind.QUANTITY, first.first, last.last, f"{first.low} - {last.low}", quantity=merged)
