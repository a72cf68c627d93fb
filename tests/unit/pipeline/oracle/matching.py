"""Whether a filter holds for a deal: yes, no, or not known."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from bot.deals.facts import FactValue
from bot.pipeline.deal_table.layout import words_of
from bot.pipeline.periods import span
from bot.pipeline.query import (
    NOT_FACTS,
    CheckFilter,
    CloseDateFilter,
    FactFilter,
    Filter,
    KindFilter,
    MissingFilter,
    PartFilter,
    WordFilter,
)
from bot.pipeline.records import Record
from bot.profile.verdict import Part, Result

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
            foreign = record.other_currency and each.fact == "contract_value"
            return None if foreign else _fact(each, record.facts.get(each.fact))
        case MissingFilter():
            return _missing(each.fact, record)
        case CloseDateFilter():
            return _closes(each, record.close_date, today)
        case KindFilter():
            return _either(_KINDS[kind](record) for kind in each.any_of)
        case _:
            raise AssertionError("what changed since a snapshot is tested with snapshots")


def _either(truths: Iterable[bool | None]) -> bool | None:
    found = set(truths)
    return True if True in found else None if None in found else False


def _false_positive(record: Record) -> bool | None:
    customer = [result for check, result in record.results.items() if record.parts[check] is Part.CUSTOMER]
    if any(broken.part in {Part.VALUE, Part.PRICE} for broken in record.broken):
        return False
    return _any(Result.FAIL, customer)


def _negative_value(record: Record) -> bool | None:
    margin, days = record.facts.get("margin"), record.facts.get("payment_days")
    if not isinstance(margin, int | Decimal):
        return None
    if margin < 0:
        return True
    if not isinstance(days, int) or record.facts.get("prepaid") is True:
        return False
    return Fraction(margin) - Fraction(10) * days / 365 < 0


_KINDS = {"false_positive": _false_positive, "negative_value": _negative_value}


def _missing(fact: str, record: Record) -> bool:
    if fact in NOT_FACTS:
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
            return words_of(record.customer or record.name) in {words_of(word) for word in each.any_of}
        case "name":
            return words_of(record.name) in {words_of(word) for word in each.any_of}
        case "stage":
            return record.stage is not None and words_of(record.stage) in {words_of(word) for word in each.any_of}
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
