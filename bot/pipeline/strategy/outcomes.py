"""How a deal ended: open still, won, lost, won and lost again (churned), or removed by its source."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import ibis
import ibis.expr.types as ir

from bot.pipeline.stages import CHURNED, WALKED_AWAY, Status, status_of, words_of_stage
from bot.profile.columns.names import STAGE

OUTCOME = "_outcome"
STATUS = "deal_status"
"""A column that says open, won, lost or removed where the source knows it better than the words of its stage."""


class Outcome(StrEnum):
    """What became of a deal. A churned deal was won, and its customer has left since.

    A removed one is no longer known to its source: how it ended is not known, and no figure counts it as closed.
    """

    OPEN = "open"
    WON = "won"
    LOST = "lost"
    CHURNED = "churned"
    REMOVED = "removed"


CLOSED = (Outcome.WON, Outcome.LOST, Outcome.CHURNED)


def outcome_of(stage: str | None) -> Outcome:
    """What the words of a stage say. A deal that we walked away from is lost: it brought nothing and cost selling."""
    return Outcome.CHURNED if words_of_stage(stage) in CHURNED else Outcome(status_of(stage).value)


def walked_away(stage: str | None) -> bool:
    """Whether the stage says that it was we who ended it."""
    return words_of_stage(stage) in WALKED_AWAY


def outcome_column(deals: ir.Table, stages: Iterable[str]) -> ir.StringValue:
    """The outcome of each deal as one of the words of `Outcome`. `stages` are all that the table has: they are few.

    Where the table has the column `deal_status`, it decides between open, won, lost and removed.
    """
    found = {stage: outcome_of(stage) for stage in stages}
    stage = deals[STAGE]

    def says(outcome: Outcome) -> ir.BooleanValue:
        words = sorted(word for word, is_ in found.items() if is_ is outcome)
        here: ir.BooleanValue = stage.isin(words).fill_null(ibis.literal(value=False))
        return here

    if STATUS not in deals.columns:
        by_words = [(says(outcome), outcome.value) for outcome in CLOSED if outcome in found.values()]
        return ibis.cases(*by_words, else_=Outcome.OPEN.value) if by_words else ibis.literal(Outcome.OPEN.value)
    # How a source's own words were read at import rules; whether a won customer has left, only the stage says.
    status = deals[STATUS]
    known = status.isin([each.value for each in Status])
    left = [((status == Status.WON.value) & says(Outcome.CHURNED), Outcome.CHURNED.value)]
    branches = [*(left if Outcome.CHURNED in found.values() else []), (known, status)]
    return ibis.cases(*branches, else_=Outcome.OPEN.value)
