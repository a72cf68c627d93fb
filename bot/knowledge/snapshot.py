"""One revision of the index in memory, and the search over it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from bot.knowledge.fusion import CANDIDATES, FEEDBACK, FEEDBACK_WEIGHT, fuse
from bot.knowledge.keywords import Keywords, Tokens
from bot.knowledge.neighbours import joined
from bot.knowledge.passages import Hit, IndexMismatch
from bot.knowledge.refresh import embedded_text, section_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from bot.knowledge.embedding import Vector
    from bot.knowledge.manifest import Contents, Row
    from bot.knowledge.passages import Passage

    Nearest = Callable[[Vector, frozenset[str], int], list[str]]

_AUDIENCES_KEPT = 8


class Snapshot:
    """Everything that a search needs, and nothing that changes: it may be shared between threads."""

    def __init__(self, generation: str, contents: Contents, tokens: Tokens) -> None:
        """`tokens` remembers the words of passages from one snapshot to the next.

        Raises IndexMismatch for a torn index.
        """
        self.generation = generation
        self.revision = contents.meta["revision"]
        self._rows = contents.rows
        self._places = {row.row_key: place for place, row in enumerate(self._rows)}
        try:
            self._matrix = _stacked([contents.vectors[row.vector_key] for row in self._rows])
            self._sections = _stacked([contents.vectors[row.section_key] for row in self._rows])
        except (KeyError, ValueError) as error:
            message = f"the index has passages without a fit vector ({error}): run `dealfit index --rebuild`"
            raise IndexMismatch(message) from error
        self._tokens = tokens
        self._keywords: dict[bytes, _Words] = {}
        self._lock = threading.Lock()

    def search(
        self, question: str, vector: Vector, audience: frozenset[str], limit: int, nearest: Nearest | None
    ) -> list[Hit]:
        """The best passages for a question among those that the audience may read, best first.

        `nearest` is Chroma's search; without it, or when it does not know all the rows that it should, the nearest
        vectors are found by comparing all of them, which gives the same answer and takes longer only for very many
        passages.
        """
        places = np.array([i for i, row in enumerate(self._rows) if row.passage.audience & audience], dtype=np.int64)
        if not len(places):
            return []
        if self._matrix.shape[1] != len(vector):
            message = (
                f"the index has vectors of {self._matrix.shape[1]} numbers, and the model now gives {len(vector)}: "
                "run `dealfit index --rebuild`"
            )
            raise IndexMismatch(message)
        wanted = min(max(CANDIDATES, limit), len(places))
        bm25 = np.zeros(len(self._rows), dtype=np.float32)
        bm25[places] = self._words_of(places).scores(question)
        readable = set(places.tolist())
        dense = self._known(nearest(vector, audience, wanted), readable) if nearest else []
        if len(dense) < wanted:
            dense = _best(self._matrix[places] @ vector, places, wanted)
        by_words = [place for place in _best(bm25[places], places, wanted) if bm25[place] > 0]
        candidates = list(dict.fromkeys(dense + by_words))
        cosines = [float(value) for value in self._matrix[candidates] @ vector]
        words = [float(bm25[place]) for place in candidates]
        scores = self._scores(candidates, words, vector)
        hits = [
            Hit(self._rows[place].passage, score, cosine, word)
            for place, score, cosine, word in zip(candidates, scores, cosines, words, strict=True)
        ]
        hits.sort(key=lambda hit: (-hit.score, hit.passage.path, hit.passage.position))
        # The same text in two playbooks is one result: the better placed one stands for both.
        folded = list({hit.passage.sha256: hit for hit in reversed(hits)}.values())[::-1]
        return joined(folded)[:limit]

    def _scores(self, candidates: list[int], words: list[float], vector: Vector) -> list[float]:
        """The fused scores, after the best passages of a first round have lent the question their meaning."""
        first = fuse(self._likeness(candidates, vector), words)
        best = sorted(range(len(candidates)), key=lambda at: -first[at])[:FEEDBACK]
        weight = sum(first[at] for at in best)
        if weight <= 0:
            return first
        lent = sum(first[at] * self._matrix[candidates[at]] for at in best) / weight
        asked = vector + FEEDBACK_WEIGHT * lent
        return fuse(self._likeness(candidates, asked / np.linalg.norm(asked)), words)

    def _likeness(self, candidates: list[int], vector: Vector) -> list[float]:
        """How near the candidates are: half by their own vector, half by that of the section they were cut from."""
        both = (self._matrix[candidates] @ vector + self._sections[candidates] @ vector) / 2
        return [float(value) for value in both]

    def _known(self, row_keys: list[str], readable: set[int]) -> list[int]:
        """The places of Chroma's rows.

        A row that this snapshot does not know, or that may not be read, is passed over.
        """
        places = (self._places.get(key) for key in row_keys)
        return [place for place in places if place is not None and place in readable]

    def _words_of(self, places: NDArray[np.int64]) -> _Words:
        """BM25 over the given passages alone, kept for the next question of the same audience."""
        name = places.tobytes()
        with self._lock:
            found = self._keywords.get(name)
            if found is None:
                rows = [self._rows[place] for place in places]
                self._tokens.forget_all_but([key for row in self._rows for key in (row.vector_key, row.section_key)])
                found = _Words(rows, self._tokens)
                if len(self._keywords) >= _AUDIENCES_KEPT:
                    self._keywords.pop(next(iter(self._keywords)))
                self._keywords[name] = found
            return found


class _Words:
    """BM25 over passages and over their sections: words of a section's other parts count for a passage, by half."""

    def __init__(self, rows: Sequence[Row], tokens: Tokens) -> None:
        whole: dict[tuple[str, str], list[Passage]] = {}
        for row in rows:
            whole.setdefault((row.passage.id.rpartition("/")[0], row.section_key), []).append(row.passage)
        texts = {row.vector_key: embedded_text(row.passage) for row in rows}
        texts |= {key: section_text(parts) for (_, key), parts in whole.items() if key not in texts}
        known = dict(zip(texts, tokens.of(list(texts), list(texts.values())), strict=True))
        self._passages = Keywords([known[row.vector_key] for row in rows])
        places = {name: place for place, name in enumerate(whole)}
        names = [(row.passage.id.rpartition("/")[0], row.section_key) for row in rows]
        self._place = np.array([places[name] for name in names], dtype=np.int64)
        self._sections = Keywords([known[key] for _, key in whole]) if len(whole) < len(rows) else None

    def scores(self, question: str) -> NDArray[np.float32]:
        own = self._passages.scores(question)
        if self._sections is None:
            return own
        together: NDArray[np.float32] = (own + self._sections.scores(question)[self._place]) / np.float32(2)
        return together


def _stacked(vectors: Sequence[bytes]) -> NDArray[np.float32]:
    if not vectors:
        return np.zeros((0, 0), dtype=np.float32)
    return np.stack([np.frombuffer(vector, dtype="<f4") for vector in vectors])


def _best(scores: NDArray[np.float32], places: NDArray[np.int64], limit: int) -> list[int]:
    """The places of the highest scores, highest first; equal scores in the order of the passages."""
    order = np.argsort(-scores, kind="stable")[:limit]
    return [int(place) for place in places[order]]
