"""Suggested segments: a planted rule is found, chance is not, and what is found loads in the profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.deals.deal import Deal
from bot.pipeline.strategy.features import known_before
from bot.pipeline.strategy.labels import Good
from bot.pipeline.strategy.sources import Unreadable
from bot.pipeline.strategy.suggesting import Suggestion, suggest
from bot.pipeline.strategy.tree import roundest
from bot.pipeline.strategy.validation import area
from bot.pipeline.strategy.writing import tried
from bot.profile.loading import parse_profile
from bot.profile.model import Stance

from .support import book_of, bundled, deal, examples, small

SHUFFLES = 19
"""The fewest with which a find can be told from chance at all: one of 20 is 5%."""


def look(deals: Sequence[Deal], *, shuffles: int = SHUFFLES, **more: object) -> Suggestion:
    return suggest(book_of(deals), small(), shuffles=shuffles, **more)  # type: ignore[arg-type]


def planted(*, noise: float = 0.1, unknown: float = 0.0, count: int = 200) -> list[Deal]:
    """Deals of which those of kind a or b with a size up to 50 are good, but for some noise."""
    chosen = np.random.default_rng(5)
    made = []
    for number in range(count):
        kind, size = str(chosen.choice(["a", "b", "c", "d"])), int(chosen.integers(1, 101))
        good = (kind in {"a", "b"} and size <= 50) != (chosen.random() < noise)
        known = chosen.random() >= unknown
        facts = {"kind": kind, "size": size if known else None, "mandate": bool(chosen.random() < 0.5)}
        stage = "Closed Won" if good or chosen.random() < 0.5 else "Closed Lost"
        made.append(deal(number, stage, margin=Decimal(40 if good else 10), **facts))
    return made


def test_a_planted_rule_is_found_and_held_against_customers_it_was_not_made_from() -> None:
    found = look(planted(), above=Decimal(200))
    assert found.found
    assert (found.good_means, found.chance) == ("won with a margin above $200", 1 / (SHUFFLES + 1))
    pursued = [leaf for leaf in found.leaves if leaf.stance is Stance.PURSUE]
    assert pursued
    assert all("size" in leaf.when for leaf in pursued)
    assert found.held_out is not None
    assert found.held_out.precision is not None
    assert found.held_out.precision > 75 > 2 * 100 * found.good / found.deals
    source = small().source.decode()
    before, after = source[: source.index("segments:")], source[source.index("checks:") :]
    profile = parse_profile(f"{before}{found.segments}{after}".encode(), "new.yaml")
    assert [segment.stance for segment in profile.segments][-1] is Stance.SELECTIVE
    assert profile.segments[0].name == found.leaves[0].name


def test_labels_at_random_give_nothing() -> None:
    found_any = 0
    for seed in range(3):
        chosen = np.random.default_rng(seed)
        deals = [
            replace(each, stage=str(chosen.choice(["Closed Won", "Closed Lost"])))
            for each in planted(noise=0, count=120)
        ]
        found = look(deals, by=Good.WON, shuffles=39)
        found_any += found.found
        if not found.found:
            assert found.segments == ""
            assert found.leaves == ()
            assert "Nothing found" in found.why
    assert found_any == 0


def test_customers_that_can_be_told_by_their_facts_are_no_rule() -> None:
    """Each customer has its size and its luck: whoever sees it on both sides would call that a rule."""
    chosen = np.random.default_rng(11)
    luck = {customer: bool(chosen.random() < 0.5) for customer in range(30)}
    deals = [
        deal(n, "Closed Won" if luck[n % 30] else "Closed Lost", customer=f"c{n % 30}", size=1000 + 37 * (n % 30))
        for n in range(300)
    ]
    found = look(deals, by=Good.WON, facts=["size"])
    assert not found.found


def test_too_few_deals_say_so() -> None:
    found = look(planted(count=39))
    assert not found.found
    assert found.held_out is None
    assert "39 labelled deals of 39 customers" in found.why
    alike = [replace(each, customer="Mercy") for each in planted()]
    assert "of 1 customers" in look(alike).why
    same = [deal(n, "Closed Won" if n % 2 else "Closed Lost") for n in range(60)]
    assert "Nothing tells these deals apart" in look(same, by=Good.WON).why


def test_a_fact_that_is_mostly_unknown_is_not_used_and_one_that_sometimes_is_leaves_deals_open() -> None:
    mostly = look(planted(unknown=0.5), above=Decimal(200))
    assert any("Not used" in note and "Size" in note for note in mostly.notes)
    assert all("size" not in leaf.when for leaf in mostly.leaves)
    some = look(planted(unknown=0.15), above=Decimal(200))
    assert some.found
    assert dict(some.unknown)["size"] > 15
    assert some.held_out is not None
    assert some.held_out.undecided > 5


def test_the_bundled_deals_point_at_the_hospitals() -> None:
    found = suggest(book_of(examples()), bundled(), shuffles=SHUFFLES)
    assert found.found
    assert "industry: hospital" in found.leaves[0].when
    assert any("economics" in note and "regional hospital" in note for note in found.notes)
    assert found.plain()["on_unseen_customers"]["good_among_called"] > found.plain()["base_rate"]
    assert suggest(book_of(examples()), bundled(), shuffles=SHUFFLES) == found


def test_only_what_is_known_before_the_sale_is_looked_at() -> None:
    assert known_before(bundled()) == ("industry", "beds", "records_mandate", "it_staff", "remote_access")
    assert known_before(small()) == ("kind", "size", "mandate")
    assert known_before(bundled(), ["sponsor"]) == ("sponsor",)
    with pytest.raises(Unreadable, match="'outcomes' is no fact"):
        known_before(bundled(), ["outcomes"])


def test_segments_that_do_not_load_would_be_an_error_of_ours() -> None:
    clean = "segments:\n  - {name: all, stance: selective, because: Why not.}\n"
    assert tried(small(), clean) == []
    shadowed = clean + "  - {name: never, stance: pursue, when: {kind: a}, because: Nobody comes here.}\n"
    assert any("Lint says" in note or "never" in note for note in tried(small(), shadowed))


@given(st.decimals(-(10**6), 10**6, places=3), st.decimals("0.001", 10**6, places=3))
def test_the_roundest_number_splits_where_the_tree_does(low: Decimal, gap: Decimal) -> None:
    found = roundest(low, low + gap)
    assert low <= found < low + gap
    assert len(found.normalize().as_tuple().digits) <= len(low.normalize().as_tuple().digits)


def test_the_area_counts_ties_half() -> None:
    good = np.array([True, True, False, False])
    assert area(np.array([3.0, 2.0, 1.0, 0.0]), good) == 1
    assert area(np.array([1.0, 1.0, 1.0, 1.0]), good) == 0.5
    assert area(np.array([0.0, 1.0, 2.0, 3.0]), good) == 0
