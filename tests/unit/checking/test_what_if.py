"""Suppositions about a deal, as reps write them. What is in doubt is never taken."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.checking.what_if import WhatIfReader
from bot.deals.reading import SentenceReader
from bot.profile.loading import load_profile, parse_profile

PROFILE = Path(__file__).parents[3] / "profile" / "deal-profile.yaml"
FACTS = load_profile(PROFILE).facts
READER = WhatIfReader(FACTS, SentenceReader(FACTS, "USD"))

READ = [
    ("what if they prepay and take 6 months?", {"prepaid": True, "service_months": 6}),
    ("make it 5% and net 30", {"discount": 5, "payment_days": 30}),
    ("without the discount?", {"discount": 0}),
    ("what if we drop the discount and they sign for a year?", {"discount": 0, "service_months": 12}),
    ("What about net 45?", {"payment_days": 45}),
    ("how about 24 months, net 30", {"service_months": 24, "payment_days": 30}),
    ("change the discount to 5% and the term to 12 months", {"discount": 5, "service_months": 12}),
    ("change the discount from 8% to 5%", {"discount": 5}),
    ("raise the price to $120k", {"contract_value": 120000}),
    ("what if the contract is $120,000, net 30 and no monthly call",
     {"contract_value": 120000, "payment_days": 30, "monthly_call": False}),
    ("what if the discount was 0", {"discount": 0}),
    ("suppose the CFO sponsors it", {"sponsor": "CFO"}),
    ("ok, and what if they commit to a monthly call and two CBRs", {"monthly_call": True, "reviews_per_year": 2}),
    ("what if it were a project?", {"offer": "project"}),
    ("Make it a managed services deal for 12 months", {"offer": "managed services", "service_months": 12}),
    ("what if they pay upfront?", {"prepaid": True}),
    ("what if they paid in 30 days", {"payment_days": 30}),
    ("what if they do not prepay?", {"prepaid": False}),
    ("what if they don’t prepay", {"prepaid": False}),
    ("make it 12 months instead of 6", {"service_months": 12}),
    ("would it fit if they prepay?", {"prepaid": True}),
    ("does it still fit with net 30?", {"payment_days": 30}),
    ("what if net 30, would it fit then?", {"payment_days": 30}),
    ("what if we go up to 15%?", {"discount": 15}),
    ("what if the margin was 35% and they took 24 months", {"margin": 35, "service_months": 24}),
    ("try 9.5%", {"discount": Decimal("9.5")}),
    ("without a service visit", {"service_visit": False}),
    ("with 12 months", {"service_months": 12}),
    ("what if they take three years", {"service_months": 36}),
    ("let's say 200 beds", {"beds": 200}),
    ("what if it drops to 5%", {"discount": 5}),
    ("drop it to 5% and drop the monthly call", {"discount": 5, "monthly_call": False}),
    ("what if they say no to the monthly call", {"monthly_call": False}),
    ("take off the discount", {"discount": 0}),
    ("make it a 3-year deal at 5%", {"service_months": 36, "discount": 5}),
    ("what if we made it twelve months at 7.5% net 30?",
     {"service_months": 12, "discount": Decimal("7.5"), "payment_days": 30}),
    ("what if they get 10% off for 24 months prepaid", {"service_months": 24, "discount": 10, "prepaid": True}),
    ("make the term 36 months, prepaid, with quarterly CBRs",
     {"service_months": 36, "prepaid": True, "reviews_per_year": 4}),
    ("what if they can't prepay", {"prepaid": False}),
    ("what if the discount were 5% instead", {"discount": 5}),
    ("If they prepaid would it fit?", {"prepaid": True}),
    ("what if no discount but net 45", {"discount": 0, "payment_days": 45}),
]  # fmt: skip


@pytest.mark.parametrize(("words", "facts"), READ, ids=[words for words, _ in READ])
def test_a_supposition_is_read(words: str, facts: dict[str, object]) -> None:
    supposed = READER.read(words)
    assert supposed is not None
    assert dict(supposed.facts) == facts
    assert supposed.unread == ()


@pytest.mark.parametrize(
    "words",
    [
        "what discount can I give on a two-month deal?",
        "if they ask for net 60, what do I say?",
        "what if they want net 60, how do I answer?",
        "12 months, net 30",
        "and for 12 months?",
        "thanks",
        "",
        "should we make it 5%?",
        "how do I open a conversation with a CFO?",
    ],
)
def test_what_asks_something_else_supposes_nothing(words: str) -> None:
    assert READER.read(words) is None


@pytest.mark.parametrize(
    ("words", "unread"),
    [
        ("what about the CFO?", "the CFO"),
        ("what if we half the discount", "we half the discount"),
        ("what if net 30 or net 45", "net 30 or net 45"),
        ("what if more than 10%", "more than 10%"),
        ("what if the discount is 150%", "the discount is 150%"),
        ("what if they refuse to prepay", "they refuse to prepay"),
        ("what if they balk at 12 months?", "they balk at 12 months"),
        ("what if they pay €50,000", "they pay €50,000"),
        ("what if it takes less than 6 months", "it takes less than 6 months"),
        ("increase the discount by 2%", "increase the discount by 2%"),
        ("what if they take another 6 months", "they take another 6 months"),
        ("what if we add 6 months", "we add 6 months"),
        ("what if 6 more months", "6 more months"),
        ("what if the price drops by $20k", "the price drops by $20k"),
        ("what if we remove 3% of the discount", "we remove 3% of the discount"),
        ("what if the term is 6-12 months", "the term is 6-12 months"),
        ("what if the customer won't accept net 30", "the customer won't accept net 30"),
        ("what if they say no", "they say no"),
    ],
)
def test_what_is_in_doubt_is_not_taken_and_is_named(words: str, unread: str) -> None:
    supposed = READER.read(words)
    assert supposed is not None
    assert supposed.facts == {}
    assert supposed.unread == (unread,)


def test_two_values_of_one_fact_are_both_left() -> None:
    supposed = READER.read("make it 5% and 6%, net 30")
    assert supposed is not None
    assert dict(supposed.facts) == {"payment_days": 30}
    assert supposed.unread == ("6% (said in two ways)",)


def test_a_bare_percent_is_left_where_two_facts_could_be_meant() -> None:
    text = PROFILE.read_text().replace("    label: Margin\n", "    label: Margin\n    negotiable: up\n")
    facts = parse_profile(text.encode(), "p.yaml").facts
    supposed = WhatIfReader(facts, SentenceReader(facts, "USD")).read("make it 5%")
    assert supposed is not None
    assert supposed.facts == {}


@settings(max_examples=150)
@given(st.text(max_size=120), st.sampled_from(["what if ", "make it ", "", "without "]))
def test_any_text_can_be_read(text: str, lead: str) -> None:
    supposed = READER.read(lead + text)
    if supposed is not None:
        assert supposed.facts or supposed.unread
        assert set(supposed.facts) <= set(FACTS)
