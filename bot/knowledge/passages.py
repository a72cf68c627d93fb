"""The types and the errors that this room shares with the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

DEFAULT_AUDIENCE = frozenset({"rep", "manager", "approver"})
"""Who may read a playbook that names no audience: the people of the firm who sell, and nobody else."""

PARTS = ("customer", "success", "value", "price", "payment", "process")
"""The six parts of a Deal Profile, as words; a test holds them equal to `bot.profile.verdict.Part`."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a playbook that stands on its own.

    `id` is stable while other sections change, such as `pricing.md#discounts-come-with-services/1`: the playbook's path
    under the knowledge folder, the anchor of the nearest heading, and the ordinal within that section, from 1.
    `heading` is the whole trail, such as `Price conversations > Discounts come with services`. `anchor` is "" before
    the first heading. `text` is Markdown without its heading line, and `sha256` is of `text` in UTF-8, in
    hexadecimal. `audience` names the roles that may read it. `position` is the order within the document, from 0.
    `place` is the page or slide, such as "page 4", where the document has any.
    """

    id: str
    path: str
    title: str
    heading: str
    anchor: str
    text: str
    sha256: str
    part: str | None
    audience: frozenset[str]
    owner: str
    updated: date | None
    position: int
    place: str = ""

    @property
    def label(self) -> str:
        """The trail of headings and the place, as a citation shows them."""
        return f"{self.heading}, {self.place}" if self.place and not self._says_place else self.heading

    @property
    def _says_place(self) -> bool:
        return self.heading.lower().endswith(self.place)

    @property
    def link(self) -> str:
        """What a citation points at: `path#anchor`, or the path alone before the first heading."""
        return f"{self.path}#{self.anchor}" if self.anchor else self.path


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a question found.

    `score` is the fused score from 0 to 1, relative to the other candidates of the same question only. `cosine` (-1
    to 1) and `bm25` (0 and up) are absolute: they are what a threshold for "the playbooks do not say" can stand on.
    """

    passage: Passage
    score: float
    cosine: float
    bm25: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """A document that was not indexed: where, why, and what to do. `path` is relative to the knowledge folder."""

    path: str
    reason: str
    remedy: str
    line: int | None = None

    def __str__(self) -> str:
        """One line for people: `pricing.md:3: ...`."""
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.reason}. {self.remedy}"


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a refresh did, by document; `passages` stand in the index now, `embedded` of them went through the model."""

    added: tuple[str, ...]
    updated: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    refused: tuple[Refusal, ...]
    passages: int
    embedded: int

    @property
    def changed(self) -> bool:
        """Whether anything that can be found differs from before."""
        return bool(self.added or self.updated or self.removed)


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """How the index stands, read without the model and without Chroma.

    `owner` is the process id that holds the index now, if any; `problem` says in words what is wrong with it and the
    remedy, and is None when nothing is. `last_refresh` is in UTC.
    """

    exists: bool
    passages: int
    documents: int
    model: str | None
    model_sha256: str | None
    refused: tuple[Refusal, ...]
    owner: int | None
    last_refresh: datetime | None
    problem: str | None


class KnowledgeError(Exception):
    """Something is wrong with the playbooks or their index. The message names the remedy."""


class KnowledgeFolderMissing(KnowledgeError):
    """The folder of playbooks is not there. The index is left as it was."""


class IndexMissing(KnowledgeError):
    """There is no index yet."""


class IndexMismatch(KnowledgeError):
    """The index was made by another model or another version, or is damaged: it must be rebuilt."""


class IndexBusy(KnowledgeError):
    """Another process owns the index and may write to it."""


class IndexUnwritable(KnowledgeError):
    """The index cannot be written: permission, disk space, or a file in the way."""


class ChromaUnreachable(KnowledgeError):
    """The Chroma server named by the settings does not answer."""


class ModelUnusable(KnowledgeError):
    """The embedding model or its tokenizer is missing, or is not the one that was checked."""


class DocumentRefused(Exception):
    """Raised by a reader: this document cannot be indexed. The others are."""

    def __init__(self, reason: str, remedy: str, line: int | None = None) -> None:
        """`line` counts from 1 in the document."""
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.line = line

    def refusal(self, path: str) -> Refusal:
        """The same, with the document's path."""
        return Refusal(path, self.reason, self.remedy, self.line)
