"""Which fact a comparison is about: the one beside it, else the only one that is counted in its unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.deals.facts import FactSpec, FactType
from bot.pipeline.items import Comparison, Item
from bot.pipeline.meanings import FactWord, ValueWord, Word
from bot.pipeline.query import FactFilter, Scalar
from bot.pipeline.records import value_fact
from bot.profile.model import Profile

_GLUE = frozenset(
    {"of", "is", "are", "at", "in", "on", "the", "a", "an", "by", "to", "was", "be", "with", "that", "for"}
)
_PLAINLY_MONEY = 1000
"""A number without unit or name that is compared with deals is money from here on; a smaller one is asked back."""


@dataclass(frozen=True, slots=True)
class Attached:
    """The filters of a comparison and the items that name its fact; without filters, the facts that it could be."""

    filters: tuple[FactFilter, ...]
    named_by: Item | None = None
    could_be: tuple[str, ...] = ()


def attach(items: Sequence[Item], at: int, profile: Profile) -> Attached:
    """The filters that the comparison at this item makes."""
    comparison = items[at].comparison
    if comparison is None:
        return Attached(())
    for neighbour in (_neighbour(items, at, -1), _neighbour(items, at, +1)):
        if neighbour is not None:
            for fact in _facts(neighbour):
                if fits(profile.facts[fact], comparison):
                    return Attached(_filters(profile.facts[fact], comparison), neighbour)
    candidates = [name for name, spec in profile.facts.items() if _by_itself(spec, comparison)]
    if not candidates and comparison.kind == "plain" and not comparison.units and comparison.stated:
        size = value_fact(profile.facts)
        if size and all(number >= _PLAINLY_MONEY for _, number in comparison.bounds):
            candidates = [size]
    if len(candidates) > 1 and (size := value_fact(profile.facts)) in candidates and comparison.kind == "money":
        candidates = [size]
    if len(candidates) == 1:
        return Attached(_filters(profile.facts[candidates[0]], comparison))
    return Attached((), could_be=tuple(candidates))


def fits(spec: FactSpec, comparison: Comparison) -> bool:
    """Whether the fact can be compared with such a figure."""
    if comparison.units:
        return spec.name in dict(comparison.units)
    match comparison.kind:
        case "percent":
            return spec.type is FactType.PERCENT
        case "money":
            return spec.type is FactType.MONEY
        case _:
            return spec.type.is_numeric or spec.type is FactType.OUTCOMES


def _by_itself(spec: FactSpec, comparison: Comparison) -> bool:
    if comparison.kind == "plain" and not comparison.units:
        return False
    return fits(spec, comparison)


def _facts(item: Item) -> list[str]:
    return [word.fact for word in item.all(FactWord)]


def _neighbour(items: Sequence[Item], at: int, step: int) -> Item | None:
    """The next item that is not glue, if it names a fact and nothing was made of it yet."""
    i = at + step
    while 0 <= i < len(items) and items[i].tokens[0].text in _GLUE and (items[i].noise or items[i].is_(Word.WITH)):
        if step < 0 and items[i].is_(Word.WITH):
            return None
        i += step
    if not 0 <= i < len(items) or items[i].used or not items[i].all(FactWord):
        return None
    if step > 0 and (items[i].all(ValueWord) or _has_its_own(items, i)):
        return None
    return items[i]


def _has_its_own(items: Sequence[Item], at: int) -> bool:
    """Whether the fact that follows is compared with a figure of its own, as the margin in 'over 10% margin 20%'."""
    i = at + 1
    while i < len(items) and items[i].tokens[0].text in {"of", "is", "at"} and items[i].noise:
        i += 1
    return i < len(items) and items[i].comparison is not None and not items[i].used


def _filters(spec: FactSpec, comparison: Comparison) -> tuple[FactFilter, ...]:
    factor = dict(comparison.units).get(spec.name, 1)
    return tuple(
        FactFilter(fact=spec.name, op=op, value=_value(spec, number * factor)) for op, number in comparison.bounds
    )


def _value(spec: FactSpec, number: Decimal) -> Scalar:
    whole = spec.type in {FactType.INTEGER, FactType.OUTCOMES} and number == number.to_integral_value()
    return int(number) if whole else number
