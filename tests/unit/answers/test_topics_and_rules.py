"""Rules for a question: on the bundled profile, and on one that shares no word with it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.answers.rules import RuleBook
from bot.answers.supposing import QuestionReader
from bot.deals.deal import Deal
from bot.deals.reading import SentenceReader
from bot.profile.explain import explain_check
from bot.profile.judge import Judge
from bot.profile.loading import load_profile, parse_profile

FLEET = b"""\
title: Vans for bakeries
version: "1"
effective: 2026-01-01
currency: EUR
facts:
  vans: {type: integer, label: Vans, unit: vans, also: [van], ask: How many vans?}
  rebate: {type: percent, label: Rebate, also: [rebate, kickback], negotiable: down, ask: What rebate?}
  fridge: {type: yes/no, label: Refrigerated, means_yes: [refrigerated], means_no: [not refrigerated], ask: Cooled?}
checks:
  - id: rebate
    part: price
    label: Rebate for fleets
    cases:
      - {when: {vans: ">= 10"}, require: {rebate: "<= 7%"}}
      - {require: {rebate: "<= 2%"}}
    because: Small fleets cost as much to serve. Every van counts.
    exception: {authority: fleet-board, up_to: {rebate: 9%}, expires_in: 30 days}
  - id: fridge
    part: process
    label: Cooling on board
    require: {fridge: true}
    because: Warm bread is returned.
"""


def book(judge: Judge) -> RuleBook:
    facts = judge.profile.facts
    return RuleBook(judge, QuestionReader(facts, SentenceReader(facts, judge.profile.currency)), explain_check)


BUNDLED = book(Judge(load_profile(Path(__file__).parents[3] / "profile" / "deal-profile.yaml")))
OTHER = book(Judge(parse_profile(FLEET, "fleet.yaml")))


@pytest.mark.parametrize(
    ("question", "check"),
    [
        ("what discount can I give on a two-month deal?", "discount"),
        ("max discount for 6 months of services?", "discount"),
        ("can I give 8% off without services?", "discount"),
        ("who approves a 14% discount?", "discount"),
        ("what is our discount policy?", "discount"),
        ("discount limit", "discount"),
        ("how low can the margin go?", "margin"),
        ("can we take a deal at 20% margin?", "margin"),
        ("what payment terms can I offer?", "payment-terms"),
        ("is net 45 allowed on a 6 month deal?", "payment-terms"),
        ("may I accept net 90?", "payment-terms"),
        ("what's the smallest deal we take?", "smallest-deal"),
        ("is a $9,000 contract too small?", "smallest-deal"),
        ("do I need a CBR on a 3-month deal?", "customer-reviews"),
        ("is a monthly call required?", "monthly-call"),
        ("who may sponsor a deal?", "executive-sponsor"),
        ("does a project have to be prepaid?", "project-prepaid"),
        ("do we need remote access?", "remote-access"),
        ("how many outcomes must be agreed?", "outcomes-agreed"),
        ("how many measurable outcomes are required?", "outcomes-measurable"),
        ("can I sell a one-off project?", "offer"),
        ("who must sponsor a 24-month term?", "long-term-sponsor"),
        ("what happens if the discount is 20% on 12 months?", "discount"),
        ("which customers do we decline?", "segment"),
        ("can I sell to a manufacturer?", "segment"),
    ],
)
def test_a_question_finds_its_rule(question: str, check: str) -> None:
    found = BUNDLED.find(question, None)
    assert [rule.check for rule in found.rules][:1] == [check]
    assert found.lead


@pytest.mark.parametrize(
    "question",
    [
        "what is the weather?",
        "what is my commission rate?",
        "how many vacation days do I get?",
        "what is the liability cap in our contract?",
        "can I fly business class to a customer visit?",
        "what discount do we get from our suppliers?",
        "how do I open a conversation with a CFO?",
        "what is on the agenda of the monthly call?",
        "how do I prepare a Customer Business Review?",
        "how long does the service visit take and who goes?",
        "may I bring my dog to the office?",
        "My package hasn't arrived yet, it's been two weeks. Can you help?",
    ],
)
def test_other_questions_find_none(question: str) -> None:
    assert BUNDLED.find(question, None).rules == ()


def test_the_statement_is_the_judges_for_the_facts_in_the_question() -> None:
    (rule,) = BUNDLED.find("what discount can I give on a two-month deal?", None).rules
    assert rule.statements == (
        "At most 0% discount off book price",
        "Deal desk may approve up to 15%",
        "A discount is rarely won back.",
        "Three months of services show both sides where the value is.",
    )
    assert rule.text == explain_check(BUNDLED.judge.profile, "discount")


def test_a_proposed_amount_is_judged() -> None:
    def first(question: str) -> str:
        return BUNDLED.find(question, None).rules[0].statements[0]

    assert first("is a 12% discount ok on 6 months?") == "That is outside the Deal Profile and needs approval"
    assert first("is a 20% discount ok on 6 months?") == "That is outside the Deal Profile, and nobody may approve it"
    assert first("is a 10% discount ok on 6 months?") == "That is within the Deal Profile"


def test_without_the_facts_every_case_is_said() -> None:
    (rule,) = BUNDLED.find("what discount can I give?", None).rules
    assert rule.statements[:3] == (
        "When the service term is at least 3 months: at most 10% discount off book price",
        "Otherwise: at most 0% discount off book price",
        "Deal desk may approve up to 15%",
    )


def test_what_was_supposed_is_told() -> None:
    assert BUNDLED.find("what discount can I give on a two-month deal?", None).read == ("Service term: 2 months",)


def deal(**facts: Any) -> Deal:
    return Deal(name="Mercy", facts=facts)


def test_the_deal_fills_what_the_question_leaves_open() -> None:
    (rule,) = BUNDLED.find("what discount can I give?", deal(service_months=6)).rules
    assert rule.statements[0] == "At most 10% discount off book price"
    (rule,) = BUNDLED.find("what discount can I give on two months?", deal(service_months=6)).rules
    assert rule.statements[0] == "At most 0% discount off book price"


FACTS: Mapping[str, Any] = {
    "industry": "hospital", "beds": 120, "records_mandate": True, "it_staff": 4, "offer": "managed services",
    "service_months": 2, "discount": Decimal(8), "payment_days": 60,
}  # fmt: skip


@pytest.mark.parametrize(
    "question", ["does it fit?", "why does this deal not fit?", "what is missing?", "who has to approve it?"]
)
def test_how_the_deal_stands_is_told_from_its_findings(question: str) -> None:
    found = BUNDLED.find(question, deal(**FACTS))
    assert found.about_deal
    assert [rule.check for rule in found.rules][:2] == ["discount", "payment-terms"]
    assert found.rules[0].statements == (
        "It cannot be judged yet",
        "Discount earned by services (required: at most 0%); Deal desk may approve it",
    )


def test_facts_alone_ask_how_the_deal_would_stand() -> None:
    found = BUNDLED.find("and with 6 months and net 30?", deal(**FACTS))
    assert found.about_deal
    assert "discount" not in [rule.check for rule in found.rules]


def test_without_a_deal_nothing_stands() -> None:
    assert not BUNDLED.find("does it fit?", None).about_deal


@pytest.mark.parametrize(
    ("question", "statement"),
    [
        ("what rebate can I give for 12 vans?", "At most 7% rebate"),
        ("what kickback is allowed for 3 vans?", "At most 2% rebate"),
        ("must it be refrigerated?", '"Refrigerated" must be yes'),
    ],
)
def test_another_profile_needs_no_other_code(question: str, statement: str) -> None:
    assert OTHER.find(question, None).rules[0].statements[0] == statement


def test_another_profile_knows_nothing_of_discounts() -> None:
    assert OTHER.find("what payment terms can I offer?", None).rules == ()


def test_a_number_that_is_stated_tells_which_rules_a_question_is_about() -> None:
    asked = BUNDLED.find("What if the customer asks for net 60?", None)
    assert asked.rules == (), "no rule that only names the customer belongs to it"
    assert [rule.check for rule in BUNDLED.find("customer has 140 beds", None).rules] == ["segment"]
