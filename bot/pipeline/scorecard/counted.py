"""What a scorecard is counted from: deals, past pictures of the pipeline, exceptions and calls.

Exceptions, calls and snapshots belong to other rooms: they come in as small protocols, and each may be absent. What is
absent is said to be, and never counted as nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from bot.deals.facts import FactValue
from bot.pipeline.proposals.texts import Parts
from bot.pipeline.records import Record, margin_fact
from bot.pipeline.stages import Status
from bot.pipeline.tables import share
from bot.profile.evaluate import is_measurable
from bot.profile.model import Profile
from bot.profile.verdict import Judgement

PERCENT, MONTHS, COUNT = "%", "months", "a deal"


@dataclass(frozen=True, slots=True)
class PastFit:
    """How a rep's open deals stood on a day: how many, how many fitted, and the same in money."""

    on: date
    deals: int
    fits: int
    money: Decimal
    money_fits: Decimal
    with_money: int


@dataclass(frozen=True, slots=True)
class Asked:
    """The exceptions that a rep asked for in a period, and how many of them were granted."""

    asked: int
    granted: int


@dataclass(frozen=True, slots=True)
class Called:
    """A rep's calls in a period: those to buyers that matter, and the assigned accounts, with those that were met."""

    to_buyers: int
    assigned: int
    covered: int


class History(Protocol):
    """Past pictures of the pipeline."""

    def fit_at(self, person: str, day: date) -> PastFit | None:
        """How the person's open deals stood on the last picture taken on this day or before; None without one."""


class Exceptions(Protocol):
    """The exceptions that were asked for."""

    def asked_by(self, person: str, since: date, until: date) -> Asked | None:
        """Those of this person, from `since` to `until`, both included; None when nobody counts them."""


class Calls(Protocol):
    """Calls and meetings."""

    def made(self, since: date, until: date) -> Mapping[str, Called] | None:
        """Everybody's, from `since` to `until`, both included; None when no calls are known of anybody."""


@dataclass(frozen=True, slots=True)
class Around:
    """The rooms around; None where there is no such room."""

    history: History | None = None
    exceptions: Exceptions | None = None
    calls: Calls | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` to `until`, both included."""

    since: date
    until: date

    def holds(self, day: date | None) -> bool:
        """Whether the day lies in it."""
        return day is not None and self.since <= day <= self.until


@dataclass(frozen=True, slots=True)
class Counted:
    """A figure and the number of deals (or accounts) that it rests on. None: it cannot be had."""

    value: Decimal | None
    n: int


NOTHING = Counted(None, 0)


@dataclass(frozen=True, slots=True)
class Book:
    """One rep's deals under one profile."""

    person: str
    records: Sequence[Record]
    profile: Profile
    parts: Parts

    @property
    def open(self) -> list[Record]:
        """The deals that can still be shaped."""
        return [record for record in self.records if record.status is Status.OPEN]

    def won(self, period: Period) -> list[Record]:
        """The deals that were won in a period, by their close date."""
        return [r for r in self.records if r.status is Status.WON and period.holds(r.close_date)]

    def fact(self, role: str) -> str | None:
        """The fact that plays a part, where the profile has it."""
        name = getattr(self.parts.facts, role)
        return name if name in self.profile.facts else None


Measuring = Callable[[Book, Period, Around], Counted]
"""The figure of a period that ends today."""
Looking = Callable[[Book, Period, Around], Counted]
"""The figure of the period before."""


def fit_of_deals(book: Book, period: Period, around: Around) -> Counted:
    """The share of the open deals that fit."""
    del period, around
    open_ = book.open
    return Counted(share(sum(r.judgement is Judgement.FITS for r in open_), len(open_)), len(open_))


def fit_of_money(book: Book, period: Period, around: Around) -> Counted:
    """The share of the open deals' known money that fits."""
    del period, around
    known = [r for r in book.open if r.contract_value is not None]
    total = sum((r.contract_value or Decimal(0) for r in known), Decimal(0))
    fits = sum((r.contract_value or Decimal(0) for r in known if r.judgement is Judgement.FITS), Decimal(0))
    return Counted(share(fits, total), len(known))


def past_fit_of_deals(book: Book, period: Period, around: Around) -> Counted:
    """The share of the deals that were open at the end of a period, and fitted then."""
    past = around.history.fit_at(book.person, period.until) if around.history else None
    return NOTHING if past is None else Counted(share(past.fits, past.deals), past.deals)


def past_fit_of_money(book: Book, period: Period, around: Around) -> Counted:
    """The same in money."""
    past = around.history.fit_at(book.person, period.until) if around.history else None
    return NOTHING if past is None else Counted(share(past.money_fits, past.money), past.with_money)


def margin(book: Book, period: Period, around: Around) -> Counted:
    """The margin of the deals won, each weighed by its contract value."""
    del around
    name = margin_fact(book.profile)
    pairs = [
        (record.contract_value, number)
        for record in book.won(period)
        if name and record.contract_value and (number := _number(record.facts.get(name))) is not None
    ]
    total = sum((value for value, _ in pairs), Decimal(0))
    earned = sum((value * number for value, number in pairs), Decimal(0))
    return Counted(_rounded(earned, total) if total > 0 else None, len(pairs))


def service_mix(book: Book, period: Period, around: Around) -> Counted:
    """The share of the deals won that are managed services."""
    del around
    name = book.fact("offer")
    offers = [record.facts[name] for record in book.won(period) if name and name in record.facts]
    managed = sum(offer == book.parts.managed_services_are for offer in offers)
    return Counted(share(managed, len(offers)), len(offers))


def term(book: Book, period: Period, around: Around) -> Counted:
    """The median service term of the deals won."""
    del around
    name = book.fact("service_months")
    found = [_number(record.facts.get(name)) for record in book.won(period) if name]
    months = [number for number in found if number is not None]
    return Counted(median(months), len(months))


def outcomes(book: Book, period: Period, around: Around) -> Counted:
    """The share of the open deals with at least one outcome that is measurable and agreed."""
    del period, around
    name = book.fact("outcomes")
    open_ = book.open
    if name is None:
        return NOTHING
    return Counted(share(sum(_defined(record.facts.get(name)) for record in open_), len(open_)), len(open_))


def asked(book: Book, period: Period, around: Around) -> Counted:
    """Exceptions asked for, for each deal that was open or won in the period."""
    found = around.exceptions.asked_by(book.person, period.since, period.until) if around.exceptions else None
    deals = len(book.open) + len(book.won(period))
    return NOTHING if found is None or not deals else Counted(_rounded(Decimal(found.asked), Decimal(deals), 2), deals)


def granted(book: Book, period: Period, around: Around) -> Counted:
    """The share of the exceptions asked for that was granted."""
    found = around.exceptions.asked_by(book.person, period.since, period.until) if around.exceptions else None
    return NOTHING if found is None else Counted(share(found.granted, found.asked), found.asked)


def calls(book: Book, period: Period, around: Around) -> Counted:
    """Calls to buyers that matter, for each assigned account."""
    found = _called(book, period, around)
    if found is None or not found.assigned:
        return NOTHING
    return Counted(_rounded(Decimal(found.to_buyers), Decimal(found.assigned), 2), found.assigned)


def covered(book: Book, period: Period, around: Around) -> Counted:
    """The share of the assigned accounts where a buyer that matters was met."""
    found = _called(book, period, around)
    return NOTHING if found is None else Counted(share(found.covered, found.assigned), found.assigned)


def nothing(book: Book, period: Period, around: Around) -> Counted:
    """What cannot be looked back on."""
    del book, period, around
    return NOTHING


def median(values: Sequence[Decimal]) -> Decimal | None:
    """The middle value, or the middle between the two in the middle; None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    half, odd = divmod(len(ordered), 2)
    return ordered[half] if odd else (ordered[half - 1] + ordered[half]) / 2


def _called(book: Book, period: Period, around: Around) -> Called | None:
    made = around.calls.made(period.since, period.until) if around.calls else None
    return None if made is None else made.get(book.person, Called(0, 0, 0))


def _defined(value: FactValue | None) -> bool:
    return isinstance(value, tuple) and any(o.agreed is True and is_measurable(o) for o in value)


def _number(value: FactValue | None) -> Decimal | None:
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def _rounded(part: Decimal, whole: Decimal, places: int = 1) -> Decimal:
    return (part / whole).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
