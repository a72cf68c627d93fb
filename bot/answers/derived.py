"""Whether a fact's value follows from a few words, by rules that anybody can follow. Pure."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.answers.quantities import Quantity, quantities
from bot.answers.words import FAINT_WORDS, content_words, stems, words
from bot.deals.errors import FactError
from bot.deals.facts import FactSpec, FactSpecs, FactType, FactValue
from bot.deals.outcomes import OutcomeError
from bot.deals.values import parse_value

if TYPE_CHECKING:
    from collections.abc import Iterable

Span = tuple[int, int]

HALF = 0.5
"""The share of a fact's name that words must have to speak of it, where no phrase of the profile's stands in them."""

_TIMES = {("year", "month"): 12, ("quarter", "month"): 3, ("week", "day"): 7}
_CURRENCIES = {"$": "USD", "€": "EUR", "£": "GBP"}
_DENIED = re.compile(r"\b(?:no|not|never|none|without|nobody|neither|nor|cannot)\b|n['’]t\b", re.IGNORECASE)
_UNITLESS = frozenset(stems(["off", "book", "net", "term", "terms", "value", "total"]))


def derived(spec: FactSpec, value: FactValue, said: str, facts: FactSpecs, currency: str) -> Span | None:
    """The part of the words from which the value follows, as offsets; None when it does not."""
    match spec.type:
        case FactType.INTEGER | FactType.NUMBER | FactType.PERCENT | FactType.MONEY:
            return _number(spec, value, said, facts, currency)
        case FactType.CHOICE:
            return _choice(spec, value, said)
        case FactType.YES_NO:
            return _yes_no(spec, value, said)
        case FactType.DATE:
            return _date(value, said)
        case FactType.TEXT:
            at = said.lower().find(str(value).lower())
            return (at, at + len(str(value))) if at >= 0 and str(value) else None
        case FactType.OUTCOMES:
            try:
                return (0, len(said)) if value and parse_value(spec, said, currency) == value else None
            except (FactError, OutcomeError):
                return None


def _number(spec: FactSpec, value: FactValue, said: str, facts: FactSpecs, currency: str) -> Span | None:
    """One quantity in the words is the value, in a unit that the fact can have; and the words name the fact."""
    found, _ = quantities(said)
    able = [(one, amount) for one in found if (amount := _amount(spec, one, currency)) is not None]
    if len({amount for _, amount in able}) != 1 or not isinstance(value, int | Decimal) or isinstance(value, bool):
        return None
    quantity, amount = able[0]
    if amount != value or not (_names(spec, said) or _own_unit(spec, quantity, said, facts)):
        return None
    at = said.find(quantity.words)
    return (at, at + len(quantity.words)) if at >= 0 else None


def _amount(spec: FactSpec, quantity: Quantity, currency: str) -> Decimal | None:
    """The quantity as the fact counts it; None when it is of another kind."""
    unit = quantity.unit
    if spec.type is FactType.PERCENT:
        return quantity.value if unit in {"%", ""} else None
    if spec.type is FactType.MONEY:
        return quantity.value if unit == "" or _CURRENCIES.get(unit) == currency else None
    own = stems(words(spec.unit or ""))[:1]
    if unit == "" or [unit] == own or stems([unit]) == own:
        return quantity.value
    for (larger, smaller), times in _TIMES.items():
        if unit == larger and stems([smaller]) == own:
            return quantity.value * times
    return None


def _names(spec: FactSpec, said: str) -> bool:
    """Whether the words call the fact by a name of its own."""
    told = set(stems(words(said)))
    for name in (spec.label, *spec.also):
        own = [stem for stem in stems(content_words(name)) if stem not in _UNITLESS] or stems(words(name))
        if own and sum(stem in told for stem in own) >= HALF * len(own):
            return True
    return False


def _own_unit(spec: FactSpec, quantity: Quantity, said: str, facts: FactSpecs) -> bool:
    """Whether the words have a unit that no other fact has."""
    own = set(stems(words(spec.unit or "")))
    if not own or not own & (set(stems(words(said))) | set(stems([quantity.unit] if quantity.unit else []))):
        return False
    return not any(own & set(stems(words(other.unit or ""))) for other in facts.values() if other.name != spec.name)


def _choice(spec: FactSpec, value: FactValue, said: str) -> Span | None:
    """One choice of the fact is named in the words, and it is this one. A person must be named as what they are."""
    spans = {
        choice: span for choice, others in spec.choices.items() if (span := _first((choice, *others), said)) is not None
    }
    longest = {
        choice: span
        for choice, span in spans.items()
        if not any(_within(span, other) for name, other in spans.items() if name != choice)
    }
    if set(longest) != {value}:
        return None
    if spec.ask.lower().startswith("who ") and not _names(spec, said):
        return None
    return longest[str(value)]


def _yes_no(spec: FactSpec, value: FactValue, said: str) -> Span | None:
    """A phrase of the profile's says so, or the fact is named and the words do or do not deny it."""
    yes, no = _first(spec.means_yes, said), _first(spec.means_no, said)
    denied = _DENIED.search(said) is not None
    if no is not None and (yes is None or _within(yes, no)):
        return no if value is False else None
    if yes is not None:
        return yes if value is not denied else None
    named = [word for word in content_words(spec.label) if word not in FAINT_WORDS]
    told = set(stems(words(said)))
    share = sum(stem in told for stem in stems(named)) / len(named) if named else 0.0
    return (0, len(said)) if share > HALF and value is not denied else None


def _date(value: FactValue, said: str) -> Span | None:
    _, days = quantities(said)
    if not isinstance(value, date) or len(days) != 1:
        return None
    (day,) = days
    same = (day.year, day.month, day.day) == (value.year, value.month, value.day)
    at = said.find(day.words)
    return (at, at + len(day.words)) if same and at >= 0 else None


def _first(names: Iterable[str], said: str) -> Span | None:
    """Where the longest of these names stands in the words, as whole words."""
    for name in sorted(names, key=len, reverse=True):
        parts = [re.escape(part) for part in re.split(r"[\s-]+", name.strip()) if part]
        found = re.search(rf"(?<!\w){'[ -]+'.join(parts)}(?:s|'s)?(?!\w)", said, re.IGNORECASE) if parts else None
        if found is not None:
            return found.span()
    return None


def _within(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1] and inner != outer
