"""The measures of a scorecard: what each is called, which way is better, and how it is counted then and now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.pipeline.scorecard import counted
from bot.pipeline.scorecard.counted import COUNT, MONTHS, PERCENT, Looking, Measuring


class Better(StrEnum):
    """Which way a measure is better. Some are neither: to ask for an exception is what the process wants of a rep."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure. `of` says what its n counts; `role` is the part of a deal that guidance on it speaks of."""

    id: str
    label: str
    unit: str
    of: str
    better: Better
    now: Measuring
    before: Looking
    role: str | None = None


OPEN, WON = "open deals", "deals won"

MEASURES: tuple[Measure, ...] = (
    Measure(
        "fit_deals", "Fit by deals", PERCENT, OPEN, Better.HIGHER, counted.fit_of_deals, counted.past_fit_of_deals
    ),
    Measure(
        "fit_money", "Fit by money", PERCENT, OPEN, Better.HIGHER, counted.fit_of_money, counted.past_fit_of_money
    ),
    Measure("margin", "Margin", PERCENT, WON, Better.HIGHER, counted.margin, counted.margin, "margin"),
    Measure(
        "service_mix", "Managed services", PERCENT, WON, Better.HIGHER, counted.service_mix, counted.service_mix,
        "offer",
    ),
    Measure("term", "Service term", MONTHS, WON, Better.HIGHER, counted.term, counted.term, "service_months"),
    Measure(
        "outcomes", "Outcomes defined", PERCENT, OPEN, Better.HIGHER, counted.outcomes, counted.nothing, "outcomes"
    ),
    Measure("exceptions", "Exceptions asked", COUNT, "deals", Better.NEITHER, counted.asked, counted.nothing),
    Measure(
        "granted", "Exceptions granted", PERCENT, "exceptions", Better.NEITHER, counted.granted, counted.granted
    ),
    Measure(
        "calls", "Calls to buyers", "an account", "assigned accounts", Better.HIGHER, counted.calls, counted.calls,
        "sponsor",
    ),
    Measure(
        "covered", "Accounts met at the right level", PERCENT, "assigned accounts", Better.HIGHER, counted.covered,
        counted.covered, "sponsor",
    ),
)  # fmt: skip
