"""Which past deals were good: the won ones with a margin above the middle, or as somebody says."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import numpy as np

from bot.deals.money import money_words
from bot.pipeline.strategy.exact import Exact, Mask, cents, scaled
from bot.pipeline.strategy.judging import JudgedDeals
from bot.pipeline.strategy.outcomes import CLOSED, Outcome


class Good(StrEnum):
    """By what a deal is good: its margin in money, in percent, its contract value, or that it was won and kept."""

    MARGIN = "margin"
    PERCENT = "percent"
    VALUE = "value"
    WON = "won"


@dataclass(frozen=True)
class Labels:
    """`known` deals are labelled, `good` are the good ones among them. `words` says what good means."""

    good: Mask
    known: Mask
    words: str


def labels_of(judged: JudgedDeals, by: Good | None, above: Decimal | None) -> Labels:
    """Label the closed deals. A deal that was lost, or won and lost again, was not good.

    Left out, `by` is the margin in money where it is known of at least half of the won deals, else the value. `above`
    is the least that a good deal has to exceed; left out, the middle of the won deals. A won deal whose amount is not
    known has no label.
    """
    won, closed = judged.ended(Outcome.WON), judged.ended(*CLOSED)
    if by is None:
        by = Good.MARGIN if 2 * int((won & judged.margin.known).sum()) >= int(won.sum()) else Good.VALUE
    if by is Good.WON:
        return Labels(won, closed, "won, and not lost again")
    amount = _percent(judged) if by is Good.PERCENT else judged.margin if by is Good.MARGIN else judged.value
    known = won & amount.known
    limit = _middle(amount, known) if above is None else above
    whole = limit.scaleb(amount.places) if known.any() else Decimal(0)
    beyond = known & np.array(amount.whole > int(whole.to_integral_value(rounding="ROUND_FLOOR")), dtype=bool)
    shown = f"{limit:f}%" if by is Good.PERCENT else money_words(cents(limit), judged.profile.currency)
    what = {Good.MARGIN: "a margin", Good.PERCENT: "a margin", Good.VALUE: "a contract value"}[by]
    middle = ", the middle of the won deals" if above is None else ""
    return Labels(beyond, (closed & ~won) | known, f"won with {what} above {shown}{middle}")


def _middle(amount: Exact, where: Mask) -> Decimal:
    """The lower median: half of the deals, or a few more, are above or at it."""
    ranked = np.sort(amount.whole[where])
    if not len(ranked):
        return Decimal(0)
    return scaled(int(ranked[(len(ranked) - 1) // 2]), amount.places)


def _percent(judged: JudgedDeals) -> Exact:
    value, margin = judged.value.floats(), judged.margin.floats()
    known = judged.margin.known & (value > 0)
    share = np.where(known, margin / np.where(known, value, 1) * 100, 0)
    return Exact(np.rint(share * 100).astype(np.int64), known, 2)
