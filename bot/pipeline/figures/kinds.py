"""Deals that are worth a second look: customers who only look right, and deals that cost more than they bring."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir

from bot.pipeline.deal_table.judging import checks_of
from bot.pipeline.records import margin_fact
from bot.profile.columns import names
from bot.profile.economics_money import DAYS_A_YEAR
from bot.profile.model import SEGMENT_CHECK, Profile
from bot.profile.verdict import Part, Result


def surely(condition: ir.BooleanValue) -> ir.BooleanValue:
    """Whether it surely holds: what is not known does not."""
    return ibis.coalesce(condition, ibis.literal(value=False))


def any_has(table: ir.Table, checks: Iterable[str], result: str, profile: Profile) -> ir.BooleanValue:
    """Whether one of the checks has the result: null where none has and one cannot be decided yet."""
    known = set(checks_of(profile))
    columns = [table[names.result_column(check)] for check in checks if check in known]
    if not columns:
        return ibis.literal(value=False)
    has = reduce(or_, [column == result for column in columns])
    if result == Result.UNKNOWN.value:
        return has
    undecided = reduce(or_, [column == Result.UNKNOWN.value for column in columns])
    return ibis.cases(
        (has, ibis.literal(value=True)), (undecided, ibis.null("boolean")), else_=ibis.literal(value=False)
    )


def false_positive(table: ir.Table, profile: Profile) -> ir.BooleanValue:
    """Whether the customer is wrong although price and value look right."""
    parts = {check.id: check.part for check in profile.checks} | {SEGMENT_CHECK: Part.CUSTOMER}
    counted = checks_of(profile)
    customer = [check for check in counted if parts[check] is Part.CUSTOMER]
    looks = [check for check in counted if parts[check] in {Part.VALUE, Part.PRICE}]
    failing = [table[names.result_column(check)] == Result.FAIL.value for check in looks]
    right = ~reduce(or_, failing) if failing else ibis.literal(value=True)
    return any_has(table, customer, Result.FAIL.value, profile) & right


def negative_value(table: ir.Table, profile: Profile) -> ir.BooleanValue:
    """Whether the margin is below zero, as stated or once the payment terms are paid for; null where it is unknown."""
    fact = margin_fact(profile)
    if fact is None:
        return ibis.null("boolean")
    margin = table[fact]
    below = margin < 0
    plan = profile.economics
    if plan is None or plan.cost_of_capital is None or plan.facts.payment_days is None:
        return below
    days = table[plan.facts.payment_days]
    # margin - cost * days / 365 < 0, in whole numbers: a database divides in its own way.
    after = margin * DAYS_A_YEAR < days * _whole(plan.cost_of_capital)
    if plan.facts.prepaid is not None:
        after = after & ~surely(table[plan.facts.prepaid])
    return below | surely(after) & margin.notnull()


def _whole(number: Decimal) -> ir.Scalar:
    exponent = number.as_tuple().exponent
    places = max(0, -exponent) if isinstance(exponent, int) else 0
    return ibis.literal(number, type=f"decimal({9 + places}, {places})")
