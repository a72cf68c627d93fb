"""The economics in Slack stay within Slack's limits, and nothing in them is live, whatever stands in the profile."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from bot.checking.advice import Adviser
from bot.checking.desk import CheckedDeal
from bot.checking.moving import WhatIf
from bot.deals.deal import Deal
from bot.profile.economics_figures import Economics, Figure, Follow, Shape
from bot.profile.judge import Judge
from bot.profile.loading import load_profile
from bot.profile.people import People
from bot.profile.verdict import Change, Judgement
from bot.slack.blocks.economics import what_if_blocks, what_if_notification, worth_line, worth_view
from bot.slack.blocks.verdict import verdict_card
from tests.unit.slack.test_limits import assert_message, assert_view

PROFILE = load_profile(Path(__file__).parents[3] / "profile" / "deal-profile.yaml")
JUDGE = Judge(PROFILE)
EVIL = "<!channel> <@U1> *x* `y` " + "long & " * 60


def checked(**facts) -> CheckedDeal:
    deal = Deal(
        EVIL,
        {"contract_value": Decimal(240000), "margin": Decimal(42), "discount": Decimal(8), "payment_days": 60, **facts},
    )
    verdict = JUDGE.judge_fully(deal)
    advice = Adviser(JUDGE).on(deal, verdict)
    return CheckedDeal(deal, verdict, key="k" * 300, economics=advice.economics, no_offer=advice.no_offer)


def figure(name: str, amount: Decimal | None) -> Figure:
    return Figure(name, EVIL, "USD", EVIL, amount, ("contract_value",))


def big() -> Economics:
    figures = tuple(figure(f"f{n}", Decimal(10) ** 12 + n) for n in range(12))
    change = Change("offer", EVIL, EVIL)
    follow = Follow("offer", EVIL, EVIL, EVIL)
    offers = tuple(Shape(f"offer {n}", Judgement.FITS, figures, (change,) * 3, (follow,) * 3) for n in range(1, 4))
    return Economics("USD", Shape("as proposed", Judgement.NEEDS_APPROVAL, figures), offers)


@pytest.mark.parametrize("economics", [None, big()], ids=["none", "big"])
def test_the_modal_is_within_the_limits(economics: Economics | None) -> None:
    assert_view(worth_view(replace(checked(), economics=economics), facts=PROFILE.facts))
    assert_view(worth_view(checked(service_months=12), facts=PROFILE.facts))


@pytest.mark.parametrize("private", [True, False])
def test_the_card_is_within_the_limits(private: bool) -> None:
    for economics in (None, big(), checked().economics):
        one = replace(checked(), economics=economics, no_offer=EVIL * 20)
        blocks = verdict_card(one, facts=PROFILE.facts, people=People((), {}), private=private)
        assert_message("A card", blocks)


@pytest.mark.parametrize("facts", [{}, {"service_months": 24, "payment_days": 45, "offer": "project"}])
def test_what_if_is_within_the_limits(facts: dict) -> None:
    before = checked(service_months=12)
    after = checked(**facts)
    changes = tuple(Change(fact, before.deal.facts.get(fact), value) for fact, value in facts.items())
    follow = Follow("contract_value", Decimal(1), Decimal(2), EVIL)
    what_if = WhatIf(before, after, changes, (follow,) * 2, (EVIL,) * 3, "k" * 300)
    for private in (True, False):
        assert_message(what_if_notification(what_if), what_if_blocks(what_if, facts=PROFILE.facts, private=private))


def test_the_pay_is_for_the_rep_alone() -> None:
    economics = checked(offer="managed services", service_months=12).economics
    assert economics is not None
    assert "commission" in (worth_line(economics, private=True) or "")
    assert "commission" not in (worth_line(economics, private=False) or "")


def test_the_line_holds_the_figures_of_one_offer() -> None:
    def shape(name: str, value: int, kept: int, lifetime: int, judgement: Judgement = Judgement.FITS) -> Shape:
        told = {"contract_value": value, "margin_after_terms": kept, "lifetime_margin": lifetime}
        return Shape(name, judgement, tuple(Figure(n, n.split("_")[0], "USD", "", Decimal(v)) for n, v in told.items()))

    proposed = shape("as proposed", 240, 99, 2520, Judgement.NEEDS_APPROVAL)
    longer, dearer = shape("offer 1", 360, 148, 2400), shape("offer 2", 260, 119, 3041)
    broken = shape("offer 3", 900, 900, 9000, Judgement.NEEDS_APPROVAL)
    assert worth_line(Economics("USD", proposed, (longer, dearer, broken)), private=False) == snapshot(
        "💰 What it is worth → with offer 1 of 3: contract *$240* → $360 · margin *$99* → $148 · "
        "lifetime *$2,520* → $2,400"
    )
    assert "with the counter-offer: contract *$240* → $260" in (
        worth_line(Economics("USD", proposed, (dearer,)), private=False) or ""
    )


def test_no_figure_no_line() -> None:
    deal = Deal("Empty")
    found = Adviser(JUDGE).on(deal, JUDGE.judge_fully(deal)).economics
    assert found is not None
    assert worth_line(found, private=True) is None


def test_a_change_too_long_for_a_button_has_none() -> None:
    before = checked()
    change = Change("offer", None, "x" * 3000)
    blocks = what_if_blocks(WhatIf(before, before, (change,), key="k"), facts=PROFILE.facts, private=True)
    assert "Keep this change" not in json.dumps(blocks)


def test_a_table_in_the_modal_is_never_wider_than_a_line() -> None:
    one = checked(service_months=12, offer="managed services")
    assert one.economics is not None
    shape = replace(one.economics.proposed, name="offer 1")
    offers = tuple(replace(shape, name=f"offer {n}") for n in (1, 2, 3))
    for number in range(4):
        economics = replace(one.economics, offers=offers[:number])
        view = worth_view(replace(one, economics=economics), facts=PROFILE.facts)
        tables = [b["elements"][0]["elements"][0]["text"] for b in view["blocks"] if b["type"] == "rich_text"]
        assert all(len(line) <= 56 for table in tables for line in table.splitlines())
        assert all("as proposed" in table for table in tables)
        for offer in offers[:number]:
            assert sum(offer.name in table for table in tables) == 1
