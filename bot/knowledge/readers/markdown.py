"""Markdown (CommonMark with tables) to sections of blocks, cut from the source: a passage is what was written."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from bot.knowledge.readers.decoding import decode
from bot.knowledge.readers.document import Block, Document, Section
from bot.knowledge.readers.frontmatter import split_front_matter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LISTS = {"bullet_list_open", "ordered_list_open"}
_VERBATIM = {"fence", "code_block"}


def read_markdown(data: bytes, name: str) -> Document:  # noqa: ARG001 - the signature of every reader
    """Read a Markdown document. HTML comments are left out: nobody who reads the rendered page has seen them."""
    front, body, _ = split_front_matter(decode(data))
    return Document(front, tuple(sections_of(body)))


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # 50 ms that a search need not pay

    return MarkdownIt("commonmark").enable("table")


def sections_of(body: str) -> list[Section]:
    """The sections of a Markdown text without front matter."""
    lines = body.split("\n")
    tokens = _parser().parse(body)
    starts = [
        (at, token)
        for at, token in enumerate(tokens)
        if token.level == 0 and token.nesting >= 0 and token.map and token.type != "inline"
    ]
    sections: list[Section] = []
    level, heading, blocks = 0, "", list[Block]()
    covered = 0
    for index, (at, token) in enumerate(starts):
        first, last = token.map or [0, 0]
        # Lines that make no token of their own (link definitions) stay with the block before them.
        after = starts[index + 1] if index + 1 < len(starts) else None
        end = after[1].map[0] if after and after[1].map else len(lines)
        if index == 0 and first > covered:
            blocks += _block("\n".join(lines[:first]), ())
        if token.type == "heading_open":
            if blocks or level:
                sections.append(Section(level, heading, tuple(blocks)))
            level, heading, blocks = int(token.tag[1:]), _plain(tokens[at + 1]), []
            blocks += _block("\n".join(lines[last:end]), ())
        elif token.type != "hr":
            text = "\n".join(lines[first:end])
            inside = tokens[at : after[0]] if after else tokens[at:]
            blocks += _block(text, _items(inside, lines, end), kind=token.type)
    if blocks or level:
        sections.append(Section(level, heading, tuple(blocks)))
    return sections


def _block(text: str, pieces: tuple[str, ...], kind: str = "") -> list[Block]:
    """The block, or nothing when there is no text in it."""
    if kind not in _VERBATIM:
        text = _uncommented(text)
        pieces = tuple(piece for piece in (_uncommented(one).rstrip() for one in pieces) if piece.strip())
    text = text.strip("\n").rstrip()
    return [Block(text, pieces, prose=kind == "paragraph_open")] if text.strip() else []


def _uncommented(text: str) -> str:
    """The text without comments. What opens after the last end is none, and is not looked at again and again."""
    closed, end, rest = text.rpartition("-->")
    return _COMMENT.sub("", closed + end) + rest


def _items(tokens: Sequence[Token], lines: list[str], end: int) -> tuple[str, ...]:
    """The source of each item of the list that these tokens are; empty for anything else."""
    if tokens[0].type not in _LISTS:
        return ()
    begins = [token.map[0] for token in tokens if token.type == "list_item_open" and token.level == 1 and token.map]
    return tuple("\n".join(lines[begin:stop]).rstrip() for begin, stop in zip(begins, [*begins[1:], end], strict=True))


def _plain(inline: Token) -> str:
    """A heading's words without its markup, as GitHub takes them for the anchor."""
    words = "".join(
        " " if child.type in {"softbreak", "hardbreak"} else child.content
        for child in inline.children or ()
        if child.type in {"text", "code_inline", "softbreak", "hardbreak"}
    )
    return " ".join(words.split())
