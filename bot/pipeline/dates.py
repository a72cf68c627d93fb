"""Spans of time in words: "this quarter", "in Q1", "before March", "between 1 March and 15 April 2027"."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import get_args

from bot.deals.numbers import MONTHS
from bot.pipeline.periods import months_span, span
from bot.pipeline.query import CloseDateFilter, Period
from bot.pipeline.words import Token

_PERIODS = frozenset(get_args(Period))
_WHICH = {"this": "this", "current": "this", "next": "next", "coming": "next", "last": "last", "previous": "last"}
_UNITS = {word: unit for unit in ("day", "week", "month", "quarter", "year") for word in (unit, unit + "s")}
_BEFORE = (("before",), ("prior", "to"), ("earlier", "than"))
_UNTIL = (("by",), ("until",), ("till",), ("through",), ("up", "to"), ("no", "later", "than"), ("not", "later", "than"))
_AFTER = (("after",), ("later", "than"))
_SINCE = (("since",), ("from",), ("starting",), ("beginning",))
_IN = (("in",), ("during",), ("within",), ("on",), ("over",), ("for",), ("of",))
_SURE = (*_BEFORE, *_UNTIL, *_AFTER, *_SINCE, ("in",), ("during",), ("on",))
_CLOSING = frozenset({"close", "due", "sign", "land", "expect", "closing"})
_QUARTERS = {"q1": (0, 3), "q2": (3, 3), "q3": (6, 3), "q4": (9, 3), "h1": (0, 6), "h2": (6, 6)}
_MOST = 999
_CENTURY = range(2000, 2100)
_SHORTEST = 4
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}


@dataclass(frozen=True, slots=True)
class _Point:
    """A day or some whole days, and how many tokens say so; `period` where the words are relative to today."""

    first: date | None
    last: date
    length: int
    period: Period | None = None


class DateReader:
    """Reads spans of time relative to `today`.

    A month, quarter or half without a year is the one that is on or comes next; when `past` is set, because the
    question is about deals that are closed, it is the one that is on or came last. "since" always looks back.
    """

    def __init__(self, tokens: Sequence[Token], today: date, *, past: bool) -> None:
        self._tokens = tokens
        self._texts = [token.text.lower() for token in tokens]
        self._today = today
        self._past = past

    def at(self, start: int) -> tuple[int, CloseDateFilter | None]:
        """The span that begins at this token: how many tokens it has (0: none does), and the filter it makes."""
        for read in (self._overdue, self._between, self._rolling, self._plain):
            length, found = read(start)
            if length:
                return length, found
        return 0, None

    def _overdue(self, at: int) -> tuple[int, CloseDateFilter | None]:
        for words in (("overdue",), ("past", "due"), ("past", "their", "close", "date"), ("late",)):
            if self._says(at, words):
                return len(words), CloseDateFilter(period="overdue")
        return 0, None

    def _between(self, at: int) -> tuple[int, CloseDateFilter | None]:
        if self._texts[at] not in {"between", "from"}:
            return 0, None
        one = self._point(at + 1)
        if one is None:
            return 0, None
        middle = at + 1 + one.length
        if middle >= len(self._texts) or self._texts[middle] not in {"and", "to", "until", "till", "through"}:
            return 0, None
        other = self._point(middle + 1, after=one.first)
        if other is None or (one.first and other.last < one.first):
            return 0, None
        return middle + 1 + other.length - at, CloseDateFilter(first=one.first, last=other.last)

    def _rolling(self, at: int) -> tuple[int, CloseDateFilter | None]:
        """The next 30 days; the last two months; within 30 days, after a word of closing."""
        i = at + self._prefix(at, _IN)
        within = i > at and self._texts[at] in {"within", "in"} and at > 0 and self._tokens[at - 1].stem in _CLOSING
        i += self._word(i) == "the"
        back = self._word(i) in {"last", "past", "previous"}
        if back or self._word(i) in {"next", "coming"}:
            i += 1
        elif not within:
            return 0, None
        number = self._tokens[i].number if i < len(self._tokens) else None
        unit = _UNITS.get(self._word(i + 1))
        if number is None or unit is None or number != int(number) or not 0 < number <= _MOST:
            return 0, None
        other = self._shift(int(number) * (-1 if back else 1), unit)
        first, last = (other, self._today) if back else (self._today, other)
        return i + 2 - at, CloseDateFilter(first=first, last=last)

    def _plain(self, at: int) -> tuple[int, CloseDateFilter | None]:
        lead = self._prefix(at, (*_SURE, *_IN))
        preposition = tuple(self._texts[at : at + lead])
        point = self._point(at + lead, sure=preposition in _SURE, back=preposition == ("since",))
        if point is None or point.first is None:
            return 0, None
        found = CloseDateFilter(first=point.first, last=point.last)
        if preposition in _BEFORE:
            found = CloseDateFilter(last=point.first - timedelta(days=1))
        elif preposition in _UNTIL:
            found = CloseDateFilter(last=point.last)
        elif preposition in _AFTER:
            found = CloseDateFilter(first=point.last + timedelta(days=1))
        elif preposition in _SINCE:
            found = CloseDateFilter(first=point.first)
        elif point.period:
            found = CloseDateFilter(period=point.period)
        return lead + point.length, found

    def _point(self, at: int, *, sure: bool = True, back: bool = False, after: date | None = None) -> _Point | None:
        skip = self._word(at) == "the"
        end = next((len(w) for w in (("end", "of"), ("the", "end", "of")) if self._says(at, w)), 0)
        at += end or skip
        inner = end > 0 and self._word(at) == "the"
        at += inner
        found = (
            self._relative(at, whole=end > 0) or self._day(at) or self._months(at, sure=sure, back=back, after=after)
        )
        if found is None:
            return None
        first = found.last if end else found.first
        return _Point(first, found.last, found.length + (end or skip) + inner, None if end else found.period)

    def _relative(self, at: int, *, whole: bool) -> _Point | None:
        word = self._word(at)
        which = _WHICH.get(word)
        unit = _UNITS.get(self._word(at + 1)) if which else None
        if unit is None and whole and word in _UNITS:
            which, unit, length = "this", _UNITS[word], 1  # by the end of the quarter
        else:
            length = 2 if unit else 1
        name = f"{which} {unit}" if unit else word
        for period in _PERIODS:
            if period == name and period != "overdue":
                first, last = span(period, self._today)
                return _Point(first, last or self._today, length, period)
        return None

    def _day(self, at: int) -> _Point | None:
        token = self._tokens[at] if at < len(self._tokens) else None
        if token is None:
            return None
        if token.day is not None:
            return _Point(token.day, token.day, 1)
        for month_at, day_at in ((at, at + 1), (at + 1, at)):
            month, day = MONTHS.get(self._word(month_at)), self._number(day_at)
            if month and day and day <= monthrange(2024, month)[1]:
                year, length = self._year(at + 2)
                return self._dated(month, day, year, 2 + length)
        return None

    def _dated(self, month: int, day: int, year: int | None, length: int) -> _Point | None:
        years = [year] if year else range(self._today.year - 4, self._today.year + 5)
        days = [date(y, month, day) for y in years if day <= monthrange(y, month)[1]]
        fitting = [d for d in days if year or (d <= self._today if self._past else d >= self._today)]
        if not fitting:
            return None
        found = fitting[-1] if self._past else fitting[0]
        return _Point(found, found, length)

    def _months(self, at: int, *, sure: bool, back: bool, after: date | None) -> _Point | None:
        word = self._word(at)
        length, start, months = 1, 0, 0
        if word in MONTHS and (sure or (len(word) >= _SHORTEST and word != "may")):
            start, months = MONTHS[word] - 1, 1
        elif word in _QUARTERS:
            start, months = _QUARTERS[word]
        elif word in _ORDINALS and self._word(at + 1) == "quarter":
            start, months, length = (_ORDINALS[word] - 1) * 3, 3, 2
        else:
            year, length = self._year(at)
            return _Point(date(year, 1, 1), date(year, 12, 31), length) if year else None
        length += self._word(at + length) == "of" and self._year(at + length + 1)[0] is not None
        year, more = self._year(at + length)
        first, last = months_span(year or self._nearest(start, months, back=back, after=after), start, months)
        return _Point(first, last, length + more)

    def _nearest(self, start: int, months: int, *, back: bool, after: date | None) -> int:
        """The year of the span that is on, else of the next one, or of the last one when looking back."""
        for year in range(self._today.year - 1, self._today.year + 3):
            _, last = months_span(year, start, months)
            if after is not None:
                if last >= after:
                    return year
            elif self._past or back:
                following, _ = months_span(year + 1, start, months)
                if following > self._today:
                    return year
            elif last >= self._today:
                return year
        return self._today.year

    def _year(self, at: int) -> tuple[int | None, int]:
        number = self._number(at, most=_CENTURY[-1])
        return (number, 1) if number in _CENTURY else (None, 0)

    def _number(self, at: int, most: int = 31) -> int | None:
        token = self._tokens[at] if 0 <= at < len(self._tokens) else None
        if token is None or token.number is None or token.kind != "plain" or token.more:
            return None
        return int(token.number) if token.number == int(token.number) and 1 <= token.number <= most else None

    def _shift(self, number: int, unit: str) -> date:
        if unit in {"day", "week"}:
            return self._today + timedelta(days=number * (7 if unit == "week" else 1))
        months = number * {"month": 1, "quarter": 3, "year": 12}[unit]
        at = self._today.year * 12 + self._today.month - 1 + months
        year, month = divmod(at, 12)
        return date(year, month + 1, min(self._today.day, monthrange(year, month + 1)[1]))

    def _prefix(self, at: int, choices: Sequence[tuple[str, ...]]) -> int:
        return max((len(words) for words in choices if self._says(at, words)), default=0)

    def _says(self, at: int, words: tuple[str, ...]) -> bool:
        return tuple(self._texts[at : at + len(words)]) == words

    def _word(self, at: int) -> str:
        return self._texts[at] if 0 <= at < len(self._texts) else ""
