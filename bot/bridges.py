"""What one room needs of another that it may not import: small adapters, wired by `bootstrap`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.deals.deal import Deal
from bot.pipeline.proposals.document import Granted
from bot.profile.verdict import Verdict

if TYPE_CHECKING:
    from bot.exceptions.service import ExceptionService


class ExceptionsForProposals:
    """The approvals that hold for a deal, as a proposal asks for them."""

    def __init__(self, exceptions: Callable[[], ExceptionService]) -> None:
        """`exceptions` is called when the first deal needs one, so that nobody pays for what they do not use."""
        self._exceptions = exceptions

    def covering(self, deal: Deal, verdict: Verdict, *, key: str | None) -> Granted | None:
        """The checks whose approval holds for this very deal, until the first of them ends; None where none does."""
        held = self._exceptions().coverage(key, deal, verdict).held
        if not held:
            return None
        return Granted(
            checks=frozenset(approval.check for approval in held),
            until=min(approval.until for approval in held),
            references=tuple(dict.fromkeys(f"exception {approval.exception}" for approval in held)),
            conditions=tuple(dict.fromkeys(approval.conditions for approval in held if approval.conditions)),
        )
