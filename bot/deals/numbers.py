"""Numbers, amounts of money and dates as people write them; what could mean two things is refused."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from types import MappingProxyType

MAX_DIGITS = 15
"""Numbers with more significant digits do not survive JSON, so they are refused rather than rounded."""

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def _number_words() -> dict[str, int]:
    words = {word: number for number, word in enumerate(_ONES)}
    for tens, word in enumerate(_TENS, start=2):
        words[word] = tens * 10
        for ones in range(1, 10):
            words[f"{word} {_ONES[ones]}"] = words[f"{word}-{_ONES[ones]}"] = tens * 10 + ones
    return words


NUMBER_WORDS = MappingProxyType(_number_words())
"""Zero to ninety-nine in words, with a hyphen or a space."""

MULTIPLIERS = MappingProxyType(
    {"k": 3, "thousand": 3, "m": 6, "mm": 6, "mn": 6, "mil": 6, "million": 6, "millions": 6, "bn": 9, "billion": 9}
)
"""What stands behind a number, and the power of ten it means. A lone m is a million for money only."""

SYMBOLS = MappingProxyType({"$": "USD", "\u20ac": "EUR", "\u00a3": "GBP", "\u00a5": "JPY", "\u20b9": "INR"})
"""The sign that a currency is written with. A dollar sign stands for the profile's own dollar, whichever it is."""

CURRENCY_WORDS = MappingProxyType(
    {
        "dollar": "USD", "dollars": "USD", "euro": "EUR", "euros": "EUR", "pounds": "GBP", "sterling": "GBP",
        "francs": "CHF", "yen": "JPY", "rupees": "INR",
    }
)  # fmt: skip

CURRENCY_CODES = frozenset(
    """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
    CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF
    IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK
    MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR
    SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES
    VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL""".split()
)
"""The ISO 4217 codes in use."""

DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN"})

NUMERAL = r"(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d{1,3}(?:[ ]\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+"
"""A pattern for a numeral without a sign: 1,200 and 85 000 and 8.5 and .5."""

_NUMERAL = re.compile(NUMERAL)
_AMBIGUOUS_COMMA = re.compile(r"[\d.,]*\d,\d[\d.,]*")


class NumberError(ValueError):
    """A text that is not one plain number. The message is a remedy, or empty when there is nothing special to say."""


def parse_number(text: str) -> Decimal:
    """A number as it is written, without units: 8, 1,200, 85 000, -3.5, eight, 1.2k is not one."""
    body = " ".join(text.split())
    words = NUMBER_WORDS.get(body.casefold())
    if words is not None:
        return Decimal(words)
    sign, digits = (body[0], body[1:].strip()) if body[:1] in {"-", "+"} else ("", body)
    if not _NUMERAL.fullmatch(digits):
        if _AMBIGUOUS_COMMA.fullmatch(digits):
            msg = "A comma separates thousands here (1,200); write a decimal with a point (8.5)."
            raise NumberError(msg)
        raise NumberError
    number = Decimal(digits.replace(",", "").replace(" ", ""))
    return checked(-number if sign == "-" else number)


def checked(number: Decimal) -> Decimal:
    """The same number in its shortest form; more digits than JSON carries, NaN and infinity are refused."""
    if not number.is_finite():
        raise NumberError
    far = abs(number.adjusted()) >= MAX_DIGITS and not number.is_zero()
    short = number if far else tidy(number)
    if far or len(short.as_tuple().digits) > MAX_DIGITS:
        msg = f"Write a number with at most {MAX_DIGITS} digits."
        raise NumberError(msg)
    return short


def tidy(number: Decimal) -> Decimal:
    """The number without needless zeros and without an exponent: 8.50 becomes 8.5, 8E+1 becomes 80."""
    if number.is_zero():
        return Decimal(0)
    short = number.normalize()
    exponent = short.as_tuple().exponent
    return short.quantize(Decimal(1)) if isinstance(exponent, int) and 0 < exponent <= MAX_DIGITS else short


def looks_european(text: str) -> bool:
    """Whether a numeral could be a thousand with a point, as in 1.200 or 1.200.000."""
    return re.fullmatch(r"[-+]?\d{1,3}(?:\.\d{3})+", text) is not None


MONTHS = MappingProxyType(
    {
        name: number
        for number, names in enumerate(
            (
                "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
                "september sep sept", "october oct", "november nov", "december dec",
            ),
            start=1,
        )
        for name in names.split()
    }
)  # fmt: skip

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
DATE = (
    r"(?:\d{4}-\d{1,2}-\d{1,2}|\d{4}/\d{1,2}/\d{1,2}"
    rf"|(?:{_MONTH})\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_MONTH})\.?,? \d{{4}})"
)
"""A pattern for the dates that can mean one day only; to be matched without regard to case."""

_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00:00)?)?")
_MONTH_FIRST = re.compile(rf"({_MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})", re.IGNORECASE)
_DAY_FIRST = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({_MONTH})\.?,? (\d{{4}})", re.IGNORECASE)
_SLASHES = re.compile(r"\d{1,2}([/.-])\d{1,2}\1(?:\d{4}|\d{2})")


class DateError(ValueError):
    """A text that is not one certain day. The message is the remedy."""


def parse_date(text: str) -> date:
    """A day: 2027-03-01, March 1 2027 or 1 March 2027. 03/04/2027 is two days to two readers, so it is refused."""
    body = " ".join(text.split())
    try:
        if match := _ISO.fullmatch(body):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _MONTH_FIRST.fullmatch(body):
            return date(int(match[3]), MONTHS[match[1].lower()], int(match[2]))
        if match := _DAY_FIRST.fullmatch(body):
            return date(int(match[3]), MONTHS[match[2].lower()], int(match[1]))
    except ValueError:
        msg = "There is no such day. Write a date as year-month-day, such as 2027-03-01."
        raise DateError(msg) from None
    if _SLASHES.fullmatch(body):
        msg = "It may mean two different days. Write a date as year-month-day, such as 2027-03-01."
        raise DateError(msg)
    msg = "Write a date as year-month-day, such as 2027-03-01."
    raise DateError(msg)
