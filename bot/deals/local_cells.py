"""Numbers and dates as a file from elsewhere has them: 1.234,50 and 31.12.2026, where its mapping says so."""

from __future__ import annotations

import re
from typing import Literal

from bot.deals.errors import shorten
from bot.deals.numbers import DateError, NumberError

DateOrder = Literal["day first", "month first"]
_NUMERAL = re.compile(r"\d(?:[\d.,'’\s\u00a0\u202f]*\d)?")
_COMMA = re.compile(r"(?:\d{1,3}(?:([.'’\s\u00a0\u202f])\d{3})(?:\1\d{3})*|\d+)(?:,\d+)?")
_MONTHS = 12
_DAY = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
COMMA_HINT = "Where the whole file writes 1.234,50, put `decimal: comma` into the mapping."
DATE_HINT = "Where the whole file writes 31.12.2026, put `dates: day first` (or `month first`) into the mapping."


def pointed(text: str) -> str:
    """The text with its numerals as we write them: "1.234,50 €" is "1234.50 €".

    Raises NumberError for a numeral that a file with a decimal comma does not have, such as 4.5 or 1,234.5.
    """

    def one(match: re.Match[str]) -> str:
        if _COMMA.fullmatch(match[0]) is None:
            msg = f"The mapping says that a comma stands before decimals: {shorten(match[0])} is no such number."
            raise NumberError(msg)
        whole, _, decimals = match[0].partition(",")
        digits = re.sub(r"\D", "", whole)
        return f"{digits}.{decimals}" if decimals else digits

    return _NUMERAL.sub(one, text)


def iso_day(text: str, order: DateOrder) -> str:
    """The text with a day written in figures as year-month-day; any other text as it is. Raises DateError."""
    match = _DAY.fullmatch(text.strip())
    if match is None:
        return text
    day, month = (match[1], match[3]) if order == "day first" else (match[3], match[1])
    if not 1 <= int(month) <= _MONTHS:
        msg = f"The mapping says that dates are {order}, and there is no month {int(month)}."
        raise DateError(msg)
    return f"{match[4]}-{int(month):02d}-{int(day):02d}"
