"""What a question of fact asks for must stand in the passages; the words of a situation need not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.answers.asked_for import Unheld, unheld, without
from bot.answers.refusal import NEAR_FROM, UNHELD_WEIGHT, read_signals
from tests.unit.answers.helpers import hit

if TYPE_CHECKING:
    from bot.knowledge.passages import Hit

INVOICES = (
    "An invoice is paid on time when somebody at the customer expects it. Call accounts payable five days before."
)
VISIT = (
    "Two service people make the visit in one day. The visit costs us roughly $2,500. The CFO's budget of $20,000 is "
    "seldom asked for; the margin of the first five months is.\n\n| Outcome | Hours |\n|---|---|\n| Claims | 9 |"
)
FAR = "A contractor may be named on the proposal."


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("Which bank account do customers pay our invoices into?", ("bank",)),
        ("On which weekday is the invoice paid?", ("weekday",)),
        ("which weekday is the invoice paid", ("weekday",)),
        ("What is the email address of the CFO?", ("address",)),
        ("Who approves my flight to a service visit?", ("flight",)),
        ("What does a competitor's service visit cost?", ("competitor",)),
        ("What does a competitor’s service visit cost?", ("competitor",)),
        ("Do we pay our own subcontractors on time?", ("subcontractors",)),
        ("How many nurses do pay on time?", ("nurses",)),
        ("How much paper does an invoice take?", ("paper",)),
        ("The CFO is away. Which deputy can I call?", ("deputy",)),
    ],
)
def test_what_is_asked_for_and_stands_nowhere_is_named(question: str, missing: tuple[str, ...]) -> None:
    assert unheld(question, [hit(INVOICES), hit(VISIT, at=2)], 3) == Unheld(missing)


@pytest.mark.parametrize(
    "question",
    [
        "How many people make the visit?",
        "How many claims hours are there?",
        "How many months of margin are seldom asked for?",
        "How much budget does the CFO have?",
        "How many times a year is an invoice paid?",
        "Which account do I call?",
        "Which people make the visit?",
        "What share of invoices is paid on time?",
        "What is the goal of the visit?",
        "What does a visit cost?",
        "Does a customer settle an invoice?",
        "Who goes on the visit?",
        "Is a contractor paid on time?",
        "When is it paid?",
        # a situation in the asker's own words, and who asks how or why
        "They have a cheaper quote from a rival. Who pays the invoice?",
        "A rival quotes less",
        "How do I pay a subcontractor?",
        "What do I say when a rival is cheaper?",
        "Why does a competitor not call?",
        "",
        "?",
    ],
)
def test_what_the_passages_have_or_need_not_have_is_not(question: str) -> None:
    assert unheld(question, [hit(INVOICES), hit(VISIT, at=2), hit(FAR, at=3)], 3) == Unheld()


def test_a_thing_asked_for_must_stand_in_the_first_passages_and_one_asked_about_in_any() -> None:
    hits = [hit(INVOICES), hit(FAR, at=2)]
    assert unheld("Which contractor do we name?", hits, 2) == Unheld()
    assert unheld("Which contractor do we name?", hits, 1) == Unheld(("contractor",))
    assert unheld("Is a contractor paid on time?", hits, 1) == Unheld()


def test_what_is_there_without_the_number_that_is_asked_for_is_told_apart() -> None:
    assert unheld("How many customers do pay on time?", [hit(INVOICES)], 3) == Unheld(uncounted=("customers",))
    assert unheld("How much budget does the customer have?", [hit("Ask for the budget.")], 3).uncounted == ("budget",)


def test_without_passages_nothing_is_missing_and_a_long_question_is_read_in_time() -> None:
    assert unheld("Which bank do we use?", [], 3) == Unheld()
    assert unheld("Which bank do we use for it? " * 80, [hit(INVOICES)], 3) == Unheld(("bank",))


def test_it_counts_against_an_answer() -> None:
    hits = [hit(INVOICES)]
    told, untold = read_signals("Which account do I call?", hits), read_signals("Which deputy do I call?", hits)
    assert (told.unheld, untold.unheld) == ((), ("deputy",))
    assert untold.confidence < told.confidence + UNHELD_WEIGHT


def test_the_nearest_sources_are_named_though_they_do_not_have_the_thing() -> None:
    far = read_signals("Which deputy do I call?", [hit(INVOICES, cosine=0.3, bm25=1)])
    assert (far.unheld, far.answered, far.near) == (("deputy",), False, True)
    assert far.confidence < NEAR_FROM


@pytest.mark.parametrize(("cosine", "strange"), [(0.8, ("competitor", "flight")), (0.7, ()), (0.6, ())])
def test_a_word_that_draws_the_question_to_the_passages_is_another_word_for_theirs(
    cosine: float, strange: tuple[str, ...]
) -> None:
    asked: list[str] = []

    def search(text: str) -> list[Hit]:
        asked.append(text)
        return [hit(VISIT, cosine=cosine)]

    signals = read_signals("Who pays a competitor’s visit and my flight?", [hit(VISIT, cosine=0.7)], search)
    assert (signals.unheld, asked) == (strange, ["Who pays a visit and my ?"])


def test_a_number_that_is_not_there_is_not_searched_for() -> None:
    signals = read_signals("How many customers do pay on time?", [hit(INVOICES)], lambda _: pytest.fail("a search"))
    assert signals.unheld == ("customers",)


def test_words_are_taken_out_whole() -> None:
    assert without("Is a rival's rivalry a Rival’s or c++?", ["rival", "c"]) == "Is a rivalry a or ++?"
