"""A passage of Markdown as the things one can quote: sentences, list items, and table rows joined with their header."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

UnitKind = Literal["sentence", "item", "row"]

MOST_PASSAGES = 2048
"""How many passages' units are kept: the same passages are quoted again and again."""

_ABBREVIATIONS = frozenset(
    [
        "e.g",
        "i.e",
        "etc",
        "vs",
        "cf",
        "al",
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "sr",
        "jr",
        "st",
        "no",
        "nos",
        "fig",
        "approx",
        "est",
        "inc",
        "ltd",
        "co",
        "corp",
        "dept",
        "min",
        "max",
        "incl",
        "excl",
        "ca",
        "p",
        "pp",
        "vol",
        "sec",
        "u.s",
        "u.k",
        "a.m",
        "p.m",
    ]
)
_END = re.compile(r"[.!?…]+[\"'”’)\]*_]*(?=\s+)")
_OPENS = re.compile(r"[\"“'‘(\[*_]*[A-Z0-9À-Þ]")
_BULLET = re.compile(r"^(?P<indent>\s*)(?:[-*+•]|(?P<number>\d{1,3})[.)])\s+(?P<text>\S.*)$")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s")
_FENCE = re.compile(r"^\s{0,3}(?:```|~~~)")
_RULE = re.compile(r"^\s{0,3}(?:[-*_]\s*){3,}$")
_TABLE_LINE = re.compile(r"^\s*\|?[\s:|-]*-[\s:|-]*\|[\s:|-]*$")
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_MARKER = re.compile(r"\[(\d{1,3})\]")
_DANGLING = re.compile(
    r"(?:however|but|so|also|then|therefore|thus|hence|otherwise|instead|yet|still|and|or|nor|besides|moreover|similarly|"
    r"likewise|both|neither|each of (?:them|these)|these|those|this|that|such|they|it|he|she|here is why|the same|"
    r"another|a second|the second|the third|the other|the others|the rest|compare these)\b(?!-)",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"(?:[\w'’-]+ ){1,3}(?:it|them|this|these|those|both|(?:on|of|with|than|to|for|in) that)\b(?!-)", re.IGNORECASE
)
_STANDS = re.compile(
    r"(?:that said|this playbook|this guide|it is|such as|these notes|so that|both sides)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Unit:
    """One quotable thing of a passage, without Markdown structure.

    `block` counts the paragraphs, lists and tables of the passage, so that a list and the sentence that leads into it
    can be told apart from others. `number` is an ordered item's own number. `leads` is True for a sentence that stands
    right before a list or table: people read it as its introduction. `dangling` is True when it speaks of something
    named in the unit before it.
    """

    text: str
    kind: UnitKind
    block: int
    position: int
    number: int | None = None
    leads: bool = False
    dangling: bool = False


@lru_cache(maxsize=MOST_PASSAGES)
def units(markdown: str) -> tuple[Unit, ...]:
    """The quotable units of a passage, in order. Headings, code and images are not quotable."""
    found: list[Unit] = []
    for block, (kind, lines) in enumerate(_blocks(markdown)):
        for text, number in _texts(kind, lines):
            plain = _plain(text)
            if not plain:
                continue
            unit_kind: UnitKind = "sentence" if kind == "text" else "item" if kind == "list" else "row"
            if unit_kind != "sentence" and found and found[-1].kind == "sentence":
                found[-1] = replace(found[-1], leads=True)
            dangling = unit_kind == "sentence" and _points_back(plain)
            found.append(Unit(plain, unit_kind, block, len(found), number, dangling=dangling))
    return tuple(found)


def sentences(text: str) -> list[str]:
    """Prose cut into sentences; a quotation is never cut, nor is text in brackets, nor after an abbreviation."""
    text = " ".join(text.split())
    quoted = text.count('"') % 2 == 0 and text.count("“") == text.count("”")
    bracketed = text.count("(") == text.count(")")
    found: list[str] = []
    begin = 0
    for match in _END.finditer(text):
        after = text[match.end() :].lstrip()
        if not _OPENS.match(after) or _abbreviated(text[begin : match.end()], match.group()):
            continue
        head = text[begin : match.end()]
        if quoted and (head.count('"') % 2 or head.count("“") != head.count("”")):
            continue
        if bracketed and head.count("(") != head.count(")"):
            continue
        found.append(head.strip())
        begin = match.end()
    return [*found, last] if (last := text[begin:].strip()) else found


def _points_back(sentence: str) -> bool:
    """Whether a sentence cannot be understood without the one before it."""
    if _STANDS.match(sentence):
        return False
    return bool(_DANGLING.match(sentence) or _POINTS_BACK.match(sentence))


def _abbreviated(head: str, end: str) -> bool:
    """Whether the full stop at the end of `head` belongs to an abbreviation or an initial."""
    if not end.startswith(".") or len(end.rstrip("\"'”’)]*_")) > 1:
        return False
    last = head[: len(head) - len(end)].rsplit(maxsplit=1)[-1:] or [""]
    word = last[0].lstrip("(\"'“‘[").lower()
    return word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha() and word != "i")


def _plain(text: str) -> str:
    """Without links, images and anything that could be read as a citation marker."""
    text = _LINK.sub(r"\1", _IMAGE.sub("", text))
    return " ".join(_MARKER.sub(r"(\1)", text).split())


def _blocks(markdown: str) -> Iterator[tuple[str, list[str]]]:
    """Paragraphs ("text"), lists ("list") and tables ("table"), as their lines."""
    kind, lines, fenced = "text", list[str](), False
    for raw in [*markdown.splitlines(), ""]:
        line = re.sub(r"^\s{0,3}(?:>\s?)+", "", raw)
        fence = bool(_FENCE.match(line))
        bullet = not fenced and bool(_BULLET.match(line))
        table = not fenced and line.lstrip().startswith("|")
        ends = fence or fenced or not line.strip() or bool(_HEADING.match(line)) or bool(_RULE.match(line))
        fenced = fenced != fence
        if ends and kind == "list" and not line.strip():
            continue  # a list goes on over an empty line when another item follows
        new = "list" if bullet else "table" if table else "text"
        goes_on = kind == "list" and not table and not ends and (bullet or line.startswith((" ", "\t")))
        if lines and (ends or (new != kind and not goes_on)):
            yield kind, lines
            lines = []
        if not ends:
            if not lines:
                kind = new
            lines.append(line)
    if lines:
        yield kind, lines


def _texts(kind: str, lines: list[str]) -> Iterator[tuple[str, int | None]]:
    if kind == "text":
        yield from ((sentence, None) for sentence in sentences(" ".join(lines)))
    elif kind == "list":
        yield from _items(lines)
    else:
        yield from ((row, None) for row in _rows(lines))


def _items(lines: list[str]) -> Iterator[tuple[str, int | None]]:
    text, number = "", None
    for line in lines:
        match = _BULLET.match(line)
        if match is None:
            text = f"{text} {line.strip()}"
            continue
        if text:
            yield text, number
        text, number = match["text"], int(match["number"]) if match["number"] else None
    if text:
        yield text, number


def _rows(lines: list[str]) -> Iterator[str]:
    """Each row as a sentence would say it: the first cell, then the others with their column's name."""
    table = [
        [cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines if not _TABLE_LINE.match(line)
    ]
    header, rows = (table[0], table[1:]) if table and len(table) < len(lines) else ([], table)
    for row in rows:
        rest = [
            f"{name[:1].lower() + name[1:]}: {cell}" if name else cell
            for name, cell in zip([*header[1:], *[""] * len(row)], row[1:], strict=False)
            if cell
        ]
        yield f"{row[0]} ({'; '.join(rest)})" if rest else row[0]
