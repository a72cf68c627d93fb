"""Intervals: wide where little is known, none where too little is, and never narrower for customers seen twice."""

from __future__ import annotations

import numpy as np
import pytest

from bot.pipeline.strategy.intervals import CLUSTERS, FEWEST, Draws, share_of, wilson


def interval(of: np.ndarray, hits: np.ndarray) -> tuple[float, float]:
    return Draws(of).shares([(hits.astype(float), np.ones(len(hits)))])[0]


def test_it_covers_what_it_says_about_as_often_as_it_says() -> None:
    chosen, covered, tries = np.random.default_rng(3), 0, 120
    for _ in range(tries):
        low, high = interval(np.full(80, -1), chosen.random(80) < 0.3)
        covered += low <= 30 <= high
    assert 0.87 <= covered / tries <= 1


def test_deals_of_one_customer_are_not_counted_as_news() -> None:
    hits = np.random.default_rng(1).random(40) < 0.4
    alone = interval(np.arange(40), hits)
    again = interval(np.repeat(np.arange(40), 25), np.repeat(hits, 25))
    apart = interval(np.full(1000, -1), np.repeat(hits, 25))
    assert again == pytest.approx(alone)
    assert apart[1] - apart[0] < (again[1] - again[0]) / 3


def test_many_customers_are_drawn_in_random_groups_with_the_same_spread() -> None:
    hits = np.random.default_rng(2).random(50_000) < 0.2
    draws = Draws(np.full(50_000, -1))
    assert (draws.count, draws.units, draws.customers(hits)) == (CLUSTERS, 50_000, hits.sum())
    low, high = interval(np.full(50_000, -1), hits)
    expected = 2 * 1.96 * 100 * np.sqrt(0.2 * 0.8 / 50_000)
    assert high - low == pytest.approx(expected, rel=0.12)


def test_too_few_customers_give_no_interval() -> None:
    hits = np.arange(30) % 2 == 0
    for customers in (1, FEWEST - 1):
        ends = interval(np.arange(30) % customers, hits)
        found = share_of(15, 30, ends, customers)
        assert (found.percent, found.low, found.high, found.words) == (50, None, None, "50.0%")


def test_what_was_never_seen_is_not_impossible() -> None:
    none = share_of(0, 60, interval(np.full(60, -1), np.zeros(60)), 60)
    every = share_of(60, 60, interval(np.full(60, -1), np.ones(60)), 60)
    assert none.words == "0.0% (0.0 to 6.0)"
    assert every.inside == "100.0%, 94.0 to 100.0"


def test_the_same_deals_give_the_same_interval() -> None:
    hits = np.arange(50) % 3 == 0
    assert interval(np.arange(50), hits) == interval(np.arange(50), hits)


def test_wilson_is_what_the_textbooks_have() -> None:
    low, high = wilson(10, 50)
    assert (round(low, 4), round(high, 4)) == (0.1124, 0.3304)
    assert wilson(0, 10)[0] == 0
    assert wilson(10, 10)[1] == pytest.approx(1)
