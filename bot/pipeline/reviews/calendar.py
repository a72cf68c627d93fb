"""The dates of a service: monthly calls, Customer Business Reviews, and the day on which renewal talks begin.

The rules, as docs/proposals-and-reviews.md states them:
- The service runs from its start for the term: its last day is the day before the start, so many months later.
- There is one call in each month of service, two weeks into it.
- The first review is held so many days after the start that the texts say, or sooner where there are more than four a
  year; the others follow at equal distances. Their number is reviews a year x months / 12, halves up, and at least one.
- Renewal talks begin so many days before the end, and not before the start.
- A date on a weekend or on a day that the firm is closed moves to the next open day; where that lies beyond the end of
  the service, to the last open day before.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from bot.deals.wording import weekday_words

WEEKEND = 5
"""Monday is 0: from here on it is the weekend."""
CALL_AFTER = timedelta(days=14)
MONTHS_A_YEAR = 12
DAYS_A_MONTH = 30
LAST_YEAR = 9000
"""Dates beyond are nobody's plan: the calendar stays empty instead of leaving the range of dates."""


class Meeting(StrEnum):
    """What kind of date it is."""

    CALL = "monthly-call"
    REVIEW = "review"
    RENEWAL = "renewal"


@dataclass(frozen=True, slots=True)
class Promise:
    """What a deal promises after its signature. None: not known. `start` is the first day of service."""

    start: date | None
    months: int | None
    monthly_call: bool | None
    reviews_a_year: int | None


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How the firm keeps its promises: days after the start, days before the end, and the days it is closed."""

    first_review: int = 90
    renewal_before: int = 180
    closed: Collection[date] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """One date. `number` counts from 1 within its kind; `planned` is the date before it was moved to an open day."""

    kind: Meeting
    number: int
    on: date
    planned: date

    @property
    def moved(self) -> str | None:
        """Why it is not on the day that was planned, in words; None when it is."""
        if self.on == self.planned:
            return None
        why = "a weekend" if self.planned.weekday() >= WEEKEND else "a day on which we are closed"
        return f"moved from {weekday_words(self.planned)}, {why}"


def events_of(promise: Promise, rhythm: Rhythm) -> tuple[Event, ...]:
    """Every date of the service, in order; none while the start or the term is not known."""
    start, months = promise.start, promise.months
    if start is None or not months or months < 1 or start.year + months // MONTHS_A_YEAR > LAST_YEAR:
        return ()
    end = last_day(start, months)
    found: list[Event] = []
    if promise.monthly_call:
        planned = (add_months(start, n) + CALL_AFTER for n in range(months))
        found += _moved(Meeting.CALL, planned, start, end, rhythm.closed)
    if promise.reviews_a_year:
        found += _moved(
            Meeting.REVIEW, _reviews(start, months, promise.reviews_a_year, rhythm), start, end, rhythm.closed
        )
    renewal = max(start, end - timedelta(days=rhythm.renewal_before))
    found += _moved(Meeting.RENEWAL, [renewal], start, end, rhythm.closed)
    order = list(Meeting)
    return tuple(sorted(found, key=lambda event: (event.on, order.index(event.kind), event.number)))


def last_day(start: date, months: int) -> date:
    """The last day of a service of so many months."""
    return add_months(start, months) - timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the month's last day where it is shorter."""
    year, month = divmod(day.month - 1 + months, MONTHS_A_YEAR)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def business_days_before(day: date, days: int, closed: Collection[date] = ()) -> date:
    """The day that lies so many open days before."""
    found = day
    while days > 0:
        found -= timedelta(days=1)
        days -= is_open(found, closed)
    return found


def is_open(day: date, closed: Collection[date] = ()) -> bool:
    """Whether people meet on this day."""
    return day.weekday() < WEEKEND and day not in closed


def _reviews(start: date, months: int, a_year: int, rhythm: Rhythm) -> Iterator[date]:
    step = Fraction(MONTHS_A_YEAR, a_year)
    first = min(rhythm.first_review, round(step * DAYS_A_MONTH))
    number = max(1, (2 * a_year * months + MONTHS_A_YEAR) // (2 * MONTHS_A_YEAR))
    for n in range(number):
        whole, part = divmod(n * step, 1)
        yield add_months(start, int(whole)) + timedelta(days=first + round(part * DAYS_A_MONTH))


def _moved(
    kind: Meeting, planned: Iterator[date] | list[date], start: date, end: date, closed: Collection[date]
) -> Iterator[Event]:
    for number, wanted in enumerate(planned, start=1):
        day = min(wanted, end)
        yield Event(kind, number, _open_day(day, start, end, closed), day)


def _open_day(day: date, start: date, end: date, closed: Collection[date]) -> date:
    after = day
    while after <= end and not is_open(after, closed):
        after += timedelta(days=1)
    if after <= end:
        return after
    before = day
    while before >= start and not is_open(before, closed):
        before -= timedelta(days=1)
    return before if before >= start else day
