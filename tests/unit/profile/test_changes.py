from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from inline_snapshot import snapshot

from bot.deals.deal import Deal
from bot.profile.changes import changes
from bot.profile.judge import Judge
from bot.profile.loading import load_profile, parse_profile
from bot.profile.problems import CasesError
from bot.profile.reach import deals_of_cases, verdict_changes
from tests.unit.profile.samples import BUNDLED, HEAD, check, make
from tests.unit.profile.strategies import profiles

RULE = """
- id: discount
  part: price
  label: Discount
  cases:
    - {when: {months: ">= 3"}, require: {discount: <= 10%}}
    - {require: {discount: 0%}}
  because: We say so.
  exception: {authority: desk, up_to: {discount: 15%}, expires_in: 30 days}
"""
TERM = "the service term is at least 3 months"
SEGMENTS = """
- {name: hospitals, stance: pursue, when: {kind: hospital, beds: 25..400}, because: So.}
- {name: others, stance: decline, because: So.}
"""


def texts(old: str, new: str) -> list[str]:
    one, other = make(RULE, SEGMENTS), make(RULE.replace(old, new), SEGMENTS)
    assert one.source != other.source
    return [change.text for change in changes(one, other)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            ">= 3",
            ">= 6",
            ["Discount: at most 10% discount when the service term is at least 3 months -> at least 6 months"],
        ),
        (
            "<= 10%",
            "<= 12%",
            ["Discount: the discount is at most 10% -> at most 12%, when the service term is at least 3 months"],
        ),
        ("{discount: 0%}", '{discount: "<= 1%"}', ["Discount: the discount is 0% -> at most 1%"]),
        (
            "{discount: 0%}",
            "{call: true}",
            ['Discount: the discount is 0% -> "monthly call" is yes'],
        ),
        (
            '{when: {months: ">= 3"}, require: {discount: <= 10%}}',
            '{when: {beds: ">= 3"}, require: {discount: <= 9%}}',
            [f"Discount: at most 10% discount when {TERM} -> at most 9% discount when the staffed beds are at least 3"],
        ),
        (
            "    - {require: {discount: 0%}}\n",
            "",
            ["Discount: no longer: discount: 0%"],
        ),
        (
            "    - {require: {discount: 0%}}\n",
            '    - {when: {months: ">= 1"}, require: {discount: <= 1%}}\n    - {require: {discount: 0%}}\n',
            ["Discount: now also: at most 1% discount when the service term is at least 1 month"],
        ),
        ("    - {require: {discount: 0%}}\n", "    - {otherwise: not applicable}\n", None),
        ("We say so.", "Because.", ["Discount: because: We say so. -> Because."]),
        ("part: price", "part: payment", ["Discount: part: price -> payment"]),
        ("label: Discount", "label: Rebate", ["Rebate: label: Discount -> Rebate"]),
        ("authority: desk", "authority: boss", None),
        ("15%", "12%", ["Discount: Desk may approve up to 15% -> up to 12%"]),
        (", up_to: {discount: 15%}", "", ["Discount: Desk may approve up to 15% -> an exception"]),
        ("30 days", "1 day", ["Discount: an approval by Desk holds for 30 days -> for 1 day"]),
        (", expires_in: 30 days", "", ["Discount: an approval by Desk holds for 30 days -> the usual time"]),
        ("because:", "mode: dry-run\n  because:", ["Discount: mode: enforce -> dry-run"]),
        ("because:", "guidance: a.md#b\n  because:", ["Discount: guidance: none -> a.md#b"]),
        ("cases:", "when: {call: true}\n  cases:", ['Discount: applies always -> when "monthly call" is yes']),
    ],
)
def test_a_change_of_a_check_in_words(old: str, new: str, expected: list[str] | None) -> None:
    if expected is not None:
        assert texts(old, new) == expected


def test_an_authority_and_a_row_exchanged() -> None:
    assert texts("authority: desk", "authority: boss") == [
        "Discount: no longer: Desk may approve up to 15%",
        "Discount: now also: Boss may approve up to 15%",
    ]
    assert texts("- {require: {discount: 0%}}", "- {otherwise: not applicable}") == [
        "Discount: discount: 0% -> nothing required"
    ]


def test_facts_segments_and_checks_that_come_go_and_change() -> None:
    old = make(RULE + check("{call: true}", id_="call"), SEGMENTS)
    head = HEAD.replace(
        "  rate: {type: number, label: Rate, ask: Which rate?}\n", "  seats: {type: integer, unit: seats}\n"
    )
    head = head.replace('version: "1"', 'version: "2"').replace("maximum: 1000", "maximum: 2000")
    new = make(
        check('{margin: ">= 30%"}', id_="margin") + RULE,
        SEGMENTS.replace("25..400", "25..500").replace("others, stance: decline", "others, stance: selective"),
        head,
    )
    assert [change.text for change in changes(old, new)] == snapshot(
        [
            "Version: 1 -> 2",
            "Fact removed: Rate.",
            "Staffed beds: maximum: 1000 -> 2000",
            "Fact added: Seats. Integer in seats.",
            "hospitals: applies when the staffed beds are 25 to 400 -> 25 to 500",
            "others: stance: decline -> selective",
            "Check removed: Check call.",
            "Check added: Check margin. The margin must be at least 30%.",
        ]
    )


def test_comments_and_layout_are_no_change() -> None:
    text = BUNDLED.read_text()
    same = text.replace("# Each check", "# Every check").replace('it_staff: "<= 15"', 'it_staff: "<=15"')
    assert same != text
    assert changes(load_profile(BUNDLED), parse_profile(same.encode(), "x.yaml")) == ()


@given(profiles())
@settings(max_examples=50)
def test_a_profile_is_not_different_from_itself(profile) -> None:
    assert changes(profile, profile) == ()


@given(profiles(), profiles())
@settings(max_examples=100)
def test_any_two_profiles_compare_and_what_is_judged_otherwise_is_told(one, other) -> None:
    found = changes(one, other)
    assert all(change.text for change in found)
    if (one.segments, one.checks) == (other.segments, other.checks):
        assert found == ()


def test_deals_that_are_judged_otherwise() -> None:
    old, new = Judge(make(RULE)), Judge(make(RULE.replace(">= 3", ">= 6").replace("15%", "8%")))
    deals = [
        ("a:1", Deal("long", {"months": 6, "discount": Decimal(10)})),
        ("a:2", Deal("short", {"months": 3, "discount": Decimal(8)})),
        ("a:3", Deal("dear", {"months": 3, "discount": Decimal(9)})),
        ("a:4", Deal("open", {"discount": Decimal(9)})),
    ]
    assert [str(each) for each in verdict_changes(old, new, deals)] == [
        "short: fits -> needs approval (desk)",
        "dear: fits -> does not fit",
    ]


def test_a_fact_whose_kind_changed_is_unknown_to_the_other_profile() -> None:
    head = HEAD.replace(
        "months: {type: integer, label: Service term, unit: months, negotiable: up, minimum: 0,", "months: {type: text,"
    )
    text = RULE.replace(
        '{when: {months: ">= 3"}, require: {discount: <= 10%}}', "{when: {months: long}, require: {call: true}}"
    )
    old, new = Judge(make(RULE)), Judge(make(text, head=head))
    found = verdict_changes(old, new, [("a:1", Deal("x", {"months": 3, "discount": Decimal(0)}))])
    assert [str(each) for each in found] == ["x: fits -> incomplete"]


def test_cases_are_read_by_the_profile_that_can(tmp_path: Path) -> None:
    old, new = Judge(make(RULE)), Judge(make(check("{call: true}")))
    (tmp_path / "a.yaml").write_text(
        "cases:\n  - {name: a, facts: {months: 3}, expect: {verdict: incomplete, unknown: [discount]}}\n"
    )
    assert [place for place, _ in deals_of_cases(old, new, tmp_path)] == ["a.yaml:2"]
    (tmp_path / "a.yaml").write_text("cases:\n  - {name: a, facts: {mnths: 3}, expect: {verdict: fits}}\n")
    with pytest.raises(CasesError):
        deals_of_cases(old, new, tmp_path)
