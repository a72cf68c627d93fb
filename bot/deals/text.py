"""One plain form of what people type, with the way back to the characters they typed."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass

_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,6});")
_SAME = {
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u2032": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2033": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2212": "-", "\u00ad": "",
    "\u2044": "/",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plain:
    """A text in plain characters; `origin[i]` is the offset in the original of the character at `i`.

    `origin` has one more entry than `text`: the end of the original.
    """

    text: str
    origin: tuple[int, ...]
    original: str

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The offsets in the original of the plain characters from `start` up to `end`."""
        if end <= start:
            return self.origin[start], self.origin[start]
        # The end is where the next character began, so that a whole entity or ligature is covered.
        last = end
        while last < len(self.text) and self.origin[last] == self.origin[end - 1]:
            last += 1
        return self.origin[start], self.origin[last]

    def words(self, start: int, end: int) -> str:
        """The original characters behind the plain ones."""
        first, last = self.span(start, end)
        return self.original[first:last]


def plain(text: str) -> Plain:
    """Full-width digits, odd spaces, smart quotes and dashes made plain, entities undone, control characters blank."""
    chars: list[str] = []
    origin: list[int] = []
    entities = {match.start(): match for match in _ENTITY.finditer(text)}
    at = 0
    while at < len(text):
        entity = entities.get(at)
        width = len(entity.group()) if entity else 1
        shown = html.unescape(entity.group()) if entity else text[at]
        for char in shown:
            for piece in _plain_char(char):
                chars.append(piece)
                origin.append(at)
        at += width
    origin.append(len(text))
    return Plain("".join(chars), tuple(origin), text)


def plain_text(text: str) -> str:
    """The plain form alone, without undoing entities: for a form's field or a cell."""
    if text.isascii():
        return text
    return "".join(_plain_char(char) if not char.isascii() else char for char in text)


def _plain_char(char: str) -> str:
    if char.isascii():
        return char if char.isprintable() or char == "\n" else " "
    same = _SAME.get(char)
    if same is not None:
        return same
    category = unicodedata.category(char)
    if category in {"Cc", "Cf"}:
        return "" if category == "Cf" else " "
    if category.startswith("Z"):
        return "\n" if category in {"Zl", "Zp"} else " "
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category in {"No", "Nl"}:
        # A fraction or a footnote's superscript must not join the digits before it: 2 1/2 is not 21/2.
        return char
    return unicodedata.normalize("NFKC", char)


def key(text: str) -> str:
    """A name or a choice in the form in which two spellings are the same: case, spaces, hyphens, underscores."""
    return " ".join(plain_text(text).casefold().replace("_", " ").replace("-", " ").split())
