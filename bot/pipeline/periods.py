"""Spans of time relative to a day, and quarters as people write them."""

from __future__ import annotations

from datetime import date, timedelta

from bot.pipeline.query import Period


def span(period: Period, today: date) -> tuple[date | None, date | None]:
    """The first and the last day of a period; None where it is open."""
    if period == "overdue":
        return None, today - timedelta(days=1)
    days = {"today": 0, "tomorrow": 1, "yesterday": -1}
    if period in days:
        day = today + timedelta(days=days[period])
        return day, day
    which, unit = period.split()
    shift = {"last": -1, "this": 0, "next": 1}[which]
    if unit == "week":
        first = today - timedelta(days=today.weekday()) + timedelta(weeks=shift)
        return first, first + timedelta(days=6)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    return months_span(today.year, (today.month - 1) // months * months + shift * months, months)


def months_span(year: int, month: int, months: int) -> tuple[date, date]:
    """The first and the last day of some whole months; `month` counts from 0 and may lie outside the year."""
    first, after = (date(year + at // 12, at % 12 + 1, 1) for at in (month, month + months))
    return first, after - timedelta(days=1)


def quarter(day: date | None) -> str | None:
    """The calendar quarter of a day, "2026 Q4"; as text it sorts in order of time."""
    return None if day is None else f"{day.year:04} Q{(day.month + 2) // 3}"
