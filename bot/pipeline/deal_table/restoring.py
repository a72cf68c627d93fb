"""Facts as they are stored, with real values again, for many deals: what is as it should be is taken the short way.

`restored_facts` of the store is the definition, and is asked for everything that is not plainly well formed; a test
holds the two equal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from bot.deals.errors import FactError
from bot.deals.facts import FactSpecs, FactType, FactValue, Outcome
from bot.deals.numbers import parse_date
from bot.deals.values import value_from_plain

Reader = Callable[[Any], FactValue | None]
"""The value, or None when the short way is not for it."""

_WHOLE = range(-(10**14), 10**14)
_DIGITS = 15
_SHORT_TEXT = 500
_PARTS = frozenset({"metric", "baseline", "target", "unit", "due", "owner", "agreed"})


class Restorer:
    """Reads the stored facts of deals under one profile's facts."""

    def __init__(self, facts: FactSpecs) -> None:
        self._facts = facts
        self._readers: dict[str, Reader] = {name: _READERS[spec.type] for name, spec in facts.items()}

    def facts(self, text: str) -> Mapping[str, FactValue]:
        """The facts that the profile has and can hold."""
        values: dict[str, FactValue] = {}
        for name, data in json.loads(text).items():
            read = self._readers.get(name)
            if read is None:
                continue
            value = read(data)
            if value is None:
                try:
                    value = value_from_plain(self._facts[name], data)
                except FactError:
                    continue
            values[name] = value
        return values


def _integer(data: Any) -> int | None:
    return data if type(data) is int and data in _WHOLE else None


def _number(data: Any) -> Decimal | None:
    if type(data) is int and data in _WHOLE:
        return Decimal(data)
    if type(data) is float and not data.is_integer():
        digits = repr(data)
        if len(digits) <= _DIGITS and "e" not in digits and "n" not in digits:
            return Decimal(digits)
    return None


def _yes_no(data: Any) -> bool | None:
    return data if type(data) is bool else None


def _text(data: Any) -> str | None:
    return data if type(data) is str and len(data) <= _SHORT_TEXT else None


def _date(data: Any) -> date | None:
    return _day(data) if type(data) is str else None


@lru_cache(maxsize=10_000)
def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _outcomes(data: Any) -> tuple[Outcome, ...] | None:
    found: list[Outcome] = []
    for each in data if type(data) is list else ():
        if type(each) is not dict or not each.keys() <= _PARTS:
            return None
        parts: dict[str, Any] = {}
        for name, value in each.items():
            part = _PART_READERS[name](value)
            if part is None:
                return None
            parts[name] = part
        found.append(Outcome(**parts))
    return tuple(found) or None


def _words(data: Any) -> str | None:
    return data if type(data) is str and 0 < len(data) <= _SHORT_TEXT and data.strip() == data else None


_PART_READERS: Mapping[str, Reader] = {
    "metric": _words, "unit": _words, "owner": _words, "baseline": _number, "target": _number, "due": _date,
    "agreed": _yes_no,
}  # fmt: skip
_READERS: Mapping[FactType, Reader] = {
    FactType.INTEGER: _integer,
    FactType.NUMBER: _number,
    FactType.PERCENT: _number,
    FactType.MONEY: _number,
    FactType.YES_NO: _yes_no,
    FactType.CHOICE: _text,
    FactType.TEXT: _text,
    FactType.DATE: _date,
    FactType.OUTCOMES: _outcomes,
}
