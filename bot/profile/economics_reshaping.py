"""What follows from a change: a lower discount raises the price, a longer term the total, and with them the margin."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from bot.deals.facts import FactSpecs, FactValue
from bot.deals.money import money_words
from bot.profile.economics_figures import Follow, cents, exact, number_words, percent_words, rounded
from bot.profile.economics_plan import Roles

Facts = Mapping[str, FactValue]


def follow_up(roles: Roles, specs: FactSpecs, currency: str, before: Facts, after: Facts) -> tuple[Follow, ...]:
    """The facts that follow, given the facts before and after the stated changes.

    - Book value stays: contract value = book value x (100% - discount).
    - The price of a month stays: contract value and cost grow with the term.
    - The cost of a month stays: what the price gains or loses, the margin does.

    A contract value or a margin that was itself changed is taken as stated. New values are rounded as deals state
    them: money to cents, percents to two places.
    """
    value = exact(before.get(roles.contract_value))
    if value is None or roles.contract_value not in after or _differs(roles.contract_value, before, after):
        return ()
    price, term = _price(roles, before, after), _term(roles, before, after)
    if price is None and term is None:
        return ()
    scale = (Fraction(1) if price is None else price) * (Fraction(1) if term is None else term)
    amount = cents(value * scale)
    how = _value_words(roles, currency, before, after, value, amount, price=price is not None, term=term is not None)
    follows = [Follow(roles.contract_value, before[roles.contract_value], amount, how)]
    if price is not None:
        follows += _margin(roles, specs, currency, before, after, value, Fraction(amount), term or Fraction(1))
    return tuple(follow for follow in follows if follow.after != follow.before)


def _differs(name: str | None, before: Facts, after: Facts) -> bool:
    return name is not None and before.get(name) != after.get(name)


def _price(roles: Roles, before: Facts, after: Facts) -> Fraction | None:
    """By how much a change of discount multiplies the price; None when it does not change or is not known."""
    if roles.discount is None or not _differs(roles.discount, before, after):
        return None
    old, new = exact(before.get(roles.discount)), exact(after.get(roles.discount))
    if old is None or new is None or old >= 100:  # noqa: PLR2004 at 100% nothing is left to tell the book price by
        return None
    return (100 - new) / (100 - old)


def _term(roles: Roles, before: Facts, after: Facts) -> Fraction | None:
    if roles.service_months is None or not _differs(roles.service_months, before, after):
        return None
    old, new = exact(before.get(roles.service_months)), exact(after.get(roles.service_months))
    return new / old if old and new and old > 0 and new > 0 else None


def _value_words(
    roles: Roles,
    currency: str,
    before: Facts,
    after: Facts,
    value: Fraction,
    amount: Decimal,
    *,
    price: bool,
    term: bool,
) -> str:
    words = money_words(cents(value), currency)
    reasons = []
    if price:
        old, new = exact(before[str(roles.discount)]) or Fraction(0), exact(after[str(roles.discount)]) or Fraction(0)
        words += f" / (100% - {percent_words(old)}) x (100% - {percent_words(new)})"
        reasons.append("the book value stays")
    if term:
        months = exact(before[str(roles.service_months)]), exact(after[str(roles.service_months)])
        words += f" / {number_words(months[0] or Fraction(1))} x {number_words(months[1] or Fraction(1))} months"
        reasons.append("the price of a month stays")
    return f"{words} = {money_words(amount, currency)} ({' and '.join(reasons)})"


def _margin(
    roles: Roles,
    specs: FactSpecs,
    currency: str,
    before: Facts,
    after: Facts,
    value: Fraction,
    amount: Fraction,
    term: Fraction,
) -> list[Follow]:
    share = None if roles.margin is None else exact(before.get(roles.margin))
    if roles.margin is None or share is None or _differs(roles.margin, before, after):
        return []
    cost = value * (1 - share / 100) * term
    lowest = specs[roles.margin].minimum
    if amount <= 0 or (lowest is not None and 100 * (amount - cost) / amount < Fraction(lowest)):
        how = "at this price the margin is no percent of the contract value"
        return [Follow(roles.margin, before[roles.margin], None, how)]
    new = rounded(100 * (amount - cost) / amount, Decimal("0.01"))
    paid, kept = money_words(cents(amount), currency), money_words(cents(cost), currency)
    how = f"({paid} - {kept}) / {paid} = {percent_words(Fraction(new))} (the cost of {kept} stays)"
    return [Follow(roles.margin, before[roles.margin], new, how)]
