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
from bot.pipeline.strategy.customers import Customers
from bot.pipeline.strategy.desk import Desk
from bot.pipeline.strategy.exact import Exact, cents, scaled
from bot.pipeline.strategy.intervals import FEWEST, Draws, Floats, Share, amount_share_of, share_of
from bot.pipeline.strategy.judging import AMOUNTS, OUTCOMES, RuleJudge, amounts_of, prepared, verdict_of
from bot.pipeline.strategy.outcomes import CLOSED, OUTCOME, Outcome
from bot.pipeline.strategy.sources import Measure
from bot.profile.columns import names
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

    Profiles with the same facts share one table. Raises ColumnError where the book's table cannot be judged.
    """
    shared: dict[str, _Table] = {}
    found: list[Candidate] = []
    try:
        for profile in profiles:
            key = fingerprint(profile)
            table = shared.get(key)
            if table is None:
                table = shared[key] = _Table(book, profile)
            found.append(table.candidate(profile))
        first = shared[fingerprint(profiles[0])]
        return Candidates(profiles[0].currency, first.measure, first.closed, tuple(found))
    finally:
        for table in shared.values():
            table.desk.close()


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
        won_money = np.where(won, money.floats(), 0)
        summed = np.bincount(self._draws.cluster, weights=won_money, minlength=self._draws.count)
        self._money_by_cluster: Floats = summed.astype(np.float64)
        amounts = np.where(won, money.whole, 0)
        wide = amounts.dtype == object
        whole = pa.array([Decimal(each) for each in amounts], pa.decimal128(38, 0)) if wide else pa.array(amounts)
        self.desk = Desk()
        table = rows.select(kept).append_column(_CELL, pa.array(cell)).append_column(_AMOUNT, whole)
        self._table = self.desk.put(table)

    def candidate(self, profile: Profile) -> Candidate:
        """One profile over the table."""
        weighed = RuleJudge(profile).weighed(self._table, [_CELL, _AMOUNT])
        counted = weighed.group_by([_CELL, "weight"]).aggregate(
            **{_ROWS: weighed.count(), _SUM: weighed[_AMOUNT].sum()}
        )
        rows = self.desk.arrow(counted)
        cell = rows[_CELL].to_numpy().astype(np.int64)
        verdict = verdict_of(rows["weight"].to_numpy().astype(np.int64))
        deals = rows[_ROWS].to_numpy().astype(np.int64)
        outcome = cell % len(OUTCOMES)
        amounts = Exact.of(rows[_SUM])

        def count(judgement: Judgement) -> dict[Outcome, int]:
            here = verdict == _place(judgement)
            return {each: int(deals[here & (outcome == OUTCOMES.index(each))].sum()) for each in CLOSED}

        refused = verdict == _place(Judgement.DOES_NOT_FIT)
        amount = scaled(int(amounts.whole[refused].sum()), self._places) if refused.any() else Decimal(0)
        shares = list(self._shares(cell, deals, refused, amounts))
        counts = count(Judgement.DOES_NOT_FIT)
        return Candidate(
            profile=profile.id,
            refused=counts,
            approval=count(Judgement.NEEDS_APPROVAL),
            unknown=count(Judgement.INCOMPLETE),
            share=self._share(counts, Outcome.WON, shares[0]),
            spared=self._share(counts, Outcome.LOST, shares[1]),
            amount=amount,
            money_share=amount_share_of(amount, self._all_money, shares[2], self._customers(Outcome.WON)),
        )

    def _shares(self, cell: Any, deals: Any, refused: Any, amounts: Exact) -> Iterator[tuple[float, float]]:
        """The ends for the refused share of the won, of the lost, and of the won money, from sums by cluster."""
        size, kinds = self._draws.count, len(OUTCOMES)
        counted: Floats = np.bincount(cell[refused], weights=deals[refused], minlength=size * kinds).astype(np.float64)
        by_cell, totals = counted.reshape(size, kinds), self._totals.reshape(size, kinds)
        whole = amounts.whole[refused].astype(np.float64)
        money: Floats = np.bincount(cell[refused] // kinds, weights=whole, minlength=size).astype(np.float64)
        pairs: list[tuple[Floats, Floats]] = [
            (by_cell[:, n], totals[:, n]) for n in (OUTCOMES.index(Outcome.WON), OUTCOMES.index(Outcome.LOST))
        ]
        scaled_money: Floats = np.divide(money, 10.0**self._places)
        pairs.append((scaled_money, self._money_by_cluster))
        yield from self._draws.shares_by_cluster(pairs)

    def _share(self, counts: dict[Outcome, int], outcome: Outcome, ends: tuple[float, float]) -> Share:
        return share_of(counts[outcome], self.closed[outcome], ends, self._customers(outcome))

    def _customers(self, outcome: Outcome) -> int:
        """Of how many clusters there is a deal with this outcome; of all customers where these are more than those."""
        totals = self._totals.reshape(self._draws.count, len(OUTCOMES))[:, OUTCOMES.index(outcome)]
        seen = int((totals > 0).sum())
        return seen if seen < FEWEST or self._draws.units == self._draws.count else self._draws.units


def _place(judgement: Judgement) -> int:
    return list(Judgement).index(judgement)
