"""Which reader reads which extension. A new format is a new module beside this one and a line here."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bot.knowledge.passages import DocumentRefused
from bot.knowledge.readers.markdown import read_markdown
from bot.knowledge.readers.plain import read_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.knowledge.readers.document import Document

READERS: Mapping[str, Callable[[bytes, str], Document]] = {
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".txt": read_plain,
}
"""Extension in lower case -> reader of (the bytes, the file's name)."""

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp"})
"""Files that playbooks show and nobody expects to be searched: passed over without a word."""


def read_document(data: bytes, path: str) -> Document:
    """Read one document. Raises DocumentRefused for a format that no reader knows, and for an empty document."""
    extension = PurePosixPath(path).suffix.lower()
    reader = READERS.get(extension)
    if reader is None:
        reason = f"{extension or 'a file without an extension'} is not a format that is read yet"
        raise DocumentRefused(reason, "Save it as Markdown (.md).")
    if not data.strip():
        reason = "it is empty"
        raise DocumentRefused(reason, "Write it, or take it out of the folder.")
    document = reader(data, path)
    if not any(section.blocks for section in document.sections):
        reason = "it has no text under its front matter and headings"
        raise DocumentRefused(reason, "Write it, or take it out of the folder.")
    return document
