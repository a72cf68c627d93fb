"""Retrieval on public collections: words alone, vectors alone, both as the product fuses them."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from evaluation.collections import Index, Progress, Question, Vectors, read_collection
from evaluation.figures import Section
from evaluation.metrics import ndcg_at, recall_at

COLLECTIONS = {"scifact": "SciFact", "mtrag_un_pool": "MTRAG-UN"}

PUBLISHED = {
    "scifact": (
        ("published: BM25 (BEIR)", 0.687, None),
        ("published: bge-small-en-v1.5", 0.713, None),
        ("best known when begun: min-max, 0.7 dense", 0.732, 0.862),
    ),
    "mtrag_un_pool": (("best known when begun: min-max, 0.7 dense", 0.849, 0.900),),
}
"""nDCG@10 and recall@10 that others published, and the best that was known when this product was begun."""

OURS = "Dealfit"
NDCG, RECALL = "nDCG@10", "Recall@10"
_RRF = 10  # the constant that served best of those tried


def indexes(folder: Path, vectors: Vectors, progress: Progress) -> Iterator[Index]:
    """The collections that are in the folder; those that are not are passed over with a word."""
    for name in COLLECTIONS:
        if (folder / name / "corpus.jsonl").exists():
            yield Index(read_collection(folder / name), vectors, progress)
        else:
            progress(f"{name} is not in {folder}: passed over", 0, 0)


def measure(index: Index) -> Section:
    """One collection, all ways."""
    collection = index.collection
    title = COLLECTIONS[collection.name]
    about = f"{title}: {len(collection.documents):,} documents, {len(collection.judged):,} questions"
    section = Section(f"retrieval-{collection.name}", title, about, OURS)
    ways: dict[str, Callable[[str], Sequence[str]]] = {
        OURS: index.ours,
        "BM25 alone": index.words,
        "dense alone": index.dense,
        "reciprocal rank fusion": lambda text: fused(index.words(text), index.dense(text)),
    }
    for name, way in ways.items():
        ndcg, recall = scores(collection.judged, {question.id: way(question.text) for question in collection.judged})
        section.add(name, f"{title} {NDCG}", ndcg)
        section.add(name, f"{title} {RECALL}", recall)
    for name, published, found in PUBLISHED[collection.name]:
        section.add(name, f"{title} {NDCG}", published)
        if found is not None:
            section.add(name, f"{title} {RECALL}", found)
    return section


def scores(questions: Sequence[Question], ranked: Mapping[str, Sequence[str]]) -> tuple[float, float]:
    """Mean nDCG@10 and recall@10 over the questions; `ranked` has the documents found for each, by its id."""
    ndcg = statistics.fmean(ndcg_at(10, ranked[question.id], question.relevant) for question in questions)
    recall = statistics.fmean(recall_at(10, ranked[question.id], question.relevant) for question in questions)
    return ndcg, recall


def fused(*rankings: Sequence[str]) -> list[str]:
    """Reciprocal rank fusion."""
    summed: dict[str, float] = {}
    for ranking in rankings:
        for place, one in enumerate(ranking, start=1):
            summed[one] = summed.get(one, 0.0) + 1 / (_RRF + place)
    return sorted(summed, key=lambda one: -summed[one])
