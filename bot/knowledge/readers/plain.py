"""Plain text: paragraphs between blank lines, no headings."""

from __future__ import annotations

import re

from bot.knowledge.readers.decoding import decode
from bot.knowledge.readers.document import Block, Document, Section
from bot.knowledge.readers.frontmatter import split_front_matter

_BLANK_LINES = re.compile(r"\n[ \t]*\n")


def read_plain(data: bytes, name: str) -> Document:  # noqa: ARG001 - the signature of every reader
    """Read a plain text document; it may have front matter, as a playbook has."""
    front, body, _ = split_front_matter(decode(data))
    blocks = tuple(Block(text.strip("\n").rstrip(), prose=True) for text in _BLANK_LINES.split(body) if text.strip())
    return Document(front, (Section(0, "", blocks),) if blocks else ())
