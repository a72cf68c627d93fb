"""Counts, shares and dates in words."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.deals.facts import FactSpec, FactType
from bot.deals.naming import fact_label, fact_words
from bot.deals.numbers import parse_date
from bot.deals.wording import counted, date_words, share_words, spoken, weekday_words


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 deals"), (1, "1 deal"), (2, "2 deals"), (-1, "-1 deals"), (1200, "1,200 deals")],
)
def test_what_is_counted_agrees_with_its_number(number: int, words: str) -> None:
    assert counted(number, "deal") == words


def test_words_that_take_no_s_are_given_both_ways() -> None:
    assert [counted(number, "person waits", "people wait") for number in (1, 3)] == ["1 person waits", "3 people wait"]


def test_every_date_in_words_is_read_back_as_the_same_date() -> None:
    for days in range(0, 800, 7):
        day = date(2026, 11, 23) + timedelta(days=days)
        assert parse_date(date_words(day)) == day
        assert weekday_words(day) == f"Monday {date_words(day)}"


def test_a_share_that_is_not_known_is_a_dash() -> None:
    assert [share_words(Decimal("62.5")), share_words(None)] == ["62.5%", "-"]


def test_a_name_of_the_language_is_said_without_its_underscores() -> None:
    assert spoken("does_not_fit") == "does not fit"


def test_a_fact_is_said_as_people_call_it_and_one_that_is_gone_by_its_name() -> None:
    facts = {"beds": FactSpec("beds", FactType.INTEGER, "Staffed beds", "How many?", unit="beds")}
    assert [fact_label(facts, name) for name in ("beds", "gone")] == ["Staffed beds", "gone"]
    said = [fact_words(facts, "beds", 1), fact_words(facts, "beds", None), fact_words(facts, "gone", Decimal("8.50"))]
    assert said == ["1 bed", "not known", "8.5"]
