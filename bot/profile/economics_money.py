"""What the contract brings the firm: its value, its margin, and what the payment terms cost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from bot.deals.facts import FactValue
from bot.deals.money import money_words
from bot.profile.conditions import Among, Compare, Condition, Order, Within, tests_of
from bot.profile.economics_figures import Figure, cents, exact, number_words, percent_words
from bot.profile.economics_plan import EconomicsPlan
from bot.profile.evaluate import Facts, compiled, missing_finder
from bot.profile.model import Check, Profile

DAYS_A_YEAR = 365


class Money:
    """The figures in money under one plan."""

    def __init__(self, profile: Profile, plan: EconomicsPlan) -> None:
        self._profile, self._plan, self._roles = profile, plan, plan.facts
        self._currency = profile.currency
        days = plan.facts.payment_days
        self._limits = () if days is None else tuple(_DaysLimit(check, days) for check in profile.checks)

    def figures(self, facts: Facts, *, foreign: str | None = None, followed: str | None = None) -> tuple[Figure, ...]:
        """The figures of a deal with these facts.

        `foreign` is the currency of its money when it is not ours; `followed` says how the contract value came to be,
        where it followed from a change.
        """
        found = [self._value(facts, foreign, followed)]
        value = found[0].exact
        if self._roles.discount is not None:
            found += self._book(facts, value, self._roles.discount)
        if self._roles.margin is not None:
            found.append(self._margin(facts, value, self._roles.margin))
        if self._plan.cost_of_capital is not None and self._roles.payment_days is not None:
            terms = self._terms(facts, value)
            found += terms
            if self._roles.margin is not None:
                found.append(self._after_terms(found))
        return tuple(found)

    def _value(self, facts: Facts, foreign: str | None, followed: str | None) -> Figure:
        value = exact(facts.get(self._roles.contract_value))
        if value is None:
            if foreign is not None:
                how = f"the deal's money is in {foreign}: convert it to {self._currency} first"
                return self._figure("contract_value", "Contract value", how)
            return self._waiting("contract_value", "Contract value", (self._roles.contract_value,))
        return self._figure("contract_value", "Contract value", followed or "the deal's contract value", value)

    def _book(self, facts: Facts, value: Fraction | None, name: str) -> Iterator[Figure]:
        labels = (("book_value", "Book value"), ("discount_given", "Discount in money"))
        discount = exact(facts.get(name))
        if value is None or discount is None:
            missing = self._missing(facts, value, name)
            yield from (self._waiting(figure, label, missing) for figure, label in labels)
            return
        if discount >= 100:  # noqa: PLR2004 nothing is paid
            how = f"a discount of {percent_words(discount)} leaves nothing to tell the book value by"
            yield from (self._figure(figure, label, how) for figure, label in labels)
            return
        book = value / (1 - discount / 100)
        words = self._words(value), self._words(book)
        how = f"{words[0]} / (100% - {percent_words(discount)}) = {words[1]}"
        yield self._figure(*labels[0], how, book)
        given = book - value
        yield self._figure(*labels[1], f"{words[1]} - {words[0]} = {self._words(given)}", given)

    def _margin(self, facts: Facts, value: Fraction | None, name: str) -> Figure:
        share = exact(facts.get(name))
        if value is None or share is None:
            return self._waiting("margin", "Margin", self._missing(facts, value, name))
        margin = value * share / 100
        how = f"{self._words(value)} x {percent_words(share)} = {self._words(margin)}"
        return self._figure("margin", "Margin", how, margin)

    def _terms(self, facts: Facts, value: Fraction | None) -> Iterator[Figure]:
        labels = (("terms_cost", "Cost of terms"), ("terms_beyond", "of it beyond limit"))
        rate = Fraction(self._plan.cost_of_capital or 0)
        name = str(self._roles.payment_days)
        prepaid = self._roles.prepaid is not None and facts.get(self._roles.prepaid) is True
        days = Fraction(0) if prepaid else exact(facts.get(name))
        if value is None or days is None:
            missing = () if value is not None else self._missing(facts, value, None)
            missing += (name,) if days is None else ()
            yield from (self._waiting(figure, label, missing) for figure, label in labels)
            return
        cost = value * rate / 100 * days / DAYS_A_YEAR
        how = f"{self._words(value)} x {percent_words(rate)} x {number_words(days)} / {DAYS_A_YEAR}"
        how = f"{how} = {self._words(cost)}" + (" (paid in advance)" if prepaid else "")
        yield self._figure(*labels[0], how, cost)
        yield self._beyond(facts, value, rate, days, *labels[1])

    def _beyond(self, facts: Facts, value: Fraction, rate: Fraction, days: Fraction, name: str, label: str) -> Figure:
        limit, missing = self._limit(facts)
        if missing:
            return self._waiting(name, label, missing)
        if limit is None:
            return self._figure(name, label, "the profile sets no limit on the days for this deal")
        over = days - limit
        if over <= 0:
            how = f"{number_words(days)} days are within the limit of {number_words(limit)}"
            return self._figure(name, label, how, Fraction(0))
        cost = value * rate / 100 * over / DAYS_A_YEAR
        how = f"{self._words(value)} x {percent_words(rate)} x ({number_words(days)} - {number_words(limit)}) / "
        return self._figure(name, label, f"{how}{DAYS_A_YEAR} = {self._words(cost)}", cost)

    def _limit(self, facts: Facts) -> tuple[Fraction | None, tuple[str, ...]]:
        """The most days that the checks allow this deal; or the facts that this waits for."""
        limits: list[Fraction] = []
        for each in self._limits:
            limit, missing = each.of(facts)
            if missing:
                return None, missing
            if limit is not None:
                limits.append(limit)
        return min(limits, default=None), ()

    def _after_terms(self, found: list[Figure]) -> Figure:
        name, label = "margin_after_terms", "Margin after terms"
        margin = next(figure for figure in found if figure.name == "margin")
        cost = next(figure for figure in found if figure.name == "terms_cost")
        if margin.exact is None or cost.exact is None:
            return self._waiting(name, label, tuple(dict.fromkeys((*margin.waits_for, *cost.waits_for))))
        left = margin.exact - cost.exact
        how = f"{self._words(margin.exact)} - {self._words(cost.exact)} = {self._words(left)}"
        return self._figure(name, label, how, left)

    def _missing(self, facts: Facts, value: Fraction | None, name: str | None) -> tuple[str, ...]:
        wanted = (() if value is not None else (self._roles.contract_value,), () if name is None else (name,))
        return tuple(each for group in wanted for each in group if each not in facts)

    def _waiting(self, name: str, label: str, missing: tuple[str, ...]) -> Figure:
        return waiting(self._profile, name, label, self._currency, missing)

    def _figure(self, name: str, label: str, how: str, amount: Fraction | None = None) -> Figure:
        shown = None if amount is None else cents(amount)
        return Figure(name, label, self._currency, how, shown, exact=amount)

    def _words(self, amount: Fraction) -> str:
        return money_words(cents(amount), self._currency)


def waiting(profile: Profile, name: str, label: str, unit: str, missing: tuple[str, ...]) -> Figure:
    """A figure that cannot be had until these facts are known."""
    labels = ", ".join(profile.facts[fact].label if fact in profile.facts else fact for fact in missing)
    return Figure(
        name, label, unit, f"waits for: {labels}" if labels else "cannot be told for this deal", None, missing
    )


class _DaysLimit:
    """The most days that one check allows, case by case."""

    def __init__(self, check: Check, fact: str) -> None:
        self._counted = check.counted and any(
            _most(case.require, fact) is not None for case in check.cases if case.require is not None
        )
        self._when = None if check.when is None else (compiled(check.when), missing_finder(check.when))
        self._cases = tuple(
            (
                None if case.when is None else (compiled(case.when), missing_finder(case.when)),
                None if case.require is None else _most(case.require, fact),
            )
            for case in check.cases
        )

    def of(self, facts: Facts) -> tuple[Fraction | None, tuple[str, ...]]:
        """The limit for a deal with these facts, or the facts that must be known before it can be told."""
        if not self._counted:
            return None, ()
        if self._when is not None:
            holds = self._when[0](facts)
            if holds is not True:
                return None, () if holds is False else self._when[1](facts)
        for when, limit in self._cases:
            holds = True if when is None else when[0](facts)
            if holds is None and when is not None:
                return None, when[1](facts)
            if holds:
                return limit, ()
        return None, ()


def _most(condition: Condition, fact: str) -> Fraction | None:
    """The greatest value of the fact that the requirement lets pass, where it names one."""
    found: list[Fraction] = []
    for test in tests_of(condition):
        if test.subject.fact != fact:
            continue
        match test:
            case Compare(_, Order.AT_MOST | Order.BELOW, limit) if not isinstance(limit, date):
                found.append(Fraction(limit))
            case Within(_, _, high, False) if not isinstance(high, date):
                found.append(Fraction(high))
            case Among(_, values, False):
                numbers: list[FactValue] = list(values)
                found += [number for value in numbers if (number := exact(value)) is not None][-1:]
            case _:
                continue
    return min(found, default=None)
