"""The words that were not understood, in whole pieces, with a hint for what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.deals.facts import FactType
from bot.deals.outcomes import EXAMPLE
from bot.deals.sentence.english import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.deals.sentence.claims import Claim
    from bot.deals.sentence.clause import Clause
    from bot.deals.sentence.lexicon import Lexicon
    from bot.deals.sentence.tokens import Token

_QUIET = frozenset({Kind.SMALL, Kind.COLON, Kind.EQUALS, Kind.TO, Kind.DONE, Kind.OR, Kind.WANT})
_MAX_GUESSES = 20


def pieces(
    clause: Clause, taken: Sequence[Claim], tokens: Sequence[Token], lexicon: Lexicon, doubt: str | None
) -> Iterator[tuple[int, int, str | None]]:
    """Each unread piece of a clause as its start and end in the plain text and a hint."""
    used = {at for claim in taken for at in range(claim.first, claim.last)}
    run: list[int] = []
    for at in range(len(clause.items) + 1):
        if at < len(clause.items) and at not in used:
            run.append(at)
            continue
        content = [place for place in run if _is_content(clause, taken, place)]
        if content:
            first, last = _widened(clause, run, content), content[-1]
            start, end = tokens[clause.items[first].first].start, tokens[clause.items[last].last - 1].end
            yield start, end, _hint(clause, range(first, last + 1), lexicon, doubt)
        run = []


def _is_content(clause: Clause, taken: Sequence[Claim], at: int) -> bool:
    item = clause.items[at]
    if any(claim.refused and claim not in taken and claim.covers(at) for claim in clause.claims):
        return True
    if item.kind in _QUIET or (item.low == "under" and _leads_to(clause, taken, at)):
        return False
    supported = {claim.fact for claim in taken if claim.bare and claim.quantity is not None}
    return not (item.kind is Kind.OTHER and any(clause.lexicon.supports(fact, item.low) for fact in supported))


def _leads_to(clause: Clause, taken: Sequence[Claim], at: int) -> bool:
    """Whether a preposition leads to a phrase that was taken: under a digital-records mandate."""
    return any(claim.value is True and claim.first > at and clause.clean(at + 1, claim.first) for claim in taken)


def _widened(clause: Clause, run: Sequence[int], content: Sequence[int]) -> int:
    """The piece's first element: a verb or an "or" in front belongs to it (gives 20% off)."""
    first = at = content[0]
    while at - 1 in run and clause.items[at - 1].kind in {Kind.WANT, Kind.OR, Kind.SMALL}:
        at -= 1
        first = first if clause.items[at].kind is Kind.SMALL else at
    return first


def _hint(clause: Clause, places: range, lexicon: Lexicon, doubt: str | None) -> str | None:
    for at in places:
        item = clause.items[at]
        if item.fact in lexicon.of_type[FactType.OUTCOMES]:
            return f"Name each outcome, such as outcome: {EXAMPLE}"
    refused = [claim.refused for claim in clause.claims if claim.refused and claim.first in places]
    reasons = [reason for at in places for reason in clause.items[at].reasons]
    words = [clause.items[at].low for at in places if clause.items[at].kind is Kind.OTHER][:_MAX_GUESSES]
    guesses = [f"did you mean {meant}?" for word in words if (meant := lexicon.did_you_mean(word))]
    return next(iter([*([doubt] if doubt else []), *guesses, *reasons, *refused]), None)
