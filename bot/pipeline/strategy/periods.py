"""Months and quarters: where a day belongs, by name, in an order that sorts as text."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from bot.pipeline.fit import quarter


class Length(StrEnum):
    """How long a period is."""

    MONTH = "month"
    QUARTER = "quarter"


def period_of(day: date | None, length: Length) -> str | None:
    """The period of a day: "2026-11" or "2026 Q4"; None for no day."""
    if day is None or length is Length.QUARTER:
        return quarter(day)
    return f"{day.year:04}-{day.month:02}"


def between(first: str, last: str, length: Length) -> tuple[str, ...]:
    """Every period from the first to the last, both included."""
    size = 12 if length is Length.MONTH else 4

    def number(period: str) -> int:
        year, part = period[:4], period[-2:].lstrip("Q-")
        return int(year) * size + int(part) - 1

    found = []
    for each in range(number(first), number(last) + 1):
        year, part = divmod(each, size)
        found.append(f"{year:04}-{part + 1:02}" if length is Length.MONTH else f"{year:04} Q{part + 1}")
    return tuple(found)
