"""The economics of a profile in words: how every figure comes about, and what is different between two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from decimal import Decimal
from difflib import SequenceMatcher
from typing import TypeVar

from bot.profile.conditions import Condition
from bot.profile.economics_plan import ChurnRow, CommissionPlan, EconomicsPlan, FactorRow, Roles
from bot.profile.model import Profile
from bot.profile.words import Words, inside_sentence

Row = TypeVar("Row", ChurnRow, FactorRow)
Pair = tuple[Row | None, Row | None]
ECONOMICS = "economics"
"""The word by which `explain` is asked for them."""

ARROW = " -> "
_NONE = "none"
_PARTS = {"service_mix": "Commission by what is sold", "subscription": "Commission by the length of the subscription"}
_ROLES = {
    "contract_value": "the contract value",
    "discount": "the discount",
    "margin": "the margin",
    "service_months": "the service term",
    "payment_days": "the payment terms",
    "prepaid": "paid in advance",
}


def explain_economics(profile: Profile) -> str:
    """How the figures of a deal come about under this profile, one thought a line."""
    plan = profile.economics
    if plan is None:
        return "The profile has no `economics`: no figures are shown. docs/economics.md says how to write them."
    words = Words(profile.specs, profile.currency)
    lines = ["What a deal is worth, and what it pays", *_money(profile, plan), *_stay(plan, words)]
    if plan.commission is not None:
        lines.extend(_pay(plan, plan.commission, words))
    lines.extend(_absent(plan))
    lines.append("Each figure is worked out exactly and rounded once: money to the cent, months to a tenth.")
    lines.append(f"Rule: {profile.rule(profile.tree.key_place(ECONOMICS))}")
    return "\n".join(lines)


def _money(profile: Profile, plan: EconomicsPlan) -> Iterator[str]:
    def label(role: str | None) -> str:
        return inside_sentence(profile.facts[role].label) if role is not None and role in profile.facts else str(role)

    roles, value = plan.facts, label(plan.facts.contract_value)
    yield f"Contract value: {value}, as stated."
    if roles.discount is not None:
        yield f"Book value: {value} / (100% - {label(roles.discount)}). Discount in money: book value - {value}."
    if roles.margin is not None:
        yield f"Margin: {value} x {label(roles.margin)}."
    if plan.cost_of_capital is not None and roles.payment_days is not None:
        ahead = f' Where "{label(roles.prepaid)}" is yes, there are 0 days.' if roles.prepaid else ""
        rate = percent(plan.cost_of_capital)
        yield f"Cost of terms: {value} x {rate} a year x {label(roles.payment_days)} / 365.{ahead}"
        yield "The part beyond the limit: the same for the days that no check allows the deal."
        if roles.margin is not None:
            yield "Margin after terms: margin - cost of terms."


def _stay(plan: EconomicsPlan, words: Words) -> Iterator[str]:
    if not plan.churn:
        return
    yield "Expected lifetime: 1 / monthly churn, or the service term where that is longer."
    rows = "; ".join(churn_row(row, words) for row in plan.churn)
    yield f"Monthly churn, by the first row that describes the deal: {rows}."
    if plan.facts.margin is not None:
        yield "Lifetime margin: margin / service term x expected lifetime."


def _pay(plan: EconomicsPlan, commission: CommissionPlan, words: Words) -> Iterator[str]:
    base = "margin after terms" if plan.cost_of_capital is not None else "margin"
    factors = [f"{percent(commission.rate)} of the {base}"]
    factors += ["a factor for what is sold"] if commission.service_mix else []
    factors += ["a factor for the length of the subscription"] if commission.subscription else []
    yield f"Commission: {' x '.join(factors)}. Without a {base} above zero there is none."
    for key, told in _PARTS.items():
        rows: tuple[FactorRow, ...] = getattr(commission, key)
        if rows:
            last = "" if rows[-1].when is None else "; 1 for all others"
            yield f"{told}: {'; '.join(factor_row(row, words) for row in rows)}{last}."


def _absent(plan: EconomicsPlan) -> Iterator[str]:
    missing = [
        text
        for gone, text in (
            (plan.cost_of_capital is None, "the cost of the payment terms (`cost_of_capital`)"),
            (not plan.churn, "how long the customer stays (`churn`)"),
            (plan.commission is None, "the commission (`commission`)"),
        )
        if gone
    ]
    if missing:
        yield f"Not told, because the profile does not say it: {', '.join(missing)}."


def percent(share: Decimal) -> str:
    """A percent as the file writes it: "8%", "1.5%"."""
    plain = f"{share:f}"
    return f"{plain.rstrip('0').rstrip('.') if '.' in plain else plain}%"


def times(number: Decimal) -> str:
    """A factor as the file writes it: "1.25"."""
    return percent(number).removesuffix("%")


def churn_row(row: ChurnRow, words: Words) -> str:
    """A row of churn: "1% for regional hospital when the service term is at least 12 months"."""
    return f"{percent(row.monthly)} {_described(row, words)}"


def _described(row: ChurnRow, words: Words) -> str:
    who = "for everybody else" if row.segment is None and row.when is None else f"for {row.segment or 'all'}"
    return f"{who}{_when(row.when, words)}"


def factor_row(row: FactorRow, words: Words) -> str:
    """A row of factors: "1.25 when the offer is managed services"."""
    return f"{times(row.times)}{_when(row.when, words) or ' for all others'}"


def _when(when: Condition | None, words: Words) -> str:
    return "" if when is None else f" when {words.condition(when)}"


def economics_changes(old: Profile, new: Profile) -> Iterator[tuple[str, str]]:
    """What is different, each with the part that changed and the words for it."""
    before, after = old.economics, new.economics
    if before is None or after is None:
        if before is not after:
            yield ECONOMICS, "The economics are new: figures are shown." if after else "The economics are gone."
        return
    was, now = Words(old.specs, old.currency), Words(new.specs, new.currency)
    for field in fields(Roles):
        one, other = getattr(before.facts, field.name), getattr(after.facts, field.name)
        if one != other:
            yield "facts", f"The fact for {_ROLES[field.name]}: {one or _NONE}{ARROW}{other or _NONE}"
    yield from _moved("cost_of_capital", "Cost of capital, a year", before.cost_of_capital, after.cost_of_capital)
    yield from _churned(before.churn, after.churn, was, now)
    yield from _paid(before.commission, after.commission, was, now)


def _moved(what: str, told: str, one: Decimal | None, other: Decimal | None) -> Iterator[tuple[str, str]]:
    if one != other:
        sides = [_NONE if each is None else percent(each) for each in (one, other)]
        yield what, f"{told}: {sides[0]}{ARROW}{sides[1]}"


def _churned(old: Sequence[ChurnRow], new: Sequence[ChurnRow], was: Words, now: Words) -> Iterator[tuple[str, str]]:
    keys = [(row.segment, row.when) for row in old], [(row.segment, row.when) for row in new]
    for one, other in _pairs(keys, old, new):
        if one is None and other is not None:
            yield "churn", f"Monthly churn, now also: {churn_row(other, now)}"
        elif other is None and one is not None:
            yield "churn", f"Monthly churn, no longer: {churn_row(one, was)}"
        elif one is not None and other is not None and one.monthly != other.monthly:
            moved = f"{percent(one.monthly)}{ARROW}{percent(other.monthly)}"
            yield "churn", f"Monthly churn {_described(other, now)}: {moved}"


def _paid(old: CommissionPlan | None, new: CommissionPlan | None, was: Words, now: Words) -> Iterator[tuple[str, str]]:
    if old is None or new is None:
        yield from _moved("commission", "Commission on margin", old.rate if old else None, new.rate if new else None)
        return
    yield from _moved("commission", "Commission on margin", old.rate, new.rate)
    for key, told in _PARTS.items():
        before: tuple[FactorRow, ...] = getattr(old, key)
        after: tuple[FactorRow, ...] = getattr(new, key)
        for one, other in _pairs(([r.when for r in before], [r.when for r in after]), before, after):
            if one is None and other is not None:
                yield key, f"{told}, now also: {factor_row(other, now)}"
            elif other is None and one is not None:
                yield key, f"{told}, no longer: {factor_row(one, was)}"
            elif one is not None and other is not None and one.times != other.times:
                who = _when(other.when, now).strip() or "for all others"
                yield key, f"{told}, {who}: times {times(one.times)}{ARROW}{times(other.times)}"


def _pairs(keys: tuple[Sequence[object], Sequence[object]], old: Sequence[Row], new: Sequence[Row]) -> list[Pair[Row]]:
    """The rows that stand for the same deals beside each other, and those that stand alone."""
    found: list[Pair[Row]] = []
    before, after = ([repr(key) for key in side] for side in keys)
    for tag, low, high, first, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, come = old[low:high], new[first:last]
        if tag == "equal":
            found.extend(zip(gone, come, strict=True))
        else:
            found.extend((one, None) for one in gone)
            found.extend((None, other) for other in come)
    return found
