"""The values of one fact as stretches of a list, and which of many rows have them: thousands of rows in one number.

A set of rows is a whole number, bit by bit: what joins or excludes rows is one `&` or `|`, however many they are.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.profile.conditions import Among, Compare, Order, Within

Spans = tuple[tuple[int, int], ...]
"""Stretches of places, first and last included, in order and apart from each other."""


class Scale:
    """Every value of a subject that matters, each in its place; those that have an order from the least on."""

    def __init__(self, values: Sequence[Any]) -> None:
        self._values = values
        self._place = {value: place for place, value in enumerate(values)}

    def __len__(self) -> int:
        return len(self._values)

    @property
    def whole(self) -> Spans:
        """All places."""
        return ((0, len(self._values) - 1),) if self._values else ()

    def of(self, test: Compare | Among | Within) -> Spans:
        """Where the test holds."""
        match test:
            case Among(_, values, negative):
                places = sorted({self._place[value] for value in values if value in self._place})
                spans = _joined((place, place) for place in places)
            case Within(_, low, high, negative):
                spans = self._stretch(bisect_left(self._values, low), bisect_right(self._values, high))
            case Compare(_, order, limit):
                negative = False
                after = bisect_right if order in {Order.AT_MOST, Order.ABOVE} else bisect_left
                at = after(self._values, limit)
                spans = self._stretch(at, len(self)) if order.upward else self._stretch(0, at)
        return self.without(spans) if negative else spans

    @staticmethod
    def _stretch(first: int, end: int) -> Spans:
        return ((first, end - 1),) if first < end else ()

    def without(self, spans: Spans) -> Spans:
        """The other places."""
        found: list[tuple[int, int]] = []
        at = 0
        for first, last in spans:
            if at < first:
                found.append((at, first - 1))
            at = last + 1
        return (*found, (at, len(self) - 1)) if at < len(self) else tuple(found)


def shared(one: Spans, other: Spans) -> Spans:
    """The places that are in both."""
    found: list[tuple[int, int]] = []
    i = j = 0
    while i < len(one) and j < len(other):
        first, last = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if first <= last:
            found.append((first, last))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return tuple(found)


def _joined(spans: Iterable[tuple[int, int]]) -> Spans:
    found: list[tuple[int, int]] = []
    for first, last in spans:
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], last
        else:
            found.append((first, last))
    return tuple(found)


class Axis:
    """One subject of many rows: for each place which rows have it. Rows that do not test the subject have them all."""

    def __init__(self, scale: Scale, rows: Mapping[int, Spans], everyone: int) -> None:
        self.scale, self._everyone = scale, everyone
        starts: dict[int, int] = {}
        ends: dict[int, int] = {}
        tested = 0
        for row, spans in rows.items():
            tested |= 1 << row
            for first, last in spans:
                starts[first] = starts.get(first, 0) | 1 << row
                ends[last] = ends.get(last, 0) | 1 << row
        self.tested = tested
        self.at: list[int] = []
        having = everyone & ~tested
        for place in range(len(scale)):
            having |= starts.get(place, 0)
            self.at.append(having)
            having &= ~ends.get(place, 0)
        self._starts, self._ends = _Union(starts), _Union(ends)

    def touching(self, spans: Spans) -> int:
        """The rows that have one of these places."""
        found = 0
        for first, last in spans:
            found |= self.at[first] | self._starts.between(first + 1, last)
        return found

    def around(self, spans: Spans) -> int:
        """The rows that have all of these places."""
        found = self._everyone
        for first, last in spans:
            found &= self.at[first] & ~self._ends.between(first, last - 1)
        return found

    def inside(self, spans: Spans) -> int:
        """The rows that have no other places than these."""
        return self._everyone & ~self.touching(self.scale.without(spans))


class _Union:
    """Sets at places, and what is in any of a stretch of them, in as many steps as there are doublings."""

    def __init__(self, sets: Mapping[int, int]) -> None:
        self._places = sorted(sets)
        self._size = len(self._places)
        self._tree = [0] * self._size + [sets[place] for place in self._places]
        for node in range(self._size - 1, 0, -1):
            self._tree[node] = self._tree[2 * node] | self._tree[2 * node + 1]

    def between(self, first: int, last: int) -> int:
        low = bisect_left(self._places, first) + self._size
        high = bisect_right(self._places, last) + self._size
        found = 0
        while low < high:
            if low & 1:
                found |= self._tree[low]
                low += 1
            if high & 1:
                high -= 1
                found |= self._tree[high]
            low, high = low >> 1, high >> 1
        return found
