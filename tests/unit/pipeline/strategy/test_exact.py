"""Exact sums of Arrow columns, of any width."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pipeline.strategy.exact import Exact, cents

NUMBERS = st.one_of(st.none(), st.decimals(-(10**16) + 1, 10**16 - 1, places=2))


@given(st.lists(NUMBERS, max_size=40), st.sampled_from([pa.decimal128(18, 2), pa.decimal128(38, 6)]))
def test_decimals_sum_to_the_last_digit(numbers: list[Decimal | None], kind: pa.DataType) -> None:
    column = Exact.of(pa.array(numbers, kind))
    assert column.sum() == sum((number for number in numbers if number is not None), Decimal(0))
    assert column.known.tolist() == [number is not None for number in numbers]


@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=20))
def test_products_are_exact_and_known_where_both_are(pairs: list[tuple[Decimal | None, Decimal | None]]) -> None:
    one, two = (
        Exact.of(pa.array(side, pa.decimal128(18, 2))) for side in ([p[0] for p in pairs], [p[1] for p in pairs])
    )
    with localcontext(prec=80):
        expected = sum((a * b / 100 for a, b in pairs if a is not None and b is not None), Decimal(0))
        assert one.times(two, per=2).sum() == expected


def test_wider_than_64_bits_is_kept() -> None:
    huge = Decimal("99999999999999999999999999999999.123456")
    column = Exact.of(pa.array([huge, None, huge.copy_negate(), huge], pa.decimal128(38, 6)))
    assert column.sum() == huge


@pytest.mark.parametrize("column", [pa.array([1.5, None, float("nan"), 2.25]), pa.chunked_array([[1.5, None], [2.25]])])
def test_floats_are_read_to_four_places_and_not_a_number_is_unknown(column: pa.Array) -> None:
    assert Exact.of(column).sum() == Decimal("3.75")


def test_a_slice_reads_its_own_rows() -> None:
    column = pa.array([Decimal(n) for n in range(10)], pa.decimal128(18, 2)).slice(3, 4)
    assert Exact.of(column).sum() == 3 + 4 + 5 + 6


def test_money_is_rounded_to_cents_away_from_zero() -> None:
    assert cents(Decimal("1.005")) == Decimal("1.01")
    assert cents(Decimal("-1.005")) == Decimal("-1.01")
