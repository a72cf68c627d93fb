"""What the records know over time: verdicts that said no, exceptions that were declined, and snapshots."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from bot.pipeline.deal_table.snapshots import Snapshot
from bot.pipeline.strategy.measuring import History, Stood
from bot.pipeline.strategy.periods import Length, period_of
from bot.profile.verdict import Judgement
from bot.store.records import Decision

VERDICT, DECIDED, DECLINE = "verdict", "exception.decided", "decline"
_ALL = 1_000_000


class Log(Protocol):
    """The decision log."""

    def decisions(self, *, kind: str | None = None, limit: int = 50) -> list[Decision]:
        """The newest decisions of a kind."""


def history_of(log: Log, snapshots: Iterable[Snapshot], length: Length) -> History:
    """The history by period. A deal that was checked many times in one counts once there."""
    refused: list[tuple[str, str]] = []
    for decision in log.decisions(kind=VERDICT, limit=_ALL):
        period = period_of(decision.at.date(), length)
        if decision.body.get("verdict") == Judgement.DOES_NOT_FIT.value and period is not None:
            refused.append((period, decision.subject))
    declined: list[str] = []
    for decision in log.decisions(kind=DECIDED, limit=_ALL):
        said = decision.body.get("decision")
        period = period_of(decision.at.date(), length)
        if isinstance(said, dict) and said.get("choice") == DECLINE and period is not None:
            declined.append(period)
    return History(refused, declined, stood_of(snapshots, length))


def stood_of(snapshots: Iterable[Snapshot], length: Length) -> Sequence[Stood]:
    """The last snapshot of each period, in order of time."""
    last: dict[str, Snapshot] = {}
    for snapshot in sorted(snapshots, key=lambda each: (each.at, each.id)):
        period = period_of(snapshot.at.date(), length)
        if period is not None:
            last[period] = snapshot
    return tuple(
        Stood(
            period,
            sum(each.verdicts.values()),
            each.verdicts.get(Judgement.FITS.value, 0),
            each.at.isoformat(timespec="minutes"),
        )
        for period, each in sorted(last.items())
    )
