"""How two kinds of scores become one ranking, and who may see what in it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.fusion import DENSE_WEIGHT, fuse, stretch
from bot.knowledge.keywords import Keywords, Tokens, words
from bot.knowledge.manifest import Contents, Row
from bot.knowledge.passages import IndexMismatch
from bot.knowledge.refresh import _rows, _sections, embedded_text
from bot.knowledge.snapshot import Snapshot

from .helpers import APPROVER, MANAGER, REP, WordEmbedder, passages_of

if TYPE_CHECKING:
    from bot.knowledge.embedding import Vector
    from bot.knowledge.passages import Passage

_SCORES = st.lists(st.floats(-1, 30, allow_nan=False), min_size=1, max_size=20)


def test_scores_are_stretched_between_the_lowest_and_the_highest() -> None:
    assert stretch([0.2, 0.6, 1.0]) == pytest.approx([0, 0.5, 1])
    assert stretch([3.0, 3.0]) == [1.0, 1.0]
    assert stretch([0.0, 0.0]) == [0.0, 0.0]
    assert stretch([]) == []


def test_the_two_scores_are_weighed() -> None:
    assert fuse([0.0, 0.5, 1.0], [8.0, 0.0, 4.0], dense_weight=0.7) == pytest.approx([0.3, 0.35, 0.85])
    assert 0.5 < DENSE_WEIGHT < 1


@given(_SCORES, st.permutations(range(20)))
def test_a_fused_score_is_between_0_and_1_and_rises_with_both_scores(cosines: list[float], order: list[int]) -> None:
    bm25 = [float(order[place]) for place in range(len(cosines))]
    fused = fuse(cosines, bm25)
    assert all(-1e-9 <= score <= 1 + 1e-9 for score in fused)
    for one, other in itertools.product(range(len(fused)), repeat=2):
        if cosines[one] >= cosines[other] and bm25[one] >= bm25[other]:
            assert fused[one] >= fused[other] - 1e-9


def test_words_are_stemmed_and_stop_words_dropped() -> None:
    assert words(["The discounts, discounting and a DISCOUNT"]) == [["discount", "discount", "discount"]]
    assert words([]) == []


def test_bm25_scores_by_the_formula() -> None:
    texts = words(["discount terms", "discount discount price hospital", "hospital"])
    found = Keywords(texts).scores("discounts")
    # Lucene's BM25: idf = ln(1 + (N - n + 0.5) / (n + 0.5)), k1 = 1.5, b = 0.75, without the factor (k1 + 1)
    idf, average = np.log(1 + (3 - 2 + 0.5) / (2 + 0.5)), 7 / 3
    expected = [idf * tf / (tf + 1.5 * (1 - 0.75 + 0.75 * size / average)) for tf, size in ((1, 2), (2, 4))]
    assert found == pytest.approx([*expected, 0], rel=1e-5)


@pytest.mark.parametrize("question", ["zebra", "the and of", "?", ""])
def test_bm25_finds_nothing_for_unknown_words(question: str) -> None:
    assert Keywords(words(["discount terms"])).scores(question).tolist() == [0]
    assert Keywords(words(["the", ""])).scores("discount").tolist() == [0, 0]
    assert Keywords([]).scores("discount").tolist() == []


def test_words_are_remembered_until_they_are_forgotten() -> None:
    tokens = Tokens()
    assert tokens.of(["k"], ["discounts"]) == [["discount"]]
    assert tokens.of(["k"], ["not looked at"]) == [["discount"]]
    tokens.forget_all_but(["other"])
    assert tokens.of(["k"], ["terms"]) == [["term"]]


def _snapshot(*passages: Passage, vectors: dict[str, bytes] | None = None) -> Snapshot:
    embedder = WordEmbedder()
    rows = [Row(one, f"row:{one.id}", f"vector:{one.id}", f"vector:{one.id}") for one in passages]
    made = {row.vector_key: embedder.question(row.passage.text).tobytes() for row in rows}
    contents = Contents({"revision": "1"}, rows, made if vectors is None else vectors)
    return Snapshot("gen-0001", contents, Tokens())


def _playbook(name: str, audience: str, *sections: str) -> tuple[Passage, ...]:
    body = "".join(f"## S{number}\n\n{text}\n\n" for number, text in enumerate(sections))
    return passages_of(f"---\ntitle: {name}\naudience: [{audience}]\n---\n{body}", f"{name}.md")


OPEN = _playbook("open", "rep, manager", "discount needs three months", "call the hospital monthly")
CLOSED = _playbook("closed", "approver", "discount floor is fifteen", "discount secrets of the deal desk")
QUESTION = "discount floor secrets"
VECTOR = WordEmbedder().question(QUESTION)


def test_only_what_the_audience_may_read_is_found() -> None:
    both = _snapshot(*OPEN, *CLOSED)
    assert {hit.passage.path for hit in both.search(QUESTION, VECTOR, REP, 8, None)} == {"open.md"}
    assert {hit.passage.path for hit in both.search(QUESTION, VECTOR, APPROVER, 8, None)} == {"closed.md"}
    found = both.search(QUESTION, VECTOR, REP | APPROVER, 8, None)
    assert {hit.passage.path for hit in found} == {"open.md", "closed.md"}
    assert both.search(QUESTION, VECTOR, frozenset({"outsider"}), 8, None) == []


def test_what_may_not_be_read_has_no_part_in_the_scores() -> None:
    with_closed = _snapshot(*OPEN, *CLOSED).search(QUESTION, VECTOR, MANAGER, 8, None)
    without = _snapshot(*OPEN).search(QUESTION, VECTOR, MANAGER, 8, None)
    assert [(hit.passage.id, hit.score, hit.bm25) for hit in with_closed] == [
        (hit.passage.id, hit.score, hit.bm25) for hit in without
    ]


def test_the_same_text_twice_is_one_result() -> None:
    twin = _playbook("twin", "rep", "discount needs three months")
    found = _snapshot(*OPEN, *twin).search("discount months", VECTOR, REP, 8, None)
    texts = [hit.passage.text for hit in found]
    assert len(texts) == len(set(texts)) == 2


def test_the_limit_counts_after_the_folding() -> None:
    twin = _playbook("twin", "rep", "discount needs three months")
    assert len(_snapshot(*OPEN, *twin).search("discount months", VECTOR, REP, 2, None)) == 2
    assert len(_snapshot(*OPEN).search("discount months", VECTOR, REP, 1, None)) == 1


def test_chroma_puts_forward_what_is_compared() -> None:
    asked: list[tuple[frozenset[str], int]] = []

    def nearest(_: Vector, audience: frozenset[str], limit: int) -> list[str]:
        asked.append((audience, limit))
        return [f"row:{one.id}" for one in OPEN]

    found = _snapshot(*OPEN, *CLOSED).search(QUESTION, VECTOR, REP, 8, nearest)
    assert asked == [(REP, 2)]
    assert found == _snapshot(*OPEN, *CLOSED).search(QUESTION, VECTOR, REP, 8, None)


@pytest.mark.parametrize("answer", [[], ["row:unknown", "row:stale"], [f"row:{one.id}" for one in CLOSED]])
def test_rows_that_chroma_should_not_have_are_passed_over_and_all_vectors_compared(answer: list[str]) -> None:
    found = _snapshot(*OPEN, *CLOSED).search(QUESTION, VECTOR, REP, 8, lambda *_: answer)
    assert found == _snapshot(*OPEN, *CLOSED).search(QUESTION, VECTOR, REP, 8, None)
    assert len(found) == 2


def test_an_index_without_passages_finds_nothing() -> None:
    assert _snapshot().search(QUESTION, VECTOR, REP, 8, None) == []


def test_a_torn_index_is_refused_with_its_remedy() -> None:
    with pytest.raises(IndexMismatch, match="dealfit index --rebuild"):
        _snapshot(*OPEN, vectors={})


def _indexed(*documents: tuple[Passage, ...]) -> Snapshot:
    """A snapshot of documents as the refresh would index them."""
    embedder = WordEmbedder()
    rows = [row for document in documents for row in _rows(document, embedder)]
    texts = {row.vector_key: embedded_text(row.passage) for row in rows}
    texts |= {key: text for key, (_, text) in _sections(rows).items()}
    vectors = {key: embedder.question(text).tobytes() for key, text in texts.items()}
    return Snapshot("gen-0001", Contents({"revision": "1"}, rows, vectors), Tokens())


def test_a_passage_is_lifted_by_the_other_parts_of_its_section() -> None:
    filler = "Nothing of note is said in this sentence of the guide. " * 14
    long = _playbook("long", "rep", f"Discounts are earned. {filler}\n\n{filler} They are earned with services.")
    short = _playbook("short", "rep", f"Discounts are dear. {filler}")
    assert len(long) == 2
    assert len(short) == 1
    found = {hit.passage.id: hit for hit in _indexed(long, short).search("discounts services", VECTOR, REP, 8, None)}
    assert found[long[0].id].bm25 > found[short[0].id].bm25  # its section speaks of both words, one of them elsewhere
    alone = _indexed((long[0],), short).search("discounts services", VECTOR, REP, 8, None)
    assert {hit.passage.id: hit for hit in alone}[long[0].id].bm25 < found[long[0].id].bm25


def test_equal_texts_in_two_playbooks_are_two_sections() -> None:
    twin = tuple(replace(one, id=one.id.replace("open", "twin"), path="twin.md") for one in OPEN)
    one = {hit.passage.sha256: hit.bm25 for hit in _indexed(OPEN).search(QUESTION, VECTOR, REP, 8, None)}
    both = {hit.passage.sha256: hit.bm25 for hit in _indexed(OPEN, twin).search(QUESTION, VECTOR, REP, 8, None)}
    assert one.keys() == both.keys()
