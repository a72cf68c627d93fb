from __future__ import annotations

import itertools
from decimal import Decimal

from hypothesis import given, settings

from bot.deals.deal import Deal
from bot.deals.facts import Direction, FactValue
from bot.profile.counter_offers import MAX_CHANGES, MAX_OFFERS
from bot.profile.judge import Judge
from bot.profile.verdict import Judgement
from tests.unit.profile.samples import check, make
from tests.unit.profile.strategies import FACTS, VALUES, all_facts, profiles

DECIDED = {Judgement.NEEDS_APPROVAL, Judgement.DOES_NOT_FIT}


def reachable(name: str, current: FactValue) -> list[FactValue]:
    """Every value that the fact can be moved to, the present one first."""
    spec = FACTS[name]
    values = [value for value in VALUES[name] if value != current]
    if spec.negotiable is Direction.UP:
        values = [value for value in values if value > current]
    elif spec.negotiable is Direction.DOWN:
        values = [value for value in values if value < current]
    elif spec.negotiable is None:
        values = []
    return [current, *values]


def distance(one: FactValue, other: FactValue) -> int:
    return abs(one - other) if isinstance(one, int) and not isinstance(one, bool) else int(one != other)


@settings(max_examples=150)
@given(profiles(max_checks=3), all_facts())
def test_by_brute_force_no_deal_that_fits_is_nearer(profile, known) -> None:
    judge = Judge(profile)
    verdict = judge.judge_fully(Deal("d", known))
    offers = [{c.fact: c.after for c in offer.changes} for offer in verdict.counter_offers]
    if verdict.judgement not in DECIDED:
        assert offers == []
        return
    # Deals with more changes than an offer has are not nearer, whatever they are.
    most = max((len(offer) for offer in offers), default=MAX_CHANGES)
    near = [
        changes
        for size in range(most + 1)
        for names in itertools.combinations(sorted(known), size)
        for values in itertools.product(*([v for v in reachable(n, known[n]) if v != known[n]] for n in names))
        if judge.fits({**known, **(changes := dict(zip(names, values, strict=True)))})
    ]
    assert bool(offers) is bool(near)
    if not offers:
        return
    fewest = min(len(changes) for changes in near)
    assert len(offers) <= MAX_OFFERS
    for offer in offers:
        assert offer in near
        assert len(offer) == fewest
        moves = {name: distance(known[name], after) for name, after in offer.items()}
        for other in near:
            if set(other) == set(offer) and other != offer:
                others = {name: distance(known[name], after) for name, after in other.items()}
                assert not all(others[name] <= moves[name] for name in moves) or others == moves


def offers(profile, **facts: FactValue) -> list[dict[str, FactValue]]:
    verdict = Judge(profile).judge_fully(Deal("d", facts))
    return [{c.fact: c.after for c in offer.changes} for offer in verdict.counter_offers]


CASES = """
- id: discount
  part: price
  label: Discount
  cases:
    - {when: {months: ">= 3"}, require: {discount: "<= 10%"}}
    - {require: {discount: 0%}}
  because: We say so.
  exception: {authority: desk, up_to: {discount: 15%}}
"""


def test_both_of_two_equally_near_deals_are_given_in_the_order_of_the_facts() -> None:
    found = offers(make(CASES), months=2, discount=Decimal(8))
    assert found == [{"months": 3}, {"discount": Decimal(0)}]


def test_fewer_changes_win() -> None:
    assert offers(make(CASES), months=2, discount=Decimal(12)) == [{"discount": Decimal(0)}]


def test_a_strict_limit_is_passed_by_a_step() -> None:
    profile = make(check('{months: "> 6", discount: "< 5%"}'))
    assert offers(profile, months=6, discount=Decimal(5)) == [{"months": 7, "discount": Decimal(4)}]


def test_no_offer_moves_a_fact_against_its_direction() -> None:
    assert offers(make(check('{months: "<= 6"}')), months=9) == []


def test_no_offer_where_a_fixed_fact_fails() -> None:
    profile = make(check('{beds: ">= 25"}', id_="a") + check('{discount: "<= 5%"}', id_="b"))
    assert offers(profile, beds=10, discount=Decimal(9)) == []


def test_no_offer_for_an_incomplete_deal() -> None:
    profile = make(check("{call: true}", id_="a") + check('{discount: "<= 5%"}', id_="b"))
    assert offers(profile, discount=Decimal(9)) == []


def test_a_fact_that_becomes_relevant_is_part_of_the_offer() -> None:
    profile = make(CASES + check("{call: true}", when='{months: ">= 3"}', id_="call"))
    assert offers(profile, months=2, discount=Decimal(8)) == [{"discount": Decimal(0)}]
    fixed = make(check('{months: ">= 3"}', id_="a") + check("{call: true}", when='{months: ">= 3"}', id_="b"))
    assert offers(fixed, months=2) == [{"months": 3, "call": True}]


def test_the_values_that_a_form_offers_are_tried_too() -> None:
    head = (
        make(CASES)
        .source.decode()
        .split("checks:")[0]
        .replace("negotiable: up, minimum: 0", "negotiable: up, usual: [0, 12], minimum: 0")
    )
    assert offers(make(check('{months: ">= 3"}'), head=head), months=0) == [{"months": 3}]


def test_judge_itself_gives_no_offers() -> None:
    profile = make(CASES)
    assert Judge(profile).judge(Deal("d", {"months": 2, "discount": Decimal(8)})).counter_offers == ()
