"""What is asked of the service, in which thread, and the figures that come of its answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.answers.model import NOT_SAID, Answer, Citation, Dropped, ModelUse, Turn
from evaluation.answering import HELD_OUT, TUNED, ask_all, measure, measure_model, measure_traps
from evaluation.golden import Golden

if TYPE_CHECKING:
    from collections.abc import Sequence

GOOD = Citation(1, "passage", "pricing.md", "Price", "pricing.md#discounts/1", "0" * 64, "At most 10%.")
TEN = Answer("At most 10%. [1]", citations=(GOOD,), composer="model", model=ModelUse("m", 100, 20, 1.0))


class Service:
    """Answers from a list, and remembers what it was asked with which thread."""

    def __init__(self, answers: dict[str, Answer]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, list[Turn]]] = []

    def answer(self, question: str, *, asker: object, history: Sequence[Turn] = ()) -> Answer:
        assert asker is not None
        self.asked.append((question, list(history)))
        return self.answers.get(question, Answer(NOT_SAID, refused=True))


def golden(text: str, *gold: str, before: tuple[str, ...] = (), tuning: bool = False) -> Golden:
    places = ("pricing.md#discounts",) if gold else ()
    return Golden(text, "plain", tuple((one,) for one in gold), places, before, tuning)


def quiet(what: str, done: int, total: int) -> None:
    """No progress."""


def test_a_follow_up_is_asked_in_the_thread_of_the_questions_before_it() -> None:
    service: Any = Service({"first": Answer("One."), "second": Answer("Two."), "third": TEN})
    marked, seconds = ask_all(service, [golden("third", "10%", before=("first", "second"))], quiet)
    first, second = Turn("user", "first"), Turn("user", "second")
    told = [first, Turn("assistant", "One."), second, Turn("assistant", "Two.")]
    assert [question for question, _ in service.asked] == ["first", "second", "third"]
    assert service.asked[-1][1] == told
    assert marked[0].grounded
    assert len(seconds) == 1


def test_the_two_halves_stand_in_columns_of_their_own() -> None:
    questions = [golden(f"{half}{at}", "10%", tuning=half == "t") for half in "th" for at in range(4)]
    service: Any = Service({"t0": TEN, "t1": TEN, "t2": TEN, "h0": TEN})
    section = measure(service, questions, quiet)
    assert section.value("gold fact in the answer", TUNED) == 0.75
    assert section.value("gold fact in the answer", HELD_OUT) == 0.25
    assert section.value("gold fact, plain questions", TUNED) == 0.75
    assert section.about == "8 answerable and 0 unanswerable questions"


def test_traps_are_refused_or_answered_with_a_rule_or_a_quotation_alone() -> None:
    rule = replace(GOOD, kind="rule", passage="rule:discount")
    answers = {"t0": TEN, "t1": replace(TEN, citations=(GOOD, rule)), "h0": TEN}
    questions = [golden(f"{half}{at}", tuning=half == "t") for half in "th" for at in range(4)]
    service: Any = Service(answers)
    section = measure_traps(service, questions, quiet)
    told = [
        (row, section.value(row, TUNED), section.value(row, HELD_OUT))
        for row in dict.fromkeys(one.row for one in section.figures)
    ]
    assert told == [
        ("refused", 0.5, 0.75),
        ("answered with a rule", 0.25, 0),
        ("answered with a quotation alone", 0.25, 0.25),
    ]
    assert section.about == "8 trap questions"


def test_what_a_model_did_is_counted_over_the_questions_that_it_was_called_for() -> None:
    late = Dropped("", "the model did not answer in time")
    answers = {
        "a": TEN,
        "b": replace(TEN, dropped=(Dropped("At most 90%. [1]", "it does not stand there"),)),
        "c": replace(
            TEN,
            composer="extractive",
            dropped=(late,),
            model=ModelUse("m", None, None, 20.0, "agent", ("search_playbooks",)),
        ),
        "d": replace(TEN, composer="extractive", model=None),
    }
    service: Any = Service(answers)
    questions = [*(golden(name, "10%") for name in answers), golden("e")]
    section = measure_model(service, questions, quiet, name="tiny")
    told = {figure.row: figure.value for figure in section.figures}
    assert (section.key, section.about) == ("model-tiny", "tiny: 4 answerable and 1 unanswerable questions")
    assert told["gold fact in the answer"] == 1
    assert told["refusal recall"] == 1
    assert told["questions that a model was called for"] == 3
    assert told["of these, answers that the check changed"] == pytest.approx(1 / 3, abs=0.001)
    assert told["of these, shown as the model's"] == pytest.approx(2 / 3, abs=0.001)
    assert told["of these, no whole reply in time"] == pytest.approx(1 / 3, abs=0.001)
    assert told["of these, looked something up by itself"] == pytest.approx(1 / 3, abs=0.001)
    assert (told["tokens in, mean"], told["tokens out, mean"]) == (100, 20)
