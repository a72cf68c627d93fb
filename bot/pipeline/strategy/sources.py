"""Where the money comes from: how concentrated it is over deals and customers, and which kinds of deals bring it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bot.deals.deal import plain_value
from bot.deals.facts import FactType
from bot.pipeline.strategy.book import Book
from bot.pipeline.strategy.customers import Customers
from bot.pipeline.strategy.exact import Array, Exact, Mask, cents
from bot.pipeline.strategy.judging import JudgedDeals, judged_deals
from bot.pipeline.strategy.outcomes import Outcome
from bot.pipeline.strategy.roles import MoneyFacts
from bot.pipeline.strategy.whale import Whale
from bot.pipeline.tables import share
from bot.profile.model import Profile
from bot.profile.verdict import ProfileId

SEGMENT, TERM = "segment", "term"
MOST_NAMED = 10
MOST_CHOICES = 12
BANDS = ((0, "none"), (3, "under 3 months"), (6, "3 to 5 months"), (12, "6 to 11 months"), (24, "12 to 23 months"))
LONGEST = "24 months and more"
NOT_KNOWN = "not known"


class Measure(StrEnum):
    """What is added up."""

    MARGIN = "margin"
    REVENUE = "revenue"


class Unreadable(ValueError):
    """A question that cannot be answered as it is put. The message says what can."""


@dataclass(frozen=True, slots=True)
class Kind:
    """The deals of one kind: a segment, an offer, a length of service."""

    name: str
    deals: int
    customers: int
    amount: Decimal
    share: Decimal | None
    share_of_deals: Decimal | None
    below: int

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        return {
            "name": self.name,
            "deals": self.deals,
            "customers": self.customers,
            "amount": plain_value(cents(self.amount)),
            "share": None if self.share is None else plain_value(self.share),
            "share_of_deals": None if self.share_of_deals is None else plain_value(self.share_of_deals),
            "below_zero": self.below,
        }


@dataclass(frozen=True, slots=True)
class Named:
    """One customer and what they come to."""

    customer: str
    deals: int
    amount: Decimal

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        return {"customer": self.customer, "deals": self.deals, "amount": plain_value(cents(self.amount))}


@dataclass(frozen=True)
class Sources:
    """Where the money of some deals comes from.

    `deals` and `customers` are the curves over deals and over customers; `by` the kinds, those that bring most first.
    `left_out` says which deals of `scope` are in neither, and why.
    """

    profile: ProfileId
    currency: str
    scope: str
    measure: Measure
    why: str
    deals: Whale
    customers: Whale
    best: tuple[Named, ...]
    worst: tuple[Named, ...]
    by: tuple[tuple[str, str, tuple[Kind, ...]], ...]
    left_out: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """As JSON data, in the documented shape (schema 1)."""
        return {
            "schema": 1,
            "profile": {"title": self.profile.title, "version": self.profile.version, "sha256": self.profile.sha256},
            "currency": self.currency,
            "scope": self.scope,
            "measure": self.measure.value,
            "why": self.why,
            "deals": self.deals.plain(),
            "customers": self.customers.plain(),
            "best_customers": [each.plain() for each in self.best],
            "worst_customers": [each.plain() for each in self.worst],
            "by": [
                {"what": what, "label": label, "kinds": [kind.plain() for kind in kinds]}
                for what, label, kinds in self.by
            ],
            "left_out": [{"why": why, "deals": deals} for why, deals in self.left_out],
            "notes": list(self.notes),
        }


def money_sources(
    book: Book,
    profile: Profile,
    *,
    scope: Outcome | None = None,
    measure: Measure | None = None,
    by: Sequence[str] = (),
) -> Sources:
    """Where the money of the book's won deals comes from.

    `scope` names other deals; left out, the won ones are looked at, or the open ones where none is won. `measure` is
    margin where it is known of at least half of the deals with a value, else revenue: the two are never added up, since
    a deal that counts by its revenue would stand above better ones that count by their margin. `by` names the kinds:
    "segment", "term", and facts that are choices or yes/no; left out, all that the profile has.

    Raises:
        Unreadable: `by` names what cannot be grouped by, or the measure cannot be had.
        ColumnError: the book's table cannot be judged.
    """
    wanted = kinds_of(profile, by)
    facts = tuple(what for what, _ in wanted if what not in {SEGMENT, TERM})
    months = MoneyFacts.of(profile).months
    more = tuple(dict.fromkeys((*facts, *((months,) if months else ()))))
    judged = judged_deals(book, profile, more=more)
    notes = list(book.notes)
    if scope is None:
        scope = Outcome.WON if judged.ended(Outcome.WON).any() else Outcome.OPEN
        if scope is Outcome.OPEN:
            notes.append("No deal is won: this is the money of the open deals, which nobody has yet.")
    looked = judged.ended(scope)
    measure, why = _measure(judged, looked, measure)
    amounts = judged.margin if measure is Measure.MARGIN else judged.value
    there = looked & amounts.known
    customers = Customers.read(judged.customers)
    numbers, sums = customers.sums(amounts, there)
    if SEGMENT in dict(wanted) and judged.absent and not (judged.place[there] >= 0).any():
        notes.append("No deal can be placed in a segment: the facts that the segments test are not in these deals.")
    return Sources(
        profile=profile.id,
        currency=profile.currency,
        scope=scope.value,
        measure=measure,
        why=why,
        deals=Whale.of(amounts.whole[there], amounts.places),
        customers=Whale.of(sums, amounts.places),
        best=_named(customers, there, numbers, sums, amounts, best=True),
        worst=_named(customers, there, numbers, sums, amounts, best=False),
        by=tuple((what, label, _kinds(judged, what, there, amounts, customers, months)) for what, label in wanted),
        left_out=tuple(_left_out(judged, looked, there, measure, customers)),
        notes=(*notes, *(judged.selling_note(there) if measure is Measure.MARGIN else ())),
    )


def kinds_of(profile: Profile, by: Sequence[str] = ()) -> tuple[tuple[str, str], ...]:
    """What deals are grouped by, each with its label. Raises Unreadable for what cannot be."""
    months = MoneyFacts.of(profile).months
    can = {SEGMENT: "Segment"} if profile.segments else {}
    can |= {TERM: profile.facts[months].label} if months else {}
    facts = {name: spec for name, spec in profile.facts.items() if spec.type in {FactType.CHOICE, FactType.YES_NO}}
    usual = [*can, *(n for n, s in facts.items() if s.type is FactType.CHOICE and len(s.choices) <= MOST_CHOICES)]
    can |= {name: spec.label for name, spec in facts.items()}
    for what in by:
        if what not in can:
            raise Unreadable(f"Deals cannot be grouped by {what!r}. What they can be grouped by: {', '.join(can)}.")
    return tuple((what, can[what]) for what in dict.fromkeys(by or usual))


def _measure(judged: JudgedDeals, looked: Mask, given: Measure | None) -> tuple[Measure, str]:
    valued = int((looked & judged.value.known).sum())
    margins = int((looked & judged.margin.known).sum())
    known = f"the margin is known of {margins:,} of the {valued:,} deals with a value"
    if given is not None:
        return given, f"as asked; {known}"
    if valued and 2 * margins >= valued:
        return Measure.MARGIN, known
    return Measure.REVENUE, f"{known}, fewer than half: so the contract values are added up"


def _left_out(judged: JudgedDeals, looked: Mask, there: Mask, measure: Measure, customers: Customers) -> Any:
    foreign = looked & judged.foreign
    valueless = looked & ~judged.foreign & ~judged.value.known
    marginless = looked & judged.value.known & ~judged.margin.known
    yield f"in another currency than {judged.profile.currency}", int(foreign.sum())
    yield "no contract value known", int(valueless.sum())
    if measure is Measure.MARGIN:
        yield "no margin known", int(marginless.sum())
    yield "in the deals, but of no named customer", int((there & (customers.of < 0)).sum())


def _named(
    customers: Customers, there: Mask, numbers: Array, sums: Array, amounts: Exact, *, best: bool
) -> tuple[Named, ...]:
    """The customers above zero who bring most, or those below zero who cost most."""
    counted = np.bincount(customers.of[there & (customers.of >= 0)], minlength=len(customers))
    keyed = sorted(zip(numbers.tolist(), sums.tolist(), strict=True), key=lambda each: customers.names[each[0]])
    ranked = sorted(keyed, key=lambda each: -each[1] if best else each[1])[:MOST_NAMED]
    return tuple(
        Named(customers.names[number], int(counted[number]), Decimal(int(whole)).scaleb(-amounts.places))
        for number, whole in ranked
        if (whole > 0) is best and whole != 0
    )


def _kinds(
    judged: JudgedDeals, what: str, there: Mask, amounts: Exact, customers: Customers, months: str | None
) -> tuple[Kind, ...]:
    words, of = _words(judged, what, months)
    total, all_deals = amounts.sum(there), int(there.sum())
    found = []
    for number, word in enumerate(words):
        here = there & (of == number)
        deals = int(here.sum())
        if not deals:
            continue
        amount = amounts.sum(here)
        theirs = customers.of[here]
        below = int((amounts.whole[here] < 0).sum())
        part = share(amount, total) if total > 0 else None
        found.append(
            Kind(word, deals, len(np.unique(theirs[theirs >= 0])), amount, part, share(deals, all_deals), below)
        )
    return tuple(sorted(found, key=lambda kind: (kind.name == NOT_KNOWN, -kind.amount, kind.name)))


def _words(judged: JudgedDeals, what: str, months: str | None) -> tuple[list[str], Array]:
    """The names of the kinds, and the number of each deal's."""
    if what == SEGMENT:
        segments = [segment.name for segment in judged.profile.segments]
        return [*segments, NOT_KNOWN], np.where(judged.place < 0, len(segments), judged.place)
    if what == TERM and months is not None:
        length = Exact.of(judged.more[months])
        of = np.searchsorted([end for end, _ in BANDS], length.floats(), side="right")
        of = np.where(length.floats() <= 0, 0, of)
        return [*(name for _, name in BANDS), LONGEST, NOT_KNOWN], np.where(length.known, of, len(BANDS) + 1)
    column = judged.more[what]
    if pa.types.is_boolean(column.type):
        column = pc.if_else(column, "yes", "no")
    numbered = column.dictionary_encode()
    words = [*numbered.dictionary.to_pylist(), NOT_KNOWN]
    return words, pc.fill_null(numbered.indices, len(words) - 1).to_numpy(zero_copy_only=False)
