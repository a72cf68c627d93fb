"""What goes with a verdict: what the deal is worth, and why there is no counter-offer. Made once for each profile."""

from __future__ import annotations

from dataclasses import dataclass

from bot.deals.deal import Deal
from bot.profile.economics import Economist
from bot.profile.economics_figures import Economics
from bot.profile.judge import Judge
from bot.profile.no_offer import Obstacles
from bot.profile.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Advice:
    """Beside one verdict: the figures (None when the profile gives none), and why there is no counter-offer."""

    economics: Economics | None
    no_offer: str | None


class Adviser:
    """Gives advice under one judge's profile. Safe to use from several threads."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.economist = Economist(judge)
        self._obstacles = Obstacles(judge)

    def on(self, deal: Deal, verdict: Verdict) -> Advice:
        """What goes with a verdict whose counter-offers were looked for."""
        reason = self._obstacles.reason(deal, verdict)
        price = self.economist.at_a_better_price(deal, verdict) if reason else None
        return Advice(self.economist.of(deal, verdict), f"{reason} {price}" if reason and price else reason)


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
