"""Whether a figure rises or falls over time: its slope with an interval, and an honest "too few"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from bot.deals.deal import plain_value

FEWEST_PERIODS = 6
METHOD = (
    "Trend: the median of the slopes between all pairs of periods (Theil-Sen) with its 95% interval; "
    f"at least {FEWEST_PERIODS} periods with a figure."
)


@dataclass(frozen=True, slots=True)
class Trend:
    """By how much a figure changes a period, in its own unit. `slope` is None where there are too few periods.

    `direction` is "up", "down", "unclear" (the interval holds 0) or "too few".
    """

    figure: str
    periods: int
    slope: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def direction(self) -> str:
        """What can be said."""
        if self.slope is None or self.low is None or self.high is None:
            return "too few"
        if self.low > 0:
            return "up"
        return "down" if self.high < 0 else "unclear"

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        values = {name: getattr(self, name) for name in ("slope", "low", "high")}
        numbers = {name: None if value is None else plain_value(value) for name, value in values.items()}
        return {"figure": self.figure, "periods": self.periods, "direction": self.direction, **numbers}


def trend(figure: str, values: Sequence[Decimal | None]) -> Trend:
    """The trend of a figure over periods in their order; periods without a figure are passed over."""
    known = [(place, float(value)) for place, value in enumerate(values) if value is not None]
    if len(known) < FEWEST_PERIODS:
        return Trend(figure, len(known))
    from scipy.stats import theilslopes  # takes a second to load

    places, amounts = np.array(known, dtype=float).T
    if np.all(amounts == amounts[0]):
        return Trend(figure, len(known), Decimal("0.00"), Decimal("0.00"), Decimal("0.00"))
    found = theilslopes(amounts, places, alpha=0.95)
    low, slope, high = (Decimal(str(round(float(n), 2))) for n in (found.low_slope, found.slope, found.high_slope))
    return Trend(figure, len(known), slope, min(low, slope), max(high, slope))
