"""Under economics an offer moves the contract value and the margin too: it must fit with them, for so it is saved."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.deals.deal import Deal
from bot.deals.facts import Direction, FactValue
from bot.profile.counter_offers import MAX_CHANGES, MAX_OFFERS
from bot.profile.economics import Economist
from bot.profile.judge import Judge
from bot.profile.loading import parse_profile
from bot.profile.model import Profile
from bot.profile.no_offer import Obstacles
from bot.profile.verdict import Judgement
from tests.unit.profile.samples import check

HEAD = """\
title: A grid
version: "1"
effective: 2026-11-01
currency: USD
facts:
  price: {{type: money, label: Contract value, ask: What is it worth?}}
  term: {{type: integer, label: Term, unit: months, negotiable: {term}, minimum: 0, maximum: 6, ask: How long?}}
  cut: {{type: percent, label: Discount, negotiable: {way}, step: 10, minimum: 0, maximum: 50, ask: Which discount?}}
  left: {{type: percent, label: Margin, ask: Which margin?}}
  days: {{type: integer, label: Days, unit: days, negotiable: down, minimum: 0, maximum: 3, ask: How many days?}}
{derived}checks:
"""
DERIVED = 'derived:\n  kept: {value: "price * left / 100", type: money, label: Kept}\n'
ECONOMICS = "economics:\n  facts: {contract_value: price, discount: cut, margin: left, service_months: term}\n"
RULES = (
    '{term: ">= 3"}',
    '{cut: "<= 20%"}',
    '{any: [{cut: "<= 10%"}, {term: ">= 4"}]}',
    '{price: "<= 1200"}',
    "{price: 700..1500}",
    '{any: [{price: "< 900"}, {cut: "<= 10%"}]}',
    '{left: ">= 20%"}',
    '{left: "<= 40%"}',
    '{days: "<= 1"}',
)
ON_DERIVED = ('{kept: "<= 400"}', '{kept: ">= 150"}')


def _profile(rules: list[str], term: str = "up", off: str = "down", derived: str = "") -> Profile:
    text = HEAD.format(term=term, way=off, derived=derived)
    text += "".join(check(rule, id_=f"c{n}") for n, rule in enumerate(rules))
    return parse_profile((text + ECONOMICS).encode(), "grid.yaml")


@st.composite
def grids(draw: Any) -> tuple[Profile, dict[str, FactValue]]:
    derived = draw(st.booleans())
    rules = draw(st.lists(st.sampled_from(RULES), min_size=1, max_size=3, unique=True))
    rules += draw(st.lists(st.sampled_from(ON_DERIVED), max_size=1)) if derived else []
    profile = _profile(rules, draw(st.sampled_from(("up", "either"))), draw(st.sampled_from(("down", "either"))),
                       DERIVED if derived else "")  # fmt: skip
    return profile, {
        "price": Decimal(draw(st.sampled_from((600, 800, 1000, 1190)))),
        "term": draw(st.integers(0, 6)),
        "cut": Decimal(draw(st.sampled_from((0, 10, 20, 30, 40)))),
        "left": Decimal(draw(st.sampled_from((15, 21, 30, 39)))),
        "days": draw(st.integers(0, 3)),
    }


def _reachable(profile: Profile, name: str, current: Any) -> list[Any]:
    spec = profile.facts[name]
    if spec.negotiable is None:
        return []
    step, top = (Decimal(10), 50) if name == "cut" else (1, int(spec.maximum or 0))
    values = [step * n for n in range(int(top / step) + 1)]
    return [
        value
        for value in values
        if (value > current and spec.negotiable is not Direction.DOWN)
        or (value < current and spec.negotiable is not Direction.UP)
    ]


@settings(max_examples=150, deadline=None)
@given(grids())
def test_by_brute_force_each_offer_fits_with_what_follows_and_none_is_nearer(
    world: tuple[Profile, dict[str, FactValue]],
) -> None:
    profile, known = world
    judge = Judge(profile)
    economist, deal = Economist(judge), Deal("d", known, currency="USD")
    verdict = judge.judge_fully(deal)
    if verdict.judgement is Judgement.FITS:
        return

    def fits(changes: dict[str, FactValue]) -> bool:
        both = deal.with_facts(changes), economist.reshaped(deal, changes)[0]
        return all(judge.judge(each).judgement is Judgement.FITS for each in both)

    offers = [{c.fact: c.after for c in offer.changes} for offer in verdict.counter_offers]
    most = max((len(offer) for offer in offers), default=MAX_CHANGES)
    near = [
        changes
        for size in range(1, most + 1)
        for names in itertools.combinations(known, size)
        for values in itertools.product(*(_reachable(profile, name, known[name]) for name in names))
        if fits(changes := dict(zip(names, values, strict=True)))
    ]
    assert bool(offers) is bool(near), near
    assert len(offers) <= MAX_OFFERS
    for offer in offers:
        assert fits(offer)
        assert len(offer) == min(map(len, near))
        moves = {name: abs(known[name] - after) for name, after in offer.items()}  # type: ignore[operator]
        for other in near:
            if other.keys() == offer.keys() and other != offer:
                others = {name: abs(known[name] - after) for name, after in other.items()}  # type: ignore[operator]
                assert not all(others[name] <= moves[name] for name in moves), (offer, other)
    shapes = economist.of(deal, verdict)
    assert shapes is not None
    assert all(shape.judgement is Judgement.FITS for shape in shapes.offers)


def test_an_offer_that_breaks_a_check_by_what_follows_is_no_offer_and_the_reason_says_so() -> None:
    """A third month raises the contract value beyond what the second check lets pass."""
    profile = _profile(['{term: ">= 3"}', '{price: "<= 1200"}'])
    judge = Judge(profile)
    facts: dict[str, FactValue] = {"price": Decimal(1000), "term": 2, "cut": Decimal(0), "left": Decimal(30), "days": 0}
    deal = Deal("d", facts, currency="USD")
    verdict = judge.judge_fully(deal)
    assert verdict.counter_offers == ()
    assert Obstacles(judge).reason(deal, verdict) == (
        "With term 3 months the checks would be met as the deal is stated, but what follows breaks “Check c1”: "
        "contract value $1,500: $1,000 / 2 x 3 months = $1,500 (the price of a month stays)."
    )


def test_of_equally_near_offers_the_one_that_breaks_nothing_is_left() -> None:
    profile = _profile(['{any: [{cut: "<= 10%"}, {term: ">= 3"}]}', '{price: "<= 1200"}'])
    judge = Judge(profile)
    facts: dict[str, FactValue] = {
        "price": Decimal(1000), "term": 2, "cut": Decimal(20), "left": Decimal(30), "days": 0,
    }  # fmt: skip
    verdict = judge.judge_fully(Deal("d", facts, currency="USD"))
    assert [{c.fact: c.after for c in offer.changes} for offer in verdict.counter_offers] == [{"cut": Decimal(10)}]
