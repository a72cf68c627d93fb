"""A deal that has no counter-offer says why."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from inline_snapshot import snapshot

from bot.deals.deal import Deal
from bot.profile.judge import Judge
from bot.profile.no_offer import Obstacles
from bot.profile.verdict import Judgement
from bot.profile.words import inside_sentence
from tests.unit.profile.samples import HEAD, check, make
from tests.unit.profile.strategies import facts, profiles
from tests.unit.profile.test_economics import DEALS, JUDGE

SEGMENTS = """
- {name: hospitals, stance: pursue, when: {kind: hospital}, because: So.}
- {name: everyone else, stance: decline, because: So.}
"""


def reason(checks: str, segments: str = "", **facts_: object) -> str | None:
    judge = Judge(make(checks, segments))
    deal = Deal("A deal", facts_)
    return Obstacles(judge).reason(deal, judge.judge_fully(deal))


def test_the_shipped_examples() -> None:
    obstacles = Obstacles(JUDGE)
    told = {}
    for deal in DEALS:
        verdict = JUDGE.judge_fully(deal)
        said = obstacles.reason(deal, verdict)
        assert (said is None) is (verdict.judgement is Judgement.FITS or bool(verdict.counter_offers))
        if said:
            told[deal.name] = said
    assert told["Alder Manufacturing laptops"] == snapshot(
        "The segment cannot be negotiated. The customer is in “everyone else”, which we decline."
    )
    assert told["Northgate on-site support"] == snapshot(
        "“Systems we can reach remotely” rests on a fact that no counter-offer can change: reachable remotely. "
        "To sell something else instead breaks other checks."
    )
    assert told["Kingsbury, thin margin"] == snapshot(
        "“Margin that pays for the service” rests on a fact that no counter-offer can change: margin."
    )
    assert told["Bluewater (waiting for the board)"] == snapshot(
        "Facts are missing: agreed outcomes. Which deal would fit can be told when they are known."
    )


def test_a_deal_that_fits_or_has_an_offer_needs_no_reason() -> None:
    assert reason(check("{months: '>= 3'}"), months=5) is None
    assert reason(check("{months: '>= 3'}"), months=2) is None


def test_a_segment_cannot_be_negotiated() -> None:
    assert reason(check("{months: '>= 3'}"), SEGMENTS, kind="clinic", months=2) == snapshot(
        "The segment cannot be negotiated. The customer is in “everyone else”, which we decline."
    )


def test_a_fixed_fact_is_named() -> None:
    assert reason(check("{beds: '>= 30'}"), beds=2) == snapshot(
        "“Check c” rests on a fact that no counter-offer can change: staffed beds."
    )


def test_missing_facts_are_named() -> None:
    assert reason(check("{months: '>= 3', beds: '>= 3'}")) == snapshot(
        "Facts are missing: service term and staffed beds. Which deal would fit can be told when they are known."
    )


def test_the_wrong_direction_is_told() -> None:
    assert reason(check("{months: '<= 3'}"), months=5) == snapshot(
        "No move that is allowed meets “Check c”: service term can be moved in one direction only, or not so far."
    )


def test_more_than_three_facts() -> None:
    """Four checks, each met by a fact of its own that can be moved: one move too many."""
    limits = {"months": "'>= 3'", "discount": "0%", "call": "true", "rate": "'>= 2'"}
    checks = "".join(check(f"{{{fact}: {limit}}}", id_=f"c-{fact}") for fact, limit in limits.items())
    profile = make(checks, head=HEAD.replace("label: Rate,", "label: Rate, negotiable: up,"))
    judge = Judge(profile)

    def said(**facts_: object) -> str | None:
        deal = Deal("A deal", facts_)
        return Obstacles(judge).reason(deal, judge.judge_fully(deal))

    assert said(months=1, discount=Decimal(5), call=False, rate=Decimal(2)) is None
    assert said(months=1, discount=Decimal(5), call=False, rate=Decimal(1)) == snapshot(
        "More than three facts would have to change at once to meet "
        "“Check c-months”, “Check c-discount”, “Check c-call”, “Check c-rate”."
    )


@settings(max_examples=200)
@given(profiles(max_checks=3), facts())
def test_there_is_an_offer_or_a_reason_and_never_both(profile, known) -> None:
    judge = Judge(profile)
    deal = Deal("A deal", known)
    verdict = judge.judge_fully(deal)
    said = Obstacles(judge).reason(deal, verdict)
    if verdict.judgement is Judgement.FITS or verdict.counter_offers:
        assert said is None
    else:
        assert said


def test_a_fact_that_is_said_to_be_fixed_is_fixed() -> None:
    movable = {inside_sentence(spec.label) for spec in JUDGE.profile.facts.values() if spec.negotiable is not None}
    named: set[str] = set()
    for deal in DEALS:
        said = Obstacles(JUDGE).reason(deal, replace(JUDGE.judge_fully(deal), counter_offers=())) or ""
        for facts_ in re.findall(r"that no counter-offer can change: ([^.]*)\.", said):
            named.update(re.split(r", | and ", facts_))
    assert named >= {"margin", "sponsor", "agreed outcomes", "reachable remotely"}
    assert not named & movable


DERIVED = (
    HEAD
    + """\
derived:
  month_price: {value: worth / months, type: money, label: Price of a month}
"""
)


def test_a_check_on_a_derived_fact_is_told_in_the_deals_own_facts() -> None:
    judge = Judge(make(check("{month_price: '>= 1000'}"), head=DERIVED))
    deal = Deal("A deal", {"worth": Decimal(1000), "months": 10})
    said = Obstacles(judge).reason(deal, judge.judge_fully(deal))
    assert said == snapshot(
        "No move that is allowed meets “Check c”: service term can be moved in one direction only, or not so far."
    )
    deal = Deal("A deal", {"months": 10})
    assert Obstacles(judge).reason(deal, judge.judge_fully(deal)) == snapshot(
        "Facts are missing: contract value. Which deal would fit can be told when they are known."
    )
