from __future__ import annotations

import dataclasses
import decimal
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.deals.deal import Deal
from bot.deals.facts import FactValue, Outcome
from bot.profile.judge import Judge
from bot.profile.loading import load_profile
from bot.profile.verdict import Judgement, Part, Result
from tests.unit.profile.samples import BUNDLED, FULL, SEGMENTS, check, finding, judge, make


@pytest.mark.parametrize(
    ("require", "facts", "result", "limit", "gap", "unit"),
    [
        ("{discount: <= 10%}", {"discount": Decimal(10)}, "pass", "at most 10%", None, None),
        (
            "{discount: <= 10%}",
            {"discount": Decimal("10.5")},
            "fail",
            "at most 10%",
            Decimal("0.5"),
            "percentage points",
        ),
        ("{discount: <= 10%}", {}, "unknown", "at most 10%", None, None),
        ('{months: ">= 3"}', {"months": 2}, "fail", "at least 3 months", Decimal(1), "months"),
        ('{months: ">= 1"}', {"months": 0}, "fail", "at least 1 month", Decimal(1), "months"),
        ('{months: "> 3"}', {"months": 3}, "fail", "above 3 months", Decimal(1), "months"),
        ('{months: "< 3"}', {"months": 5}, "fail", "below 3 months", Decimal(3), "months"),
        ('{discount: "< 3%"}', {"discount": Decimal(3)}, "fail", "below 3%", None, None),
        ('{discount: "< 3%"}', {"discount": Decimal(5)}, "fail", "below 3%", Decimal(2), "percentage points"),
        ("{beds: 25..400}", {"beds": 25}, "pass", "25 to 400 beds", None, None),
        ("{beds: 25..400}", {"beds": 24}, "fail", "25 to 400 beds", Decimal(1), "beds"),
        ("{beds: 25..400}", {"beds": 450}, "fail", "25 to 400 beds", Decimal(50), "beds"),
        ("{not: {beds: 25..400}}", {"beds": 30}, "fail", "outside 25 to 400 beds", None, None),
        ("{beds: 100}", {"beds": 90}, "fail", "100 beds", Decimal(10), "beds"),
        ("{beds: [50, 100]}", {"beds": 70}, "fail", "one of 50 beds, 100 beds", Decimal(20), "beds"),
        ('{beds: "!= 100"}', {"beds": 100}, "fail", "not 100 beds", None, None),
        ('{worth: ">= 15000"}', {"worth": Decimal(14999)}, "fail", "at least $15,000", Decimal(1), "USD"),
        ("{kind: hospital}", {"kind": "clinic"}, "fail", "hospital", None, None),
        ("{kind: [hospital, clinic]}", {"kind": "other"}, "fail", "one of hospital, clinic", None, None),
        ("{not: {kind: [hospital, clinic]}}", {"kind": "clinic"}, "fail", "none of hospital, clinic", None, None),
        ("{call: true}", {"call": False}, "fail", "yes", None, None),
        ("{call: false}", {"call": True}, "fail", "no", None, None),
        ("{not: {call: true}}", {"call": True}, "fail", "no", None, None),
        ("{call: known}", {}, "fail", "known", None, None),
        ("{call: known}", {"call": False}, "pass", "known", None, None),
        ("{not: {call: known}}", {}, "pass", "unknown", None, None),
        ('{note: "as agreed"}', {"note": "otherwise"}, "fail", "as agreed", None, None),
        (
            '{start: "<= 2026-12-31"}',
            {"start": date(2027, 1, 2)},
            "fail",
            "on or before 2026-12-31",
            Decimal(2),
            "days",
        ),
        (
            "{start: 2026-12-01..2026-12-31}",
            {"start": date(2026, 12, 1)},
            "pass",
            "2026-12-01 to 2026-12-31",
            None,
            None,
        ),
        ('{start: "> 2026-12-31"}', {"start": date(2026, 12, 31)}, "fail", "after 2026-12-31", Decimal(1), "days"),
        ('{rate: ">= 0.5"}', {"rate": Decimal("0.25")}, "fail", "at least 0.5", Decimal("0.25"), None),
        ('{outcomes: {count: ">= 1"}}', {"outcomes": ()}, "fail", "at least 1 outcome", Decimal(1), "outcomes"),
        ('{outcomes: {agreed: ">= 1"}}', {"outcomes": (FULL,)}, "pass", "at least 1 agreed outcome", None, None),
        ('{outcomes: {measurable: ">= 2"}}', {}, "unknown", "at least 2 measurable outcomes", None, None),
    ],
)
def test_a_finding_says_limit_and_gap(
    require: str, facts: dict[str, FactValue], result: str, limit: str, gap: Decimal | None, unit: str | None
) -> None:
    found = finding(require, **facts)
    assert (found.result.value, found.limit, found.gap, found.unit) == (result, limit, gap, unit)


def test_a_finding_says_everything_else() -> None:
    found = finding("{discount: <= 10%}", more="guidance: pricing.md#discounts", discount=Decimal(12))
    assert found.fact == "discount"
    assert found.actual == Decimal(12)
    assert (found.check, found.label, found.part) == ("c", "Check c", Part.PRICE)
    assert (found.because, found.guidance) == ("We say so.", "pricing.md#discounts")
    assert found.authority is None
    assert found.counted
    lines = make(check("{discount: <= 10%}")).source.decode().splitlines()
    file, line = found.rule.split(":")
    assert file == "small.yaml"
    assert lines[int(line) - 1].strip() == "require: {discount: <= 10%}"


@pytest.mark.parametrize("part", ["metric", "baseline", "target", "unit", "due", "owner"])
def test_an_outcome_is_measurable_only_when_it_is_whole(part: str) -> None:
    lacking = dataclasses.replace(FULL, **{part: None})
    found = finding('{outcomes: {measurable: ">= 2"}}', outcomes=(FULL, lacking))
    assert found.result is Result.FAIL
    assert (found.actual, found.gap, found.unit) == (1, Decimal(1), "measurable outcomes")


def test_a_zero_baseline_is_a_baseline() -> None:
    whole = Outcome("errors", Decimal(0), Decimal(0), "errors", date(2027, 1, 1), "A. Lopez")
    assert finding('{outcomes: {measurable: ">= 1"}}', outcomes=(whole,)).result is Result.PASS


def test_of_several_requirements_the_first_that_fails_is_told() -> None:
    require = '{discount: <= 10%, margin: ">= 30%", months: ">= 3"}'
    found = finding(require, discount=Decimal(5), months=2)
    assert (found.result, found.fact, found.missing) == (Result.FAIL, "months", ())
    found = finding(require, discount=Decimal(5), months=6)
    assert (found.result, found.fact, found.missing) == (Result.UNKNOWN, "margin", ("margin",))
    found = finding(require, discount=Decimal(5), months=6, margin=Decimal(40))
    assert (found.result, found.fact, found.actual) == (Result.PASS, "discount", Decimal(5))


def test_of_alternatives_the_limit_names_all() -> None:
    require = '{any: [{discount: <= 5%}, {months: ">= 12"}]}'
    found = finding(require, discount=Decimal(8), months=3)
    assert found.result is Result.FAIL
    assert found.limit == "the discount is at most 5% or the service term is at least 12 months"
    assert (found.fact, found.gap) == ("discount", None)
    assert finding(require, months=12).result is Result.PASS
    unknown = finding(require, months=3)
    assert (unknown.result, unknown.missing, unknown.fact) == (Result.UNKNOWN, ("discount",), "discount")


def test_when_decides_whether_a_check_applies() -> None:
    when, require = "{kind: hospital}", "{call: true}"
    assert finding(require, when=when, kind="clinic").result is Result.NOT_APPLICABLE
    assert finding(require, when=when, kind="hospital", call=False).result is Result.FAIL
    open_ = finding(require, when=when, call=False)
    assert (open_.result, open_.missing, open_.fact) == (Result.UNKNOWN, ("kind",), "kind")


CASES = """
- id: reviews
  part: value
  label: Reviews
  cases:
    - {when: {months: ">= 12"}, require: {call: true}}
    - {when: {months: ">= 6"}, require: {beds: ">= 10"}}
    - {otherwise: not applicable}
  because: We say so.
"""


@pytest.mark.parametrize(
    ("facts", "result", "fact"),
    [
        ({"months": 12, "call": False}, Result.FAIL, "call"),
        ({"months": 6, "beds": 10}, Result.PASS, "beds"),
        ({"months": 5}, Result.NOT_APPLICABLE, None),
        ({"call": True, "beds": 50}, Result.UNKNOWN, "months"),
        ({"months": 12}, Result.UNKNOWN, "call"),
    ],
)
def test_the_first_case_that_applies_counts(facts: dict[str, FactValue], result: Result, fact: str | None) -> None:
    found = judge(make(CASES), **facts).findings[0]
    assert (found.result, found.fact) == (result, fact)


def test_where_no_case_holds_the_check_does_not_apply() -> None:
    profile = make(CASES.replace("    - {otherwise: not applicable}\n", ""))
    assert judge(profile, months=1).findings[0].result is Result.NOT_APPLICABLE


def test_a_dry_run_check_is_reported_and_never_counts() -> None:
    profile = make(check("{call: true}", id_="a", more="mode: dry-run") + check("{beds: known}", id_="b"))
    failed = judge(profile, call=False, beds=1)
    assert failed.judgement is Judgement.FITS
    assert (failed.findings[0].result, failed.findings[0].counted) == (Result.FAIL, False)
    assert failed.findings[0].plain()["mode"] == "dry-run"
    assert failed.of(Result.FAIL) == ()
    unknown = judge(profile, beds=1)
    assert unknown.judgement is Judgement.FITS
    assert unknown.ask == ()


def test_does_not_fit_goes_before_incomplete_before_approval() -> None:
    profile = make(
        check("{call: true}", id_="a")
        + check("{beds: 5}", id_="b")
        + check("{discount: 0%}", id_="c", more="exception: {authority: desk}")
    )
    assert judge(profile, call=False, discount=Decimal(3)).judgement is Judgement.DOES_NOT_FIT
    assert judge(profile, call=True, discount=Decimal(3)).judgement is Judgement.INCOMPLETE
    assert judge(profile, call=True, discount=Decimal(3), beds=5).judgement is Judgement.NEEDS_APPROVAL
    assert judge(profile, call=True, discount=Decimal(0), beds=5).judgement is Judgement.FITS


def test_the_authorities_come_in_the_order_of_the_profile_without_repeats() -> None:
    profile = make(
        check("{call: true}", id_="a", more="exception: {authority: zeta}")
        + check("{beds: 5}", id_="b", more="exception: {authority: alpha}")
        + check("{months: 5}", id_="c", more="exception: {authority: zeta}")
    )
    assert judge(profile, call=False, beds=4, months=4).authorities == ("zeta", "alpha")


def test_money_in_another_currency_is_not_compared() -> None:
    profile = make(check('{worth: ">= 100"}'))
    deal = Deal("d", {"worth": Decimal(500)}, currency="EUR")
    verdict = Judge(profile).judge(deal)
    assert verdict.judgement is Judgement.INCOMPLETE
    assert verdict.findings[0].missing == ("worth",)
    assert verdict.ask[0].question == "What is it worth? (in USD)"
    assert verdict.facts == deal.facts, "the verdict keeps the facts as they were given"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("beds", "many"),
        ("beds", True),
        ("beds", 1.5),
        ("call", 1),
        ("call", "yes"),
        ("discount", 0.5),
        ("kind", 3),
        ("start", datetime(2026, 12, 1, tzinfo=UTC)),
    ],
)
def test_a_value_of_the_wrong_kind_is_not_judged(name: str, value: object) -> None:
    with pytest.raises(TypeError, match=name):
        judge(make(check("{call: true}")), **{name: value})


def test_facts_that_the_profile_does_not_know_are_kept_and_not_judged() -> None:
    verdict = judge(make(check("{call: true}")), call=True, colour="blue")
    assert verdict.judgement is Judgement.FITS
    assert verdict.plain()["facts"] == {"call": True, "colour": "blue"}


def test_the_callers_decimal_context_changes_nothing() -> None:
    profile = make(check('{worth: "<= 1000000"}'))
    facts = {"worth": Decimal("1000000.123456")}
    before = judge(profile, **facts).to_bytes()
    with decimal.localcontext(decimal.Context(prec=3)):
        assert judge(profile, **facts).to_bytes() == before


def test_the_questions_that_settle_most_come_first() -> None:
    """What can end the matter alone; then the segment's facts, and then what most checks wait for."""
    profile = make(
        check("{note: known, rate: 5}", id_="a", more="exception: {authority: desk}")
        + check("{call: true}", id_="b", more="exception: {authority: desk}")
        + check("{call: true, months: 5}", id_="c", more="exception: {authority: desk}")
        + check("{worth: 5}", id_="d"),
        SEGMENTS,
    )
    assert [q.fact for q in judge(profile, note="x").ask] == ["worth", "kind", "beds", "call", "months", "rate"]


def test_the_bundled_profile_has_checks_over_all_parts() -> None:
    profile = load_profile(BUNDLED)
    assert len(profile.checks) >= 14
    assert {item.part for item in profile.checks} == set(Part)
    assert all(item.because and item.guidance and item.exception for item in profile.checks)


def test_the_deal_of_the_first_example() -> None:
    """Mercy Regional as a rep would first describe it: what is known fails twice, and the rest is asked for."""
    facts = {
        "industry": "hospital",
        "beds": 120,
        "records_mandate": True,
        "it_staff": 4,
        "offer": "managed services",
        "service_months": 2,
        "discount": Decimal(8),
        "payment_days": 60,
    }
    verdict = Judge(load_profile(BUNDLED)).judge(Deal("Mercy Regional", facts))
    assert verdict.judgement is Judgement.INCOMPLETE
    assert verdict.segment == "regional hospital"
    assert {f.check: (f.limit, f.gap, f.authority) for f in verdict.of(Result.FAIL)} == {
        "discount": ("at most 0%", Decimal(8), "deal-desk"),
        "payment-terms": ("at most 30 days", Decimal(30), "finance"),
    }
    assert [q.fact for q in verdict.ask] == [
        "contract_value",
        "margin",
        "outcomes",
        "remote_access",
        "sponsor",
        "service_visit",
    ]
