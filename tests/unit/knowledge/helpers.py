"""Small stand-ins and shorthands for the tests of this room."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from bot.knowledge.passages import Passage
from bot.knowledge.readers.registry import read_document
from bot.knowledge.splitting import SplitDocument, split

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bot.knowledge.embedding import Vector

REP = frozenset({"rep"})
MANAGER = frozenset({"manager"})
APPROVER = frozenset({"approver"})
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class WordEmbedder:
    """A model that counts words: texts that share words are near. It remembers what it was asked to embed."""

    def __init__(self, name: str = "words", sha256: str = "0" * 64) -> None:
        self.name = name
        self.sha256 = sha256
        self.embedded: list[str] = []

    def passages(self, texts: Sequence[str]) -> Sequence[Vector]:
        self.embedded += texts
        return [self.question(text) for text in texts]

    def question(self, text: str) -> Vector:
        vector = np.full(64, 1e-3, dtype=np.float32)
        for word in text.lower().split():
            vector[hashlib.sha256(word.strip(".,?>").encode()).digest()[0] % 64] += 1
        return (vector / np.linalg.norm(vector)).astype(np.float32)


def split_text(text: str, path: str = "pricing.md") -> SplitDocument:
    return split(path, read_document(text.encode(), path))


def passages_of(text: str, path: str = "pricing.md") -> tuple[Passage, ...]:
    return split_text(text, path).passages


def write(folder: Path, **documents: str) -> None:
    """Write `name="text"` as `name.md`, with underscores as hyphens."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in documents.items():
        (folder / f"{name.replace('_', '-')}.md").write_text(text, encoding="utf-8")
