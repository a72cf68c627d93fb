"""What a backtest cannot know, said beside its figures, with the counts that show how much it matters here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bot.deals.wording import counted
from bot.pipeline.strategy.customers import Customers
from bot.pipeline.strategy.judging import JudgedDeals
from bot.pipeline.strategy.outcomes import CLOSED, Outcome
from bot.profile.verdict import Judgement

FEW_DEALS = 30
FEW_REFUSED = 5


@dataclass(frozen=True, slots=True)
class Caution:
    """One thing to keep in mind. `id` is stable for scripts; `text` is for people; `strong` where it weighs here."""

    id: str
    text: str
    strong: bool = False

    def plain(self) -> dict[str, object]:
        """As JSON data."""
        return {"id": self.id, "text": self.text, "strong": self.strong}


def cautions(judged: JudgedDeals, customers: Customers) -> Iterator[Caution]:
    """Everything that holds of this backtest, the strong ones first."""
    found = list(_cautions(judged, customers))
    yield from (each for each in found if each.strong)
    yield from (each for each in found if not each.strong)


def _cautions(judged: JudgedDeals, customers: Customers) -> Iterator[Caution]:
    done = judged.ended(*CLOSED)
    won = judged.ended(Outcome.WON)
    yield from _small(judged, customers)
    unknown = int((done & judged.judged(Judgement.INCOMPLETE)).sum())
    if unknown:
        yield Caution(
            "missing-facts",
            f"{unknown:,} of {int(done.sum()):,} closed deals are incomplete: a fact that the profile asks for is not "
            "known, so what it would have said of them is not known either. They are counted as neither refused nor "
            "accepted.",
            strong=unknown * 5 > int(done.sum()),
        )
    if judged.absent:
        yield Caution(
            "absent-facts",
            f"No deal says anything of: {', '.join(judged.absent)}. Every rule that needs one of these is unknown "
            "throughout.",
            strong=True,
        )
    before = int((done & (judged.closed < np.datetime64(judged.profile.effective, "D"))).sum())
    if before:
        yield Caution(
            "hindsight",
            f"{before:,} of these deals closed before the profile took effect ({judged.profile.effective}). A profile "
            "that was written with these deals in view looks better on them than on the next ones. Keep the latest "
            "deals aside while you write it, and try it on those.",
        )
    unpriced = int((won & judged.value.known & ~judged.margin.known).sum())
    if unpriced:
        yield Caution(
            "margin-unknown",
            f"The margin of {counted(unpriced, 'won deal')} is not known: it is in no sum of margin.",
        )
    foreign = int((done & judged.foreign).sum())
    if foreign:
        yield Caution(
            "other-currency", f"Deals in another currency: {foreign:,}. They are counted, and in no sum of money."
        )
    yield Caution(
        "survivorship",
        "Only deals that somebody proposed are here. What the sales people would have found with the time that the "
        "refused deals took is not.",
    )
    yield Caution(
        "reshaping",
        "A rep who is told no reshapes the deal. Refused here means refused as it stood; see how many had a "
        "counter-offer near.",
    )
    yield Caution(
        "dependence",
        "Price, terms and outcome hang together: a deal won at 20% discount might have been won at 10%, or lost. The "
        "backtest changes nobody's mind.",
    )


def _small(judged: JudgedDeals, customers: Customers) -> Iterator[Caution]:
    won = judged.ended(Outcome.WON)
    deals, refused = int(won.sum()), int((won & judged.judged(Judgement.DOES_NOT_FIT)).sum())
    named = len(np.unique(customers.of[won & (customers.of >= 0)]))
    if deals < FEW_DEALS:
        yield Caution(
            "small-numbers",
            f"Only {counted(deals, 'won deal')}: a single one moves every share by a lot. Read counts.",
            strong=True,
        )
    elif 0 < refused < FEW_REFUSED:
        yield Caution("small-numbers", f"Only {refused} of the won deals would have been refused: read the deals.")
    nameless = int((won & (customers.of < 0)).sum())
    if nameless:
        yield Caution(
            "no-customer",
            f"Won deals that name no customer: {nameless:,}. Each counts as a customer of its own beside the {named:,} "
            "named ones, so the intervals may be too narrow.",
        )
