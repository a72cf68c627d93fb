"""Percentages against list price: 10% below it is a discount of 10%, and 10% above it is none."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.deals.facts import FactType
from bot.deals.sentence.claims import Claim
from bot.deals.sentence.english import Kind
from bot.deals.units import names

if TYPE_CHECKING:
    from bot.deals.facts import FactSpec
    from bot.deals.sentence.clause import Clause
    from bot.deals.sentence.elements import Element

_PRICE = r" (?:the |our )?(?:list|book|catalogue|catalog)(?: prices?(?!\w)|$)"
_BELOW = re.compile(rf"(?:discount )?(?:(?:below|under|off)|(?:lower|less|cheaper) than){_PRICE}")
_ABOVE = re.compile(rf"(?:(?:premium |markup |uplift )?(?:above|over)|(?:higher|more) than){_PRICE}")
_DISCOUNT = re.compile(r"\b(?:discount|off)\b")
_MOST_WORDS = 7


def against_list_price(clause: Clause) -> list[tuple[Claim, int]]:
    """Claim the discounts that are told against list price, each with the element behind its last word.

    They are claimed by their figure alone, and get their words (`with_their_words`) once what is no fact was refused.
    """
    spec = _discount(clause)
    found: list[tuple[Claim, int]] = []
    for at, item in enumerate(clause.items):
        if item.kind is not Kind.QUANTITY or item.quantity is None or item.quantity.mark != "%":
            continue
        said = " ".join(token.low for token in clause.tokens[item.last : clause.items[-1].last][:_MOST_WORDS])
        below, above = _BELOW.match(said), _ABOVE.match(said)
        match = below or above
        if match is None:
            continue
        end = _behind(clause, at, item.last + len(match.group().split()))
        claim = _claim(clause, at, spec, above=above is not None)
        if claim is not None:
            found.append((claim, end))
    return found


def with_their_words(clause: Clause, found: list[tuple[Claim, int]]) -> None:
    """Give each discount that was not refused the words that tell it."""
    for claim, end in found:
        if claim.refused is None and all(clause.free(at) for at in range(claim.last, end)):
            claim.last = end


def _claim(clause: Clause, at: int, spec: FactSpec | None, *, above: bool) -> Claim | None:
    item, there = clause.items[at], [claim for claim in clause.claims if claim.covers(at)]
    stated = next((claim for claim in there if not claim.bare), None)
    if not above and stated is not None:
        return stated if spec is not None and stated.fact == spec.name else None
    if spec is not None and stated is not None and stated.fact != spec.name:
        return None  # a margin, by its name
    if spec is None and not above:
        return None
    for claim in there:
        clause.claims.remove(claim)
    known = spec is not None and (not above or spec.minimum is None or spec.minimum < 0)
    quantity = item.quantity
    if spec is None or quantity is None or quantity.value is None or not known or stated is not None:
        item.reasons.insert(0, _reason(clause, spec) if above else "the discount could not be told: write its number")
        return None
    item.reasons.clear()
    made = Claim(spec.name, at, at + 1, replace(quantity, value=-quantity.value) if above else quantity)
    clause.claims.append(made)
    clause.claims.sort(key=lambda claim: claim.first)
    return made


def _reason(clause: Clause, spec: FactSpec | None) -> str:
    if spec is None:
        return "a price above list is no discount"
    name = clause.lexicon.called(spec.name)
    return f"a price above list is no discount: if there is none, write {name}: 0%"


def _discount(clause: Clause) -> FactSpec | None:
    """The fact that is the discount, by its names; None where there is none, or several."""
    facts = [clause.lexicon.facts[name] for name in clause.lexicon.of_type[FactType.PERCENT]]
    found = [spec for spec in facts if any(_DISCOUNT.search(name) for name in names(spec))]
    return found[0] if len(found) == 1 else None


def _behind(clause: Clause, at: int, token: int) -> int:
    """The element behind the one that ends with this token."""
    items: list[Element] = clause.items
    return next((place for place in range(at + 1, len(items)) if items[place].first >= token), len(items))
