"""Golden questions asked of the product: found, cited, refused, with or without a model, and how fast."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

from bot.answers.model import Answer, Turn
from bot.answers.service import AnswerService
from bot.checking.asker import Asker
from bot.profile.people import Role
from evaluation.figures import Section
from evaluation.golden import Golden, Marked, mark

REP = Asker("evaluation", "A rep", frozenset({Role.REP}))

HELD_OUT, TUNED = "held-out half", "tuning half"
KINDS = ("plain", "numeric", "rule", "multi", "follow-up")

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


def measure(service: AnswerService, questions: Sequence[Golden], progress: Progress) -> Section:
    """The golden questions without a model: the half that nothing was tuned on, and the other half beside it."""
    service.answer("How much discount may I give?", asker=REP)  # the model and the index load once, before the clock
    marked, seconds = ask_all(service, questions, progress)
    section = Section("golden", "Golden questions without a model", counted(questions))
    for column, tuning in ((HELD_OUT, False), (TUNED, True)):
        mine = [one for one in marked if one.question.tuning is tuning]
        for row, value in shares(mine).items():
            section.add(row, column, value, "share")
        for kind in KINDS:
            some = [one for one in mine if one.question.kind == kind]
            if some:
                section.add(f"gold fact, {kind} questions", column, share(some, _right), "share")
        spent = [took for one, took in zip(marked, seconds, strict=True) if one.question.tuning is tuning]
        section.add("time of an answer, p50", column, statistics.median(spent) * 1000, "ms")
        section.add("time of an answer, p95", column, statistics.quantiles(spent, n=20)[-1] * 1000, "ms")
    return section


def measure_traps(service: AnswerService, questions: Sequence[Golden], progress: Progress) -> Section:
    """Trap questions without a model: how many are refused, and what the others are answered with."""
    marked, _ = ask_all(service, questions, progress)
    section = Section("traps", "Trap questions without a model", f"{len(questions)} trap questions")
    for column, tuning in ((HELD_OUT, False), (TUNED, True)):
        mine = [one for one in marked if one.question.tuning is tuning]
        section.add("refused", column, share(mine, lambda one: one.answer.refused), "share")
        section.add("answered with a rule", column, share(mine, lambda one: _cites_a_rule(one.answer)), "share")
        quoted = share(mine, lambda one: not one.answer.refused and not _cites_a_rule(one.answer))
        section.add("answered with a quotation alone", column, quoted, "share")
    return section


def measure_model(service: AnswerService, questions: Sequence[Golden], progress: Progress, *, name: str) -> Section:
    """The same questions with a language model that writes: what the check does to its answers, and what it takes."""
    marked, seconds = ask_all(service, questions, progress)
    about = f"{name}: {counted(questions)}"
    section = Section(f"model-{name}", "Golden questions with a model", about)
    for row, value in shares(marked).items():
        section.add(row, name, value, "share")
    answers = [one.answer for one in marked]
    called = [answer for answer in answers if answer.model is not None]
    section.add("questions that a model was called for", name, len(called), "count")
    for row, holds in (
        ("of these, answers that the check changed", lambda answer: any(one.text for one in answer.dropped)),
        ("of these, shown as the model's", lambda answer: answer.composer == "model"),
        ("of these, looked something up by itself", lambda answer: bool(answer.model and answer.model.tools)),
        ("of these, no whole reply in time", lambda answer: any(not one.text for one in answer.dropped)),
    ):
        section.add(row, name, sum(map(holds, called)) / len(called) if called else 0.0, "share")
    tokens_in = [answer.model.tokens_in for answer in called if answer.model and answer.model.tokens_in is not None]
    tokens_out = [answer.model.tokens_out for answer in called if answer.model and answer.model.tokens_out is not None]
    section.add("tokens in, mean", name, statistics.fmean(tokens_in or [0]), "count")
    section.add("tokens out, mean", name, statistics.fmean(tokens_out or [0]), "count")
    spent = [took for answer, took in zip(answers, seconds, strict=True) if answer.model is not None] or [0.0]
    section.add("time of an answer by the model, p50", name, statistics.median(spent), "s")
    section.add("time of an answer by the model, longest", name, max(spent), "s")
    return section


def counted(questions: Sequence[Golden]) -> str:
    """How many questions there are."""
    answerable = sum(question.answerable for question in questions)
    return f"{answerable} answerable and {len(questions) - answerable} unanswerable questions"


def shares(marked: Sequence[Marked]) -> dict[str, float]:
    """The shares that are reported.

    Refusal's precision is how many of the refused had no answer, its recall how many without an answer were refused.
    """
    answerable = [one for one in marked if one.question.answerable]
    unanswerable = [one for one in marked if not one.question.answerable]
    refused = [one for one in marked if one.answer.refused]
    return {
        "gold fact in the answer": share(answerable, _right),
        "gold fact in a cited passage too": share(answerable, lambda one: one.grounded),
        "cites the right place": share(answerable, lambda one: one.placed),
        "refusal precision": share(refused, lambda one: not one.question.answerable),
        "refusal recall": share(unanswerable, lambda one: one.answer.refused),
    }


def share(marked: Sequence[Marked], holds: Callable[[Marked], bool]) -> float:
    """How many of them, from 0 to 1; 0 of none."""
    return sum(map(holds, marked)) / len(marked) if marked else 0.0


def _right(one: Marked) -> bool:
    return one.right


def _cites_a_rule(answer: Answer) -> bool:
    return any(citation.kind == "rule" for citation in answer.citations)
