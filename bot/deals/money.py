"""Amounts of money as people write them, in the profile's currency and in no other."""

from __future__ import annotations

import re
from decimal import Decimal

from bot.deals.errors import shorten
from bot.deals.numbers import (
    CURRENCY_CODES,
    CURRENCY_WORDS,
    DOLLARS,
    MULTIPLIERS,
    NUMERAL,
    SYMBOLS,
    NumberError,
    checked,
    looks_european,
    parse_number,
    tidy,
)

_SIGNS = "".join(SYMBOLS)
_AMOUNT = re.compile(
    rf"""(?P<minus>-)?\s*(?P<before>(?:us|ca|au|nz|sg|hk)?[{_SIGNS}]|[a-z]{{3}}(?![a-z]))?\s*(?P<minus2>-)?
    (?P<number>{NUMERAL}|[\d.,]+)\s*(?P<scale>{"|".join(sorted(MULTIPLIERS, key=len, reverse=True))})?(?![a-z])\s*
    (?P<after>(?:us|canadian|australian)?\s?[{_SIGNS}]|[a-z]+)?""",
    re.IGNORECASE | re.VERBOSE,
)
_DOLLAR = {"us": "USD", "ca": "CAD", "au": "AUD", "nz": "NZD", "sg": "SGD", "hk": "HKD"}
_SYMBOL_OF = {code: sign for sign, code in SYMBOLS.items()}


class CurrencyError(ValueError):
    """An amount in a currency that is not the profile's. The message is the remedy."""

    def __init__(self, message: str, amount: Decimal, currency: str) -> None:
        """`amount` is the amount as it was stated, in `currency`."""
        super().__init__(message)
        self.amount = amount
        self.currency = currency


def parse_money(text: str, currency: str) -> Decimal:
    """An amount in `currency` (an ISO code; empty takes any): 85,000, $85k, 1.2M, USD 85 000, 85 thousand dollars.

    Raises CurrencyError for another currency, NumberError for what is not one amount.
    """
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        if re.fullmatch(r"[a-z -]+", text, re.IGNORECASE):
            return parse_number(text)
        raise NumberError
    codes = [_code(mark.strip(), currency) for mark in (match["before"], match["after"]) if mark]
    if None in codes:
        raise NumberError
    if len(set(codes)) > 1:
        msg = f"It names two currencies: {' and '.join(sorted(set(filter(None, codes))))}. Name one."
        raise NumberError(msg)
    digits, scale = match["number"], match["scale"]
    if looks_european(digits) and not scale:
        msg = "A point separates decimals here; write a thousand as 1,000 or 1000."
        raise NumberError(msg)
    number = parse_number(digits).scaleb(MULTIPLIERS[scale.lower()] if scale else 0)
    amount = checked(-number if match["minus"] or match["minus2"] else number)
    stated = next(iter(codes), None)
    if currency and stated not in {None, currency}:
        msg = f"The profile is in {currency}; convert {shorten(text.strip())} first."
        raise CurrencyError(msg, amount, str(stated))
    return amount


def _code(mark: str, currency: str) -> str | None:
    lowered = mark.lower()
    if lowered in {"$", "dollar", "dollars"}:
        return currency if currency in DOLLARS else "USD"
    if lowered.endswith("$"):
        return _DOLLAR.get(lowered[:2])
    if lowered in SYMBOLS:
        return SYMBOLS[lowered]
    return CURRENCY_WORDS.get(lowered) or (mark.upper() if mark.upper() in CURRENCY_CODES else None)


def money_words(amount: Decimal, currency: str) -> str:
    """An amount in words that `parse_money` reads back: $85,000, -$1,200.50, CHF 5,000."""
    short = tidy(amount)
    exponent = short.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    # Two places are money's own; three would read as a thousand with a point.
    places = {1: 2, 3: 4}.get(places, places)
    sign = "-" if short < 0 else ""
    symbol = "$" if currency in DOLLARS else _SYMBOL_OF.get(currency) or f"{currency} "
    return f"{sign}{symbol}{abs(short):,.{places}f}"
