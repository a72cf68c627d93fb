from __future__ import annotations

from pathlib import Path

import pytest

from bot.answers.deal_talk import aim_of, of_people, speaks_of
from bot.deals.deal import Deal
from bot.profile.loading import load_profile

PROFILE = load_profile(Path(__file__).parents[3] / "profile" / "deal-profile.yaml")
MERCY = Deal(name="Mercy Regional", customer="Mercy Health")


@pytest.mark.parametrize(
    ("question", "people"),
    [
        ("what do I tell their CFO?", "CFO"),
        ("How should I open the conversation with the chief financial officer?", "CFO"),
        ("what do I say next?", None),
        ("what should we answer them?", None),
        ("help me write to Mercy", None),
        ("what do I bring to the hospital administrator?", "hospital administrator"),
    ],
)
def test_what_to_say_is_about_the_deal(question: str, people: str | None) -> None:
    aim = aim_of(question, MERCY, PROFILE)
    assert aim is not None
    assert aim.whole
    assert (aim.people[0] if aim.people else None) == people


@pytest.mark.parametrize(
    "question",
    [
        "how do I open a conversation with a CFO?",
        "what is on the agenda of the monthly call?",
        "what discount can I give on a two-month deal?",
        "does it fit?",
        "what is the weather in Boston?",
        "who approves a discount?",
    ],
)
def test_questions_of_a_general_kind_are_not(question: str) -> None:
    assert aim_of(question, MERCY, PROFILE) is None


def test_a_matter_narrows_it() -> None:
    aim = aim_of("how do I handle their objection to the discount?", MERCY, PROFILE)
    assert aim is not None
    assert not aim.whole
    assert "discount" in aim.topic


@pytest.mark.parametrize(
    ("follow_up", "asked"),
    [
        ("and their CIO?", "what do I tell their CIO?"),
        ("what about the CEO?", "what do I tell the CEO?"),
        ("and if it is prepaid?", None),
        ("and 12 months?", None),
        ("thanks", None),
    ],
)
def test_a_follow_up_that_names_somebody_else(follow_up: str, asked: str | None) -> None:
    assert of_people(follow_up, MERCY, PROFILE) == asked


@pytest.mark.parametrize(
    ("question", "of_it"),
    [
        ("what do I tell their CFO?", True),
        ("does this deal fit?", True),
        ("why does it not fit?", True),
        ("what is missing?", True),
        ("who approves the discount of Mercy Regional?", True),
        ("how do I open a conversation with a CFO?", False),
        ("what do I say when they ask for a discount?", False),
        ("what discount can I give on this kind of a two-month deal?", False),
        ("does a deal with 12% need approval?", False),
        ("what is on the agenda of the monthly call?", False),
    ],
)
def test_a_question_in_no_thread_speaks_of_the_deal_just_checked_or_of_none(question: str, of_it: bool) -> None:
    assert speaks_of(question, MERCY, PROFILE) is of_it
