"""The words for a unit, and how one unit of time becomes another."""

from __future__ import annotations

from types import MappingProxyType

from bot.deals.facts import FactSpec
from bot.deals.text import key

_TIMES = MappingProxyType(
    {
        "month": ("month", "months", "mo", "mos", "mth", "mths"),
        "quarter": ("quarter", "quarters"),
        "year": ("year", "years", "yr", "yrs"),
        "day": ("day", "days"),
        "week": ("week", "weeks", "wk", "wks"),
        "hour": ("hour", "hours", "hr", "hrs"),
        "minute": ("minute", "minutes", "min", "mins"),
    }
)

# Only what is exact: a month is not a number of days.
_IN = MappingProxyType(
    {
        "month": {"month": 1, "quarter": 3, "year": 12},
        "quarter": {"quarter": 1, "year": 4},
        "year": {"year": 1},
        "day": {"day": 1, "week": 7},
        "week": {"week": 1},
        "hour": {"hour": 1, "day": 24},
        "minute": {"minute": 1, "hour": 60},
    }
)

_PLURALS = MappingProxyType({"people": "person", "persons": "person", "feet": "foot", "men": "man", "women": "woman"})
_SHORT = MappingProxyType(
    {
        "foot": ("ft",), "metre": ("m", "meter", "meters"), "meter": ("m", "metre", "metres"),
        "kilometre": ("km",), "kilometer": ("km",), "kilogram": ("kg",), "gallon": ("gal",), "litre": ("l", "liters"),
        "horsepower": ("hp",), "square foot": ("sq ft",), "kilowatt": ("kw",),
    }
)  # fmt: skip


def singular(unit: str) -> str:
    """One of a unit: beds to bed, people to person, reviews a year to review a year."""
    head, _, rest = unit.partition(" ")
    if rest and not rest.startswith(("a ", "per ", "of ")):
        return f"{head} {singular(rest)}"
    one = _PLURALS.get(head)
    if one is None:
        one = head[:-3] + "y" if head.endswith("ies") else head.removesuffix("s") if not head.endswith("ss") else head
    return f"{one} {rest}" if rest else one


def unit_factors(spec: FactSpec) -> dict[str, int]:
    """Every word for the fact's unit, and what to multiply by: for months, {"month": 1, ..., "year": 12, ...}."""
    if spec.unit is None:
        return {}
    unit = key(spec.unit)
    one = singular(unit)
    words = {unit: 1, one: 1}
    for short in _SHORT.get(one, ()):
        words[short] = 1
    for other, factor in _IN.get(one, {}).items():
        for word in _TIMES[other]:
            words[word] = factor
    if one.endswith(" a year"):
        words[unit.replace(" a year", " per year")] = words[one.replace(" a year", " per year")] = 1
    return words


def time_unit(spec: FactSpec) -> str | None:
    """The unit of time that the fact counts in ("month"), or None."""
    one = singular(key(spec.unit)) if spec.unit else ""
    return one if one in _IN else None


TIME_WORDS = MappingProxyType({word: unit for unit, words in _TIMES.items() for word in words})
"""Every word for a unit of time, and the unit."""


def names(spec: FactSpec) -> tuple[str, ...]:
    """What a fact is called: its name, its label and its further names, each once, in one spelling."""
    return tuple(dict.fromkeys(key(name) for name in (spec.name, spec.label, *spec.also) if key(name)))
