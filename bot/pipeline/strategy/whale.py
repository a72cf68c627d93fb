"""The whale curve: how much of the money the best deals bring, the next best, and what the worst take away again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from bot.deals.deal import plain_value
from bot.pipeline.strategy.exact import Array, cents, scaled

QUARTER = 25
MOST_OF_IT = 75
SLACK_STEPS = (0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 90, 100)
LONGEST = 2**62
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Point:
    """After this percent of the deals, the best first, this percent of the money is reached."""

    deals: Decimal
    money: Decimal


@dataclass(frozen=True)
class Whale:
    """Amounts from the greatest to the least, added up. `whole` are the running sums in units of 10**-places.

    `below` counts the amounts under zero and `lost` is what they come to, a negative amount or 0. Shares are percent of
    `total`, to a tenth, half up; None where the total is not above zero, because nothing can be a share of that.
    """

    count: int
    total: Decimal
    below: int
    lost: Decimal
    whole: tuple[int, ...]
    places: int

    @classmethod
    def of(cls, amounts: Array | Iterable[int], places: int = 0) -> Whale:
        """The curve of these amounts, in any order."""
        given = amounts if isinstance(amounts, np.ndarray) else np.array(list(amounts), dtype=object)
        ranked = np.sort(given)[::-1]
        running = _running(ranked)
        under = ranked[ranked < 0]
        lost = int(under.astype(object).sum()) if len(under) else 0
        total = running[-1] if running else 0
        return cls(len(running), scaled(total, places), len(under), scaled(lost, places), tuple(running), places)

    @property
    def has_shares(self) -> bool:
        """Whether there is a whole of which a part can be a share."""
        return bool(self.whole) and self.whole[-1] > 0

    def share_of_top(self, percent: int) -> Decimal | None:
        """The percent of the money that the best `percent` of the deals bring."""
        return self._share(self.top(percent))

    def top(self, percent: int) -> int:
        """How many deals the best `percent` are: no more than that, and at least one. Of 10 deals 25 percent are 2."""
        return max(self.count * percent // 100, min(self.count, 1))

    def needed(self, percent: int) -> int | None:
        """The fewest deals that bring at least `percent` of the money."""
        if not self.has_shares:
            return None
        wanted = self.whole[-1] * percent
        return next(n for n, reached in enumerate(self.whole, start=1) if reached * 100 >= wanted)

    @property
    def peak(self) -> Decimal | None:
        """The percent of the money at the top of the curve: over 100 where some deals lose money again."""
        return self._share(self.count - self.below)

    def points(self, most: int = 101) -> tuple[Point, ...]:
        """The curve in at most so many points, from nothing to all, evenly over the deals; empty without shares.

        The turn of the curve is among them where there is one.
        """
        if not self.has_shares:
            return ()
        steps = min(most - 1, self.count)
        places = {-(-self.count * step // steps) for step in range(1, steps + 1)}
        turn = self.count - self.below
        if self.below and turn and turn not in places:
            nearest = min((place for place in places if place != self.count), key=lambda p: abs(p - turn), default=None)
            places = ({*places} - {nearest}) | {turn}
        found = [Point(Decimal(0), Decimal(0))]
        found += [Point(_percent(place, self.count), self._share(place) or Decimal(0)) for place in sorted(places)]
        return tuple(found)

    def plain(self) -> dict[str, Any]:
        """The curve as JSON data."""

        def number(value: Decimal | None) -> Any:
            return None if value is None else plain_value(value)

        quarter, needed = self.top(QUARTER), self.needed(MOST_OF_IT)
        return {
            "count": self.count,
            "total": number(cents(self.total)),
            "top_quarter": {"count": quarter, "share": number(self.share_of_top(QUARTER))},
            "three_quarters_of_money": {
                "count": needed,
                "share_of_count": None if needed is None else number(_percent(needed, self.count)),
            },
            "below_zero": {"count": self.below, "amount": number(cents(self.lost))},
            "peak": number(self.peak),
            "curve": [[number(point.deals), number(point.money)] for point in self.points()],
        }

    def share_at(self, percent: int) -> Decimal | None:
        """The height of the curve over this percent of the deals; 0 at 0."""
        return self._share(self.count * percent // 100)

    def _share(self, count: int) -> Decimal | None:
        if not self.has_shares:
            return None
        return _percent(self.whole[count - 1] if count else 0, self.whole[-1])


def _running(ranked: Array) -> list[int]:
    """The running sums, each exact: in Python's own numbers where 64 bits could be too short."""
    if ranked.dtype != object and len(ranked):
        largest = max(abs(int(ranked[0])), abs(int(ranked[-1])))
        if largest * len(ranked) >= LONGEST:
            ranked = ranked.astype(object)
    found: list[int] = np.cumsum(ranked).tolist()
    return found


def _percent(part: int, whole: int) -> Decimal:
    exact = Fraction(part * 100, whole)
    tenths = (abs(exact) * 20 + 1) // 2
    return (Decimal(tenths) * (-1 if exact < 0 else 1) / 10).quantize(_TENTH, rounding=ROUND_HALF_UP)
