"""Where a deal stands: the words of any source for a stage become open, won or lost."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Whether a deal can still be shaped, and how it ended.

    Removed is a deal that its source no longer has: deleted, archived or merged there. Nobody knows how it would have
    ended, so it is neither won nor lost, and no rate counts it.
    """

    OPEN = "open"
    WON = "won"
    LOST = "lost"
    REMOVED = "removed"


CHURNED = frozenset(
    {"churned", "closed churned", "won churned", "won then churned", "customer left", "cancelled by customer"}
)
"""Won, and the customer has left since."""

WALKED_AWAY = frozenset({"walked away", "closed walked away", "declined by us", "disqualified", "closed disqualified"})
"""Lost, and it was we who ended it."""

_WON = frozenset({"won", "closed won", "closedwon", "closed as won"}) | CHURNED
_LOST = frozenset({"lost", "closed lost", "closedlost", "closed as lost"}) | WALKED_AWAY


def words_of_stage(stage: str | None) -> str:
    """A stage as it is compared: "Closed Won", "closed-won" and "CLOSED_WON" are one."""
    return " ".join((stage or "").casefold().replace("_", " ").replace("-", " ").split())


def status_of(stage: str | None) -> Status:
    """Open, won or lost, where the source does not say it itself; any word that is not known means open.

    A churned deal was won; one that we walked away from is lost: it brought nothing and cost selling.
    """
    words = words_of_stage(stage)
    if words in _WON:
        return Status.WON
    return Status.LOST if words in _LOST else Status.OPEN
