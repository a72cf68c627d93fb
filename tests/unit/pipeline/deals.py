"""Deals of every kind, made from a seed: facts known or not, near every limit, of anybody, open and closed."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bot.deals.deal import Deal

from .support import deal
from .table import Shelf

OWNERS = [
    "Dana Reyes",
    "dana",
    "Sam Okafor",
    "LENA@alphatech.example",
    "tom alvarez",
    "Zoe Nobody",
    "zoe  nobody",
    None,
]
MOSTLY, EITHER = (True, True, False), (True, False)
STAGES = ["Proposal", "proposal", "Negotiation", "Closed-Won", None]
CUSTOMERS = ["Mercy Regional", "mercy regional", "St. Mary's", "Hope", None, None]


def some_deal(rng: random.Random, number: int) -> Deal:
    def maybe(*values: Any) -> Any:
        return rng.choice((*values, None))

    changes: dict[str, object] = {
        "industry": maybe("hospital", "hospital", "hospital", "clinic", "manufacturer"),
        "beds": maybe(24, 25, 120, 400, 401),
        "records_mandate": maybe(*MOSTLY),
        "it_staff": maybe(4, 5, 15, 16),
        "remote_access": maybe(*MOSTLY),
        "offer": maybe("managed services", "managed services", "project"),
        "service_months": maybe(0, 2, 3, 6, 12, 24),
        "contract_value": maybe(9_999, 10_000, 15_000, Decimal("85000.5"), rng.randrange(5_000, 400_000)),
        "discount": maybe(0, 5, Decimal("7.5"), 10, 15, 16),
        "margin": maybe(-5, 0, 1, 14, 15, 25, 30, 35),
        "payment_days": maybe(15, 30, 31, 45, 60, 61, 90),
        "prepaid": maybe(*EITHER),
        "sponsor": maybe("CFO", "IT administrator", "none"),
        "monthly_call": maybe(*EITHER),
        "service_visit": maybe(*MOSTLY),
    }
    if rng.random() < 0.2:
        changes["outcomes"] = None
    keep = {name: value for name, value in changes.items() if rng.random() < 0.6}
    return deal(
        f"Deal {number}",
        rng.choice([*OWNERS, None]),
        customer=rng.choice(CUSTOMERS),
        stage=rng.choice(STAGES),
        closes=maybe(*(date(2026, 11, 23) + timedelta(days=days) for days in (-400, -70, -1, 0, 1, 20, 60, 130, 500))),
        currency=rng.choice(["USD"] * 9 + ["EUR"]),
        **keep,
    )


def some_deals(seed: int, number: int = 120) -> Shelf:
    rng = random.Random(seed)
    shelf = Shelf()
    made = [some_deal(rng, n) for n in range(number)]
    for status in ("open", "won", "lost"):
        shelf.put([each for n, each in enumerate(made) if ("open", "open", "won", "lost")[n % 4] == status], status)  # type: ignore[arg-type]
    return shelf
