"""The field's measures, for graded or binary relevance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence


def ndcg_at(k: int, ranked: Sequence[str], relevant: Mapping[str, int]) -> float:
    """Normalised discounted cumulative gain of the first k: 1 when the best possible order is reached."""
    gained = _gain([relevant.get(one, 0) for one in ranked[:k]])
    ideal = _gain(sorted(relevant.values(), reverse=True)[:k])
    return gained / ideal if ideal else 0.0


def recall_at(k: int, ranked: Sequence[str], relevant: Mapping[str, int]) -> float:
    """The share of the relevant documents that are among the first k."""
    wanted = {one for one, grade in relevant.items() if grade > 0}
    return len(wanted & set(ranked[:k])) / len(wanted) if wanted else 0.0


def _gain(grades: Sequence[int]) -> float:
    return sum(float(2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))
