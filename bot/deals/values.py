"""One fact's value: from a form, a cell or data; to words; and back from stored data. What is unclear is refused."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from bot.deals.errors import FactError, ForeignAmount, shorten
from bot.deals.facts import FactSpec, FactType, FactValue, Outcome
from bot.deals.money import CurrencyError, money_words, parse_money
from bot.deals.numbers import (
    MULTIPLIERS,
    DateError,
    NumberError,
    checked,
    looks_european,
    parse_date,
    parse_number,
    tidy,
)
from bot.deals.outcomes import EXAMPLE, OutcomeError, format_outcomes, parse_outcomes
from bot.deals.text import key, plain_text
from bot.deals.units import names, singular, unit_factors
from bot.deals.wording import counted

__all__ = [
    "FactError",
    "format_outcomes",
    "format_value",
    "parse_outcomes",
    "parse_value",
    "remedy",
    "value_from_plain",
]

_MAX_TEXT = 2000
_HUGE = 10**15
_YES = MappingProxyType({"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False})
_PERCENT = re.compile(r"(.*?)\s*(?:%|percent|per cent|pct\.?)", re.DOTALL)
_SCALED = re.compile(r"(.*\d)\s*(k|thousand|million|billion|bn|mn)", re.IGNORECASE | re.DOTALL)


def parse_value(spec: FactSpec, raw: object, currency: str = "USD") -> FactValue:
    """The value that `raw` states for the fact: text from a form, a cell or `--facts`, or YAML or JSON data.

    `currency` is the profile's. Raises FactError, with a remedy in words, for anything that is not one certain value.
    """
    if isinstance(raw, str):
        text = " ".join(plain_text(raw).split()) if spec.type is not FactType.OUTCOMES else raw
        if not text.strip():
            raise _error(spec, raw, currency, problem="is empty")
        return _in_range(spec, _from_text(spec, text, raw, currency), raw, currency)
    return _in_range(spec, _from_data(spec, raw, currency), raw, currency)


def value_from_plain(spec: FactSpec, data: Any) -> FactValue:
    """The value whose JSON form (`plain_value`) is `data`: what was stored is read back, whatever the range is now."""
    if spec.type is FactType.CHOICE and isinstance(data, str):
        return data
    return _from_text(spec, data, data, "") if isinstance(data, str) else _from_data(spec, data, "")


def format_value(spec: FactSpec, value: FactValue, currency: str | None = None) -> str:
    """The value in words: 8%, 60 days, $85,000, yes, 2 outcomes, 1 agreed. `parse_value` reads all but outcomes.

    Money is told in `currency`, or else in that of the profile that declares the fact.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return _outcomes_words(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value
    if spec.type is FactType.MONEY:
        return money_words(Decimal(value), currency or spec.currency or "USD")
    number = f"{tidy(Decimal(value)):,f}" if not isinstance(value, int) else f"{value:,}"
    if spec.type is FactType.PERCENT:
        return f"{number}%"
    if spec.unit is None:
        return number
    return f"{number} {singular(spec.unit) if value == 1 else spec.unit}"


def remedy(spec: FactSpec, currency: str = "USD") -> str:
    """What to write for this fact, in a sentence that fits its type, its choices and its range."""
    bounds = _bounds(spec, currency)
    unit = f" of {spec.unit}" if spec.unit else ""
    match spec.type:
        case FactType.INTEGER:
            return f"Write a whole number{unit}{bounds}, such as {_example(spec, 12)}."
        case FactType.NUMBER:
            return f"Write a number{unit}{bounds}, such as {_example(spec, 12)}."
        case FactType.PERCENT:
            return f"Write a number of percent{bounds}, such as 8 or 8%."
        case FactType.MONEY:
            return f"Write an amount in {currency}{bounds}, such as 85,000 or 85k."
        case FactType.YES_NO:
            return "Write yes or no."
        case FactType.CHOICE:
            return f"Choose one of: {', '.join(spec.choices)}."
        case FactType.DATE:
            return "Write a date as year-month-day, such as 2027-03-01."
        case FactType.OUTCOMES:
            return f"Write one outcome a line, such as {EXAMPLE}."
        case FactType.TEXT:
            return f"Write up to {_MAX_TEXT:,} characters."


def _error(
    spec: FactSpec, raw: object, currency: str, *, problem: str | None = None, hint: str | None = None
) -> FactError:
    return FactError(fact=spec.name, label=spec.label, raw=raw, problem=problem, remedy=hint or remedy(spec, currency))


def _from_text(spec: FactSpec, text: str, raw: object, currency: str) -> FactValue:
    try:
        match spec.type:
            case FactType.YES_NO:
                return _yes_no(spec, text, raw, currency)
            case FactType.CHOICE:
                return _choice(spec, text, raw, currency)
            case FactType.TEXT:
                if len(text) > _MAX_TEXT:
                    raise _error(spec, raw, currency, problem=f"has {len(text):,} characters")
                return text
            case FactType.DATE:
                return parse_date(text)
            case FactType.OUTCOMES:
                return parse_outcomes(text)
            case FactType.MONEY:
                return parse_money(_without_name(spec, text), currency)
            case FactType.INTEGER | FactType.NUMBER | FactType.PERCENT:
                return _whole(spec, _quantity(spec, text), raw, currency)
    except OutcomeError as error:
        raise _error(spec, raw, currency, problem=error.problem, hint=error.remedy) from None
    except CurrencyError as error:
        raise ForeignAmount(_error(spec, raw, currency, hint=str(error)), error.amount, error.currency) from None
    except (NumberError, DateError) as error:
        raise _error(spec, raw, currency, hint=str(error) or None) from None


def _from_data(spec: FactSpec, raw: object, currency: str) -> FactValue:
    try:
        if spec.type is FactType.OUTCOMES:
            return parse_outcomes(raw)
        if spec.type is FactType.YES_NO and isinstance(raw, bool):
            return raw
        if spec.type is FactType.DATE and isinstance(raw, date):
            return parse_date(raw.isoformat()) if isinstance(raw, datetime) else raw
        if spec.type.is_numeric and isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
            if (isinstance(raw, float) and not math.isfinite(raw)) or (isinstance(raw, int) and abs(raw) >= _HUGE):
                raise _error(spec, raw, currency)
            return _whole(spec, checked(Decimal(str(raw))), raw, currency)
        if spec.type in {FactType.TEXT, FactType.CHOICE} and isinstance(raw, int) and not isinstance(raw, bool):
            return _from_text(spec, str(raw), raw, currency)
    except OutcomeError as error:
        raise _error(spec, raw, currency, problem=error.problem, hint=error.remedy) from None
    except (NumberError, DateError) as error:
        raise _error(spec, raw, currency, hint=str(error) or None) from None
    raise _error(spec, raw, currency)


def _yes_no(spec: FactSpec, text: str, raw: object, currency: str) -> bool:
    word = key(text)
    for phrases, value in ((spec.means_yes, True), (spec.means_no, False)):
        if word in {key(phrase) for phrase in phrases}:
            return value
    found = _YES.get(word)
    if found is None:
        raise _error(spec, raw, currency)
    return found


def _choice(spec: FactSpec, text: str, raw: object, currency: str) -> str:
    word = key(text)
    for choice in spec.choices:
        if key(choice) == word:
            return choice
    meant = {choice for choice, words in spec.choices.items() if word in {key(other) for other in words}}
    if len(meant) != 1:
        raise _error(spec, raw, currency)
    return meant.pop()


def _quantity(spec: FactSpec, text: str) -> Decimal:
    body = _without_name(spec, text)
    if spec.type is FactType.PERCENT and (match := _PERCENT.fullmatch(body)):
        return parse_number(match[1])
    factors = unit_factors(spec)
    lowered = key(body)
    for word in sorted(factors, key=len, reverse=True):
        if lowered.endswith(word) and (rest := body[: len(body) - len(word)].rstrip(" -")):
            if rest[-1].isalpha() and not body[len(rest)].isspace() and body[len(rest)] != "-":
                continue
            return checked(_scaled(spec, rest) * factors[word])
    return _scaled(spec, body)


def _scaled(spec: FactSpec, text: str) -> Decimal:
    match = _SCALED.fullmatch(text)
    if match and spec.type is not FactType.PERCENT:
        return checked(parse_number(match[1]).scaleb(MULTIPLIERS[match[2].lower()]))
    if spec.type is FactType.INTEGER and looks_european(text):
        msg = "A point separates decimals here; write a thousand as 1,000 or 1000."
        raise NumberError(msg)
    return parse_number(text)


def _without_name(spec: FactSpec, text: str) -> str:
    """The text without the fact's own name before or after it, as in "net 60" and "8% off"."""
    lowered = text.lower().replace("-", " ").replace("_", " ")
    for name in sorted(names(spec), key=len, reverse=True):
        if lowered.startswith(name) and not lowered[len(name) : len(name) + 1].isalpha():
            return text[len(name) :].strip(" :=-") if len(text) > len(name) else text
        if lowered.endswith(f" {name}"):
            return text[: -len(name) - 1].rstrip()
    return text


def _whole(spec: FactSpec, number: Decimal, raw: object, currency: str) -> int | Decimal:
    if spec.type is not FactType.INTEGER:
        return number
    if number != number.to_integral_value():
        raise _error(spec, raw, currency, problem=f"'{shorten(raw)}' is not a whole number")
    return int(number)


def _in_range(spec: FactSpec, value: FactValue, raw: object, currency: str) -> FactValue:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return value
    low, high = spec.minimum, spec.maximum
    if low is not None and value < low:
        raise _error(spec, raw, currency, problem=f"'{shorten(raw)}' is below {format_value(spec, low, currency)}")
    if high is not None and value > high:
        raise _error(spec, raw, currency, problem=f"'{shorten(raw)}' is above {format_value(spec, high, currency)}")
    return value


def _bounds(spec: FactSpec, currency: str) -> str:
    def shown(bound: Decimal) -> str:
        return money_words(bound, currency) if spec.type is FactType.MONEY else f"{tidy(bound):,f}"

    if spec.minimum is not None and spec.maximum is not None:
        return f" from {shown(spec.minimum)} to {shown(spec.maximum)}"
    if spec.minimum is not None:
        return f" of at least {shown(spec.minimum)}" if not spec.unit else f", at least {shown(spec.minimum)}"
    return f", at most {shown(spec.maximum)}" if spec.maximum is not None else ""


def _example(spec: FactSpec, default: int) -> str:
    if spec.usual:
        return f"{tidy(spec.usual[-1]):f}"
    low = spec.minimum if spec.minimum is not None else Decimal(default)
    high = spec.maximum if spec.maximum is not None else max(low, Decimal(default))
    return f"{tidy(min(max(Decimal(default), low), high)):f}"


def _outcomes_words(outcomes: tuple[Outcome, ...]) -> str:
    if not outcomes:
        return "no outcomes"
    agreed = sum(outcome.agreed is True for outcome in outcomes)
    return f"{counted(len(outcomes), 'outcome')}, {agreed or 'none'} agreed"
