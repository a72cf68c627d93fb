"""Many candidate profiles over the same past deals: one line each with exact counts, to choose what to look into."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bot.deals.deal import plain_value
from bot.pipeline.deal_table.layout import fingerprint
from bot.pipeline.strategy.book import ROW, Book
from bot.pipeline.strategy.counting import Counts, kinds_of, sums_by
from bot.pipeline.strategy.customers import Customers
from bot.pipeline.strategy.desk import Desk
from bot.pipeline.strategy.exact import Array, cents, scaled
from bot.pipeline.strategy.intervals import FEWEST, Draws, Floats, Share, amount_share_of, share_of
from bot.pipeline.strategy.judging import AMOUNTS, OUTCOMES, amounts_of, prepared, verdict_of
from bot.pipeline.strategy.outcomes import CLOSED, OUTCOME, Outcome
from bot.pipeline.strategy.sources import Measure
from bot.profile.columns import names
from bot.profile.columns.candidates import Candidates as FitOfMany
from bot.profile.columns.candidates import same_facts
from bot.profile.columns.names import fact_columns
from bot.profile.model import Profile
from bot.profile.verdict import Judgement, ProfileId

_CELL, _AMOUNT = "_cell", "_won_amount"
_ROWS, _SUM = "deals", "amount"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One profile: how many deals of each outcome it refuses, and what part of the won money it would have refused."""

    profile: ProfileId
    refused: dict[Outcome, int]
    approval: dict[Outcome, int]
    unknown: dict[Outcome, int]
    share: Share
    spared: Share
    amount: Decimal
    money_share: Share

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        profile = self.profile
        counts = {"refused": self.refused, "needs_approval": self.approval, "incomplete": self.unknown}
        return {
            "profile": {"title": profile.title, "version": profile.version, "sha256": profile.sha256},
            **{name: {outcome.value: n for outcome, n in each.items()} for name, each in counts.items()},
            "share_of_won": self.share.plain(),
            "share_of_lost": self.spared.plain(),
            "money": plain_value(cents(self.amount)),
            "share_of_money": self.money_share.plain(),
        }


@dataclass(frozen=True)
class Candidates:
    """The candidates in the order in which they were given, over the same closed deals."""

    currency: str
    measure: Measure
    closed: dict[Outcome, int]
    candidates: tuple[Candidate, ...]

    def plain(self) -> dict[str, Any]:
        """As JSON data, in the documented shape (schema 1)."""
        return {
            "schema": 1,
            "currency": self.currency,
            "measure": self.measure.value,
            "closed": {outcome.value: count for outcome, count in self.closed.items()},
            "candidates": [each.plain() for each in self.candidates],
        }


def compare(book: Book, profiles: Sequence[Profile]) -> Candidates:
    """What each profile would have said of the closed deals in all. Every deal is counted; none is sampled.

    Profiles with the same facts share one table, and one pass over it: see `bot.profile.columns.candidates`.
    Raises ColumnError where the book's table cannot be judged.
    """
    shared: dict[str, list[Profile]] = {}
    for profile in profiles:
        shared.setdefault(fingerprint(profile), []).append(profile)
    found: dict[int, Candidate] = {}
    first: _Table | None = None
    for several in shared.values():
        table = _Table(book, several[0])
        first = first or table
        try:
            for profile, candidate in zip(several, table.candidates(several), strict=True):
                found[id(profile)] = candidate
        finally:
            table.desk.close()
    if first is None:
        message = "there is no profile to compare"
        raise ValueError(message)
    return Candidates(profiles[0].currency, first.measure, first.closed, tuple(found[id(each)] for each in profiles))


class _Table:
    """The closed deals with the facts of some profiles, in one place, each with the cell that it is counted in."""

    def __init__(self, book: Book, profile: Profile) -> None:
        source = book.source(profile)
        deals = prepared(source, profile)
        deals = deals.filter(deals[OUTCOME].isin([each.value for each in CLOSED]))
        facts = [column.name for column in fact_columns(profile)]
        kept = [*facts, *([names.CURRENCY] if names.CURRENCY in deals.columns else [])]
        rows = source.arrow(deals.select(*kept, ROW, names.CUSTOMER, OUTCOME, *AMOUNTS))
        # The draws number the customers as they come: in one order, whatever the database's.
        rows = rows.take(pc.sort_indices(rows[ROW]))
        value, margin = amounts_of(rows, profile)
        outcome = rows[OUTCOME].combine_chunks().dictionary_encode()
        numbers = np.array([OUTCOMES.index(Outcome(word)) for word in outcome.dictionary.to_pylist()], dtype=np.int32)
        ended = numbers[outcome.indices.to_numpy(zero_copy_only=False)] if len(rows) else np.zeros(0, np.int32)
        won = ended == OUTCOMES.index(Outcome.WON)
        known = int((won & margin.known).sum())
        self.measure = Measure.MARGIN if 2 * known >= int((won & value.known).sum()) else Measure.REVENUE
        money = margin if self.measure is Measure.MARGIN else value
        self._places = money.places
        self._draws = Draws(Customers.read(rows[names.CUSTOMER].combine_chunks()).of)
        self.closed = {each: int((ended == OUTCOMES.index(each)).sum()) for each in CLOSED}
        cell = self._draws.cluster.astype(np.int32) * len(OUTCOMES) + ended
        self._totals: Floats = np.bincount(cell, minlength=self._draws.count * len(OUTCOMES)).astype(np.float64)
        self._all_money = money.sum(won)
        amounts = np.where(won, money.whole, 0)
        whole_sums = sums_by(self._draws.cluster, amounts, self._draws.count)
        # Divided as the refused money is: where all of it is refused, the two are the same number.
        self._money_by_cluster: Floats = whole_sums.astype(np.float64) / 10.0**self._places
        wide = amounts.dtype == object
        whole = pa.array([Decimal(each) for each in amounts], pa.decimal128(38, 0)) if wide else pa.array(amounts)
        self.desk = Desk()
        table = rows.select(kept).append_column(_CELL, pa.array(cell)).append_column(_AMOUNT, whole)
        self._table = self.desk.put(table)

    def candidates(self, profiles: Sequence[Profile]) -> Iterator[Candidate]:
        """Each profile over the table, in turn."""
        for several in _alike(profiles):
            yield from self._told(several)

    def _told(self, profiles: Sequence[Profile]) -> Iterator[Candidate]:
        """Profiles with the same facts: the deals are looked at once, and after that only the kinds of deals."""
        judge = FitOfMany(profiles)
        told = judge.told(self._table, [_CELL, _AMOUNT])
        counted = told.group_by([_CELL, *judge.marks]).aggregate(**{_ROWS: told.count(), _SUM: told[_AMOUNT].sum()})
        rows = self.desk.arrow(counted)
        kinds, of = kinds_of(rows.select(judge.marks))
        counts = Counts.of(rows[_CELL], rows[_ROWS], rows[_SUM], of, len(kinds), self._draws.count * len(OUTCOMES))
        for profile, weight in zip(profiles, judge.weights(kinds), strict=True):
            yield self._candidate(profile, counts, verdict_of(weight.to_numpy().astype(np.int64)))

    def _candidate(self, profile: Profile, counts: Counts, verdict: Array) -> Candidate:
        """One profile, from its verdict on each kind of deals."""

        def count(judgement: Judgement) -> dict[Outcome, int]:
            deals = counts.by_outcome[verdict == _place(judgement)].sum(axis=0)
            return {each: int(deals[OUTCOMES.index(each)]) for each in CLOSED}

        refused = verdict == _place(Judgement.DOES_NOT_FIT)
        deals, money = counts.by_cell(refused)
        amount = scaled(int(money.sum()), self._places)
        shares = list(self._shares(deals, money))
        refusals = count(Judgement.DOES_NOT_FIT)
        return Candidate(
            profile=profile.id,
            refused=refusals,
            approval=count(Judgement.NEEDS_APPROVAL),
            unknown=count(Judgement.INCOMPLETE),
            share=self._share(refusals, Outcome.WON, shares[0]),
            spared=self._share(refusals, Outcome.LOST, shares[1]),
            amount=amount,
            money_share=amount_share_of(amount, self._all_money, shares[2], self._customers(Outcome.WON)),
        )

    def _shares(self, deals: Array, money: Array) -> Iterator[tuple[float, float]]:
        """The ends for the refused share of the won, of the lost, and of the won money, from sums by cell."""
        shape = self._draws.count, len(OUTCOMES)
        counted, totals = deals.astype(np.float64).reshape(shape), self._totals.reshape(shape)
        pairs: list[tuple[Floats, Floats]] = [
            (counted[:, n], totals[:, n]) for n in (OUTCOMES.index(Outcome.WON), OUTCOMES.index(Outcome.LOST))
        ]
        by_cluster: Floats = money.reshape(shape).sum(axis=1).astype(np.float64)
        pairs.append((by_cluster / 10.0**self._places, self._money_by_cluster))
        yield from self._draws.shares_by_cluster(pairs)

    def _share(self, counts: dict[Outcome, int], outcome: Outcome, ends: tuple[float, float]) -> Share:
        return share_of(counts[outcome], self.closed[outcome], ends, self._customers(outcome))

    def _customers(self, outcome: Outcome) -> int:
        """Of how many clusters there is a deal with this outcome; of all customers where these are more than those."""
        totals = self._totals.reshape(self._draws.count, len(OUTCOMES))[:, OUTCOMES.index(outcome)]
        seen = int((totals > 0).sum())
        return seen if seen < FEWEST or self._draws.units == self._draws.count else self._draws.units


def _alike(profiles: Sequence[Profile]) -> Iterator[list[Profile]]:
    """Runs of profiles that agree on their facts to the last word, as one pass over the deals wants them."""
    several: list[Profile] = []
    for profile in profiles:
        if several and not same_facts(several[0], profile):
            yield several
            several = []
        several.append(profile)
    if several:
        yield several


def _place(judgement: Judgement) -> int:
    return list(Judgement).index(judgement)
