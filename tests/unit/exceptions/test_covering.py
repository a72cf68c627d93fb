"""The rule of docs/exceptions.md: which approvals hold for a changed deal, or under another profile."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.deals.deal import Deal
from bot.deals.facts import FactValue
from bot.exceptions.covering import Approved, usable, why_not
from bot.exceptions.shortfalls import Shortfall, requirement_for, shortfalls
from bot.profile.conditions import facts_of
from bot.profile.judge import Judge
from bot.profile.loading import parse_profile
from bot.profile.model import Check, Profile
from bot.profile.verdict import Finding, Result
from tests.unit.profile.samples import BUNDLED, SEGMENTS, make
from tests.unit.profile.strategies import VALUES, profiles

TEXT = BUNDLED.read_text()
JUDGE = Judge(parse_profile(TEXT.encode(), "deal-profile.yaml"))
WHOLE: dict[str, FactValue] = {
    "industry": "hospital", "beds": 120, "records_mandate": True, "it_staff": 4, "offer": "managed services",
    "service_months": 12, "contract_value": Decimal(240000), "discount": Decimal(12), "margin": Decimal(42),
    "payment_days": 30, "sponsor": "CFO", "remote_access": True, "service_visit": True,
}  # fmt: skip


def deal(**changes: FactValue) -> Deal:
    return Deal("Mercy", {**WHOLE, **changes})


def approved(
    check: str = "discount", authority: str = "deal-desk", judge: Judge = JUDGE, **facts: FactValue
) -> Approved:
    return Approved(check, authority, deal(**facts), judge)


def lost(approval: Approved, judge: Judge = JUDGE, **facts: FactValue) -> str | None:
    return why_not(approval, deal(**facts), judge)


def other(old: str, new: str) -> Judge:
    assert TEXT.count(old) == 1
    return Judge(parse_profile(TEXT.replace(old, new).encode(), "deal-profile.yaml"))


@pytest.mark.parametrize("discount", [12, 11, 10, 0])
def test_a_smaller_discount_keeps_the_approval(discount: int) -> None:
    assert lost(approved(), discount=Decimal(discount)) is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"discount": Decimal(13)}, "Discount off book price is 13%; it was approved for 12%."),
        ({"discount": Decimal("12.01")}, "Discount off book price is 12.01%; it was approved for 12%."),
        (
            {"service_months": 2},
            "Discount off book price: at most 0%, so the gap is 12 percentage points; 2 were approved.",
        ),
        ({"discount": Decimal(16)}, "Nobody may approve the deal as it stands now."),
    ],
)
def test_a_deal_further_out_loses_it_and_says_why(changes: dict[str, Any], why: str) -> None:
    assert lost(approved(), **changes) == why


@pytest.mark.parametrize(
    "changes", [{"contract_value": Decimal(1)}, {"sponsor": "none"}, {"payment_days": 60}, {"service_months": 36}]
)
def test_a_fact_that_the_check_does_not_rest_on_keeps_it(changes: dict[str, Any]) -> None:
    assert lost(approved(), **changes) is None


def test_a_smaller_gap_keeps_it_where_another_row_applies() -> None:
    assert lost(approved(service_months=2), service_months=3) is None


def test_what_has_no_order_must_be_the_very_value() -> None:
    approval = approved("executive-sponsor", "sales-director", sponsor="IT administrator")
    assert lost(approval, sponsor="IT administrator", discount=Decimal(3)) is None
    assert lost(approval, sponsor="none") == "Sponsor is none; it was approved for IT administrator."


def test_downwards_counts_as_well() -> None:
    approval = approved("margin", "sales-director", margin=Decimal(20))
    assert lost(approval, margin=Decimal(27)) is None
    assert lost(approval, margin=Decimal(19)) == "Margin is 19%; it was approved for 20%."


def test_another_currency_loses_it() -> None:
    changed = Deal("Mercy", WHOLE, currency="EUR")
    assert why_not(approved(), changed, JUDGE) == "It was approved in USD, and the deal is now in EUR."


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('version: "2026.11"', 'version: "2026.12"'),
        ('require: {discount: "<= 10%"}', 'require: {discount: "<= 11%"}'),
        ("up_to: {discount: 15%}", "up_to: {discount: 20%}"),
        ('require: {margin: ">= 30%"}', 'require: {margin: ">= 35%"}'),
        ("label: Discount earned by services", "label: A discount is earned"),
    ],
)
def test_another_profile_that_asks_for_no_more_keeps_it(old: str, new: str) -> None:
    assert lost(approved(), other(old, new)) is None


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (
            'require: {discount: "<= 10%"}',
            'require: {discount: "<= 9%"}',
            "Discount off book price: at most 9%, and the approved deal would be outside it by more.",
        ),
        ("up_to: {discount: 15%}", "up_to: {discount: 11%}", "Deal desk may no longer approve what it approved."),
        (
            "authority: deal-desk, up_to: {discount: 15%}",
            "authority: finance, up_to: {discount: 15%}",
            "Deal desk may no longer approve what it approved.",
        ),
        (
            '{service_months: ">= 3"}, require: {discount',
            "{monthly_call: true}, require: {discount",
            None,
        ),
    ],
)
def test_a_profile_that_asks_for_more_loses_it_and_says_why(old: str, new: str, why: str | None) -> None:
    told = lost(approved(), other(old, new))
    if why is None:  # the check cannot tell yet: the verdict is incomplete, and says what is missing
        assert told is None
        told = lost(approved(), other(old, new), monthly_call=True)
        assert told is not None
        assert "it needs to know monthly call committed" in told
        return
    assert told is not None
    assert told.endswith(why)


def test_a_smaller_discount_under_a_tighter_profile_is_asked_for_again() -> None:
    told = lost(
        approved(), other('require: {discount: "<= 10%"}', 'require: {discount: "<= 9%"}'), discount=Decimal(10)
    )
    assert told is not None
    assert "asks for more" in told


def test_a_customer_whom_we_decline_is_approved_as_the_segment_that_they_are_in() -> None:
    segments = SEGMENTS.replace("{name: rest,", "{name: clinics, stance: decline, when: {kind: clinic}, because: No.,"
        " exception: {authority: director}}\n- {name: rest,")  # fmt: skip
    profile = make("- {id: c, part: price, label: C, require: {call: true}, because: So.}\n", segments)
    judge = Judge(profile)
    approval = Approved("segment", "director", Deal("A", {"kind": "clinic"}), judge)
    assert why_not(approval, Deal("A", {"kind": "clinic", "beds": 9}), judge) is None
    assert why_not(approval, Deal("A", {"kind": "other"}), judge) == "It was approved as “clinics”, and is now “rest”."


# The laws, over profiles and deals made at random.

FACTS = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()})


def failing(judge: Judge, facts: dict[str, FactValue]) -> list[Finding]:
    return [
        f for f in judge.judge(Deal("d", facts)).of(Result.FAIL) if f.authority is not None and f.check != "segment"
    ]


def holds(judge: Judge, finding: Finding, one: dict[str, FactValue], two: dict[str, FactValue]) -> bool:
    return (
        why_not(Approved(finding.check, str(finding.authority), Deal("d", one), judge), Deal("d", two), judge) is None
    )


@settings(max_examples=30)
@given(profiles(), FACTS, FACTS)
def test_an_approval_holds_for_the_deal_it_was_given_for_and_whatever_else_changes(
    profile: Profile, facts: dict[str, FactValue], later: dict[str, FactValue]
) -> None:
    judge = Judge(profile)
    for finding in failing(judge, facts):
        check = profile.check(finding.check)
        assert check is not None
        assert holds(judge, finding, facts, facts)
        rests_on = {name for part in _conditions(check) for name in facts_of(part)}
        kept = {**{n: v for n, v in later.items() if n not in rests_on}, **_only(facts, rests_on)}
        assert holds(judge, finding, facts, kept)


@settings(max_examples=30)
@given(profiles(), FACTS, FACTS, FACTS)
def test_what_is_no_further_out_than_what_is_covered_is_covered(
    profile: Profile, one: dict[str, FactValue], two: dict[str, FactValue], three: dict[str, FactValue]
) -> None:
    judge = Judge(profile)
    for finding in failing(judge, one):
        again = next((f for f in failing(judge, two) if f.check == finding.check), None)
        if again is not None and holds(judge, finding, one, two) and holds(judge, again, two, three):
            assert holds(judge, finding, one, three)


@settings(max_examples=50)
@given(profiles(), FACTS, st.sampled_from(["a", "b", "e"]), st.integers(0, 5))
def test_a_deal_that_comes_nearer_never_loses_and_one_further_out_never_keeps(
    profile: Profile, facts: dict[str, FactValue], name: str, value: int
) -> None:
    judge = Judge(profile)
    assume(name in facts)
    moved = {**facts, name: value}
    for finding in failing(judge, facts):
        check = profile.check(finding.check)
        assert check is not None
        then, now = (usable(judge, Deal("d", each)) for each in (facts, moved))
        requirement = requirement_for(check, then)
        result = next(f for f in judge.judge(Deal("d", moved)).findings if f.check == finding.check)
        assert requirement is not None
        if (
            requirement_for(check, now) is not requirement
            or result.result is not Result.FAIL
            or result.authority is None
        ):
            continue
        before = {(s.subject, s.side): s for s in shortfalls(requirement, then)}
        after = shortfalls(requirement, now)
        ordered = [s for s in after if s.side in {"high", "low"}]
        others_same = all(before.get((s.subject, s.side)) == s for s in after if s not in ordered)
        if others_same and all(_gap(s) <= _gap(before.get((s.subject, s.side))) for s in ordered):
            assert holds(judge, finding, facts, moved)
        if any(_gap(s) > _gap(before.get((s.subject, s.side))) for s in ordered):
            assert not holds(judge, finding, facts, moved)


def _gap(found: Shortfall | None) -> Decimal:
    """How far out: less than nothing where the test was met."""
    return Decimal(-1) if found is None else found.gap or Decimal(0)


def _conditions(check: Check) -> list[Any]:
    return [check.when, *(part for case in check.cases for part in (case.when, case.require))]


def _only(facts: dict[str, FactValue], names: set[str]) -> dict[str, FactValue]:
    return {name: value for name, value in facts.items() if name in names}
