from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.quantities import Day, quantities, unsupported


def said(text: str) -> list[tuple[str, str]]:
    return [(f"{one.value.normalize():f}", one.unit) for one in quantities(text)[0]]


@pytest.mark.parametrize(
    "text", ["8%", "8 %", "8 percent", "8 per cent", "eight percent", "8.0%", "eight per cent", "8 pct"]
)
def test_one_percentage_has_one_form(text: str) -> None:
    assert said(text) == [("8", "%")]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("$240,000 a year", [("240000", "$")]),
        ("$84 million", [("84000000", "$")]),
        ("$85k", [("85000", "$")]),
        ("net 60", [("60", "day")]),
        ("a 60-day term", [("60", "day")]),
        ("ten working days", [("10", "day")]),
        ("twenty-five minutes", [("25", "minute")]),
        ("two hundred and forty thousand dollars", [("240000", "$")]),
        ("one month", [("1", "month")]),
        ("one of them", []),
        ("the 3rd call", []),
        ("5 to 10%", [("5", "%"), ("10", "%")]),
        ("two or three months", [("2", "month"), ("3", "month")]),
        ("5, 10 and 15", [("5", ""), ("10", ""), ("15", "")]),
        ("a drop of -5%", [("-5", "%")]),
        ("up 99.7%, by 1.1 points", [("99.7", "%"), ("1.1", "point")]),
        ("nothing here", []),
    ],
)
def test_numbers_have_a_value_and_a_unit(text: str, form: list[tuple[str, str]]) -> None:
    assert said(text) == form


@pytest.mark.parametrize("text", ["30 June 2027", "June 30, 2027", "2027-06-30", "30th of June 2027", "Jun 30 2027"])
def test_one_day_has_one_form(text: str) -> None:
    numbers, days = quantities(text)
    assert numbers == ()
    assert [(day.month, day.day, day.year) for day in days] == [(6, 30, 2027)]


def test_a_date_that_does_not_exist_is_no_date() -> None:
    assert quantities("2027-02-31")[1] == ()


def test_a_day_without_a_year_is_carried_by_that_day_of_any_year() -> None:
    assert unsupported("by 30 June", ["by 30 June 2027"]) == ()
    assert unsupported("by 30 June 2028", ["by 30 June 2027"]) == ("30 June 2028",)
    assert Day(6, 30, None, "").carried_by(Day(6, 30, 2027, ""))


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("At most 10%.", "a discount of ten percent"),
        ("Send it within 2 working days.", "within two working days"),
        ("It costs $240,000.", "managed services cost $240,000 a year"),
        ("It costs 240,000.", "managed services cost $240,000 a year"),
        ("Between 5% and 10%.", "a discount of 5 to 10%"),
        ("No number at all.", ""),
    ],
)
def test_what_stands_in_the_evidence_is_carried(claim: str, evidence: str) -> None:
    assert unsupported(claim, [evidence]) == ()


@pytest.mark.parametrize(
    ("claim", "evidence", "missing"),
    [
        ("At most 15%.", "at most 10%", "15%"),
        ("At most 10%.", "10 people", "10%"),
        ("At most 10%.", "within 10 days", "10%"),
        ("It costs $10.", "10 minutes", "$10"),
        ("Within 3 months.", "within 3 weeks", "3 months"),
        ("Within one month.", "within three months", "one month"),
        ("About 1,000 devices.", "about 100 devices", "1,000"),
    ],
)
def test_what_does_not_stand_there_is_named(claim: str, evidence: str, missing: str) -> None:
    assert [words.removesuffix(".") for words in unsupported(claim, [evidence])] == [missing]


@given(st.decimals(min_value=0, max_value=10**9, places=2), st.sampled_from(["%", " percent", " days", " months", ""]))
def test_a_number_carries_itself_and_no_other(value: Decimal, unit: str) -> None:
    text = f"The value is {value:,}{unit} now."
    assert unsupported(text, [text]) == ()
    assert unsupported(f"The value is {value + 1:,}{unit} now.", [text]) != ()


@given(st.text(max_size=200))
def test_any_text_is_carried_by_itself(text: str) -> None:
    assert unsupported(text, [text]) == ()
