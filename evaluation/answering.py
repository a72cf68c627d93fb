"""Golden questions asked of the product: found, cited, refused, with or without a model, and how fast."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

from bench.report import Report
from bot.answers.model import Turn
from bot.answers.service import AnswerService
from bot.checking.asker import Asker
from bot.profile.people import Role
from evaluation.golden import Golden, Marked, mark, read_golden

REP = Asker("evaluation", "A rep", frozenset({Role.REP}))
ALL = Asker("evaluation", "Everybody's roles", frozenset(Role))

Progress = Callable[[str, int, int], None]


def ask_all(
    service: AnswerService, questions: Sequence[Golden], progress: Progress
) -> tuple[list[Marked], list[float]]:
    """Each question, with those before it asked in the same thread; the answers marked, and the seconds of each."""
    marked, seconds = [], []
    for at, question in enumerate(questions):
        progress("golden questions", at, len(questions))
        history: list[Turn] = []
        for before in question.before:
            history += [Turn("user", before), Turn("assistant", service.answer(before, asker=REP).text)]
        began = time.perf_counter()
        answer = service.answer(question.text, asker=REP, history=history)
        seconds.append(time.perf_counter() - began)
        marked.append(mark(question, answer))
    return marked, seconds


def measure(
    report: Report, service: AnswerService, progress: Progress, *, name: str = "without a model"
) -> list[Marked]:
    """The half that nothing was tuned on, and the other half beside it."""
    questions = read_golden()
    service.answer("How much discount may I give?", asker=REP)  # the model and the index load once, before the clock
    marked, seconds = ask_all(service, questions, progress)
    for half, tuning in (("held out", False), ("tuned on", True)):
        mine = [one for one in marked if one.question.tuning is tuning]
        for label, value in figures(mine).items():
            report.add(f"golden questions, {name}, {half}: {label}", value, "share")
    report.add(f"a question, {name}: p50", statistics.median(seconds) * 1000, "ms")
    report.add(f"a question, {name}: p95", statistics.quantiles(seconds, n=20)[-1] * 1000, "ms")
    return marked


def figures(marked: Sequence[Marked]) -> dict[str, float]:
    """The shares that are reported.

    Refusal's precision is how many of the refused had no answer, its recall how many without an answer were refused.
    """
    answerable = [one for one in marked if one.question.answerable]
    unanswerable = [one for one in marked if not one.question.answerable]
    refused = [one for one in marked if one.answer.refused]
    wrongly = [one for one in refused if one.question.answerable]
    found = {
        "holds the gold fact": share(answerable, lambda one: one.right),
        "a cited passage holds it": share(answerable, lambda one: one.grounded),
        "cites the right place": share(answerable, lambda one: one.placed),
        "refusal precision": 1 - len(wrongly) / len(refused) if refused else 0.0,
        "refusal recall": share(unanswerable, lambda one: one.answer.refused),
    }
    for kind in ("plain", "numeric", "rule", "multi", "follow-up"):
        mine = [one for one in answerable if one.question.kind == kind]
        if mine:
            found[f"holds the gold fact ({kind}, {len(mine)})"] = share(mine, lambda one: one.right)
    return found


def share(marked: Sequence[Marked], holds: Callable[[Marked], bool]) -> float:
    """How many of them, from 0 to 1."""
    return sum(map(holds, marked)) / len(marked) if marked else 0.0
