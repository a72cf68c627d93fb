"""How long the customer is expected to stay, what that brings, and what the deal pays the rep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bot.deals.money import money_words
from bot.profile.compiled_segments import CompiledSegments
from bot.profile.conditions import Condition
from bot.profile.economics_figures import TENTH, Figure, cents, exact, number_words, percent_words, rounded
from bot.profile.economics_money import waiting
from bot.profile.economics_plan import ChurnRow, CommissionPlan, EconomicsPlan, FactorRow
from bot.profile.evaluate import Evaluator, Facts, compiled, missing_finder
from bot.profile.model import Profile

MONTHS = "months"
_ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class _When:
    """A row's condition, compiled."""

    holds: Evaluator
    missing: Callable[[Facts], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Factor:
    row: FactorRow
    when: _When | None


class Pay:
    """The figures over time, and the commission, under one plan."""

    def __init__(self, profile: Profile, plan: EconomicsPlan) -> None:
        self._profile, self._plan, self._roles = profile, plan, plan.facts
        self._currency = profile.currency
        self._segments = CompiledSegments(profile) if profile.segments else None
        self._churn = tuple((row, _compiled(row.when)) for row in plan.churn)
        commission = plan.commission
        self._mix = () if commission is None else _factors(commission.service_mix)
        self._length = () if commission is None else _factors(commission.subscription)

    def figures(self, facts: Facts, money: Sequence[Figure]) -> tuple[Figure, ...]:
        """The figures of a deal with these facts, given its figures in money."""
        by_name = {figure.name: figure for figure in money}
        found: list[Figure] = []
        if self._churn:
            found.append(self._lifetime(facts))
            if "margin" in by_name:
                found.append(self._lifetime_margin(facts, by_name["margin"], found[0]))
        if self._plan.commission is not None:
            base = by_name.get("margin_after_terms", by_name["margin"])
            found.append(self._commission(facts, base, self._plan.commission))
        return tuple(found)

    def _lifetime(self, facts: Facts) -> Figure:
        name, label = "lifetime", "Expected lifetime"
        fact = str(self._roles.service_months)
        term = exact(facts.get(fact))
        if term is None:
            return waiting(self._profile, name, label, MONTHS, (fact,))
        if term <= 0:
            return Figure(name, label, MONTHS, "a deal without a service term is paid once")
        row, missing = self._churn_of(facts)
        if missing:
            return waiting(self._profile, name, label, MONTHS, missing)
        if row is None:
            return Figure(name, label, MONTHS, "the profile gives no churn for such a deal")
        stays = _ONE / (Fraction(row.monthly) / 100)
        why = f"1 / {percent_words(Fraction(row.monthly))} churn a month = {number_words(rounded_months(stays))} months"
        if term > stays:
            why, stays = f"{why}; the term of {number_words(term)} months is longer", term
        return Figure(name, label, MONTHS, why, rounded(stays, TENTH), exact=stays)

    def _churn_of(self, facts: Facts) -> tuple[ChurnRow | None, tuple[str, ...]]:
        segment: str | None = None
        open_facts: tuple[str, ...] = ()
        if self._segments is not None:
            placed, finding = self._segments.place(facts)
            segment, open_facts = (None if placed is None else placed.name), finding.missing
        for row, when in self._churn:
            if row.segment is not None and segment is None and open_facts:
                return None, open_facts
            if row.segment is not None and row.segment != segment:
                continue
            holds = True if when is None else when.holds(facts)
            if holds is None and when is not None:
                return None, when.missing(facts)
            if holds:
                return row, ()
        return None, ()

    def _lifetime_margin(self, facts: Facts, margin: Figure, lifetime: Figure) -> Figure:
        name, label = "lifetime_margin", "Lifetime margin"
        term = exact(facts.get(str(self._roles.service_months)))
        if margin.exact is None or term is None or (lifetime.exact is None and term > 0):
            missing = tuple(dict.fromkeys((*margin.waits_for, *lifetime.waits_for)))
            figure = waiting(self._profile, name, label, self._currency, missing)
            return figure if missing else Figure(name, label, self._currency, lifetime.how)
        if lifetime.exact is None:
            how = f"{self._words(margin.exact)}: {lifetime.how}"
            return Figure(name, label, self._currency, how, cents(margin.exact), exact=margin.exact)
        total = margin.exact / term * lifetime.exact
        months = number_words(rounded_months(lifetime.exact))
        how = f"{self._words(margin.exact)} / {number_words(term)} months x {months} months = {self._words(total)}"
        return Figure(name, label, self._currency, how, cents(total), exact=total)

    def _commission(self, facts: Facts, base: Figure, plan: CommissionPlan) -> Figure:
        name, label = "commission", "Your commission"
        mix, mix_missing = _applies(self._mix, facts)
        length, length_missing = _applies(self._length, facts)
        missing = tuple(dict.fromkeys((*base.waits_for, *mix_missing, *length_missing)))
        if base.exact is None or missing:
            figure = waiting(self._profile, name, label, self._currency, missing)
            return figure if missing else Figure(name, label, self._currency, base.how)
        if base.exact <= 0:
            how = f"the margin of {self._words(base.exact)} is not above zero"
            return Figure(name, label, self._currency, how, cents(Fraction(0)), exact=Fraction(0))
        rate = Fraction(plan.rate)
        pay = base.exact * rate / 100 * mix * length
        factors = [f"{self._words(base.exact)} x {percent_words(rate)}"]
        if self._mix:
            factors.append(f"{number_words(mix)} for the service mix")
        if self._length:
            factors.append(f"{number_words(length)} for the subscription")
        how = f"{' x '.join(factors)} = {self._words(pay)}"
        return Figure(name, label, self._currency, how, cents(pay), exact=pay)

    def _words(self, amount: Fraction) -> str:
        return money_words(cents(amount), self._currency)


def rounded_months(months: Fraction) -> Fraction:
    """Months as they are shown."""
    return Fraction(rounded(months, TENTH))


def _compiled(when: Condition | None) -> _When | None:
    return None if when is None else _When(compiled(when), missing_finder(when))


def _factors(rows: Sequence[FactorRow]) -> tuple[_Factor, ...]:
    return tuple(_Factor(row, _compiled(row.when)) for row in rows)


def _applies(factors: Sequence[_Factor], facts: Facts) -> tuple[Fraction, tuple[str, ...]]:
    """The factor of the first row that holds, 1 when none does; or the facts that this waits for."""
    for factor in factors:
        if factor.when is None:
            return Fraction(factor.row.times), ()
        holds = factor.when.holds(facts)
        if holds is None:
            return _ONE, factor.when.missing(facts)
        if holds:
            return Fraction(factor.row.times), ()
    return _ONE, ()
