"""A document to passages: a section is a passage; a long one is cut between paragraphs and list items.

A passage has up to about 180 words, which with its trail of headings stays under the 256 tokens that the embedding
model reads. Tables and code are never cut. A paragraph or list item that is too long by itself is cut between
sentences.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bot.knowledge.passages import Passage
from bot.knowledge.slugs import Slugs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.knowledge.readers.document import Block, Document, Section

WORDS = 180
"""The number of words that a passage is made for."""

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+")


@dataclass(frozen=True, slots=True)
class SplitDocument:
    """The passages of a document, and its anchors in order.

    `anchors` maps each anchor to the id of the first passage of its section; a section with no text of its own has the
    first passage of the subsections under it, or None when there is none.
    """

    title: str
    passages: tuple[Passage, ...]
    anchors: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    joint: str  # what stands between this piece and the one before it

    @property
    def words(self) -> int:
        return len(self.text.split())


def split(path: str, document: Document) -> SplitDocument:
    """Cut a document that was read into passages. `path` is relative to the knowledge folder, with forward slashes."""
    title = _title(path, document)
    slugs = Slugs()
    trail: list[tuple[int, str]] = []
    passages: list[Passage] = []
    anchors: dict[str, str | None] = {}
    waiting: list[tuple[int, str]] = []  # anchors of headings without text so far, with their levels
    for section in document.sections:
        anchor = ""
        if section.level:
            trail = [
                *((level, name) for level, name in trail if level < section.level),
                (section.level, section.heading),
            ]
            anchor = slugs.anchor(section.heading)
            anchors[anchor] = None
            waiting = [(level, name) for level, name in waiting if level < section.level] + [(section.level, anchor)]
        heading = " > ".join([title, *(name for level, name in trail if name and (level, name) != (1, title))])
        for ordinal, text in enumerate(cut(section), start=1):
            passage = Passage(
                id=f"{path}#{anchor}/{ordinal}",
                path=path,
                title=title,
                heading=heading,
                anchor=anchor,
                text=text,
                sha256=hashlib.sha256(text.encode()).hexdigest(),
                part=document.front.part,
                audience=document.front.audience,
                owner=document.front.owner,
                updated=document.front.updated,
                position=len(passages),
                place=section.place,
            )
            passages.append(passage)
            for _, name in waiting:
                anchors[name] = passage.id
            waiting = []
    return SplitDocument(title, tuple(passages), anchors)


def anchors_of(document: Document) -> list[str]:
    """The anchors of a document, in order, without cutting it."""
    slugs = Slugs()
    return [slugs.anchor(section.heading) for section in document.sections if section.level]


def _title(path: str, document: Document) -> str:
    """The front matter's title, else the first heading of level 1, else the file's name in words."""
    if document.front.title:
        return document.front.title
    for section in document.sections:
        if section.level == 1 and section.heading:
            return section.heading
    words = PurePosixPath(path).stem.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:] if words else path


def cut(section: Section) -> list[str]:
    """The section's text, in as few even parts as its length asks for."""
    whole = "\n\n".join(block.text for block in section.blocks)
    total = len(whole.split())
    if total <= WORDS:
        return [whole] if whole else []
    return list(_pack([piece for block in section.blocks for piece in _pieces(block)], total))


def _pieces(block: Block) -> Iterator[_Piece]:
    """Where a block may be cut."""
    if len(block.text.split()) <= WORDS:
        yield _Piece(block.text, "\n\n")
    elif block.pieces:
        for index, item in enumerate(block.pieces):
            joint = "\n" if index else "\n\n"
            for ordinal, text in enumerate(_sentences(item)):
                yield _Piece(text, " " if ordinal else joint)
    elif block.prose:
        for ordinal, text in enumerate(_sentences(block.text)):
            yield _Piece(text, " " if ordinal else "\n\n")
    else:
        yield _Piece(block.text, "\n\n")


def _sentences(text: str) -> list[str]:
    """A text that is too long by itself, sentence by sentence; a sentence that is still too long, word by word."""
    if len(text.split()) <= WORDS:
        return [text]
    found: list[str] = []
    begin = 0
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    for end in [*ends, len(text)]:
        sentence = text[begin:end].rstrip()
        begin = end
        words = sentence.split()
        if len(words) <= WORDS:
            found += [sentence] if sentence else []
        else:
            found += [" ".join(words[at : at + WORDS]) for at in range(0, len(words), WORDS)]
    return found


def _pack(pieces: Iterable[_Piece], total: int) -> Iterator[str]:
    """Join pieces, in order, into parts of about equal length that stay within WORDS where a piece allows it."""
    target = total / -(-total // WORDS)
    text, words = "", 0
    for piece in pieces:
        full = words + piece.words > WORDS
        better_before = abs(words - target) <= abs(words + piece.words - target)
        if text and (full or better_before):
            yield text
            text, words = "", 0
        text = text + piece.joint + piece.text if text else piece.text
        words += piece.words
    if text:
        yield text
