"""A question of several parts is taken apart by its form, and a clause is never taken for a part."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.partly import Own
from bot.answers.parts import MOST, parts
from tests.unit.answers.helpers import hit


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        (
            "What is the discount limit on a six-month deal and who approves more?",
            [
                "What is the discount limit on a six-month deal?",
                "What is the discount limit on a six-month deal: who approves more?",
            ],
        ),
        (
            "What is the minimum margin? And what do I say when a customer asks for net 90?",
            ["What is the minimum margin?", "what do I say when a customer asks for net 90?"],
        ),
        (
            "Who goes on the visit, how long does it take, and what does the hospital give?",
            [
                "Who goes on the visit?",
                "Who goes on the visit: how long does it take?",
                "what does the hospital give?",
            ],
        ),
        (
            "Who takes part in the monthly call and who in the CBR?",
            ["Who takes part in the monthly call?", "Who takes part in the CBR?"],
        ),
        (
            "What do we send after a visit and after a meeting?",
            ["What do we send after a visit?", "What do we send after a meeting?"],
        ),
        (
            "If they ask for net 60, what do I say and who approves it?",
            ["If they ask for net 60, what do I say?", "If they ask for net 60, what do I say: who approves it?"],
        ),
        (
            "What is the minimum margin, the smallest contract and the longest payment term?",
            [
                "What is the minimum margin?",
                "What is the smallest contract?",
                "What is the longest payment term?",
            ],
        ),
        ("Can I give 12%, and can I give net 60?", ["Can I give 12%?", "can I give net 60?"]),
    ],
)
def test_each_part_stands_alone(question: str, texts: list[str]) -> None:
    assert [part.text for part in parts(question)] == texts


@pytest.mark.parametrize(
    "question",
    [
        "How do I know what they want and how they work?",
        "A customer is unhappy and may cancel. What is the first thing to do?",
        'What do I say when the CFO asks "how much is it, and who pays?"',
        "What is our rule on discounts and payment terms?",
        "Which hospital has a CFO and has the mandate?",
        "Who decides and signs?",
        "What is the difference between the CBR and the monthly call?",
        "What is the role of the CFO and the CIO?",
        "how do I open a conversation with a CFO?",
        "",
    ],
)
def test_a_question_about_one_thing_is_left_whole(question: str) -> None:
    assert parts(question) == ()


def test_a_part_that_borrows_words_says_so() -> None:
    first, second, third = parts("Who goes on the visit, how long does it take, and which hotel do the visitors book?")
    assert [first.leans, second.leans, third.leans] == [False, True, False]


@given(st.lists(st.sampled_from('who what how is it , and ? . approves the discount limit we “ ” " do I'.split())))
def test_whatever_is_asked_comes_apart_into_few_parts_or_none(words: list[str]) -> None:
    found = parts(" ".join(words))
    assert len(found) != 1
    assert len(found) <= MOST
    assert all(part.asked.strip("? ") for part in found)


def test_own_words_are_answered_by_one_of_the_best_passages_or_by_none() -> None:
    agenda, others = hit("The agenda has outcomes first.", at=1), [hit(f"Lesson {n}.", at=n) for n in (2, 3)]
    far = hit("Our video software is slow.", at=4)
    own = Own("which video software do we use for it?")
    assert own.hits([agenda, far]) == [far]
    assert own.hits([agenda, *others, far]) == []
    assert own.quoted_to([agenda, *others, far]) == ""
    due = Own("and when is it due?")
    assert due.hits([agenda, hit("Send it within two days.", at=2)]) == [hit("Send it within two days.", at=2)]
    assert Own("").hits([agenda, far]) == [agenda, far]
