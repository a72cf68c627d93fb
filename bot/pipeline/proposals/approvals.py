"""What a proposal needs to know of exceptions. They are kept elsewhere; `bootstrap` brings them."""

from __future__ import annotations

from typing import Protocol

from bot.deals.deal import Deal
from bot.pipeline.proposals.document import Granted
from bot.profile.verdict import Verdict


class Approvals(Protocol):
    """Whoever knows which exceptions hold."""

    def covering(self, deal: Deal, verdict: Verdict, *, key: str | None) -> Granted | None:
        """The exceptions that hold for this very deal (by the verdict's `deal_sha256`) and its failed checks.

        None when there is none. What comes back may cover only some of the failed checks: the caller compares.
        """


class NoApprovals:
    """Nobody has granted anything: what holds while a firm has no exception process."""

    def covering(self, deal: Deal, verdict: Verdict, *, key: str | None) -> Granted | None:
        """None."""
        del deal, verdict, key
        return None
