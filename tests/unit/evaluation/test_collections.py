"""A small collection through the product's own search, with a model that counts words."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from evaluation import refusal, retrieval, serve_model
from evaluation.collections import Index, Vectors, read_collection
from evaluation.refusal import fitted_on
from evaluation.speed import write_playbooks
from tests.unit.knowledge.helpers import WordEmbedder

CORPUS = [
    {"_id": "d1", "title": "Discounts", "text": "A discount needs three months of services."},
    {"_id": "d2", "title": "Payment", "text": "Longer payment terms cost cash every month."},
    {"_id": "d3", "title": "Visits", "text": "Service people visit the hospital before the proposal."},
]
QUERIES = [
    {"_id": "c1<::>1", "text": "discount for three months of services", "answerability": "ANSWERABLE"},
    {"_id": "c2<::>1", "text": "payment terms and cash", "answerability": "ANSWERABLE"},
    {"_id": "c3<::>1", "text": "who won the football game", "answerability": "UNANSWERABLE"},
]
QRELS = [{"q": "c1<::>1", "d": "d1", "s": 1}, {"q": "c2<::>1", "d": "d2", "s": 2}, {"q": "c2<::>1", "d": "d3", "s": 0}]


def quiet(what: str, done: int, total: int) -> None:
    """No progress."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "scifact"
    made.mkdir()
    for name, rows in (("corpus", CORPUS), ("queries", QUERIES), ("qrels", QRELS)):
        (made / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def test_a_collection_is_searched_as_the_product_searches_and_scored(folder: Path, tmp_path: Path) -> None:
    told: list[str] = []
    vectors = Vectors(tmp_path / "kept", WordEmbedder())
    (index,) = retrieval.indexes(folder, vectors, lambda what, *_: told.append(what))
    assert "mtrag_un_pool is not in" in told[-1]
    assert [question.id for question in index.collection.judged] == ["c1<::>1", "c2<::>1"]
    assert index.ours(QUERIES[0]["text"])[0] == "d1"
    assert index.words(QUERIES[1]["text"]) == ["d2"], "a document that shares no word is not found by words"
    section = retrieval.measure(index)
    assert section.about == "SciFact: 3 documents, 2 questions"
    assert section.value("Dealfit", "SciFact nDCG@10") == 1
    assert section.value("dense alone", "SciFact Recall@10") == 1
    assert refusal.labelled(index)


def test_vectors_are_made_once(folder: Path, tmp_path: Path) -> None:
    first, second = WordEmbedder(), WordEmbedder()
    second.question = lambda _text: pytest.fail("a vector was made again")  # type: ignore[method-assign]
    questions = [
        Index(read_collection(folder / "scifact"), Vectors(tmp_path / "kept", model), quiet).ours(QUERIES[1]["text"])
        for model in (first, second)
    ]
    assert questions[0] == questions[1]


def test_conversations_fall_into_two_halves_by_their_name_alone() -> None:
    halves = [fitted_on(f"conversation-{at}") for at in range(200)]
    assert halves == [fitted_on(f"conversation-{at}") for at in range(200)]
    assert 70 < sum(halves) < 130


def test_made_up_playbooks_are_the_same_in_every_run(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_playbooks(tmp_path / name, 5)
    one, two = ({file.name: file.read_text() for file in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two
    assert len(one) == 5
    assert all(text.count("\n## ") == 8 for text in one.values())


def test_a_model_is_joined_from_its_parts_and_no_other_file_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for number in (1, 2):
        data = tmp_path / f"made_up_part{number}" / "data"
        data.mkdir(parents=True)
        (data / "part.bin").write_bytes(f"part {number} ".encode())
        (data.parent / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    whole = hashlib.sha256(b"part 1 part 2 ").hexdigest()
    model = serve_model.Model("tiny", "made_up_part{}", 2, whole)
    assert serve_model.joined(model, tmp_path / "kept").read_bytes() == b"part 1 part 2 "
    with pytest.raises(ValueError, match="are not other"):
        serve_model.joined(serve_model.Model("other", "made_up_part{}", 2, "0" * 64), tmp_path / "kept")
    assert not (tmp_path / "kept" / "other.gguf").exists(), "a wrong file is not kept"
    with pytest.raises(ImportError):
        serve_model.joined(serve_model.Model("gone", "made_up_part{}", 3, whole), tmp_path / "kept")
    assert not (tmp_path / "kept" / "gone.gguf").exists()
