"""Which reader reads which extension. A new format is a new module beside this one and a line here."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bot.knowledge.passages import DocumentRefused
from bot.knowledge.readers.converting import CONVERTERS
from bot.knowledge.readers.decoding import decode
from bot.knowledge.readers.document import FrontMatter
from bot.knowledge.readers.frontmatter import side_notes
from bot.knowledge.readers.markdown import read_markdown
from bot.knowledge.readers.plain import read_plain
from bot.knowledge.readers.sheets import read_converted
from bot.knowledge.readers.workbench import Workbench

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


SIDE_FILES = (".yaml", ".yml")
"""The extensions of the file beside a converted document that says who may read it: `pricing.pdf.yaml`."""


def converted(path: str) -> bool:
    """Whether a document has to be converted before it can be read."""
    return PurePosixPath(path).suffix.lower() in CONVERTERS


def read_document(data: bytes, path: str, workbench: Workbench | None = None, about: bytes = b"") -> Document:
    """Read one document; `about` is what its side file holds. Without a `workbench` one is made for this document.

    Raises DocumentRefused for a format that no reader knows, and for an empty document.
    """
    extension = PurePosixPath(path).suffix.lower()
    reader = READERS.get(extension)
    if reader is None and extension not in CONVERTERS:
        reason = f"{extension or 'a file without an extension'} is not a format that is read"
        raise DocumentRefused(reason, "Save it as Markdown (.md), PDF, DOCX, PPTX or HTML.")
    if not data.strip():
        reason = "it is empty"
        raise DocumentRefused(reason, "Write it, or take it out of the folder.")
    if reader is None:
        if workbench is not None:
            return read_converted(data, path, _about(about), workbench)
        with Workbench() as once:
            return read_converted(data, path, _about(about), once)
    document = reader(data, path)
    if not any(section.blocks for section in document.sections):
        reason = "it has no text under its front matter and headings"
        raise DocumentRefused(reason, "Write it, or take it out of the folder.")
    return document


def _about(data: bytes) -> FrontMatter:
    try:
        return side_notes(decode(data))
    except DocumentRefused as refused:
        raise DocumentRefused(
            f"in the YAML file beside it, {refused.reason}", refused.remedy, refused.line
        ) from refused
