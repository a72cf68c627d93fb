"""Where an outcome stands: its latest value against its target, and against the straight path that leads there.

- reached: the latest value is at the target or beyond it, in the direction from the baseline to the target.
- on the path: it is at least where a straight line from the baseline at the start of the service to the target at its
  date would be on the day it was measured, to the exact fraction.
- behind: it is neither.
- not measured: nobody has noted a value yet; not measurable: baseline and target do not both exist, or are equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from bot.deals.deal import plain_outcome, plain_value
from bot.deals.facts import Outcome
from bot.profile.economics_figures import rounded
from bot.store.records import folded
from bot.store.review_book import OutcomeValue


class Standing(StrEnum):
    """Where an outcome stands."""

    REACHED = "reached"
    ON_PATH = "on the path"
    BEHIND = "behind"
    NOT_MEASURED = "not measured"
    NOT_MEASURABLE = "not measurable"


@dataclass(frozen=True, slots=True)
class OutcomeState:
    """One outcome with its latest value. `gap` is how far that is from the target, `expected` where the path would be.

    `gap` is never negative, 0 when the target is reached, and None without a value or a target.
    """

    outcome: Outcome
    standing: Standing
    latest: OutcomeValue | None = None
    gap: Decimal | None = None
    expected: Decimal | None = None

    def plain(self) -> dict[str, Any]:
        """The state as JSON data."""
        latest = self.latest
        return {
            "outcome": plain_outcome(self.outcome),
            "standing": self.standing.value,
            "latest": None if latest is None else {"value": plain_value(latest.value), "on": latest.on.isoformat()},
            "gap": None if self.gap is None else plain_value(self.gap),
            "expected": None if self.expected is None else plain_value(self.expected),
        }


def states_of(
    outcomes: Sequence[Outcome], values: Sequence[OutcomeValue], *, start: date | None, today: date
) -> tuple[OutcomeState, ...]:
    """Where each outcome stands today; values of a later day are not looked at."""
    latest: dict[str, OutcomeValue] = {}
    for value in sorted(values, key=lambda one: one.on):
        if value.on <= today:
            latest[value.outcome] = value
    return tuple(_state(outcome, latest.get(folded(outcome.metric)), start) for outcome in outcomes)


def _state(outcome: Outcome, latest: OutcomeValue | None, start: date | None) -> OutcomeState:
    baseline, target = outcome.baseline, outcome.target
    if baseline is None or target is None or baseline == target:
        return OutcomeState(outcome, Standing.NOT_MEASURABLE, latest)
    if latest is None:
        return OutcomeState(outcome, Standing.NOT_MEASURED)
    up = target > baseline
    value = latest.value
    if value >= target if up else value <= target:
        return OutcomeState(outcome, Standing.REACHED, latest, Decimal(0))
    gap = abs(target - value)
    expected = _expected(outcome, start, latest.on)
    if expected is None:
        return OutcomeState(outcome, Standing.BEHIND, latest, gap)
    there = value >= expected if up else value <= expected
    standing = Standing.ON_PATH if there else Standing.BEHIND
    return OutcomeState(outcome, standing, latest, gap, rounded(expected, Decimal("0.01")))


def _expected(outcome: Outcome, start: date | None, on: date) -> Fraction | None:
    if start is None or outcome.due is None or outcome.due <= start:
        return None
    baseline, target = Fraction(outcome.baseline or 0), Fraction(outcome.target or 0)
    share = Fraction((on - start).days, (outcome.due - start).days)
    return baseline + (target - baseline) * min(max(share, Fraction(0)), Fraction(1))
