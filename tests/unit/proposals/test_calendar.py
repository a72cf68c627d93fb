from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.deals.wording import weekday_words
from bot.pipeline.reviews.calendar import (
    Meeting,
    Promise,
    Rhythm,
    add_months,
    business_days_before,
    events_of,
    is_open,
    last_day,
)

START = date(2026, 12, 15)


def dates(promise: Promise, kind: Meeting, rhythm: Rhythm | None = None) -> list[str]:
    return [str(event.on) for event in events_of(promise, rhythm or Rhythm()) if event.kind is kind]


def test_a_year_of_service_has_a_call_a_month_reviews_and_a_renewal():
    promise = Promise(START, 12, monthly_call=True, reviews_a_year=2)
    assert dates(promise, Meeting.REVIEW) == ["2027-03-15", "2027-09-13"]
    assert dates(promise, Meeting.RENEWAL) == ["2027-06-17"]
    calls = dates(promise, Meeting.CALL)
    assert len(calls) == 12
    assert calls[:3] == ["2026-12-29", "2027-01-29", "2027-03-01"]
    moved = {str(e.on): e.moved for e in events_of(promise, Rhythm()) if e.moved}
    assert moved["2027-05-31"] == "moved from Saturday 29 May 2027, a weekend"


def test_four_reviews_a_year_fit_into_the_year_and_one_in_a_short_term_is_kept():
    assert dates(Promise(START, 12, monthly_call=False, reviews_a_year=4), Meeting.REVIEW) == [
        "2027-03-15", "2027-06-14", "2027-09-13", "2027-12-14",
    ]  # fmt: skip
    assert len(dates(Promise(START, 3, monthly_call=False, reviews_a_year=1), Meeting.REVIEW)) == 1
    assert dates(Promise(START, 12, monthly_call=None, reviews_a_year=None), Meeting.REVIEW) == []


def test_without_a_start_or_a_term_there_is_no_date():
    assert events_of(Promise(None, 12, monthly_call=True, reviews_a_year=2), Rhythm()) == ()
    assert events_of(Promise(START, None, monthly_call=True, reviews_a_year=2), Rhythm()) == ()
    assert events_of(Promise(START, 0, monthly_call=True, reviews_a_year=2), Rhythm()) == ()
    assert events_of(Promise(date.max, 12, monthly_call=True, reviews_a_year=2), Rhythm()) == ()


def test_a_closed_day_is_left_out_and_said():
    rhythm = Rhythm(closed={date(2026, 12, 29), date(2026, 12, 30), date(2026, 12, 31)})
    first = events_of(Promise(START, 12, monthly_call=True, reviews_a_year=0), rhythm)[0]
    assert (str(first.on), first.moved) == (
        "2027-01-01", "moved from Tuesday 29 December 2026, a day on which we are closed",
    )  # fmt: skip


def test_months_end_where_they_end_and_do_not_drift():
    assert [str(add_months(date(2027, 1, 31), n)) for n in range(4)] == [
        "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30",
    ]  # fmt: skip
    assert str(last_day(date(2027, 3, 1), 12)) == "2028-02-29"
    assert business_days_before(date(2026, 11, 23), 3) == date(2026, 11, 18)
    assert weekday_words(START) == "Tuesday 15 December 2026"


@settings(max_examples=200)
@given(
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.integers(1, 120),
    st.integers(0, 52),
    st.integers(1, 400),
    st.sets(st.dates(date(2026, 1, 1), date(2028, 1, 1)), max_size=5),
)
def test_every_date_lies_in_the_service_on_an_open_day_and_as_many_as_promised(start, months, reviews, first, closed):
    promise = Promise(start, months, monthly_call=True, reviews_a_year=reviews)
    rhythm = Rhythm(first_review=first, closed=closed)
    events = events_of(promise, rhythm)
    end = last_day(start, months)
    assert all(start <= event.on <= end for event in events)
    assert all(is_open(event.on, closed) for event in events)
    assert all(abs(event.on - event.planned) <= timedelta(days=10) for event in events)
    counts = Counter(event.kind for event in events)
    assert counts[Meeting.CALL] == months
    assert counts[Meeting.REVIEW] == (max(1, (reviews * months + 6) // 12) if reviews else 0)
    assert counts[Meeting.RENEWAL] == 1
    for kind in Meeting:
        mine = [event for event in events if event.kind is kind]
        assert [event.number for event in mine] == list(range(1, len(mine) + 1)), "in order, numbered from 1"
