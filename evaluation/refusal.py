"""Answerable or not: how well the signals of a search tell, on labels that nobody here gave."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from bot.answers.asked_for import unheld, without
from bot.answers.refusal import LOOKED_AT, read_signals
from evaluation.collections import Index
from evaluation.figures import Section

_ROUNDS, _FOLDS = 10, 5

OURS, COSINE = "five signals", "best cosine alone"
UNSEEN, VALIDATED = "as shipped, on conversations that it was not fitted on", "fitted anew, cross-validated"


def labelled(index: Index) -> bool:
    """Whether the collection says which of its questions it answers."""
    return any("answerability" in question.data for question in index.collection.questions)


def measure(index: Index) -> Section:
    """AUROC of one threshold, of the product's combination as shipped, and of one fitted here and cross-validated.

    Folds keep a conversation's questions together, so that nothing of it is known beforehand.
    """
    from sklearn.metrics import roc_auc_score  # a second and more, needed here only

    labels = {"ANSWERABLE": 1, "UNANSWERABLE": 0}
    asked = [question for question in index.collection.questions if question.data.get("answerability") in labels]
    truth = np.array([labels[question.data["answerability"]] for question in asked])
    groups = np.array([question.id.split("<::>")[0] for question in asked])
    rows, shipped = [], []
    found = {question.text: index.hits(question.text) for question in asked}
    absent = {text: unheld(text, hits, LOOKED_AT).absent for text, hits in found.items()}
    index.prepare("without-words", [without(text, words) for text, words in absent.items() if words])
    for question in asked:
        signals = read_signals(question.text, found[question.text], index.hits)
        named = [float(len(signals.strangers) > 0), float(len(signals.unheld) > 0)]
        rows.append([signals.cosine, signals.bm25, signals.share, *named])
        shipped.append(signals.confidence)
    table, confidence = np.array(rows), np.array(shipped)
    unseen = np.array([not fitted_on(group) for group in groups])
    about = f"{int(truth.sum())} answerable and {int((1 - truth).sum())} unanswerable questions of MTRAG-UN"
    section = Section("refusal", "Answerable or not, AUROC", about, OURS)
    section.add(OURS, UNSEEN, roc_auc_score(truth[unseen], confidence[unseen]))
    section.add(COSINE, UNSEEN, roc_auc_score(truth[unseen], table[unseen, 0]))
    section.add(OURS, VALIDATED, _validated(table, truth, groups))
    section.add(COSINE, VALIDATED, roc_auc_score(truth, table[:, 0]))
    section.add("best BM25 score alone", VALIDATED, roc_auc_score(truth, table[:, 1]))
    return section


def fitted_on(conversation: str) -> bool:
    """Whether the weights that are shipped have seen this conversation."""
    return hashlib.sha256(conversation.encode()).digest()[0] % 2 == 0


def _validated(table: NDArray[np.float64], truth: NDArray[np.int64], groups: NDArray[np.str_]) -> float:
    from sklearn.linear_model import LogisticRegression  # see above
    from sklearn.metrics import roc_auc_score  # the same
    from sklearn.model_selection import StratifiedGroupKFold  # the same
    from sklearn.pipeline import make_pipeline  # the same
    from sklearn.preprocessing import StandardScaler  # the same

    found = []
    for seed in range(_ROUNDS):
        scores = np.zeros(len(truth))
        for train, test in StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=seed).split(table, truth, groups):
            model = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced"))
            scores[test] = model.fit(table[train], truth[train]).decision_function(table[test])
        found.append(roc_auc_score(truth, scores))
    return float(np.mean(found))
