"""The account of tokens: limits hold whoever asks at once, in both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

from bot.store.database import Store, open_store
from tests.integration.store.outside import FixedClock


def test_tokens_are_held_settled_and_told(store: Store) -> None:
    use = store.model_use
    day = use.hold("dana", 1000, per_person=5000, in_all=9000)
    assert day is not None
    use.settle(day, "dana", held=1000, tokens_in=600, tokens_out=50, cost=Decimal("0.0031"))
    assert use.hold("sam", 200, per_person=5000, in_all=9000) == day
    everybody, dana, sam = use.used()
    assert (everybody.user, everybody.tokens, everybody.answers, everybody.cost) == ("", 650, 1, Decimal("0.0031"))
    assert (dana.user, dana.tokens_in, dana.tokens_out) == ("dana", 600, 50)
    assert (sam.user, sam.tokens, sam.answers) == ("sam", 0, 0)


def test_a_person_and_all_have_their_limits_and_a_new_day_begins_anew(store: Store, clock: FixedClock) -> None:
    use = store.model_use
    assert use.hold("dana", 1000, per_person=1500, in_all=3000)
    assert use.hold("dana", 501, per_person=1500, in_all=3000) is None
    assert use.hold("dana", 500, per_person=1500, in_all=3000)
    assert use.hold("sam", 1400, per_person=1500, in_all=3000)
    assert use.hold("sam", 101, per_person=None, in_all=3000) is None  # a refusal takes nothing
    assert use.hold("sam", 100, per_person=1500, in_all=3000)
    assert use.hold("tom", 1, per_person=1500, in_all=3000) is None
    assert use.hold("tom", 1, per_person=None, in_all=None)
    assert use.hold("tom", 4000, per_person=1500, in_all=None) is None
    clock.now += timedelta(days=1)
    assert use.hold("dana", 1500, per_person=1500, in_all=3000)


def test_of_all_who_ask_at_once_only_as_many_are_let_in_as_the_limit_allows(
    store: Store, url: str, clock: FixedClock
) -> None:
    other = open_store(url, clock)
    try:
        with ThreadPoolExecutor(8) as pool:
            granted = list(
                pool.map(
                    lambda at: (store, other)[at % 2].model_use.hold(f"u{at % 5}", 10, per_person=None, in_all=100),
                    range(40),
                )
            )
    finally:
        other.close()
    assert sum(day is not None for day in granted) == 10
