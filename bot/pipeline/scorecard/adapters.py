"""Scorecards counted from what the rooms around keep: snapshots, exceptions, calls."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Protocol

from bot.pipeline.deal_table.snapshots import Snapshot
from bot.pipeline.scorecard.counted import Asked, Called, Calls, PastFit
from bot.pipeline.sources.calls import Activities, calls_to_buyers
from bot.pipeline.view import View
from bot.profile.judge import Judge
from bot.profile.people import People
from bot.profile.verdict import Judgement
from bot.store.exceptions import ExceptionRow
from bot.store.records import SavedDeal, Status

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


class Live(Protocol):
    """The profile that is live."""

    def current(self) -> Judge:
        """Its judge."""


class CallBook(Protocol):
    """Where calls are kept, and the deals whose customers are assigned to their owners."""

    @property
    def activities(self) -> Activities:
        """Calls and meetings."""

    def deals(self, *, statuses: Collection[Status] | None = None) -> list[SavedDeal]:
        """The deals of these statuses."""


class KeptCalls:
    """Calls to the buyers that the profile lets sponsor a deal, by rep."""

    def __init__(self, book: CallBook, live: Live, people: Callable[[], People]) -> None:
        self._book = book
        self._live = live
        self._people = people

    def made(self, since: date, until: date) -> Mapping[str, Called] | None:
        """Everybody's from `since` to `until`, both included; None when nobody keeps calls here."""
        activities = self._book.activities
        found = calls_to_buyers(
            activities,
            profile=self._live.current().profile,
            people=self._people(),
            deals=self._book.deals(statuses=OPEN),
            since=since,
            until=until,
        )
        if not activities.assigned() and not any(rep.calls for rep in found):
            return None
        made = {}
        for rep in found:
            met, assigned = rep.covered
            at_assigned = sum(account.to_buyers for account in rep.accounts if account.assigned)
            made[rep.rep] = Called(at_assigned, assigned, met)
        return made


class OnceEach:
    """Calls that are read once for each period, however many figures are made of them."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._made: dict[tuple[date, date], Mapping[str, Called] | None] = {}

    def made(self, since: date, until: date) -> Mapping[str, Called] | None:
        """As the calls themselves give it."""
        if (since, until) not in self._made:
            self._made[since, until] = self._calls.made(since, until)
        return self._made[since, until]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
