"""Which deals are of one customer: the same name, whatever its capitals and spaces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bot.pipeline.strategy.exact import Array, Exact, Mask


@dataclass(frozen=True)
class Customers:
    """`of[i]` is the number of deal i's customer, -1 where it has none; `names` are as first written."""

    of: Array
    names: tuple[str, ...]

    @classmethod
    def read(cls, written: pa.Array) -> Customers:
        """The customers of deals, numbered in the order in which they first come."""
        tidy = pc.utf8_trim_whitespace(pc.replace_substring_regex(written, pattern=r"\s+", replacement=" "))
        alike = pc.utf8_lower(tidy)
        alike = pc.if_else(pc.equal(alike, ""), pa.scalar(None, pa.string()), alike)
        numbered = alike.dictionary_encode()
        of = pc.fill_null(numbered.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
        first = np.full(len(numbered.dictionary), -1, np.int64)
        places = np.nonzero(of >= 0)[0][::-1]
        first[of[places]] = places
        return cls(of, tuple(tidy.take(pa.array(first)).to_pylist()))

    def __len__(self) -> int:
        return len(self.names)

    def sums(self, amounts: Exact, where: Mask) -> tuple[Array, Array]:
        """The numbers of the customers who have a known amount among these deals, and what each comes to, exactly."""
        picked = where & amounts.known & (self.of >= 0)
        if not picked.any():
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        order = np.argsort(self.of[picked], kind="stable")
        numbers, whole = self.of[picked][order], amounts.whole[picked][order]
        starts = np.nonzero(np.r_[True, numbers[1:] != numbers[:-1]])[0]
        return numbers[starts], np.add.reduceat(whole, starts)
