"""Values that stand without their fact's name: 120 beds, $85k, hospital, prepaid. Each must be certain by itself."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from bot.deals.facts import FactType
from bot.deals.sentence.claims import Claim
from bot.deals.sentence.elements import Quantity
from bot.deals.sentence.english import Kind

if TYPE_CHECKING:
    from bot.deals.sentence.clause import Clause
    from bot.deals.sentence.elements import Element

_FOREIGN = frozenset({Kind.OTHER, Kind.DOUBT, Kind.PENDING, Kind.CHANGE, Kind.LITERAL, Kind.FREQUENCY})
_QUIET = frozenset({Kind.SMALL, Kind.COLON, Kind.EQUALS})
_PREPOSITIONS = frozenset("to with by from near of at for in on within behind beside against into via like".split())


def unnamed(clause: Clause) -> None:
    """Add the claims of quantities, choices and phrases that need no name."""
    for at, item in enumerate(clause.items):
        if not clause.free(at) or at in clause.linked:
            continue
        if item.kind is Kind.QUANTITY and item.quantity is not None:
            _quantity(clause, at, item, item.quantity)
        elif item.kind is Kind.CHOICE:
            _choice(clause, at, item)
        elif item.kind is Kind.YES_NO:
            _phrase(clause, at, item)
    _none_of_it(clause)
    clause.claims.sort(key=lambda claim: claim.first)


def _quantity(clause: Clause, at: int, item: Element, quantity: Quantity) -> None:
    facts = _facts_of(clause, quantity)
    if not facts:
        return
    if len(facts) > 1:
        names = " or ".join(clause.lexicon.called(fact) for fact in facts)
        item.reasons.append(f"it may be {names}: write its name")
        return
    fact = facts[0]
    name = clause.lexicon.called(fact)
    claim = Claim(fact, at, at + 1, quantity, bare=True)
    rate, end = clause.rate(at + 1)
    if rate is not None:
        claim.last = end
        claim.refused = "a rate is not an amount: write the whole"
    elif fact in clause.lexicon.people or _foreign_beside(clause, at, fact, quantity):
        claim.refused = f"it is not clear what this is: if it is the {name}, write {name}: {item.low}"
    clause.claims.append(claim)


def _facts_of(clause: Clause, quantity: Quantity) -> tuple[str, ...]:
    """The facts that the unit alone can mean."""
    if quantity.rate is not None:
        return ()
    if quantity.mark == "%":
        return clause.lexicon.of_type[FactType.PERCENT]
    if quantity.units is not None:
        return tuple(quantity.units)
    if quantity.mark == "money" or quantity.scaled:
        return clause.lexicon.of_type[FactType.MONEY]
    return ()


def _foreign_beside(clause: Clause, at: int, fact: str, quantity: Quantity) -> bool:
    """Whether a word beside the quantity says that something else is meant; a unit of the fact's own is strong."""
    strong = quantity.units is not None and clause.lexicon.time_units[fact] is None
    items = clause.items
    timed = supported = foreign = False
    for step in (-1, 1):
        other = at + step
        while 0 <= other < len(items) and not (items[other].kind is Kind.QUANTITY or not clause.free(other)):
            item = items[other]
            if item.kind is Kind.WANT and step < 0 and not _supports(clause, fact, item):
                break
            if item.kind is Kind.NAME and item.fact != fact:
                length = (
                    quantity.attributive and step > 0 and item.fact and clause.spec_type(item.fact) is FactType.MONEY
                )
                foreign = foreign or not length
                break
            if item.kind in {Kind.CHOICE, Kind.YES_NO} or (step > 0 and item.low in {"with", "at"}):
                break
            if _supports(clause, fact, item) or item.fact == fact:
                supported = True
            elif item.kind in _FOREIGN:
                foreign = True
            timed = timed or (
                Kind.TIMING in item.also and (step < 0 or item.low in {"ago", "past"}) and abs(other - at) == 1
            )
            other += step
    return not strong and (foreign or (timed and not supported))


def _supports(clause: Clause, fact: str, item: Element) -> bool:
    return item.kind in {Kind.OTHER, Kind.WANT} and clause.lexicon.supports(fact, item.low)


def _choice(clause: Clause, at: int, item: Element) -> None:
    fact = item.fact
    choice = item.stated
    if fact is None or any(sense.only_named for sense in item.senses):
        return
    claim = Claim(fact, at, at + 1, value=choice, bare=True)
    name = clause.lexicon.called(fact)
    if fact in clause.lexicon.persons:
        # A person may be mentioned for many reasons: without a word for the role, only alone in the clause.
        alone = all(
            other.kind in {Kind.SMALL, Kind.DONE} and other.low not in _PREPOSITIONS
            for place, other in enumerate(clause.items)
            if place != at
        )
        claim.refused = None if alone else f"if this is the {name}, write {name}: {choice}"
    elif _head_is_another(clause, at) or _object_of_another(clause, at):
        claim.refused = f"it is not clear that this is the {name}: write {name}: {choice}"
    clause.claims.append(claim)


def _head_is_another(clause: Clause, at: int) -> bool:
    """Hospital supplier: the last noun says what it is."""
    after = clause.items[at + 1] if at + 1 < len(clause.items) else None
    before = clause.items[at - 1] if at else None
    counted = before is not None and before.kind is Kind.QUANTITY and clause.free(at - 1)
    worded = after is not None and after.kind is Kind.OTHER and after.low[:1].isalpha()
    return counted or (worded and not clause.tokens[after.first].hyphen if after else False)


def _object_of_another(clause: Clause, at: int) -> bool:
    """Supplier to a hospital, talk to the university: the choice is not what the clause is about."""
    items = clause.items
    other = at - 1
    while other >= 0 and items[other].kind is Kind.OTHER:
        other -= 1
    preposition = False
    while other >= 0 and items[other].kind is Kind.SMALL:
        preposition = preposition or items[other].low in _PREPOSITIONS
        other -= 1
    pending = other >= 0 and items[other].kind in {Kind.PENDING, Kind.CHANGE}
    return pending or (preposition and other >= 0 and items[other].kind is Kind.OTHER)


def _phrase(clause: Clause, at: int, item: Element) -> None:
    fact = item.fact
    if fact is None:
        return
    claim = Claim(fact, at, at + 1, value=item.stated, bare=True)
    before = clause.items[at - 1] if at else None
    share = before is not None and before.quantity is not None and before.quantity.mark == "%" and clause.free(at - 1)
    pending = any(
        other.kind is Kind.PENDING or (Kind.PENDING in other.also and other.kind is not Kind.DONE)
        for place, other in enumerate(clause.items)
        if clause.free(place) and other.kind is not Kind.COMPARISON
    )
    after = [other.kind for other in clause.items[at + 1 : at + 3]]
    answered = after[:1] in ([Kind.COLON], [Kind.EQUALS]) and after[1:] != [Kind.DONE]
    if share or pending or answered:
        claim.refused = "it is not said to be so already: write yes or no"
    clause.claims.append(claim)


def _none_of_it(clause: Clause) -> None:
    """No discount, no IT staff: a count or a percentage of nothing, when it is all that is said."""
    items = clause.items
    for at, item in enumerate(items):
        fact = item.fact if item.kind is Kind.NAME else None
        if fact is None or not clause.free(at) or at == 0 or items[at - 1].low not in {"no", "zero", "without"}:
            continue
        spec = clause.lexicon.facts[fact]
        countable = spec.type in {FactType.INTEGER, FactType.PERCENT} and spec.minimum == 0
        rest = items[at + 1 :]
        plain = all(other.kind is Kind.SMALL for other in rest) or not clause.free(at + 1)
        if countable and plain and clause.lexicon.time_units[fact] is None and clause.free(at - 1):
            clause.claims.append(Claim(fact, at - 1, at + 1, Quantity(Decimal(0))))
