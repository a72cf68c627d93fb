"""Where a deal stands: the words of any source for a stage become open, won or lost."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Whether a deal can still be shaped."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


_WON = frozenset({"won", "closed won", "closed as won"})
_LOST = frozenset({"lost", "closed lost", "closed as lost"})


def status_of(stage: str | None) -> Status:
    """Open, won or lost. "Closed Won", "closed-won" and "closedwon" are one stage; any other word means open."""
    words = " ".join((stage or "").casefold().replace("_", " ").replace("-", " ").split())
    if words in _WON or words == "closedwon":
        return Status.WON
    if words in _LOST or words == "closedlost":
        return Status.LOST
    return Status.OPEN
