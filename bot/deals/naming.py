"""A fact's name and value as people read them, also where the profile no longer knows the fact."""

from __future__ import annotations

from bot.deals.deal import plain_value
from bot.deals.facts import FactSpecs, FactValue
from bot.deals.values import format_value


def fact_label(facts: FactSpecs, name: str) -> str:
    """What people call the fact; its name where the profile does not know it."""
    return facts[name].label if name in facts else name


def fact_words(facts: FactSpecs, name: str, value: FactValue | None, currency: str | None = None) -> str:
    """A value as people write it; money in the profile's currency unless another is given. "not known" for None."""
    if value is None:
        return "not known"
    return format_value(facts[name], value, currency) if name in facts else str(plain_value(value))
