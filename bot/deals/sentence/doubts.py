"""What turns a value beside a name into something that is not a fact: negation, comparison, alternatives, ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.deals.facts import FactType
from bot.deals.sentence.english import Kind

if TYPE_CHECKING:
    from bot.deals.sentence.claims import Claim
    from bot.deals.sentence.clause import Clause

TWO_VALUES = "two values are named: write the one that is meant"
COMPARED = "a comparison or an estimate is not a value: write the number itself"
DENIED = "it is denied, which does not say what it is instead"
_BOUND = frozenset({Kind.COMPARISON, Kind.CHANGE})
_BEHIND = frozenset(
    """max maximum min minimum plus + ish upwards > < >= <= \u2265 \u2264 more less least most
    approx approximately roughly circa ca""".split()
)
_OUTSIDE = frozenset({Kind.SMALL, Kind.DONE})


def refuse(clause: Clause) -> None:
    """Mark the claims that are no facts, turn phrases that are denied, in this order: bounds, ranges, or, not."""
    for claim in clause.claims:
        if claim.quantity is not None:
            _bounds(clause, claim)
            if claim.quantity.many:
                claim.refused = TWO_VALUES
    for at, item in enumerate(clause.items):
        if item.kind in {Kind.OR, Kind.TO}:
            _between(clause, at, item.kind)
    for at, item in enumerate(clause.items):
        if item.kind is Kind.NEGATION:
            _deny(clause, at)


def _bounds(clause: Clause, claim: Claim) -> None:
    items = clause.items
    inside = any(items[at].kind in _BOUND for at in range(claim.first, claim.last))
    before = claim.first - 1
    while before >= 0 and items[before].low in {"a", "an", "the", "of", "than", "to", "at", "only", "."}:
        before -= 1
    bound = before >= 0 and items[before].kind in _BOUND and clause.free(before)
    after = items[claim.last : claim.last + 2]
    behind = bool(after) and (
        after[0].low in _BEHIND or " ".join(item.low for item in after) in {"or so", "or more", "or less"}
    )
    if inside or bound or behind:
        claim.refused = COMPARED
        if bound:
            claim.first = before
        if behind:
            claim.last += 1 if after[0].low in _BEHIND else 2


def _between(clause: Clause, at: int, kind: Kind) -> None:
    """Net 30 or net 60; net 30 to net 60: neither is taken."""
    if not clause.free(at) and not any(claim.covers(at) and claim.refused for claim in clause.claims):
        return
    left = _nearest(clause, at, -1)
    right = _nearest(clause, at, 1)
    if kind is Kind.TO:
        if left is None or right is None or left.fact != right.fact:
            return
    elif left is None and right is None:
        return
    if left is not None and right is not None and left.fact == right.fact and not (left.refused or right.refused):
        left.refused = right.refused = TWO_VALUES
        left.also_value.append(right)
        return
    for claim in (left, right):
        if claim is not None:
            claim.refused = claim.refused or TWO_VALUES


def _nearest(clause: Clause, at: int, step: int) -> Claim | None:
    """The claim on one side with only small words between."""
    other = at + step
    while 0 <= other < len(clause.items):
        found = next((claim for claim in clause.claims if claim.covers(other)), None)
        if found is not None:
            return found
        if clause.items[other].kind not in {Kind.SMALL, Kind.NEGATION}:
            return None
        other += step
    return None


def _deny(clause: Clause, at: int) -> None:
    inside = [claim for claim in clause.claims if claim.covers(at)]
    for claim in inside:
        stated = claim.value is not None and clause.spec_type(claim.fact) is FactType.YES_NO and not claim.bare
        zero = claim.quantity is not None and claim.quantity.value == 0 and claim.first == at
        if not stated and not zero:
            claim.refused = DENIED
    if inside:
        return
    following = next((claim for claim in clause.claims if claim.first > at), None)
    previous = next((claim for claim in reversed(clause.claims) if claim.last <= at), None)
    beside = previous if previous is not None and clause.clean(previous.last, at) else None
    behind = clause.items[at + 1] if at + 1 < len(clause.items) else None
    if beside is not None and (following is None or (behind is not None and behind.kind is Kind.DONE)):
        _deny_back(clause, at, beside)
        return
    if following is None:
        return
    clean = clause.clean(at + 1, following.first, (Kind.SMALL, Kind.WANT, Kind.DONE))
    if clean and _turn(clause, following):
        following.first = at
        end = following.last
        while end < len(clause.items) and clause.items[end].kind is Kind.DONE:
            end += 1
        following.last = end
        return
    following.refused = following.refused or DENIED
    if not clean and beside is not None:
        beside.refused = beside.refused or DENIED


def _deny_back(clause: Clause, at: int, claim: Claim) -> None:
    """Service visit not done; 8% discount not approved."""
    end = at + 1
    while end < len(clause.items) and clause.items[end].kind in _OUTSIDE:
        end += 1
    done = end == len(clause.items) or not clause.free(end)
    if done and _turn(clause, claim):
        claim.last = end
        return
    claim.refused = claim.refused or DENIED


def _turn(clause: Clause, claim: Claim) -> bool:
    """Make a bare phrase for yes mean no; anything else cannot be turned."""
    phrase = claim.bare and claim.value is True and clause.spec_type(claim.fact) is FactType.YES_NO
    if not phrase or claim.refused:
        return False
    claim.value = False
    return True
