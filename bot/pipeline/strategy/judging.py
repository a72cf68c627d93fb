"""Past deals as one profile judges them: for each deal its outcome, its money, and what every rule says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bot.pipeline.strategy.book import ROW, Book, Source, absent_facts
from bot.pipeline.strategy.exact import Array, Exact, Mask
from bot.pipeline.strategy.outcomes import OUTCOME, Outcome, outcome_column
from bot.pipeline.strategy.roles import MoneyFacts
from bot.profile.columns import codes, names
from bot.profile.columns.judge import ColumnJudge
from bot.profile.model import SEGMENT_CHECK, Profile
from bot.profile.verdict import Judgement

OUTCOMES = tuple(Outcome)
_VALUE, _MARGIN, _DAYS, _PREPAID, _OURS = "_value", "_share", "_payment_days", "_prepaid", "_ours"
_SELLING = "_selling"
AMOUNTS = (_VALUE, _MARGIN, _SELLING)
_FIELDS = (
    ROW,
    names.NAME,
    names.CUSTOMER,
    names.CLOSE_DATE,
    OUTCOME,
    _VALUE,
    _MARGIN,
    _DAYS,
    _PREPAID,
    _OURS,
    _SELLING,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a profile: a check, or the segments as a whole."""

    check: str
    label: str
    counted: bool


class RuleJudge(ColumnJudge):
    """Judges tables of deals, and says of each rule whether somebody may approve what fails it."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules in the order in which `coded` gives them."""
        return tuple(_rule(self.profile, check) for check in self._checks)

    def coded(self, deals: ir.Table, keep: Sequence[str]) -> ir.Table:
        """The kept columns, the code of each rule (`rule_0`, ...), the place of the segment and the whole's weight."""
        judged = self._judged(deals, keep)
        each = {f"rule_{number}": judged[f"_code_{check}"] for number, check in enumerate(self._checks)}
        return judged.select(*keep, **each, segment_place=judged["_place"], weight=judged["_weight"])

    def weighed(self, deals: ir.Table, keep: Sequence[str]) -> ir.Table:
        """The kept columns and the weight of the whole alone: quicker than `coded`."""
        weighed = self._weights(deals, keep, {})
        return weighed.select(*keep, weight=weighed["_weight"]).view()


@dataclass(frozen=True)
class JudgedDeals:
    """Deals in the order of their rows, as arrays. `codes` has a row for each rule (see `bot.profile.columns.codes`).

    `value` is in the profile's currency and unknown where the deal is in another (`foreign`); `margin` is in money,
    after what selling the deal cost (`selling`) where that is known.
    `days` are the agreed payment days, 0 where the customer pays in advance. `place` is the segment's, -1 for none.
    `absent` are the facts of which no deal knows anything.
    """

    profile: Profile
    rules: tuple[Rule, ...]
    rows: pa.Array
    names: pa.Array
    customers: pa.Array
    closed: Array
    outcome: Array
    weight: Array
    place: Array
    codes: Array
    value: Exact
    margin: Exact
    days: Exact
    selling: Exact
    foreign: Mask
    absent: tuple[str, ...]
    more: Mapping[str, pa.Array] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.outcome)

    def take(self, where: Mask) -> JudgedDeals:
        """Some of the deals."""
        places = np.nonzero(where)[0]
        return replace(
            self,
            rows=self.rows.take(pa.array(places)),
            names=self.names.take(pa.array(places)),
            customers=self.customers.take(pa.array(places)),
            closed=self.closed[places],
            outcome=self.outcome[places],
            weight=self.weight[places],
            place=self.place[places],
            codes=self.codes[:, places],
            value=self.value.take(places),
            margin=self.margin.take(places),
            days=self.days.take(places),
            selling=self.selling.take(places),
            foreign=self.foreign[places],
            more={name: column.take(pa.array(places)) for name, column in self.more.items()},
        )

    def ended(self, *outcomes: Outcome) -> Mask:
        """The deals with one of these outcomes."""
        return np.isin(self.outcome, [OUTCOMES.index(each) for each in outcomes])

    def selling_note(self, looked: Mask) -> tuple[str, ...]:
        """What is to be said of the margin of these deals where it is after selling cost."""
        known, deals = int((looked & self.selling.known).sum()), int(looked.sum())
        if not known:
            return ()
        return (f"The margin is after selling cost, which is known of {known:,} of {deals:,} deals.",)

    def judged(self, judgement: Judgement) -> Mask:
        """The deals with this verdict."""
        verdicts: Mask = verdict_of(self.weight) == _JUDGEMENTS.index(judgement)
        return verdicts

    def row(self, place: int) -> Any:
        """What the book calls the deal at this place."""
        return self.rows[place].as_py()


_JUDGEMENTS = tuple(Judgement)
JUDGEMENTS = _JUDGEMENTS


def verdict_of(weight: Array) -> Array:
    """The place of each deal's judgement in `JUDGEMENTS`, from its weight."""
    by_weight = np.zeros(codes.FATAL + 1, np.int8)
    for each in range(codes.FATAL + 1):
        by_weight[each] = _JUDGEMENTS.index(_JUDGED[each])
    return np.asarray(by_weight[weight])


_JUDGED = {
    codes.NOT_APPLICABLE: Judgement.FITS,
    codes.PASS: Judgement.FITS,
    codes.APPROVABLE: Judgement.NEEDS_APPROVAL,
    codes.UNKNOWN: Judgement.INCOMPLETE,
    codes.OPEN: Judgement.INCOMPLETE,
    codes.FATAL: Judgement.DOES_NOT_FIT,
}


def judged_deals(book: Book, profile: Profile, *, more: Sequence[str] = ()) -> JudgedDeals:
    """Every deal of the book under this profile, with these further columns of its table in `more`.

    Raises ColumnError where the book's table cannot be judged.
    """
    judge = RuleJudge(profile)
    source = book.source(profile)
    found = source.arrow(judge.coded(prepared(source, profile), [*_FIELDS, *more]))
    order = pc.sort_indices(found[ROW])
    found = found.take(order).combine_chunks()
    value, margin = amounts_of(found, profile)
    rules = judge.rules
    outcomes = pa.array([each.value for each in OUTCOMES])
    days = Exact.of(found[_DAYS])
    ahead = pc.fill_null(found[_PREPAID], fill_value=False).to_numpy(zero_copy_only=False)
    days = Exact(np.where(ahead, 0, days.whole), days.known | ahead, days.places)
    codes_ = [found[f"rule_{number}"].to_numpy(zero_copy_only=False) for number in range(len(rules))]
    return JudgedDeals(
        profile=profile,
        rules=rules,
        rows=found[ROW].combine_chunks(),
        names=found[names.NAME].combine_chunks(),
        customers=found[names.CUSTOMER].combine_chunks(),
        closed=found[names.CLOSE_DATE].cast(pa.date32()).to_numpy(zero_copy_only=False),
        outcome=pc.index_in(found[OUTCOME], value_set=outcomes).to_numpy(zero_copy_only=False).astype(np.int8),
        weight=found["weight"].to_numpy(zero_copy_only=False).astype(np.int8),
        place=pc.fill_null(found["segment_place"], -1).to_numpy(zero_copy_only=False).astype(np.int16),
        codes=np.array(codes_, dtype=np.int8).reshape(len(rules), len(found)),
        value=value,
        margin=margin,
        days=days,
        selling=Exact.of(found[_SELLING]),
        foreign=~found[_OURS].to_numpy(zero_copy_only=False).astype(bool),
        absent=absent_facts(source, profile),
        more={name: found[name].combine_chunks() for name in more},
    )


def amounts_of(rows: pa.Table, profile: Profile) -> tuple[Exact, Exact]:
    """The contract values and the margins in money, from the columns AMOUNTS of prepared deals."""
    parts = MoneyFacts.of(profile)
    value = Exact.of(rows[_VALUE]) if parts.value else Exact.nothing(len(rows))
    share = Exact.of(rows[_MARGIN]) if parts.margin else Exact.nothing(len(rows))
    margin = value.times(share, per=2)
    return value, margin if parts.selling is None else margin.less(Exact.of(rows[_SELLING]))


def prepared(source: Source, profile: Profile) -> ir.Table:
    """The deals as this profile takes them, with the outcome, the money and the terms of each deal beside its facts."""
    parts, deals = MoneyFacts.of(profile), source.table
    stages = source.arrow(deals.select(names.STAGE).distinct())[names.STAGE].to_pylist()
    ours = ibis.literal(value=True)
    if names.CURRENCY in deals.columns:
        ours = (deals[names.CURRENCY] == profile.currency).fill_null(ibis.literal(value=False))

    def column(fact: str | None, kind: str) -> ir.Value:
        return ibis.null(kind) if fact is None else deals[fact]

    value, selling = column(parts.value, "int64"), column(parts.selling, "int64")
    return deals.mutate(
        **{
            OUTCOME: outcome_column(deals, [stage for stage in stages if stage is not None]),
            _OURS: ours,
            _VALUE: ours.ifelse(value, ibis.null(value.type())),
            _MARGIN: column(parts.margin, "int64"),
            _DAYS: column(parts.days, "int64"),
            _PREPAID: column(parts.prepaid, "boolean"),
            _SELLING: ours.ifelse(selling, ibis.null(selling.type())),
        }
    )


def _rule(profile: Profile, check_id: str) -> Rule:
    check = profile.check(check_id)
    if check is None or check_id == SEGMENT_CHECK:
        return Rule(check_id, "Customers we sell to", counted=True)
    return Rule(check_id, check.label, check.counted)
