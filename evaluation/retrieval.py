"""Retrieval on public collections: words alone, vectors alone, both as the product fuses them."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.report import Report
from evaluation.collections import Collection, Index, Progress, Question, Vectors, read_collection
from evaluation.metrics import ndcg_at, recall_at

COLLECTIONS = ("scifact", "mtrag_un_pool")

PUBLISHED = {
    "scifact": (("BM25 (BEIR)", 0.687, None), ("bge-small-en-v1.5", 0.713, None), ("min-max 0.7", 0.732, 0.862)),
    "mtrag_un_pool": (("min-max 0.7", 0.849, 0.900),),
}
"""nDCG@10 and recall@10 that others published, and the best that was known when this product was begun."""

_RRF = 10  # the constant that served best of those tried


def measure(report: Report, folder: Path, vectors: Vectors, progress: Progress) -> list[Index]:
    """Measure the collections that are in the folder; those that are not are passed over with a word."""
    found = []
    for name in COLLECTIONS:
        if not (folder / name / "corpus.jsonl").exists():
            progress(f"{name} is not in {folder}: passed over", 0, 0)
            continue
        index = Index(read_collection(folder / name), vectors, progress)
        _collection(report, index)
        found.append(index)
    return found


def _collection(report: Report, index: Index) -> None:
    collection = index.collection
    ways: dict[str, Callable[[Question], Sequence[str]]] = {
        "BM25 alone": index.words,
        "dense alone": index.dense,
        "reciprocal rank fusion": lambda question: _fused(index.words(question), index.dense(question)),
        "ours": index.ours,
    }
    figures = {name: _figures(collection, way) for name, way in ways.items()}
    ours = figures.pop("ours")
    for at, measured in enumerate(("nDCG@10", "recall@10")):
        for name, found in figures.items():
            report.add(f"{collection.name}: {measured}, ours", ours[at], "", name, found[at])
        for name, *published in PUBLISHED[collection.name]:
            value = published[at]
            if value is not None:
                report.add(f"{collection.name}: {measured}, ours", ours[at], "", f"published: {name}", value)


def _figures(collection: Collection, way: Callable[[Question], Sequence[str]]) -> tuple[float, float]:
    ranked = [(question, way(question)) for question in collection.judged]
    ndcg = statistics.fmean(ndcg_at(10, found, question.relevant) for question, found in ranked)
    recall = statistics.fmean(recall_at(10, found, question.relevant) for question, found in ranked)
    return ndcg, recall


def _fused(*rankings: Sequence[str]) -> list[str]:
    scores: dict[str, float] = {}
    for ranking in rankings:
        for place, one in enumerate(ranking, start=1):
            scores[one] = scores.get(one, 0.0) + 1 / (_RRF + place)
    return sorted(scores, key=lambda one: -scores[one])
