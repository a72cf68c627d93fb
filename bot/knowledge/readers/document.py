"""What every reader makes of its format: front matter and sections of blocks, ready to be cut into passages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.knowledge.passages import DEFAULT_AUDIENCE

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a document says about itself. `title` is None when it does not say."""

    title: str | None = None
    part: str | None = None
    audience: frozenset[str] = DEFAULT_AUDIENCE
    owner: str = ""
    updated: date | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list, table, fence or quotation, as written.

    `pieces` are the places where it may be cut when it is too long (a list's items); empty means: keep it whole.
    `prose` is true for a paragraph, which may be cut between sentences when it alone is too long for one passage.
    """

    text: str
    pieces: tuple[str, ...] = ()
    prose: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the blocks directly under it.

    `level` 0 with an empty heading is what stands before the first one. `place` is the page or slide, such as
    "page 4", where a document has any.
    """

    level: int
    heading: str
    blocks: tuple[Block, ...]
    place: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read. `sections` are in the order of the document."""

    front: FrontMatter
    sections: tuple[Section, ...] = field(default=())
