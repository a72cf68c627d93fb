"""A question cut into words and figures, each with its place, so that every understanding can show its words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

import Stemmer

from bot.deals.numbers import DATE, MULTIPLIERS, NUMBER_WORDS, NUMERAL, SYMBOLS, DateError, parse_date
from bot.deals.text import plain

Kind = Literal["plain", "percent", "money"]

_SIGNS = "".join(SYMBOLS)
_SCALE = "|".join(sorted(MULTIPLIERS, key=len, reverse=True))
_TOKEN = re.compile(
    rf"(?P<date>{DATE})(?!\w)"
    r"|(?<![\w.,/])(?P<slashes>\d{1,2}(?:/\d{1,2}/|\.\d{1,2}\.)(?:\d{4}|\d{2})|\d{1,2}-\d{1,2}-\d{4})(?![\w/]|[.,-]\d)"
    rf"|(?:(?P<sign>[{_SIGNS}])\s?)?(?P<number>{NUMERAL})(?:\s?(?P<scale>{_SCALE})(?!\w))?"
    r"(?:\s?(?P<percent>%|percent\b|per cent\b|pct\b))?(?P<more>\+)?(?![^\W\d_])"
    r"|(?P<word>[^\W_]+(?:'[^\W_]+)*'?)"
    r"|(?P<mark>>=|<=|=>|=<|[<>=≥≤])",
    re.IGNORECASE,
)
_NOT = MappingProxyType(
    {
        "don't": "do", "dont": "do", "doesn't": "do", "doesnt": "do", "didn't": "did", "didnt": "did", "isn't": "is",
        "isnt": "is", "aren't": "are", "arent": "are", "wasn't": "was", "weren't": "were", "haven't": "have",
        "hasn't": "has", "won't": "will", "can't": "can", "cannot": "can", "couldn't": "could", "shouldn't": "should",
    }
)  # fmt: skip
_SHORT = frozenset({"what's", "who's", "where's", "that's", "there's", "it's", "let's", "how's"})
_MARKS = MappingProxyType({"=>": ">=", "=<": "<=", "≥": ">=", "≤": "<="})
_SHORT_YEAR, _CENTURY = 99, 2000

SMALL = frozenset(["a", "an", "the", "of", "on", "in", "is", "are", "to", "at", "for", ",", "'", "’"])
"""Words that carry nothing between two others."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word in lower case, a comparison sign, or a figure with its kind; `start` and `end` are offsets in the text.

    `either` are the two days that a day in figures may mean, such as 12/01/2026; `day` is then the first of them.
    """

    text: str
    stem: str
    start: int
    end: int
    possessive: bool = False
    capital: bool = False
    number: Decimal | None = None
    kind: Kind = "plain"
    day: date | None = None
    more: bool = False
    either: tuple[date, date] | None = None


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text; punctuation parts words and is left out."""
    easy = plain(text)
    found: list[Token] = []
    for match in _TOKEN.finditer(easy.text):
        start, end = easy.span(match.start(), match.end())
        found.extend(_tokens(match, start, end))
    return found


def stem(word: str) -> str:
    """The stem of one word."""
    return stems([word])[0]


def stems(words: Iterable[str]) -> list[str]:
    """The stems of words, in the same order."""
    # A stemmer is not safe to share between threads, and costs about a microsecond.
    stemmed: list[str] = Stemmer.Stemmer("english").stemWords(list(words))
    return stemmed


def original(text: str, tokens: Iterable[Token]) -> str:
    """The words of the text behind these tokens, in order; a gap between them is shown."""
    pieces: list[tuple[int, int]] = []
    for token in sorted(tokens, key=lambda t: t.start):
        if pieces and set(text[pieces[-1][1] : token.start].lower().replace("-", " ").split()) <= SMALL:
            pieces[-1] = (pieces[-1][0], max(token.end, pieces[-1][1]))
        else:
            pieces.append((token.start, token.end))
    return " … ".join(text[start:end] for start, end in pieces)


def _tokens(match: re.Match[str], start: int, end: int) -> Iterable[Token]:
    if match["date"]:
        try:
            yield Token(match["date"], "", start, end, day=parse_date(match["date"]))
        except DateError:
            yield Token(match["date"].lower(), match["date"].lower(), start, end)
    elif match["slashes"]:
        yield _day_in_figures(match["slashes"], start, end)
    elif match["number"]:
        yield _figure(match, start, end)
    elif match["mark"]:
        mark = _MARKS.get(match["mark"], match["mark"])
        yield Token(mark, mark, start, end)
    else:
        yield from _word(match["word"], start, end)


def _day_in_figures(text: str, start: int, end: int) -> Token:
    """12/01/2026 is two days to two readers; 13/12/2026 can be one only, and 31/31/2026 none."""
    first, second, year = (int(part) for part in re.split(r"[/.-]", text))
    days = [
        found for month, day in ((first, second), (second, first))
        if (found := _day_of(year if year > _SHORT_YEAR else _CENTURY + year, month, day)) is not None
    ]  # fmt: skip
    if not days:
        return Token(text, text, start, end)
    either = (days[0], days[1]) if len(set(days)) > 1 else None
    return Token(text, "", start, end, day=days[0], either=either)


def _day_of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _figure(match: re.Match[str], start: int, end: int) -> Token:
    number = Decimal(match["number"].replace(",", "").replace(" ", ""))
    scale = (match["scale"] or "").lower()
    kind: Kind = "percent" if match["percent"] else "money" if match["sign"] or scale else "plain"
    number *= Decimal(10) ** MULTIPLIERS.get(scale, 0)
    return Token(match.group(), "", start, end, number=number, kind=kind, more=bool(match["more"]))


def _word(word: str, start: int, end: int) -> Iterable[Token]:
    lower = word.lower()
    capital = word[0].isupper()
    if lower in _NOT:
        yield Token(_NOT[lower], stem(_NOT[lower]), start, end)
        yield Token("not", "not", start, end)
        return
    if lower in NUMBER_WORDS and lower not in {"one", "zero"}:
        yield Token(lower, stem(lower), start, end, number=Decimal(NUMBER_WORDS[lower]))
        return
    bare = lower.removesuffix("'s") if lower.endswith("'s") else lower.removesuffix("'")
    possessive = bare != lower and lower not in _SHORT
    yield Token(bare, stem(bare), start, end, possessive=possessive, capital=capital)
