"""The whale curve: its laws, its corners, and the points that a chart shows."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.pipeline.strategy.whale import Whale

AMOUNTS = st.lists(st.integers(-(10**13), 10**15), max_size=60)


@given(AMOUNTS)
def test_it_rises_until_the_amounts_turn_negative_falls_from_there_and_ends_at_the_total(amounts: list[int]) -> None:
    whale = Whale.of(amounts, 2)
    turn = sum(amount >= 0 for amount in amounts)
    sums = [0, *whale.whole]
    steps = [after - before for before, after in pairwise(sums)]
    assert all(step >= 0 for step in steps[:turn])
    assert all(step < 0 for step in steps[turn:])
    assert steps == sorted(steps, reverse=True)
    assert whale.total == Decimal(sum(amounts)) / 100
    assert whale.below == len(amounts) - turn
    assert whale.lost == Decimal(sum(amount for amount in amounts if amount < 0)) / 100
    if whale.has_shares:
        assert whale.share_of_top(100) == 100


@given(AMOUNTS, st.randoms())
def test_the_order_of_the_deals_does_not_matter(amounts: list[int], chance: object) -> None:
    mixed = list(amounts)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert Whale.of(mixed) == Whale.of(amounts)


@given(AMOUNTS, st.integers(1, 99))
def test_the_fewest_deals_that_bring_a_part_do_and_one_fewer_does_not(amounts: list[int], percent: int) -> None:
    whale = Whale.of(amounts)
    needed = whale.needed(percent)
    if needed is None:
        assert sum(amounts) <= 0
        return
    ranked = sorted(amounts, reverse=True)
    assert sum(ranked[:needed]) * 100 >= sum(amounts) * percent
    assert sum(ranked[: needed - 1]) * 100 < sum(amounts) * percent


@given(AMOUNTS)
def test_the_points_are_as_few_as_was_asked_for_and_hold_both_ends_and_the_turn(amounts: list[int]) -> None:
    whale = Whale.of(amounts)
    points = whale.points(20)
    if not whale.has_shares:
        assert points == ()
        return
    assert len(points) <= 20
    assert (points[0].deals, points[0].money) == (0, 0)
    assert (points[-1].deals, points[-1].money) == (100, 100)
    across = [point.deals for point in points]
    assert across == sorted(across)
    assert max(point.money for point in points) == whale.peak


def test_the_best_quarter_is_no_more_than_a_quarter_and_never_nothing() -> None:
    whale = Whale.of([60, 20, 10, 10, 0, 0, 0, 0, 0])
    assert whale.top(25) == 2
    assert whale.share_of_top(25) == 80
    assert Whale.of([7, 3]).top(25) == 1
    assert whale.needed(75) == 2
    assert whale.plain()["three_quarters_of_money"] == {"count": 2, "share_of_count": 22.2}


def test_customers_below_zero_take_away_what_the_best_brought() -> None:
    whale = Whale.of([90, 40, -10, -20])
    assert whale.peak == 130
    assert whale.share_of_top(50) == 130
    assert whale.plain()["below_zero"] == {"count": 2, "amount": -30}


def test_of_a_total_that_is_not_above_zero_nothing_is_a_share() -> None:
    for amounts in ([], [0], [5, -5], [-1]):
        whale = Whale.of(amounts)
        assert whale.share_of_top(25) is None
        assert whale.needed(75) is None
        assert whale.plain()["curve"] == []


def test_sums_beyond_64_bits_are_exact() -> None:
    large = 2**61
    assert Whale.of(np.array([large] * 9, dtype=np.int64)).total == Decimal(9 * large)
