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
    return Document(front, tuple(_sections(body)))


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - 50 ms that a search need not pay

    return MarkdownIt("commonmark").enable("table")


def _sections(body: str) -> list[Section]:
    lines = body.split("\n")
    tokens = _parser().parse(body)
    starts = [
        token for token in tokens if token.level == 0 and token.nesting >= 0 and token.map and token.type != "inline"
    ]
    sections: list[Section] = []
    level, heading, blocks = 0, "", list[Block]()
    covered = 0
    for index, token in enumerate(starts):
        first, last = token.map or [0, 0]
        # Lines that make no token of their own (link definitions) stay with the block before them.
        following = starts[index + 1].map if index + 1 < len(starts) else None
        end = following[0] if following else len(lines)
        if index == 0 and first > covered:
            blocks += _block("\n".join(lines[:first]), ())
        if token.type == "heading_open":
            if blocks or level:
                sections.append(Section(level, heading, tuple(blocks)))
            level, heading, blocks = int(token.tag[1:]), _plain(tokens[tokens.index(token) + 1]), []
            blocks += _block("\n".join(lines[last:end]), ())
        elif token.type != "hr":
            text = "\n".join(lines[first:end])
            blocks += _block(text, _items(tokens, token, lines, end), kind=token.type)
    if blocks or level:
        sections.append(Section(level, heading, tuple(blocks)))
    return sections


def _block(text: str, pieces: tuple[str, ...], kind: str = "") -> list[Block]:
    """The block, or nothing when there is no text in it."""
    if kind not in _VERBATIM:
        text = _COMMENT.sub("", text)
        pieces = tuple(piece for piece in (_COMMENT.sub("", one).rstrip() for one in pieces) if piece.strip())
    text = text.strip("\n").rstrip()
    return [Block(text, pieces, prose=kind == "paragraph_open")] if text.strip() else []


def _items(tokens: Sequence[Token], opening: Token, lines: list[str], end: int) -> tuple[str, ...]:
    """The source of each item of a list; empty for anything else."""
    if opening.type not in _LISTS:
        return ()
    first, last = opening.map or [0, 0]
    begins = [
        token.map[0]
        for token in tokens
        if token.type == "list_item_open" and token.level == 1 and token.map and first <= token.map[0] < last
    ]
    return tuple("\n".join(lines[begin:stop]).rstrip() for begin, stop in zip(begins, [*begins[1:], end], strict=True))


def _plain(inline: Token) -> str:
    """A heading's words without its markup, as GitHub takes them for the anchor."""
    words = "".join(
        " " if child.type in {"softbreak", "hardbreak"} else child.content
        for child in inline.children or ()
        if child.type in {"text", "code_inline", "softbreak", "hardbreak"}
    )
    return " ".join(words.split())
