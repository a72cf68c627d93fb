from __future__ import annotations

from datetime import date

import pytest

from bot.pipeline.dates import DateReader
from bot.pipeline.periods import span
from bot.pipeline.query import CloseDateFilter
from bot.pipeline.words import tokens_of

from .support import TODAY


def find(text: str, today: date = TODAY, *, past: bool = False) -> CloseDateFilter | None:
    """The span that covers all of the words, after a word of closing."""
    tokens = tokens_of(f"closing {text}")
    length, found = DateReader(tokens, today, past=past).at(1)
    return found if length == len(tokens) - 1 else None


def between(first: str | None, last: str | None) -> CloseDateFilter:
    return CloseDateFilter(
        first=date.fromisoformat(first) if first else None, last=date.fromisoformat(last) if last else None
    )


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("in Q1", "2027-01-01", "2027-03-31"),
        ("in Q4", "2026-10-01", "2026-12-31"),
        ("in the fourth quarter", "2026-10-01", "2026-12-31"),
        ("in Q2 of 2028", "2028-04-01", "2028-06-30"),
        ("in H1 2027", "2027-01-01", "2027-06-30"),
        ("in March", "2027-03-01", "2027-03-31"),
        ("in November", "2026-11-01", "2026-11-30"),
        ("in February 2028", "2028-02-01", "2028-02-29"),
        ("in 2027", "2027-01-01", "2027-12-31"),
        ("before March", None, "2027-02-28"),
        ("before 15 January", None, "2027-01-14"),
        ("by the end of March", None, "2027-03-31"),
        ("by the end of the quarter", None, "2026-12-31"),
        ("by the end of next month", None, "2026-12-31"),
        ("until 2027-02-01", None, "2027-02-01"),
        ("after this quarter", "2027-01-01", None),
        ("since September", "2026-09-01", None),
        ("from January", "2027-01-01", None),
        ("on 1 March 2027", "2027-03-01", "2027-03-01"),
        ("on 29 February", "2028-02-29", "2028-02-29"),
        ("between March and May", "2027-03-01", "2027-05-31"),
        ("from November to February", "2026-11-01", "2027-02-28"),
        ("in the next 30 days", "2026-11-23", "2026-12-23"),
        ("in the last two months", "2026-09-23", "2026-11-23"),
        ("within 2 weeks", "2026-11-23", "2026-12-07"),
    ],
)
def test_a_span_of_time_in_words(text: str, first: str | None, last: str | None) -> None:
    assert find(text) == between(first, last)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("in March", "2026-03-01", "2026-03-31"),
        ("in December", "2025-12-01", "2025-12-31"),
        ("in Q1", "2026-01-01", "2026-03-31"),
        ("in November", "2026-11-01", "2026-11-30"),
        ("on 5 December", "2025-12-05", "2025-12-05"),
    ],
)
def test_closed_deals_look_back(text: str, first: str, last: str) -> None:
    assert find(text, past=True) == between(first, last)


@pytest.mark.parametrize("text", ["may", "31 February 2027", "in the next 0 days", "week", "13", "in 1999", "between"])
def test_what_is_no_span_is_left_alone(text: str) -> None:
    assert find(text) is None


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("today", "2026-11-23", "2026-11-23"),
        ("this week", "2026-11-23", "2026-11-29"),
        ("last week", "2026-11-16", "2026-11-22"),
        ("next month", "2026-12-01", "2026-12-31"),
        ("this quarter", "2026-10-01", "2026-12-31"),
        ("next quarter", "2027-01-01", "2027-03-31"),
        ("last quarter", "2026-07-01", "2026-09-30"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("overdue", None, "2026-11-22"),
    ],
)
def test_periods_relative_to_today(period: str, first: str | None, last: str) -> None:
    found = find(period)
    assert found is not None
    assert found.period == period
    assert span(found.period, TODAY) == (first and date.fromisoformat(first), date.fromisoformat(last))


def test_a_year_turns_at_its_end() -> None:
    new_year_s_eve = date(2026, 12, 31)
    assert span("tomorrow", new_year_s_eve)[0] == date(2027, 1, 1)
    assert span("next month", new_year_s_eve) == (date(2027, 1, 1), date(2027, 1, 31))
    assert span("this week", new_year_s_eve) == (date(2026, 12, 28), date(2027, 1, 3))
    assert find("in the next 2 months", new_year_s_eve) == between("2026-12-31", "2027-02-28")
