"""The numbers, percentages, amounts and dates that a text states, in one normal form that can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_VALUES = {word: value for value, word in enumerate(_ONES)} | {word: 10 * (at + 2) for at, word in enumerate(_TENS)}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_SHORT = {"k": 1_000, "m": 1_000_000, "mn": 1_000_000, "bn": 1_000_000_000, **_SCALES}
_MONTHS = [
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
]  # fmt: skip
_MONTH = {name: at + 1 for at, name in enumerate(_MONTHS)} | {name[:3]: at + 1 for at, name in enumerate(_MONTHS)}
_UNITS = {
    "%": "%", "percent": "%", "percents": "%", "percentage": "%", "pct": "%",
    "dollar": "$", "usd": "$", "euro": "€", "eur": "€", "pound": "£", "gbp": "£",
    "minute": "minute", "min": "minute", "hour": "hour", "hr": "hour", "day": "day", "week": "week", "month": "month",
    "quarter": "quarter", "year": "year", "yr": "year", "point": "point",
}  # fmt: skip
_STRICT = {"%", "$", "€", "£"}
_PASSED_OVER = {"working", "full", "calendar", "business", "clinical", "per", "of"}

_MONTH_NAMES = "|".join([*_MONTHS, *(name[:3] for name in _MONTHS)])
_DATE = re.compile(
    rf"\b(?:(?P<y1>\d{{4}})-(?P<m1>\d{{2}})-(?P<d1>\d{{2}})"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m2>{_MONTH_NAMES})\b\.?,?(?:\s+(?P<y2>\d{{4}}))?"
    rf"|(?P<m3>{_MONTH_NAMES})\b\.?\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d|[,.]\d)(?:,?\s+(?P<y3>\d{{4}}))?)",
    re.IGNORECASE,
)
_NUMBER_WORD = rf"(?:{'|'.join(sorted([*_VALUES, *_SCALES], key=len, reverse=True))})"
_NUMBER = re.compile(
    rf"(?P<sign>(?<![\w.])[-−])?(?P<money>[$€£])?\s?(?P<digits>\d+(?:,\d{{3}})*(?:\.\d+)?|(?<![\w$])\.\d+)"
    rf"(?:\s?(?P<short>k|mn?|bn|hundred|thousand|million|billion)(?![\w]))?(?P<ordinal>(?:st|nd|rd|th)\b)?"
    rf"|\b(?P<spelled>{_NUMBER_WORD}(?:(?:\s+and\s+|[\s-]+){_NUMBER_WORD})*)\b",
    re.IGNORECASE,
)
_NEXT = re.compile(r"\s*[-‑]?\s*(%|[A-Za-z]+)(?:\s+([A-Za-z]+))?")
_RANGE = re.compile(r"\s*(?:-|–|to|and|or)\s*", re.IGNORECASE)
_NET = re.compile(r"\bnet\s*[-:]?\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with its unit: "%", a currency sign, a unit of time in the singular, or "" where none is written."""

    value: Decimal
    unit: str
    words: str

    def carried_by(self, other: Quantity) -> bool:
        """Whether the other one states this one: the same value, and no other unit.

        A percentage or an amount of money is only carried by another one: "10%" does not stand in "10 people".
        """
        loose = not self.unit or (not other.unit and self.unit not in _STRICT)
        return self.value == other.value and (self.unit == other.unit or loose)


@dataclass(frozen=True, slots=True)
class Day:
    """A day; the year is None where none is written."""

    month: int
    day: int
    year: int | None
    words: str

    def carried_by(self, other: Day) -> bool:
        """Whether the other one states this one. A day without a year is carried by the same day of any year."""
        return (self.month, self.day) == (other.month, other.day) and self.year in {None, other.year}


def quantities(text: str) -> tuple[tuple[Quantity, ...], tuple[Day, ...]]:
    """The quantities and the days in a text, in order. "one" counts only before a unit: elsewhere it is an article."""
    days: list[Day] = []
    rest: list[str] = []
    begin = 0
    for match in _DATE.finditer(text):
        day = _day(match)
        if day is not None:
            days.append(day)
            rest += [text[begin : match.start()], " ; "]
            begin = match.end()
    rest.append(text[begin:])
    left = "".join(rest)
    found: list[Quantity] = []
    ends: list[int] = []
    for match in _NUMBER.finditer(left):
        quantity = _quantity(match, left)
        if quantity is None:
            continue
        if found and not found[-1].unit and quantity.unit and _RANGE.fullmatch(left[ends[-1] : match.start()]):
            found[-1] = replace(found[-1], unit=quantity.unit)  # "5 to 10%" states 5%
        found.append(quantity)
        ends.append(match.end())
    return tuple(found), tuple(days)


def unsupported(text: str, evidence: Iterable[str]) -> tuple[str, ...]:
    """The words of the quantities and days in `text` that none of the texts of the evidence states."""
    known = [quantities(part) for part in evidence]
    numbers = [number for part in known for number in part[0]]
    dates = [day for part in known for day in part[1]]
    mine, days = quantities(text)
    missing = [number.words for number in mine if not any(number.carried_by(other) for other in numbers)]
    return (*missing, *(day.words for day in days if not any(day.carried_by(other) for other in dates)))


def _day(match: re.Match[str]) -> Day | None:
    part = match.groupdict()
    for year, month, day in (("y1", "m1", "d1"), ("y2", "m2", "d2"), ("y3", "m3", "d3")):
        if part[day] is None:
            continue
        number = int(part[month]) if part[month].isdigit() else _MONTH[part[month].lower()]
        try:
            date(int(part[year] or 2024), number, int(part[day]))  # a leap year, so that 29 February stands
        except ValueError:
            return None
        return Day(number, int(part[day]), int(part[year]) if part[year] else None, match.group().strip())
    return None


def _quantity(match: re.Match[str], text: str) -> Quantity | None:
    unit, unit_words = _unit(text[match.end() :])
    if match["spelled"]:
        value = _spelled(match["spelled"])
        if value is None or (match["spelled"].lower() == "one" and not unit):
            return None
        return Quantity(value, unit, match.group().strip() + unit_words)
    if match["ordinal"]:
        return None
    value = Decimal(match["digits"].replace(",", ""))
    value *= _SHORT[match["short"].lower()] if match["short"] else 1
    if match["money"]:
        unit, unit_words = match["money"], ""
    elif not unit and _NET.search(text[: match.start()]):
        unit = "day"
    return Quantity(-value if match["sign"] else value, unit, match.group().strip() + unit_words)


def _unit(after: str) -> tuple[str, str]:
    """The unit that follows a number, as its normal name and as it is written."""
    match = _NEXT.match(after)
    if match is None:
        return "", ""
    first, second = match[1].lower(), (match[2] or "").lower()
    if first == "per" and second in {"cent", "cents"}:
        return "%", after[: match.end()]
    for word, end in ((first, match.end(1)), (second if first in _PASSED_OVER else "", match.end())):
        unit = _UNITS.get(word) or _UNITS.get(word.removesuffix("s"))
        if unit:
            return unit, after[:end]
    return "", ""


def _spelled(words: str) -> Decimal | None:
    """The value of a number in words, such as "two hundred and forty"; None when the words do not make one number."""
    total, part, small = 0, 0, 0
    for word in re.split(r"[\s-]+", words.lower()):
        if word == "and":
            continue
        if word in _SCALES:
            scale = _SCALES[word]
            part, small = (part or 1) * scale, 0
            if scale > _SCALES["hundred"]:
                total, part = total + part, 0
        else:
            value = _VALUES[word]
            if small and not (small >= _VALUES["twenty"] and small % 10 == 0 and value < _VALUES["ten"]):
                return None
            part, small = part + value, value
    return Decimal(total + part)
