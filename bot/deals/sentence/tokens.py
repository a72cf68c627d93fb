"""A plain text cut into tokens, in one pass and in time that grows with its length only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.deals.numbers import DATE
from bot.deals.sentence.english import ABBREVIATIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_TOKEN = re.compile(
    rf"""(?P<opaque><[@\#!][^<>\n]{{0,200}}>|<(?:https?|mailto):[^<>\n]{{0,2000}}>|(?:https?://|www\.)[^\s<>]+
            |\d[\d.,]*[\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u2089\u2150-\u215f]+|\d{{1,2}}(?::\d{{2}})+(?!\d)
            |\d+(?:\.\d+){{2,}})
        |(?P<date>(?<!\d){DATE.replace(" ", "[ ]")}(?![\w])
            |(?<!\d)\d{{1,2}}(?P<dot>[/.])\d{{1,2}}(?P=dot)(?:\d{{4}}|\d{{2}})(?![\w/]))
        |(?P<with>w/o(?![^\W_])|w/)
        |(?P<arrow>->|=>|\u2192)|(?P<compare>[<>]=)
        |(?P<number>\d(?:[\d,.]*\d)?|\.\d+)
        |(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)
        |(?P<line>\n)|(?P<space>[^\S\n]+)|(?P<sign>.)""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_PLAIN = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+")
_BREAKS = frozenset("-\u2013\u2014\u2022|()[]{}\u00b7,")
_MAX_NUMERAL = 40


@dataclass(slots=True)
class Token:
    """A word, a number, a sign or a break, with its place in the plain text.

    `kind` is word, number, sign, date, opaque (reported, never read) or break. `glued` says that nothing stands before
    it on the same word; `hyphen` that a hyphen joins it to the token before. `value` is None for a number that has two
    readings. `hard` is true of the breaks that end a sentence.
    """

    kind: str
    text: str
    start: int
    end: int
    glued: bool = False
    hyphen: bool = False
    value: Decimal | None = None
    hard: bool = False

    @property
    def low(self) -> str:
        """The text without regard to case."""
        return self.text.lower()


def tokenise(text: str, suffixes: Collection[str], prefixes: Collection[str]) -> list[Token]:
    """The tokens of a plain text. `suffixes` may be glued behind a number (85k), `prefixes` before one (net45)."""
    return _joined(_signs(list(_raw(text))), suffixes, prefixes)


def _raw(text: str) -> Iterator[Token]:
    end = -1
    for match in _TOKEN.finditer(text):
        name = match.lastgroup or "sign"
        word = match.group()
        if name == "space":
            continue
        token = Token(name, word, match.start(), match.end(), glued=match.start() == end)
        end = match.end()
        if name == "number":
            plain = len(word) <= _MAX_NUMERAL and _PLAIN.fullmatch(word)
            token.value = Decimal(word.replace(",", "")) if plain and not _two_ways(word) else None
        elif name == "with":
            token.kind, token.text = "word", "without" if word.lower() == "w/o" else "with"
        elif name == "arrow":
            token.kind, token.text = "word", "to"
        elif name == "compare":
            token.kind = "sign"
        elif name == "line":
            token.kind, token.hard = "break", True
        yield token


def _two_ways(word: str) -> bool:
    """Whether a point may be a thousand's: 1.200."""
    return re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", word) is not None


def _signs(tokens: list[Token]) -> list[Token]:
    """Breaks, hyphens, dashes and slashes told apart by what stands around them."""
    out: list[Token] = []
    hyphen = False
    for at, token in enumerate(tokens):
        if token.kind != "sign":
            token.hyphen, hyphen = hyphen, False
            out.append(token)
            continue
        before = out[-1] if out else None
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        open_left = not token.glued
        open_right = after is None or not after.glued
        sign = token.text
        if sign in {"-", "_", "\u2013"} and before and after and _value(before) and _value(after):
            numbers = before.kind == after.kind == "number" or (before.text == "%" and after.kind == "number")
            if numbers and sign != "_" and (open_left == open_right or open_right is False):
                out.append(Token("word", "to", token.start, token.end))
                continue
            if not open_left and not open_right:
                hyphen = True
                continue
        if sign == "-" and after and after.kind == "number" and not open_right:
            # A minus belongs to the number: discount -5%.
            after.text, after.start = f"-{after.text}", token.start
            after.value = -after.value if after.value is not None else None
            after.glued = False
        elif sign in _BREAKS or (sign == "/" and open_left and open_right):
            out.append(Token("break", sign, token.start, token.end))
        elif sign in {";", "!", "?"} or (sign == "." and open_right and not _abbreviated(before)):
            out.append(Token("break", sign, token.start, token.end, hard=True))
        else:
            out.append(token)
    return out


def _value(token: Token) -> bool:
    return token.kind in {"word", "number", "date"} or token.text in {"%", "$", "\u20ac", "\u00a3"}


def _abbreviated(before: Token | None) -> bool:
    return before is not None and before.kind == "word" and before.low in ABBREVIATIONS


def _joined(tokens: list[Token], suffixes: Collection[str], prefixes: Collection[str]) -> list[Token]:
    """Letters and digits that touch are one opaque word (O365, 3rd), unless they are a number and its unit or name."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        end = at + 1
        while end < len(tokens) and tokens[end].glued and not tokens[end].hyphen and _touches(tokens, end):
            end += 1
        group = tokens[at:end]
        kinds = [token.kind for token in group]
        fits = (kinds == ["number", "word"] and group[1].low in suffixes) or (
            kinds[:2] == ["word", "number"]
            and group[0].low in prefixes
            and (len(kinds) == 2 or (kinds[2:] == ["word"] and group[2].low in suffixes))  # noqa: PLR2004 - no suffix
        )
        if len(group) == 1 or fits or "number" not in kinds:
            out.extend(group)
        else:
            text = "".join(token.text for token in group)
            out.append(Token("opaque", text, group[0].start, group[-1].end, hyphen=group[0].hyphen))
        at = end
    return out


def _touches(tokens: list[Token], at: int) -> bool:
    return (
        tokens[at].kind in {"word", "number"}
        and tokens[at - 1].kind in {"word", "number"}
        and (tokens[at].start == tokens[at - 1].end)
    )
