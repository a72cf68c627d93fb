from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bot.deals.facts import FactValue
from bot.profile.verdict import Judgement, Part, Result
from tests.unit.profile.samples import FULL, SEGMENTS, check, judge, make

BANDS = """
exception:
  - {authority: desk, up_to: {margin: 25%}, expires_in: 30 days}
  - {authority: director, up_to: {margin: 15%}, expires_in: 1 day}
"""


@pytest.mark.parametrize(
    ("margin", "authority", "days", "judgement"),
    [
        ("30", None, None, Judgement.FITS),
        ("29.99", "desk", 30, Judgement.NEEDS_APPROVAL),
        ("25", "desk", 30, Judgement.NEEDS_APPROVAL),
        ("24.99", "director", 1, Judgement.NEEDS_APPROVAL),
        ("15", "director", 1, Judgement.NEEDS_APPROVAL),
        ("14.99", None, None, Judgement.DOES_NOT_FIT),
    ],
)
def test_the_first_band_that_reaches_the_value_approves(
    margin: str, authority: str | None, days: int | None, judgement: Judgement
) -> None:
    verdict = judge(make(check('{margin: ">= 30%"}', more=BANDS)), margin=Decimal(margin))
    assert verdict.judgement is judgement
    assert verdict.findings[0].authority == authority
    assert verdict.findings[0].expires_in_days == days
    assert verdict.authorities == ((authority,) if authority else ())


@pytest.mark.parametrize(
    ("require", "up_to", "facts", "approvable"),
    [
        ("{beds: 25..400}", "{beds: 450}", {"beds": 450}, True),
        ("{beds: 25..400}", "{beds: 450}", {"beds": 451}, False),
        ("{beds: 25..400}", "{beds: 450}", {"beds": 20}, False),
        ("{beds: 25..400}", "{beds: 20}", {"beds": 20}, True),
        ("{beds: 25..400}", "{beds: 20}", {"beds": 401}, False),
        ("{discount: 0%}", "{discount: 5%}", {"discount": Decimal(5)}, True),
        ("{discount: 0%}", "{discount: 5%}", {"discount": Decimal("5.01")}, False),
        ('{discount: "< 10%"}', "{discount: 10%}", {"discount": Decimal(10)}, True),
        ("{beds: [50, 100]}", "{beds: 120}", {"beds": 110}, True),
        ("{beds: [50, 100]}", "{beds: 120}", {"beds": 70}, False),
        ('{start: "<= 2026-12-31"}', "{start: 2027-01-31}", {"start": date(2027, 1, 31)}, True),
        ('{start: "<= 2026-12-31"}', "{start: 2027-01-31}", {"start": date(2027, 2, 1)}, False),
        ('{outcomes: {measurable: ">= 2"}}', "{outcomes: {measurable: 1}}", {"outcomes": (FULL,)}, True),
        ('{outcomes: {measurable: ">= 2"}}', "{outcomes: {measurable: 1}}", {"outcomes": ()}, False),
        # A fact that fails and has no limit of its own in the band stays as strict as the rule.
        ("{discount: 0%, call: true}", "{discount: 5%}", {"discount": Decimal(3), "call": False}, False),
        ("{discount: 0%, call: true}", "{discount: 5%}", {"discount": Decimal(3), "call": True}, True),
        ('{any: [{discount: 0%}, {months: ">= 6"}]}', "{months: 3}", {"discount": Decimal(9), "months": 3}, True),
        ('{any: [{discount: 0%}, {months: ">= 6"}]}', "{months: 3}", {"discount": Decimal(9), "months": 2}, False),
    ],
)
def test_a_band_reaches_from_the_limit_in_the_failing_direction(
    require: str, up_to: str, facts: dict[str, FactValue], approvable: bool
) -> None:
    verdict = judge(make(check(require, more=f"exception: {{authority: desk, up_to: {up_to}}}")), **facts)
    assert verdict.findings[0].result is Result.FAIL
    assert (verdict.judgement is Judgement.NEEDS_APPROVAL) is approvable
    assert (verdict.findings[0].authority == "desk") is approvable


def test_who_may_approve_can_itself_wait_for_a_fact() -> None:
    require = '{discount: <= 10%, margin: ">= 30%"}'
    more = "exception: {authority: desk, up_to: {discount: 15%, margin: 25%}}"
    profile = make(check(require, more=more))
    verdict = judge(profile, discount=Decimal(12))
    assert verdict.judgement is Judgement.INCOMPLETE
    found = verdict.findings[0]
    assert (found.result, found.authority, found.missing) == (Result.FAIL, None, ("margin",))
    assert [question.fact for question in verdict.ask] == ["margin"]
    assert judge(profile, discount=Decimal(12), margin=Decimal(26)).judgement is Judgement.NEEDS_APPROVAL
    assert judge(profile, discount=Decimal(12), margin=Decimal(24)).judgement is Judgement.DOES_NOT_FIT
    assert judge(profile, discount=Decimal(16)).judgement is Judgement.DOES_NOT_FIT


def test_no_exception_means_that_nobody_may_approve() -> None:
    verdict = judge(make(check("{call: true}")), call=False)
    assert verdict.judgement is Judgement.DOES_NOT_FIT
    assert verdict.authorities == ()


@pytest.mark.parametrize(
    ("facts", "segment", "result", "missing"),
    [
        ({"kind": "hospital", "beds": 25}, "best", Result.PASS, ()),
        ({"kind": "hospital", "beds": 24}, "some", Result.PASS, ()),
        ({"kind": "clinic"}, "rest", Result.FAIL, ()),
        ({"kind": "hospital"}, None, Result.UNKNOWN, ("beds",)),
        ({}, None, Result.UNKNOWN, ("kind", "beds")),
        ({"beds": 24}, None, Result.UNKNOWN, ("kind",)),
    ],
)
def test_the_first_segment_that_matches_wins(
    facts: dict[str, FactValue], segment: str | None, result: Result, missing: tuple[str, ...]
) -> None:
    verdict = judge(make(check("{kind: known}"), SEGMENTS), **facts)
    found = verdict.findings[0]
    assert (found.check, found.part) == ("segment", Part.CUSTOMER)
    assert (verdict.segment, found.result, found.missing) == (segment, result, missing)
    assert found.actual == segment
    assert found.limit == "one of best, some"


def test_a_declined_segment_may_have_an_exception() -> None:
    verdict = judge(make(check("{kind: known}"), SEGMENTS), kind="clinic")
    assert (verdict.judgement, verdict.authorities, verdict.stance) == (
        Judgement.NEEDS_APPROVAL,
        ("director",),
        "decline",
    )
    assert verdict.findings[0].expires_in_days == 9


def test_a_deal_that_no_segment_describes_does_not_fit() -> None:
    segments = "- {name: best, stance: pursue, when: {kind: hospital}, because: They need us.}"
    verdict = judge(make(check("{kind: known}"), segments), kind="clinic")
    assert verdict.judgement is Judgement.DOES_NOT_FIT
    assert verdict.segment is None
    assert verdict.findings[0].because == "No segment of the profile describes this deal."


def test_without_segments_there_is_no_segment_check() -> None:
    verdict = judge(make(check("{call: true}")), call=True)
    assert [f.check for f in verdict.findings] == ["c"]
    assert verdict.segment is None
