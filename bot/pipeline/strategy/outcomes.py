"""How a deal ended: open still, won, lost, or won and lost again (churned), from the words of any source's stages."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import ibis
import ibis.expr.types as ir

from bot.pipeline.stages import Status, status_of
from bot.profile.columns.names import STAGE

OUTCOME = "_outcome"
STATUS = "deal_status"
"""A column that says open, won or lost where the source knows it better than the words of its stage."""


class Outcome(StrEnum):
    """What became of a deal. A churned deal was won, and its customer has left since."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"
    CHURNED = "churned"


CLOSED = (Outcome.WON, Outcome.LOST, Outcome.CHURNED)

_CHURNED = frozenset(
    {"churned", "closed churned", "won churned", "won then churned", "customer left", "cancelled by customer"}
)
_WALKED_AWAY = frozenset({"walked away", "closed walked away", "declined by us", "disqualified", "closed disqualified"})
WALKED_AWAY_WORDS = tuple(sorted(_WALKED_AWAY))
CHURNED_WORDS = tuple(sorted(_CHURNED))


def outcome_of(stage: str | None) -> Outcome:
    """What the words of a stage say. A deal that we walked away from is lost: it brought nothing and cost selling."""
    words = _words(stage)
    if words in _CHURNED:
        return Outcome.CHURNED
    if words in _WALKED_AWAY:
        return Outcome.LOST
    return Outcome(status_of(stage).value)


def walked_away(stage: str | None) -> bool:
    """Whether the stage says that it was we who ended it."""
    return _words(stage) in _WALKED_AWAY


def outcome_column(deals: ir.Table, stages: Iterable[str]) -> ir.StringValue:
    """The outcome of each deal as one of the words of `Outcome`. `stages` are all that the table has: they are few.

    Where the table has the column `deal_status`, it decides between open, won and lost.
    """
    found = {stage: outcome_of(stage) for stage in stages}
    stage = deals[STAGE]
    branches = [
        (stage.isin(sorted(word for word, is_ in found.items() if is_ is outcome)), outcome.value)
        for outcome in CLOSED
        if outcome in found.values()
    ]
    otherwise: ir.StringValue = ibis.literal(Outcome.OPEN.value)
    if STATUS in deals.columns:
        branches = [branch for branch in branches if branch[1] == Outcome.CHURNED.value]
        status = deals[STATUS]
        known = status.isin([each.value for each in Status])
        gone = stage.isin(sorted(word for word in found if walked_away(word)))
        otherwise = ibis.cases(
            (gone.fill_null(ibis.literal(value=False)), Outcome.LOST.value), (known, status), else_=Outcome.OPEN.value
        )
    return ibis.cases(*branches, else_=otherwise) if branches else otherwise


def _words(stage: str | None) -> str:
    return " ".join((stage or "").casefold().replace("_", " ").replace("-", " ").split())
