"""Counts, shares and dates as sentences say them, alike on every surface."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
# Named here, not asked of strftime: that would answer in the language of the machine.


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with the words that agree with it: "1 deal", "1,200 deals", and given both, "1 point is".

    Without `many`, what is counted takes an s.
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def share_words(percent: Decimal | None) -> str:
    """A share in percent: "62.5%"; a dash where it is not known."""
    return "-" if percent is None else f"{percent}%"


def spoken(name: str) -> str:
    """A name of the language as people say it: needs_approval is "needs approval"."""
    return name.replace("_", " ")


def date_words(day: date) -> str:
    """A date that no two countries read differently: 7 December 2026."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def weekday_words(day: date) -> str:
    """A date with its weekday: Monday 7 December 2026."""
    return f"{WEEKDAYS[day.weekday()]} {date_words(day)}"
