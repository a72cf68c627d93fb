"""Search by words: BM25 over the passages that somebody may read, in process.

The index is made for one audience, so that the passages which that audience may not read have no part in it: neither as
results nor in the weights of words.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

K1 = 1.5
B = 0.75


class Tokens:
    """Texts to stemmed English words, remembered by key: most passages stay the same from one refresh to the next."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._known: dict[str, list[str]] = {}
        self._lock = threading.Lock()

    def of(self, keys: Sequence[str], texts: Sequence[str]) -> list[list[str]]:
        """The words of each text; `keys` name the texts."""
        with self._lock:
            fresh = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
            self._known.update(zip(fresh, words(list(fresh.values())), strict=True))
            return [self._known[key] for key in keys]

    def forget_all_but(self, keys: Sequence[str]) -> None:
        """Drop what is no longer in the index."""
        with self._lock:
            self._known = {key: self._known[key] for key in keys if key in self._known}


def words(texts: Sequence[str]) -> list[list[str]]:
    """Lower-case words of two letters or more, without English stop words, stemmed by Snowball."""
    if not texts:
        return []
    import bm25s  # 0.5 s, needed by a search only
    import Stemmer  # beside it

    found: list[list[str]] = bm25s.tokenize(
        list(texts), stopwords="en", stemmer=Stemmer.Stemmer("english"), return_ids=False, show_progress=False
    )
    return found


class Keywords:
    """BM25 over a fixed list of texts."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        """`texts` are lists of words as `words` makes them."""
        self._size = len(texts)
        self._index: Any = None
        if any(texts):
            import bm25s  # see above

            self._index = bm25s.BM25(k1=K1, b=B)
            self._index.index([list(text) for text in texts], show_progress=False)

    def scores(self, question: str) -> NDArray[np.float32]:
        """The score of each text for the question: 0 where no word is shared."""
        import numpy as np  # see above

        none: NDArray[np.float32] = np.zeros(self._size, dtype=np.float32)
        asked = words([question])[0]
        if self._index is None or not asked:
            return none
        known = self._index.get_tokens_ids(asked)
        if not len(known):
            return none
        scores: NDArray[np.float32] = self._index.get_scores_from_ids(known)
        return scores
