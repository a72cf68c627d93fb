"""How many of the refused deals had a deal near them that fits: a rep would have been shown it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.pipeline.strategy.book import Book
from bot.pipeline.strategy.judging import JudgedDeals
from bot.pipeline.strategy.outcomes import Outcome
from bot.profile.economics import Economist
from bot.profile.judge import Judge
from bot.profile.verdict import Judgement

MOST = 1000
"""Refused deals whose counter-offers are looked for: it takes milliseconds each."""


@dataclass(frozen=True, slots=True)
class NearOffers:
    """Of `refused` won deals, `looked_at` were reshaped; `found` of these had a counter-offer that fits.

    `moves` counts the facts that the nearest offers change, the commonest first. `better_price` counts those without an
    offer that would have fitted by the margin of a lower discount.
    """

    refused: int
    looked_at: int
    found: int
    better_price: int
    moves: tuple[tuple[str, int], ...]

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        moves = [{"fact": fact, "deals": deals} for fact, deals in self.moves]
        return {
            "refused_won": self.refused,
            "looked_at": self.looked_at,
            "with_an_offer": self.found,
            "at_a_better_price": self.better_price,
            "changes": moves,
        }


def near_offers(book: Book, judged: JudgedDeals) -> NearOffers | None:
    """The refused won deals with a counter-offer; None where the book holds columns and no whole deals."""
    refused = np.nonzero(judged.ended(Outcome.WON) & judged.judged(Judgement.DOES_NOT_FIT))[0]
    if len(refused) and book.deal(judged.row(int(refused[0])), judged.profile) is None:
        return None
    judge = Judge(judged.profile)
    economist = Economist(judge)
    moves: Counter[str] = Counter()
    found = better = 0
    looked_at = refused[:MOST]
    for place in looked_at:
        deal = book.deal(judged.row(int(place)), judged.profile)
        if deal is None:
            continue
        verdict = judge.judge_fully(deal)
        if verdict.counter_offers:
            found += 1
            moves.update(change.fact for change in verdict.counter_offers[0].changes)
        elif economist.at_a_better_price(deal, verdict) is not None:
            better += 1
    ranked = sorted(moves.items(), key=lambda each: (-each[1], each[0]))
    return NearOffers(len(refused), len(looked_at), found, better, tuple(ranked))
