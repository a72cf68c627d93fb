"""What goes with a verdict: the money, why there is no counter-offer, what an answer could settle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.deals.deal import Deal
from bot.profile.economics import Economist
from bot.profile.economics_figures import Economics
from bot.profile.judge import Judge
from bot.profile.no_offer import Obstacles
from bot.profile.settling import Settling
from bot.profile.verdict import Judgement, Verdict


@dataclass(frozen=True, slots=True)
class Advice:
    """Beside one verdict.

    `economics` are the figures, None when the profile gives none; `no_offer` is why there is no counter-offer;
    `settles` names, for the questions of an incomplete deal, the verdicts that an answer to them alone could settle.
    """

    economics: Economics | None
    no_offer: str | None
    settles: Mapping[str, tuple[Judgement, ...]]


class Adviser:
    """Gives advice under one judge's profile. Safe to use from several threads."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.economist = Economist(judge)
        self._obstacles = Obstacles(judge)
        self._settling = Settling(judge)

    def on(self, deal: Deal, verdict: Verdict) -> Advice:
        """What goes with a verdict whose counter-offers were looked for."""
        reason = self._obstacles.reason(deal, verdict)
        price = self.economist.at_a_better_price(deal, verdict) if reason else None
        return Advice(
            self.economist.of(deal, verdict),
            f"{reason} {price}" if reason and price else reason,
            self._settling.by_one_answer(deal, verdict),
        )


class Advisers:
    """The adviser of whichever judge is live."""

    def __init__(self) -> None:
        self._last: Adviser | None = None

    def of(self, judge: Judge) -> Adviser:
        """The adviser for this judge, made anew when the profile has changed."""
        last = self._last
        if last is None or last.judge is not judge:
            last = self._last = Adviser(judge)
        return last
