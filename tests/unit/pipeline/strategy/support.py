"""A small profile, and deals made for it."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.deals.deal import Deal
from bot.deals.rows import read_deals
from bot.pipeline.strategy.book import DealBook
from bot.profile.loading import load_profile, parse_profile
from bot.profile.model import Profile

ROOT = Path(__file__).resolve().parents[4]
CLOSED = ROOT / "examples" / "closed-deals.csv"

PROFILE = """\
title: Small
version: "1"
effective: 2026-01-01
currency: USD
facts:
  kind: {type: choice, label: Kind, choices: [a, b, c, d], ask: Which kind?}
  size: {type: integer, label: Size, ask: How large?}
  mandate: {type: yes/no, label: Mandate, ask: Is there one?}
  contract_value: {type: money, label: Contract value, ask: How much?}
  margin: {type: percent, label: Margin, minimum: -1000, maximum: 100, ask: What margin?}
  discount: {type: percent, label: Discount, negotiable: down, ask: What discount?}
  payment_days: {type: integer, label: Payment terms, negotiable: down, ask: Which terms?}
  prepaid: {type: yes/no, label: Paid in advance, negotiable: up, ask: In advance?}
  service_months: {type: integer, label: Term, negotiable: up, ask: How long?}
segments:
  - {name: ours, stance: pursue, when: {kind: [a, b]}, because: We know them.}
  - {name: others, stance: decline, because: We do not.}
checks:
  - id: discount
    part: price
    label: Small discounts
    require: {discount: "<= 10%"}
    because: It is rarely won back.
    exception: {authority: desk, up_to: {discount: 15%}, expires_in: 30 days}
  - id: terms
    part: payment
    label: Short terms
    require: {payment_days: "<= 30"}
    because: It is our money.
  - id: trial
    part: price
    label: On trial
    mode: dry-run
    require: {margin: ">= 20%"}
    because: We want to see.
"""


@functools.cache
def small(**changes: str) -> Profile:
    """The small profile, with texts replaced: `old=new` pairs are given as one text "old -> new" each."""
    text = PROFILE
    for change in changes.values():
        old, new = change.split(" -> ")
        assert old in text, old
        text = text.replace(old, new)
    return parse_profile(text.encode(), "small.yaml")


@functools.cache
def bundled() -> Profile:
    return load_profile(ROOT / "profile" / "deal-profile.yaml")


@functools.cache
def examples() -> tuple[Deal, ...]:
    profile = bundled()
    rows = read_deals(CLOSED.read_bytes(), filename=CLOSED.name, facts=profile.facts, currency=profile.currency)
    return tuple(row.deal for row in rows if row.deal is not None)


def deal(number: int, stage: str = "Closed Won", *, customer: str | None = "", **facts: Any) -> Deal:
    """A deal; its customer is its own unless given, its facts those of a deal that fits, None for an unknown one."""
    usual: dict[str, Any] = {
        "kind": "a", "size": 10, "mandate": True, "contract_value": Decimal(1000), "margin": Decimal(30),
        "discount": Decimal(0), "payment_days": 30, "prepaid": False, "service_months": 12,
    }  # fmt: skip
    known = {name: value for name, value in {**usual, **facts}.items() if value is not None}
    return Deal(
        name=f"deal {number}",
        facts=MappingProxyType(known),
        customer=f"customer {number}" if customer == "" else customer,
        stage=stage,
        close_date=date(2026, 1 + number % 12, 1),
    )


def book_of(deals: Iterable[Deal], **more: Any) -> DealBook:
    return DealBook(deals, **more)
