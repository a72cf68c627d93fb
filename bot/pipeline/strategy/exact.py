"""Columns of exact numbers as whole numbers of a small unit, so that a million deals sum without a rounding."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

_WIDE = Context(prec=80, rounding=ROUND_HALF_UP)
_SAFE = 2**62
_FLOAT_PLACES = 4
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Exact:
    """A column: `whole[i] / 10**places` where `known[i]`, and 0 where it is not known.

    `whole` holds 64-bit numbers, or Python's own where a sum or a product could be too long for those.
    """

    whole: Array
    known: Mask
    places: int

    @classmethod
    def of(cls, column: pa.ChunkedArray | pa.Array) -> Exact:
        """The column of an Arrow table: decimals and integers as they are, floats to four places."""
        flat = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        known = pc.is_valid(flat).to_numpy(zero_copy_only=False)
        if pa.types.is_floating(flat.type):
            numbers = flat.to_numpy(zero_copy_only=False).astype(np.float64)
            known = known & np.isfinite(numbers)
            return cls(np.rint(np.where(known, numbers, 0) * 10**_FLOAT_PLACES).astype(np.int64), known, _FLOAT_PLACES)
        if pa.types.is_decimal(flat.type):
            return cls(_unscaled(flat, known), known, flat.type.scale)
        filled = pc.fill_null(flat.cast(pa.int64()), 0)
        return cls(filled.to_numpy(zero_copy_only=False).astype(np.int64), known, 0)

    @classmethod
    def nothing(cls, size: int) -> Exact:
        """A column of which nothing is known."""
        return cls(np.zeros(size, np.int64), np.zeros(size, np.bool_), 0)

    def times(self, other: Exact, *, per: int = 0) -> Exact:
        """The products, each divided by ten to the power `per`; known where both are."""
        safe = _largest(self.whole) * _largest(other.whole) * max(len(self.whole), 1) < _SAFE
        one, two = (self.whole, other.whole) if safe else (self.whole.astype(object), other.whole.astype(object))
        both = self.known & other.known
        return Exact(np.where(both, one * two, 0), both, self.places + other.places + per)

    def less(self, other: Exact) -> Exact:
        """The differences, known where this is: nothing is taken away where the other is not known."""
        places = max(self.places, other.places)
        mine, theirs = 10 ** (places - self.places), 10 ** (places - other.places)
        safe = _largest(self.whole) * mine + _largest(other.whole) * theirs < _SAFE
        one, two = (self.whole, other.whole) if safe else (self.whole.astype(object), other.whole.astype(object))
        return Exact(np.where(self.known, one * mine - np.where(other.known, two, 0) * theirs, 0), self.known, places)

    def sum(self, where: Mask | None = None) -> Decimal:
        """The exact sum of what is known, over these deals."""
        picked = self.whole if where is None else self.whole[where]
        if picked.dtype != object and _largest(self.whole) * max(len(self.whole), 1) >= _SAFE:
            picked = picked.astype(object)
        return scaled(int(picked.sum()), self.places)

    def floats(self) -> npt.NDArray[np.float64]:
        """The numbers as floats, for what needs no last digit: 0 where nothing is known."""
        return np.where(self.known, self.whole, 0).astype(np.float64) / 10.0**self.places

    def take(self, where: Array) -> Exact:
        """Some of the rows."""
        return Exact(self.whole[where], self.known[where], self.places)


def scaled(whole: int, places: int) -> Decimal:
    """`whole / 10**places`, exactly."""
    return Decimal(whole).scaleb(-places, _WIDE)


def cents(amount: Decimal) -> Decimal:
    """Money in whole cents, halves away from zero."""
    return amount.quantize(_CENT, context=_WIDE)


def _largest(whole: Array) -> int:
    return max(abs(int(whole.max())), abs(int(whole.min())), 1) if len(whole) else 1


def _unscaled(flat: pa.Array, known: Mask) -> Array:
    """The digits of decimals without their point, from the bytes that Arrow keeps: 16 a value, low word first."""
    wide = flat if flat.type.bit_width == 128 else flat.cast(pa.decimal128(38, flat.type.scale))  # noqa: PLR2004 - 16 bytes
    words = np.frombuffer(wide.buffers()[1], dtype="<i8").reshape(-1, 2)[wide.offset : wide.offset + len(wide)]
    low, high = words[:, 0], words[:, 1]
    if bool(np.all((high == (low >> 63)) | ~known)):
        return np.where(known, low, 0)
    digits = [0 if value is None else int(value.scaleb(wide.type.scale, _WIDE)) for value in wide.to_pylist()]
    return np.array(digits, dtype=object)
