"""How sure a share is: 95 percent intervals from drawing the customers again, with a fixed seed.

Deals of one customer resemble each other, so whole customers are drawn, each with all its deals. Where there are more
customers than CLUSTERS, they are put into so many groups at random and the groups are drawn: the spread between random
groups is that between customers. Counts and sums themselves are never drawn or sampled: they are exact.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.deals.deal import plain_value
from bot.pipeline.strategy.exact import Array, Mask
from bot.pipeline.tables import share

SEED = 20261123
ROUNDS = 2000
CLUSTERS = 1000
LEVEL = 95
_Z = 1.959963984540054
FEWEST = 10
"""Fewer customers than this give no interval: drawing them again says little."""

METHOD = (
    f"95% intervals: whole customers are drawn again {ROUNDS:,} times (percentile bootstrap, seed {SEED}); "
    "a share of which nothing was seen has the exact binomial's end over the customers instead."
)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Share:
    """A percent with its 95 percent interval, to a tenth. `low` and `high` are None with too few customers."""

    percent: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        return {name: _number(getattr(self, name)) for name in ("percent", "low", "high")}

    @property
    def words(self) -> str:
        """As people read it: "12.5% (6.2 to 19.8)"."""
        reach = "" if self.low is None or self.high is None else f" ({self.low} to {self.high})"
        return "-" if self.percent is None else f"{self.percent}%{reach}"

    @property
    def inside(self) -> str:
        """The same for use inside brackets: "12.5%, 6.2 to 19.8"."""
        reach = "" if self.low is None or self.high is None else f", {self.low} to {self.high}"
        return "-" if self.percent is None else f"{self.percent}%{reach}"


class Draws:
    """Draws the customers again. `of` is the number of each deal's customer, -1 where each deal stands for itself."""

    def __init__(self, of: Array) -> None:
        self._unit, self.units = units_of(of)
        self.cluster, self.count = clusters_of(self._unit, self.units)
        chosen = np.random.default_rng(SEED)
        even = np.full(self.count, 1 / max(self.count, 1))
        drawn = chosen.multinomial(self.count, even, size=ROUNDS) if self.count else np.zeros((ROUNDS, 0))
        self._drawn: Floats = drawn.astype(np.float64)

    def customers(self, where: Mask) -> int:
        """Of how many customers these deals are; each of no customer counts by itself."""
        return int(np.count_nonzero(np.bincount(self._unit[where], minlength=1)))

    def shares(self, parts: Sequence[tuple[Floats, Floats]]) -> list[tuple[float, float]]:
        """The 2.5th and 97.5th percentiles of sum(part) / sum(whole), in percent, for each pair of columns.

        Not-a-number where nothing could be drawn.
        """
        return self.shares_by_cluster([(self._by_cluster(part), self._by_cluster(whole)) for part, whole in parts])

    def shares_by_cluster(self, parts: Sequence[tuple[Floats, Floats]]) -> list[tuple[float, float]]:
        """The same, from sums that were made for each cluster already."""
        if not parts:
            return []
        columns = [column for pair in parts for column in pair]
        sums = self._drawn @ np.array(columns, dtype=np.float64).reshape(len(columns), self.count).T
        found = []
        for number in range(len(parts)):
            part, whole = sums[:, 2 * number], sums[:, 2 * number + 1]
            usable = whole > 0
            ratios = part[usable] / whole[usable] * 100
            ends = np.quantile(ratios, [0.025, 0.975]) if len(ratios) else np.array([np.nan, np.nan])
            found.append((float(ends[0]), float(ends[1])))
        return found

    def differences(self, pairs: Sequence[tuple[Floats, Floats, Floats]]) -> list[tuple[float, float]]:
        """The ends for sum(new) / sum(whole) - sum(old) / sum(whole), in percentage points, for each triple."""
        return self.shares([(new - old, whole) for new, old, whole in pairs])

    def _by_cluster(self, column: Floats) -> Floats:
        summed: Floats = np.bincount(self.cluster, weights=column, minlength=self.count).astype(np.float64)
        return summed


def units_of(of: Array) -> tuple[Array, int]:
    """The number of each deal's customer without holes, a deal of none being its own; and how many there are."""
    alone = of < 0
    first = int(of.max()) + 1 if len(of) else 0
    numbered = of.copy()
    numbered[alone] = first + np.arange(int(alone.sum()))
    used, compact = np.unique(numbered, return_inverse=True)
    return compact, len(used)


def clusters_of(unit: Array, units: int) -> tuple[Array, int]:
    """The cluster of each deal, and how many there are: the customers, or random groups of them where they are many."""
    if units <= CLUSTERS:
        return unit, units
    mixed = np.random.default_rng(SEED).permutation(units) % CLUSTERS
    return mixed[unit], CLUSTERS


def share_of(part: int, whole: int, ends: tuple[float, float], customers: int) -> Share:
    """The exact share of a count with its interval, which always holds it. `customers` are those that it is drawn from.

    Where every draw says none or all, the interval ends where the exact binomial's does.
    """
    found = amount_share_of(Decimal(part), Decimal(whole), ends, customers)
    if found.percent is None or customers < FEWEST:
        return found
    unseen = Decimal(str(round(_unseen(customers), 1)))
    if part == 0:
        return Share(found.percent, Decimal("0.0"), unseen)
    if part == whole:
        return Share(found.percent, 100 - unseen, Decimal("100.0"))
    return found


def amount_share_of(part: Decimal, whole: Decimal, ends: tuple[float, float], customers: int) -> Share:
    """The exact share of an amount with its interval, which always holds it; none where every draw says the same."""
    percent = share(part, whole) if whole > 0 else None
    if percent is None or customers < FEWEST or not all(np.isfinite(ends)) or ends[0] == ends[1]:
        return Share(percent)
    low, high = (Decimal(str(round(end, 1))) for end in ends)
    return Share(percent, min(low, percent), max(high, percent))


def wilson(count: int, of: int) -> tuple[float, float]:
    """Wilson's 95 percent interval of a share, as fractions. Something is counted: `of` is above 0."""
    z2, share_ = _Z * _Z, count / of
    middle = (share_ + z2 / (2 * of)) / (1 + z2 / of)
    reach = _Z / (1 + z2 / of) * math.sqrt(share_ * (1 - share_) / of + z2 / (4 * of * of))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _unseen(customers: int) -> float:
    """The most, in percent, that a thing not seen in so many customers can well be (exact binomial, two-sided)."""
    return float(100 * (1 - (0.5 * (1 - LEVEL / 100)) ** (1 / customers)))


def _number(value: Decimal | None) -> Any:
    return None if value is None else plain_value(value)
