"""Bring the index to what the folder says now, doing as little as the changes ask for.

Order of writes: vectors (kept batch by batch), then new rows in Chroma, then the manifest in one transaction, then
the removal of old rows from Chroma. A crash anywhere leaves the manifest of before or of after, and rows in Chroma
that the manifest does not know, which a search passes over; the next refresh compares the two and repairs.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING

from bot.knowledge.folder import scan
from bot.knowledge.manifest import Row
from bot.knowledge.passages import DocumentRefused, IndexReport, Passage, Refusal
from bot.knowledge.readers.registry import read_document
from bot.knowledge.readers.workbench import Workbench
from bot.knowledge.splitting import SplitDocument, split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from bot.knowledge.chroma import ChromaRows
    from bot.knowledge.embedding import Embedder
    from bot.knowledge.manifest import Manifest

_BATCH = 16  # vectors that a crash may lose


@dataclass(slots=True)
class _Changes:
    written: list[tuple[str, str, SplitDocument, list[Row]]] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Refresher:
    """One index and what it is made with.

    `shared` says that other processes have rows in the same Chroma: then only rows that this index had itself are
    removed. `checkpoint` is told the step that was just finished ("vectors", "chroma", "manifest"); a test may end
    the process there. `refusals` are those of earlier runs, by path and hash: a document that was refused and has not
    changed is not read again, so that a bad one never keeps a good one waiting.
    """

    folder: Path
    manifest: Manifest
    chroma: ChromaRows
    embedder: Embedder
    clock: Callable[[], datetime]
    checkpoint: Callable[[str], None]
    shared: bool
    refusals: dict[tuple[str, str], Refusal] = field(default_factory=dict)

    def run(self, progress: Callable[[int, int, str], None]) -> IndexReport:
        """Read the folder and update the index. Raises KnowledgeFolderMissing before anything is written."""
        before = self.manifest.documents()
        changes = self._read(before)
        gone = sorted(set(before) - set(changes.unchanged) - {path for path, *_ in changes.written})
        refused = [_with_removal(one) if one.path in gone else one for one in changes.refused]
        old = self.manifest.rows()
        new = [row for *_, rows in changes.written for row in rows]
        unchanged = set(changes.unchanged)
        kept = [row for row in old if row.passage.path in unchanged]
        embedded = self._embed(new, progress)
        self.checkpoint("vectors")

        there = self.chroma.keys()
        self._add([row for row in kept + new if row.row_key not in there])
        self.checkpoint("chroma")
        self.manifest.commit(changes.written, gone, refused, self.clock())
        self.checkpoint("manifest")

        wanted = {row.row_key for row in kept + new}
        mine = {row.row_key for row in old} if self.shared else there
        self.chroma.remove(sorted((there & mine) - wanted))
        return IndexReport(
            added=tuple(path for path, *_ in changes.written if path not in before),
            updated=tuple(path for path, *_ in changes.written if path in before),
            removed=tuple(gone),
            unchanged=tuple(changes.unchanged),
            refused=tuple(refused),
            passages=len(wanted),
            embedded=embedded,
        )

    def _read(self, before: dict[str, str]) -> _Changes:
        """Read every document; those whose bytes are the same as before are not even parsed."""
        with Workbench() as workbench:
            return self._read_all(before, workbench)

    def _read_all(self, before: dict[str, str], workbench: Workbench) -> _Changes:
        changes, still = _Changes(), dict[tuple[str, str], Refusal]()
        for source in scan(self.folder):
            if isinstance(source, Refusal):
                changes.refused.append(source)
                continue
            sha256 = ""
            try:
                data, about = source.read(), source.about()
                sha256 = hashlib.sha256(data + about).hexdigest()
                if before.get(source.path) == sha256:
                    changes.unchanged.append(source.path)
                    continue
                if known := self.refusals.get((source.path, sha256)):
                    still[source.path, sha256] = known
                    changes.refused.append(known)
                    continue
                document = split(source.path, read_document(data, source.path, workbench, about))
            except DocumentRefused as refused:
                changes.refused.append(refused.refusal(source.path))
                if sha256:
                    still[source.path, sha256] = changes.refused[-1]
                continue
            rows = _rows(document.passages, self.embedder)
            changes.written.append((source.path, sha256, document, rows))
        self.refusals.clear()
        self.refusals.update(still)
        return changes

    def _embed(self, rows: Sequence[Row], progress: Callable[[int, int, str], None]) -> int:
        """Embed what no vector is known for; says how many that were."""
        known = self.manifest.known_vectors()
        texts = {row.vector_key: (row.passage.path, embedded_text(row.passage)) for row in rows}
        texts |= {key: (path, text) for key, (path, text) in _sections(rows).items() if key not in texts}
        missing = [(key, *text) for key, text in texts.items() if key not in known]
        for begin in range(0, len(missing), _BATCH):
            batch = missing[begin : begin + _BATCH]
            progress(begin, len(missing), batch[0][1])
            vectors = self.embedder.passages([text for *_, text in batch])
            pairs = zip(batch, vectors, strict=True)
            self.manifest.add_vectors([(key, vector.astype("<f4").tobytes()) for (key, *_), vector in pairs])
        if missing:
            progress(len(missing), len(missing), missing[-1][1])
        return len(missing)

    def _add(self, rows: list[Row]) -> None:
        if not rows:
            return
        import numpy as np  # loaded with Chroma

        vectors = self.manifest.vectors(row.vector_key for row in rows)
        self.chroma.add(
            [row.row_key for row in rows],
            [np.frombuffer(vectors[row.vector_key], dtype="<f4") for row in rows],
            [row.passage.audience for row in rows],
        )


def embedded_text(passage: Passage) -> str:
    """What the model and BM25 read: the trail of headings, then the text."""
    return f"{passage.heading}\n{passage.text}"


def section_text(passages: Sequence[Passage]) -> str:
    """What stands for a whole section that was cut: its trail of headings, then all of its text."""
    return "\n".join([passages[0].heading, "\n\n".join(passage.text for passage in passages)])


def by_section(passages: Iterable[Passage]) -> list[list[Passage]]:
    """The passages of each section, in order; those of one document follow each other."""
    return [list(group) for _, group in groupby(passages, key=lambda one: (one.path, one.anchor))]


def _rows(passages: Sequence[Passage], embedder: Embedder) -> list[Row]:
    rows: list[Row] = []
    for section in by_section(passages):
        whole = _hash(embedder.sha256, section_text(section))
        for passage in section:
            vector_key = _hash(embedder.sha256, embedded_text(passage))
            row_key = _hash(passage.id, vector_key, *sorted(passage.audience))
            rows.append(Row(passage, row_key, vector_key, whole if len(section) > 1 else vector_key))
    return rows


def _sections(rows: Sequence[Row]) -> dict[str, tuple[str, str]]:
    """The path and the text of each section that was cut, by the key of its vector."""
    cut: dict[str, list[Passage]] = {}
    for row in rows:
        if row.section_key != row.vector_key:
            cut.setdefault(row.section_key, []).append(row.passage)
    return {key: (passages[0].path, section_text(passages)) for key, passages in cut.items()}


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _with_removal(refusal: Refusal) -> Refusal:
    return replace(refusal, reason=f"{refusal.reason}; its earlier passages were taken out of the index")
