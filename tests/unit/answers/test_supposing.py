from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.supposing import QuestionReader
from bot.deals.reading import SentenceReader
from bot.profile.loading import load_profile

PROFILE = load_profile(Path(__file__).parents[3] / "profile" / "deal-profile.yaml")
READER = QuestionReader(PROFILE.facts, SentenceReader(PROFILE.facts, PROFILE.currency))


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        ("what discount can I give on a two-month deal?", {"service_months": 2}),
        (
            "who signs off a 12% discount if they take six months of services?",
            {"discount": Decimal(12), "service_months": 6},
        ),
        ("is net 60 okay for a 12-month contract?", {"payment_days": 60, "service_months": 12}),
        ("is a $9,000 contract too small?", {"contract_value": Decimal(9000)}),
        ("what happens if the discount is 20% on 12 months?", {"discount": Decimal(20), "service_months": 12}),
        ("what about 24 months and 8% off?", {"service_months": 24, "discount": Decimal(8)}),
        ("what if it's a project?", {"offer": "project"}),
        ("what discount does a manufacturer get?", {"industry": "manufacturer"}),
        ("is an IT administrator enough as sponsor?", {"sponsor": "IT administrator"}),
        ("how do I open a conversation with a CFO?", {}),
        ("can I go above 10% discount on 12 months?", {"service_months": 12}),
        ("is more than net 45 possible", {}),
        ("between 5 and 10% off?", {}),
        ("2 or 3 months?", {}),
        ("net 30 or net 60?", {}),
        ("what is the weather?", {}),
    ],
)
def test_what_a_question_supposes(question: str, facts: dict[str, Any]) -> None:
    found = READER.read(question)
    assert dict(found.facts) == facts


@given(st.text(max_size=120))
def test_any_question_can_be_read_and_words_keep_their_place(question: str) -> None:
    for one in READER.read(question).supposed:
        assert question[one.start : one.end] == one.words


def test_a_very_long_question_is_read_in_its_beginning() -> None:
    assert READER.read("net 60 " + "word " * 5000).facts == {"payment_days": 60}


@pytest.mark.parametrize(
    ("question", "only"),
    [("12 months?", True), ("and what about net 45?", True), ("discount?", False), ("why?", False)],
)
def test_only_facts(question: str, *, only: bool) -> None:
    assert READER.only_facts(question) is only
