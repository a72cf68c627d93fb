"""Whether a filter holds for a deal: yes, no, or not known."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from bot.deals.facts import FactValue
from bot.pipeline.query import (
    CheckFilter,
    CloseDateFilter,
    FactFilter,
    Filter,
    MissingFilter,
    PartFilter,
    Period,
    WordFilter,
)
from bot.pipeline.records import Record
from bot.profile.verdict import Result

_COMPARE: MappingProxyType[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
)


def matches(filters: Iterable[Filter], record: Record, today: date) -> bool | None:
    """Whether every filter holds: False when one does not, else None when one is not known (Kleene's and)."""
    known = True
    for each in filters:
        held = holds(each, record, today)
        if held is None:
            known = False
        elif held is each.negate:
            return False
    return True if known else None


def holds(each: Filter, record: Record, today: date) -> bool | None:
    """Whether the filter's condition holds, before `negate` is applied."""
    match each:
        case WordFilter():
            return _word(each, record)
        case CheckFilter():
            wanted = each.any_of or tuple(record.results)
            return _any(Result(each.result), (record.results.get(check) for check in wanted))
        case PartFilter():
            parts = each.parts
            return _any(Result(each.result), (r for check, r in record.results.items() if record.parts[check] in parts))
        case FactFilter():
            return _fact(each, record.facts.get(each.fact))
        case MissingFilter():
            return _missing(each.fact, record)
        case CloseDateFilter():
            return _closes(each, record.close_date, today)


def _missing(fact: str, record: Record) -> bool:
    if fact in {"close_date", "customer"}:
        return getattr(record, fact) is None
    return record.facts.get(fact) in (None, ())


def _closes(each: CloseDateFilter, day: date | None, today: date) -> bool | None:
    if day is None:
        return None
    first, last = (each.first, each.last) if each.period is None else span(each.period, today)
    return (first is None or first <= day) and (last is None or day <= last)


def _word(each: WordFilter, record: Record) -> bool | None:
    words = {word.casefold() for word in each.any_of}
    match each.by:
        case "authority":
            return any(authority.casefold() in words for authority in record.authorities)
        case "customer":
            # A deal that names no customer goes by its own name, as people write it.
            return (record.customer or record.name).casefold() in words
        case "verdict":
            return record.judgement.value in words
        case "segment" | "stance":
            value: str | None = getattr(record, each.by)
            # The segment is unknown while the facts that decide it are.
            return None if value is None else value.casefold() in words
        case _:
            text: str | None = getattr(record, each.by)
            return text is not None and text.casefold() in words


def _any(wanted: Result, results: Iterable[Result | None]) -> bool | None:
    found = set(results)
    if wanted in found:
        return True
    return None if Result.UNKNOWN in found else False


def _fact(each: FactFilter, value: FactValue | None) -> bool | None:
    if value is None:
        return None
    mine: object = len(value) if isinstance(value, tuple) else value
    if isinstance(each.value, tuple):
        return any(_same(mine, other) for other in each.value)
    if each.op in {"=", "!="}:
        return _same(mine, each.value) is (each.op == "=")
    ordered = isinstance(mine, int | Decimal) and isinstance(each.value, int | Decimal)
    if ordered or (isinstance(mine, date) and isinstance(each.value, date)):
        return _COMPARE[each.op](mine, each.value)
    return None


def _same(mine: object, other: object) -> bool:
    if isinstance(mine, bool) or isinstance(other, bool):
        return mine is other
    if isinstance(mine, str) and isinstance(other, str):
        return mine.casefold() == other.casefold()
    return mine == other


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
