"""One revision of the index in memory, and the search over it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from bot.knowledge.fusion import CANDIDATES, fuse
from bot.knowledge.keywords import Keywords, Tokens
from bot.knowledge.passages import Hit, IndexMismatch
from bot.knowledge.refresh import embedded_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from bot.knowledge.embedding import Vector
    from bot.knowledge.manifest import Contents

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
            vectors = [np.frombuffer(contents.vectors[row.vector_key], dtype="<f4") for row in self._rows]
            self._matrix: NDArray[np.float32] = np.stack(vectors) if vectors else np.zeros((0, 0), dtype=np.float32)
        except (KeyError, ValueError) as error:
            message = f"the index has passages without a fit vector ({error}): run `dealfit index --rebuild`"
            raise IndexMismatch(message) from error
        self._tokens = tokens
        self._keywords: dict[bytes, Keywords] = {}
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
        wanted = min(max(CANDIDATES, limit), len(places))
        bm25 = np.zeros(len(self._rows), dtype=np.float32)
        bm25[places] = self._keywords_for(places).scores(question)
        readable = set(places.tolist())
        dense = self._known(nearest(vector, audience, wanted), readable) if nearest else []
        if len(dense) < wanted:
            dense = _best(self._matrix[places] @ vector, places, wanted)
        by_words = [place for place in _best(bm25[places], places, wanted) if bm25[place] > 0]
        candidates = list(dict.fromkeys(dense + by_words))
        cosines = [float(value) for value in self._matrix[candidates] @ vector]
        words = [float(bm25[place]) for place in candidates]
        hits = [
            Hit(self._rows[place].passage, score, cosine, word)
            for place, score, cosine, word in zip(candidates, fuse(cosines, words), cosines, words, strict=True)
        ]
        hits.sort(key=lambda hit: (-hit.score, hit.passage.path, hit.passage.position))
        # The same text in two playbooks is one result: the better placed one stands for both.
        return list({hit.passage.sha256: hit for hit in reversed(hits)}.values())[::-1][:limit]

    def _known(self, row_keys: list[str], readable: set[int]) -> list[int]:
        """The places of Chroma's rows.

        A row that this snapshot does not know, or that may not be read, is passed over.
        """
        places = (self._places.get(key) for key in row_keys)
        return [place for place in places if place is not None and place in readable]

    def _keywords_for(self, places: NDArray[np.int64]) -> Keywords:
        """BM25 over the given passages alone, kept for the next question of the same audience."""
        name = places.tobytes()
        with self._lock:
            found = self._keywords.get(name)
            if found is None:
                rows = [self._rows[place] for place in places]
                self._tokens.forget_all_but([row.vector_key for row in self._rows])
                texts = self._tokens.of([row.vector_key for row in rows], [embedded_text(row.passage) for row in rows])
                found = Keywords(texts)
                if len(self._keywords) >= _AUDIENCES_KEPT:
                    self._keywords.pop(next(iter(self._keywords)))
                self._keywords[name] = found
            return found


def _best(scores: NDArray[np.float32], places: NDArray[np.int64], limit: int) -> list[int]:
    """The places of the highest scores, highest first; equal scores in the order of the passages."""
    order = np.argsort(-scores, kind="stable")[:limit]
    return [int(place) for place in places[order]]
