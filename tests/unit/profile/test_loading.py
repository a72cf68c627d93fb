from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bot.deals.facts import Direction, FactType
from bot.profile.conditions import AllOf, Among, AnyOf, Compare, Known, Measure, Order, Subject, Within
from bot.profile.loading import ProfileError, load_profile, parse_profile
from tests.unit.profile.samples import BUNDLED, check, make


def condition(text: str):
    return make(check(text)).checks[0].cases[0].require


def compare(fact: str, order: str, limit: object) -> Compare:
    return Compare(Subject(fact), Order(order), limit)


def test_the_bundled_profile_loads() -> None:
    profile = load_profile(BUNDLED)
    data = BUNDLED.read_bytes()
    assert profile.id.sha256 == hashlib.sha256(data).hexdigest()
    assert (profile.currency, profile.effective, profile.source) == ("USD", date(2026, 11, 1), data)
    assert list(profile.facts)[:3] == ["industry", "beds", "records_mandate"]


def test_a_file_that_is_not_there_is_an_oserror(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_profile(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{call: true}", Among(Subject("call"), (True,))),
        ("{kind: hospital}", Among(Subject("kind"), ("hospital",))),
        ("{kind: [hospital, clinic]}", Among(Subject("kind"), ("hospital", "clinic"))),
        ("{beds: 5}", Among(Subject("beds"), (5,))),
        ("{beds: 25..400}", Within(Subject("beds"), 25, 400)),
        ('{beds: "25 .. 400"}', Within(Subject("beds"), 25, 400)),
        ("{discount: <= 10%}", compare("discount", "<=", Decimal(10))),
        ('{discount: "<= 10"}', compare("discount", "<=", Decimal(10))),
        ("{discount: 0%..10%}", Within(Subject("discount"), Decimal(0), Decimal(10))),
        ('{months: ">= 3 months"}', compare("months", ">=", 3)),
        ('{worth: ">= $15,000"}', compare("worth", ">=", Decimal(15000))),
        ('{worth: "> 15000.50"}', compare("worth", ">", Decimal("15000.50"))),
        ("{start: 2026-12-01}", Among(Subject("start"), (date(2026, 12, 1),))),
        ('{start: "< 2026-12-01"}', compare("start", "<", date(2026, 12, 1))),
        ('{note: "!= none"}', Among(Subject("note"), ("none",), negative=True)),
        ("{note: known}", Known(Subject("note"))),
        ('{note: "known"}', Among(Subject("note"), ("known",))),
        ("{outcomes: {measurable: 2}}", Among(Subject("outcomes", Measure.MEASURABLE), (2,))),
        (
            '{outcomes: {count: ">= 2", agreed: ">= 1"}}',
            AllOf(
                (
                    Compare(Subject("outcomes", Measure.COUNT), Order.AT_LEAST, 2),
                    Compare(Subject("outcomes", Measure.AGREED), Order.AT_LEAST, 1),
                )
            ),
        ),
        ("{beds: 5, call: true}", AllOf((Among(Subject("beds"), (5,)), Among(Subject("call"), (True,))))),
        ("{any: [{beds: 5}, {call: true}]}", AnyOf((Among(Subject("beds"), (5,)), Among(Subject("call"), (True,))))),
        ("{all: [{beds: 5}]}", Among(Subject("beds"), (5,))),
        ('{not: {beds: "> 5"}}', compare("beds", "<=", 5)),
        (
            "{not: {beds: 5, call: true}}",
            AnyOf((Among(Subject("beds"), (5,), negative=True), Among(Subject("call"), (True,), negative=True))),
        ),
        ("{not: {not: {beds: 5}}}", Among(Subject("beds"), (5,))),
        ("{not: {note: known}}", Known(Subject("note"), negative=True)),
        (
            "{call: true, any: [{beds: 5}, {beds: 7}]}",
            AllOf(
                (
                    Among(Subject("call"), (True,)),
                    AnyOf((Among(Subject("beds"), (5,)), Among(Subject("beds"), (7,)))),
                )
            ),
        ),
    ],
)
def test_a_condition_becomes_a_tree(text: str, expected: object) -> None:
    assert condition(text) == expected


def test_what_is_left_out_has_a_default() -> None:
    head = 'title: t\nversion: "1"\neffective: 2026-11-01\ncurrency: USD\nfacts:\n  own_it_staff: {type: integer}\n'
    profile = make(check("{own_it_staff: 5}"), head=head)
    spec = profile.facts["own_it_staff"]
    assert (spec.label, spec.ask, spec.negotiable, spec.unit) == (
        "Own it staff",
        "What is the own it staff?",
        None,
        None,
    )
    item = profile.checks[0]
    assert (item.when, item.exception, item.guidance, item.counted) == (None, (), None, True)


def test_facts_keep_what_they_say() -> None:
    facts = load_profile(BUNDLED).facts
    discount = facts["discount"]
    assert discount.type is FactType.PERCENT
    assert discount.negotiable is Direction.DOWN
    assert (discount.minimum, discount.maximum, discount.step) == (Decimal(0), Decimal(100), Decimal(1))
    assert "off" in discount.also
    assert facts["service_months"].usual == tuple(Decimal(n) for n in (0, 3, 6, 12, 24, 36))
    assert facts["industry"].choices["hospital"][1] == "medical center"
    assert "no mandate" in facts["records_mandate"].means_no


def test_choices_may_be_a_plain_list() -> None:
    head = make(check("{beds: 5}")).source.decode().split("checks:")[0]
    profile = make(check("{size: small}"), head=head + "  size: {type: choice, choices: [small, large]}\n")
    assert dict(profile.facts["size"].choices) == {"small": ("small",), "large": ("large",)}


def test_one_exception_or_a_list_of_them() -> None:
    one = make(check("{beds: 5}", more="exception: {authority: desk, expires_in: 1 day}")).checks[0].exception
    assert [(band.authority, band.expires_in_days) for band in one] == [("desk", 1)]
    two = make(check("{beds: 5}", more="exception: [{authority: desk, up_to: {beds: 9}}, {authority: boss}]"))
    bands = two.checks[0].exception
    assert [(band.authority, dict(band.up_to)) for band in bands] == [("desk", {Subject("beds"): 9}), ("boss", {})]
    assert two.authorities == ("desk", "boss")


def test_the_rule_is_cited_by_the_files_name_alone() -> None:
    profile = parse_profile(BUNDLED.read_bytes(), "somewhere/else/deal-profile.yaml")
    line = next(n for n, text in enumerate(BUNDLED.read_text().splitlines(), 1) if "id: margin" in text)
    item = profile.check("margin")
    assert item is not None
    assert profile.rule(item.place) == f"deal-profile.yaml:{line}"


def test_problems_cite_the_path_as_it_was_given() -> None:
    with pytest.raises(ProfileError, match=r"^here/there\.yaml:1:1: "):
        parse_profile(b"", "here/there.yaml")


def test_an_unknown_check_is_none() -> None:
    profile = load_profile(BUNDLED)
    assert profile.check("nothing") is None
    assert profile.check("segment") is None
