"""Fit against results over time: what became of the deals, period by period, and of those that fit against the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from bot.deals.deal import plain_value
from bot.pipeline.strategy.book import Book
from bot.pipeline.strategy.customers import Customers
from bot.pipeline.strategy.exact import Exact, Mask, cents
from bot.pipeline.strategy.intervals import METHOD as INTERVALS
from bot.pipeline.strategy.intervals import Draws, Share, amount_share_of, share_of
from bot.pipeline.strategy.judging import JudgedDeals, judged_deals
from bot.pipeline.strategy.outcomes import CLOSED, Outcome, walked_away
from bot.pipeline.strategy.periods import Length, between, period_of
from bot.pipeline.strategy.roles import MoneyFacts
from bot.pipeline.strategy.trends import METHOD as TRENDS
from bot.pipeline.strategy.trends import Trend, trend
from bot.profile.columns import names
from bot.profile.conditions import facts_of
from bot.profile.economics_figures import rounded
from bot.profile.model import Profile
from bot.profile.verdict import Judgement, ProfileId

_TENTH = Decimal("0.1")
MOST_PERIODS = 60
ALL = "all closed deals"


@dataclass(frozen=True, slots=True)
class Results:
    """What became of some deals. Shares are percent with their intervals.

    `win_rate` is of all that closed, `churn` of all that were won, `margin` is money on value where both are known,
    `fit` is the share of the won deals that fit, or needed approval, under the profile; `days` are the agreed payment
    days weighted by value (what customers agreed to pay in, not when they paid), `walked_away` are in `lost`.
    """

    name: str
    won: int
    lost: int
    churned: int
    walked_away: int
    value_won: Decimal
    margin_won: Decimal
    win_rate: Share
    churn: Share
    margin: Share
    fit: Share
    days: Decimal | None

    def plain(self, what: str) -> dict[str, Any]:
        """As JSON data, its name under `what`."""
        return {
            what: self.name,
            "won": self.won,
            "lost": self.lost,
            "churned": self.churned,
            "walked_away": self.walked_away,
            "value_won": plain_value(cents(self.value_won)),
            "margin_won": plain_value(cents(self.margin_won)),
            "win_rate": self.win_rate.plain(),
            "churn": self.churn.plain(),
            "margin": self.margin.plain(),
            "won_that_fit": self.fit.plain(),
            "payment_days": None if self.days is None else plain_value(self.days),
        }


@dataclass(frozen=True, slots=True)
class Said:
    """How often no was said in a period: deals found not to fit, exceptions declined, deals walked away from."""

    period: str
    does_not_fit: int
    declined: int
    walked_away: int

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        return {
            "period": self.period,
            "does_not_fit": self.does_not_fit,
            "exceptions_declined": self.declined,
            "walked_away": self.walked_away,
            "total": self.does_not_fit + self.declined + self.walked_away,
        }


@dataclass(frozen=True, slots=True)
class Stood:
    """How the open pipeline stood at the last snapshot of a period: how many deals, and how many of them fit."""

    period: str
    deals: int
    fits: int
    at: str

    @property
    def share(self) -> Decimal | None:
        """Percent of the open deals that fit."""
        return rounded(Fraction(100 * self.fits, self.deals), _TENTH) if self.deals else None

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        share = None if self.share is None else plain_value(self.share)
        return {"period": self.period, "open_deals": self.deals, "fit": self.fits, "share": share, "at": self.at}


@dataclass(frozen=True)
class Measured:
    """Results over time and by verdict. `undated` closed deals have no close date, and are in no period."""

    profile: ProfileId
    currency: str
    length: Length
    whole: Results
    by_verdict: tuple[Results, ...]
    periods: tuple[Results, ...]
    undated: int
    said_no: tuple[Said, ...]
    pipeline: tuple[Stood, ...]
    trends: tuple[Trend, ...]
    notes: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """As JSON data, in the documented shape (schema 1)."""
        return {
            "schema": 1,
            "profile": {"title": self.profile.title, "version": self.profile.version, "sha256": self.profile.sha256},
            "currency": self.currency,
            "by": self.length.value,
            "all": self.whole.plain("what"),
            "verdicts": [each.plain("verdict") for each in self.by_verdict],
            "periods": [each.plain("period") for each in self.periods],
            "undated": self.undated,
            "said_no": [each.plain() for each in self.said_no],
            "pipeline": [each.plain() for each in self.pipeline],
            "trends": [each.plain() for each in self.trends],
            "method": f"{INTERVALS} {TRENDS}",
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class History:
    """What else is known: (period, deal) of verdicts that said no, the periods of declined exceptions, snapshots."""

    refused: Sequence[tuple[str, str]] = ()
    declined: Sequence[str] = ()
    stood: Sequence[Stood] = ()


def measure(
    book: Book, profile: Profile, *, length: Length = Length.QUARTER, history: History | None = None
) -> Measured:
    """Results by period of the close date, and by what the profile as it is now says of each deal."""
    history = history or History()
    every = judged_deals(book, profile, more=(names.STAGE,))
    judged = every.take(every.ended(*CLOSED))
    work = _Work(judged, length)
    closed = np.ones(len(judged), np.bool_)
    dated = sorted({period for period in work.period[closed] if period is not None})
    periods = between(dated[0], dated[-1], length)[-MOST_PERIODS:] if dated else ()
    rows = tuple(work.results(period, closed & (work.period == period)) for period in periods)
    said = _said(history, rows)
    notes = list(book.notes)
    if not closed.any():
        notes.append("No deal is won, lost or churned: there are no results to measure yet.")
    else:
        notes += _asked_for(profile)
    if not history.stood:
        notes.append(
            "There is no snapshot of the open pipeline yet: each sync keeps one, and `dealfit pipeline snapshot`."
        )
    return Measured(
        profile=profile.id,
        currency=profile.currency,
        length=length,
        whole=work.results(ALL, closed),
        by_verdict=tuple(work.results(each.value, closed & judged.judged(each)) for each in Judgement),
        periods=rows,
        undated=int((closed & np.array([period is None for period in work.period], dtype=bool)).sum()),
        said_no=said,
        pipeline=tuple(history.stood),
        trends=tuple(_trends(rows, said, history.stood)),
        notes=tuple(notes),
    )


class _Work:
    def __init__(self, judged: JudgedDeals, length: Length) -> None:
        self.judged = judged
        days = judged.closed.astype(object)
        self.period = np.array([period_of(day, length) for day in days] or [], dtype=object)
        stages = judged.more[names.STAGE].to_pylist()
        gone = {stage: walked_away(stage) for stage in set(stages)}
        self._gone = np.array([gone[stage] for stage in stages], dtype=bool)
        customers = Customers.read(judged.customers).of
        self._draws = Draws(customers)
        accepted = judged.judged(Judgement.FITS) | judged.judged(Judgement.NEEDS_APPROVAL)
        self._accepted = accepted

    def results(self, name: str, here: Mask) -> Results:
        judged = self.judged
        won, lost, churned = (here & judged.ended(outcome) for outcome in (Outcome.WON, Outcome.LOST, Outcome.CHURNED))
        ever = won | churned
        priced = ever & judged.margin.known
        value, margin = judged.value, judged.margin
        pairs = [
            (ever, here),
            (churned, ever),
            (won & self._accepted, won),
        ]
        amounts = (margin.floats() * priced, value.floats() * priced)
        ends = self._draws.shares([*((one.astype(float), two.astype(float)) for one, two in pairs), amounts])
        rate, churn, fit = (
            share_of(int(one.sum()), int(two.sum()), end, self._draws.customers(two))
            for (one, two), end in zip(pairs, ends[:3], strict=True)
        )
        return Results(
            name=name,
            won=int(won.sum()),
            lost=int(lost.sum()),
            churned=int(churned.sum()),
            walked_away=int((lost & self._gone).sum()),
            value_won=value.sum(ever),
            margin_won=margin.sum(ever),
            win_rate=rate,
            churn=churn,
            margin=amount_share_of(margin.sum(priced), value.sum(priced), ends[3], self._draws.customers(priced)),
            fit=fit,
            days=_weighted(value, judged.days, ever),
        )


def _asked_for(profile: Profile) -> list[str]:
    """A profile that asks for margin makes the deals that fit it those with margin: that is no finding."""
    parts = MoneyFacts.of(profile)
    tested = {fact for check in profile.checks for case in check.cases for fact in facts_of(case.require)}
    own = [profile.facts[fact].label for fact in (parts.margin, parts.days) if fact in tested]
    if not own:
        return []
    asked = " and ".join(own)
    said = f"The profile itself asks for {asked}: that deals of different verdicts differ in that is its own doing."
    return [f"{said} Win rate and churn are not."]


def _weighted(value: Exact, days: Exact, where: Mask) -> Decimal | None:
    both = where & value.known & days.known
    weight = value.sum(both)
    if weight <= 0:
        return None
    return rounded(Fraction(value.times(days).sum(both)) / Fraction(weight), _TENTH)


def _said(history: History, rows: Sequence[Results]) -> tuple[Said, ...]:
    """By period; a deal that was found not to fit several times in one counts once there."""
    found: dict[str, set[str]] = {}
    for period, deal in history.refused:
        found.setdefault(period, set()).add(deal)
    gone: Mapping[str, int] = {row.name: row.walked_away for row in rows}
    periods = sorted({*found, *history.declined, *gone})
    return tuple(
        Said(period, len(found.get(period, ())), list(history.declined).count(period), gone.get(period, 0))
        for period in periods
    )


def _trends(rows: Sequence[Results], said: Sequence[Said], stood: Sequence[Stood]) -> list[Trend]:
    return [
        trend("win_rate", [row.win_rate.percent for row in rows]),
        trend("margin", [row.margin.percent for row in rows]),
        trend("churn", [row.churn.percent for row in rows]),
        trend("payment_days", [row.days for row in rows]),
        trend("won_that_fit", [row.fit.percent for row in rows]),
        trend("said_no", [Decimal(each.does_not_fit + each.declined + each.walked_away) for each in said]),
        trend("open_that_fit", [each.share for each in stood]),
    ]
