"""Scorecards counted from what the rooms around keep: snapshots, exceptions, calls."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Protocol

from bot.pipeline.deal_table.snapshots import Snapshot
from bot.pipeline.scorecard.counted import Asked, PastFit
from bot.pipeline.view import View
from bot.profile.people import People
from bot.profile.verdict import Judgement
from bot.store.exceptions import ExceptionRow
from bot.store.records import Status

GRANTED = "granted"
OPEN: tuple[Status, ...] = ("open",)
MOST = 100_000


class Pictures(Protocol):
    """Past pictures of the pipeline."""

    def snapshots(self) -> list[Snapshot]:
        """Those there are, oldest first."""

    def snapshot(self, snapshot: str, view: View, statuses: Collection[Status] | None = None) -> Any:
        """The deals of one, as an Ibis table."""


class SnapshotHistory:
    """How a rep's open deals stood, from the snapshots that the pipeline takes."""

    def __init__(self, pictures: Pictures, people: Callable[[], People]) -> None:
        self._pictures = pictures
        self._people = people

    def fit_at(self, person: str, day: date) -> PastFit | None:
        """From the last snapshot of this day or before; None without one, or without such a person."""
        rep = self._people().by_key(person)
        taken = [each for each in self._pictures.snapshots() if each.at.date() <= day]
        if rep is None or not taken:
            return None
        table = self._pictures.snapshot(taken[-1].id, View((rep,), everything=False), OPEN)
        return fit_of_rows(taken[-1].at.date(), table.select("verdict", "value").to_pyarrow().to_pylist())


def fit_of_rows(on: date, rows: Sequence[Mapping[str, Any]]) -> PastFit:
    """The fit of a picture's rows, each with its `verdict` and its `value`."""
    known = [(row["verdict"], Decimal(row["value"])) for row in rows if row["value"] is not None]
    return PastFit(
        on=on,
        deals=len(rows),
        fits=sum(row["verdict"] == Judgement.FITS.value for row in rows),
        money=sum((value for _, value in known), Decimal(0)),
        money_fits=sum((value for verdict, value in known if verdict == Judgement.FITS.value), Decimal(0)),
        with_money=len(known),
    )


class ExceptionRows(Protocol):
    """Where requests for exceptions are kept."""

    def find(
        self,
        *,
        requesters: Collection[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 1000,
    ) -> list[ExceptionRow]:
        """Those of these people, asked from `since` on and before `until`."""


class KeptExceptions:
    """How many exceptions a rep asked for, and how many of these were granted."""

    def __init__(self, rows: ExceptionRows, people: Callable[[], People]) -> None:
        self._rows = rows
        self._people = people

    def asked_by(self, person: str, since: date, until: date) -> Asked | None:
        """Those asked for from `since` to `until`, both included."""
        rep = self._people().by_key(person)
        keys = {person} | ({rep.slack} if rep is not None and rep.slack else set())
        first, after = _midnight(since), _midnight(until + timedelta(days=1))
        found = self._rows.find(requesters=keys, since=first, until=after, limit=MOST)
        return Asked(len(found), sum(row.state == GRANTED for row in found))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
