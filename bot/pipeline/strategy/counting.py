"""Deals counted once for many profiles: by cell and by kind, so that each profile is asked about kinds alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bot.pipeline.strategy.exact import Array, Exact, Mask
from bot.pipeline.strategy.judging import OUTCOMES

_DIGITS, _SAFE = 8, 2**60
"""A mark is unknown or a number below 7: so many marks as fit go into one whole number."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many deals of each kind there are in each cell, and what their won money comes to.

    The rows stand in the order of their cells: `starts` says where each of the cells in `there` begins.
    """

    by_outcome: Array
    cells: int
    there: Array
    starts: Array
    kind: Array
    deals: Array
    money: Array

    @classmethod
    def of(
        cls, cell: pa.ChunkedArray, deals: pa.ChunkedArray, money: pa.ChunkedArray, kind: Array, kinds: int, cells: int
    ) -> Counts:
        """From columns: the cell of each row, its number of deals and the sum of their money; and the row's kind."""
        cells_, count = cell.to_numpy().astype(np.int64), deals.to_numpy().astype(np.int64)
        whole = _roomy(Exact.of(money).whole)
        order = np.argsort(cells_, kind="stable")
        place = kind * len(OUTCOMES) + cells_ % len(OUTCOMES)
        by_outcome = np.bincount(place, weights=count, minlength=kinds * len(OUTCOMES)).astype(np.int64)
        there, starts = np.unique(cells_[order], return_index=True)
        shape = kinds, len(OUTCOMES)
        return cls(by_outcome.reshape(shape), cells, there, starts, kind[order], count[order], whole[order])

    def by_cell(self, kinds: Mask) -> tuple[Array, Array]:
        """The deals of these kinds in each cell, and their money: exact, in whole numbers."""
        here, found = kinds[self.kind], []
        for column in (self.deals, self.money):
            sums = np.zeros(self.cells, column.dtype)
            if len(column):
                sums[self.there] = np.add.reduceat(column * here, self.starts)
            found.append(sums)
        return found[0], found[1]


def _roomy(whole: Array) -> Array:
    """Whole numbers that can be added up in any way: Python's own where 64 bits might not hold a sum."""
    far = whole.dtype != object and float(np.abs(whole.astype(np.float64)).sum()) >= _SAFE
    return whole.astype(object) if far else whole


def sums_by(place: Array, whole: Array, size: int) -> Array:
    """The exact sums of whole numbers by place."""
    roomy = _roomy(whole)
    sums = np.zeros(size, roomy.dtype)
    if len(roomy):
        order = np.argsort(place, kind="stable")
        there, starts = np.unique(place[order], return_index=True)
        sums[there] = np.add.reduceat(roomy[order], starts)
    return sums


def kinds_of(marks: pa.Table) -> tuple[pa.Table, Array]:
    """The different rows of `marks`, and for each row which of these it is."""
    names_, numbers = marks.column_names, np.zeros(len(marks), np.int64)
    reach = 1
    for name in names_:
        column = marks[name].combine_chunks().cast(pa.int8())
        digit = pc.fill_null(column, -1).to_numpy(zero_copy_only=False).astype(np.int64) + 1
        reach *= _DIGITS
        if reach > _SAFE:
            numbers, reach = np.unique(numbers, return_inverse=True)[1], len(marks) * _DIGITS
        numbers = numbers * _DIGITS + digit
    _, first, of = np.unique(numbers, return_index=True, return_inverse=True)
    return marks.take(pa.array(first)), of
