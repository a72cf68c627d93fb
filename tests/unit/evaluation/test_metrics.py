"""The field's measures against values worked out by hand, and their laws."""

from __future__ import annotations

from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.metrics import ndcg_at, recall_at
from evaluation.retrieval import fused

GRADES = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 3), min_size=1)
RANKINGS = st.permutations("abcdefgh")


def test_ndcg_by_hand() -> None:
    # Found: b (grade 1) first, a (grade 2) third. Best: a first, b second, c (grade 1) third.
    gained = 1 / log2(2) + 3 / log2(4)
    ideal = 3 / log2(2) + 1 / log2(3) + 1 / log2(4)
    assert ndcg_at(10, ["b", "x", "a"], {"a": 2, "b": 1, "c": 1}) == pytest.approx(gained / ideal)
    assert ndcg_at(1, ["b", "a"], {"a": 2, "b": 1}) == pytest.approx(1 / 3)
    assert ndcg_at(10, ["x"], {"a": 1}) == 0
    assert ndcg_at(10, ["a"], {"a": 0}) == 0, "nothing is relevant"


def test_recall_by_hand() -> None:
    assert recall_at(2, ["a", "x", "b"], {"a": 1, "b": 2, "c": 0}) == 0.5
    assert recall_at(3, ["a", "x", "b"], {"a": 1, "b": 2, "c": 0}) == 1
    assert recall_at(3, [], {"a": 1}) == 0
    assert recall_at(3, ["a"], {}) == 0


@given(RANKINGS, GRADES, st.integers(1, 10))
def test_measures_lie_between_0_and_1_and_the_best_order_has_1(ranked: list[str], grades: dict[str, int], k: int):
    best = sorted(ranked, key=lambda one: -grades.get(one, 0))
    assert 0 <= ndcg_at(k, ranked, grades) <= ndcg_at(k, best, grades) + 1e-12
    assert 0 <= recall_at(k, ranked, grades) <= 1
    if any(grades.values()):
        assert ndcg_at(k, best, grades) == pytest.approx(1)


@given(RANKINGS, GRADES, st.integers(1, 8), st.integers(0, 6))
def test_a_better_document_further_up_never_costs_anything(ranked: list[str], grades: dict[str, int], k: int, at: int):
    upper, lower = ranked[at], ranked[at + 1]
    swapped = [*ranked[:at], lower, upper, *ranked[at + 2 :]]
    if grades.get(lower, 0) >= grades.get(upper, 0):
        assert ndcg_at(k, swapped, grades) >= ndcg_at(k, ranked, grades) - 1e-12
        if min(grades.get(lower, 0), 1) >= min(grades.get(upper, 0), 1):
            assert recall_at(k, swapped, grades) >= recall_at(k, ranked, grades)
    assert recall_at(k + 1, ranked, grades) >= recall_at(k, ranked, grades)


def test_reciprocal_rank_fusion_by_hand() -> None:
    # a: 1/11 + 1/13, b: 1/12 + 1/11, c: 1/13 alone
    assert fused(["a", "b", "c"], ["b", "x", "a"]) == ["b", "a", "x", "c"]
    assert fused([], []) == []
