"""Counter-offers behind derived facts, outcomes and choices, held against every deal of a small grid."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.deals.deal import Deal
from bot.deals.facts import Direction, FactValue
from bot.profile.counter_offers import MAX_CHANGES, MAX_OFFERS, MAX_TRIED
from bot.profile.judge import Judge
from bot.profile.loading import parse_profile
from bot.profile.model import Profile
from bot.profile.no_offer import Obstacles
from bot.profile.verdict import Judgement
from tests.unit.profile.samples import FULL, check

TOP = 7
HEAD = """\
title: A grid
version: "1"
effective: 2026-11-01
currency: USD
facts:
  p: {{type: integer, label: P, negotiable: {p}, minimum: 0, maximum: 7, ask: How many P?}}
  q: {{type: integer, label: Q, negotiable: {q}, minimum: 0, maximum: 7, ask: How many Q?}}
  r: {{type: integer, label: R, negotiable: {r}, minimum: 0, maximum: 7, ask: How many R?}}
  kind: {{type: choice, label: Kind, negotiable: either, choices: [red, blue, green], ask: Which kind?}}
  outcomes: {{type: outcomes, label: Outcomes, ask: Which outcomes?}}
derived:
  one: {{value: "{one}", type: number, label: One}}
checks:
"""
FORMULAS = ("p + q", "p * q", "p * 2 - q", "max(p, q)", "min(p, q)", "p * q + r", "p - r")
WAYS = {"up": Direction.UP, "down": Direction.DOWN, "either": Direction.EITHER}


@st.composite
def grids(draw: Any) -> tuple[Profile, dict[str, FactValue]]:
    ways = {name: draw(st.sampled_from(list(WAYS))) for name in ("p", "q", "r")}
    low = draw(st.integers(0, 20))
    rules = [draw(st.sampled_from([f'{{one: ">= {low}"}}', f'{{one: "<= {low}"}}', f"{{one: {low}..{low + 4}}}"]))]
    rules += draw(
        st.lists(
            st.sampled_from(
                [
                    '{r: ">= 3"}',
                    '{p: "<= 5"}',
                    "{kind: [red, blue]}",
                    "{any: [{kind: green}, {q: 2..5}]}",
                    "{outcomes: {agreed: '>= 1'}}",
                    "{any: [{outcomes: {measurable: '>= 2'}}, {r: '<= 4'}]}",
                ]
            ),
            max_size=2,
        )
    )
    text = HEAD.format(**ways, one=draw(st.sampled_from(FORMULAS)))
    text += "".join(check(rule, id_=f"c{n}") for n, rule in enumerate(rules))
    known: dict[str, FactValue] = {name: draw(st.integers(0, TOP)) for name in ("p", "q", "r")}
    known["kind"] = draw(st.sampled_from(["red", "blue", "green"]))
    known["outcomes"] = (FULL,) * draw(st.integers(0, 2))
    return parse_profile(text.encode(), "grid.yaml"), known


def reachable(profile: Profile, name: str, current: Any) -> list[Any]:
    spec = profile.facts[name]
    if name == "outcomes":
        return [current]
    if name == "kind":
        return [current, *(each for each in spec.choices if each != current)]
    ups = range(current + 1, TOP + 1) if spec.negotiable is not Direction.DOWN else ()
    downs = range(current - 1, -1, -1) if spec.negotiable is not Direction.UP else ()
    return [current, *ups, *downs]


def away(one: Any, other: Any) -> int:
    return abs(one - other) if isinstance(one, int) else int(one != other)


@settings(max_examples=250)
@given(grids())
def test_by_brute_force_no_deal_behind_a_derived_fact_is_nearer(world: tuple[Profile, dict[str, FactValue]]) -> None:
    profile, known = world
    judge = Judge(profile)
    verdict = judge.judge_fully(Deal("d", known))
    if verdict.judgement is Judgement.FITS:
        return
    offers = [{c.fact: c.after for c in offer.changes} for offer in verdict.counter_offers]
    # Deals with more changes than an offer has are not nearer, whatever they are.
    most = max((len(offer) for offer in offers), default=MAX_CHANGES)
    near = [
        changes
        for size in range(1, most + 1)
        for names in itertools.combinations(known, size)
        for values in itertools.product(*(reachable(profile, name, known[name])[1:] for name in names))
        if judge.fits({**known, **(changes := dict(zip(names, values, strict=True)))})
    ]
    assert bool(offers) is bool(near), near
    assert len(offers) <= MAX_OFFERS
    for offer in offers:
        assert judge.fits({**known, **offer})
        assert len(offer) == min(map(len, near))
        moves = {name: away(known[name], after) for name, after in offer.items()}
        for other in near:
            if other.keys() == offer.keys() and other != offer:
                others = {name: away(known[name], after) for name, after in other.items()}
                assert not all(others[name] <= moves[name] for name in moves) or others == moves, (offer, other)


def test_a_search_that_was_given_up_says_so() -> None:
    facts = "".join(
        f"  f{n}: {{type: integer, label: F{n}, unit: things, negotiable: up, minimum: 0, "
        f"usual: [{', '.join(str(each) for each in range(1, 40))}], maximum: 50, ask: How many?}}\n"
        for n in range(6)
    )
    head = f'title: Many\nversion: "1"\neffective: 2026-11-01\ncurrency: USD\nfacts:\n{facts}checks:\n'
    rules = check("{f0: 50, f1: 50, f2: 50, f3: 50}", id_="a")
    profile = parse_profile((head + rules).encode(), "many.yaml")
    judge = Judge(profile)
    deal = Deal("d", {f"f{n}": 0 for n in range(6)})
    verdict = judge.judge_fully(deal)
    assert verdict.counter_offers == ()
    assert judge.gave_up(deal, verdict)
    assert f"given up after {MAX_TRIED:,} changed deals" in str(Obstacles(judge).reason(deal, verdict))


def test_a_margin_that_is_derived_moves_with_the_discount() -> None:
    """Where the profile derives the margin from price and cost, a better price is a way to it."""
    head = """\
title: Margins
version: "1"
effective: 2026-11-01
currency: USD
facts:
  book: {type: money, label: Book price, ask: What is the book price?}
  cost: {type: money, label: Cost, ask: What does it cost us?}
  discount: {type: percent, label: Discount, negotiable: down, minimum: 0, maximum: 100, ask: Which discount?}
derived:
  price: book - book * discount / 100
  left: {value: (price - cost) * 100 / price, type: percent, label: Margin}
checks:
"""
    profile = parse_profile((head + check('{left: ">= 30%"}', id_="a")).encode(), "margins.yaml")
    facts: dict[str, FactValue] = {"book": Decimal(1000), "cost": Decimal(630), "discount": Decimal(20)}
    verdict = Judge(profile).judge_fully(Deal("d", facts))
    assert [{c.fact: c.after for c in offer.changes} for offer in verdict.counter_offers] == [{"discount": Decimal(10)}]
