"""What a check may ask of texts, and of dates: words that are searched for, and days counted from other dates."""

from __future__ import annotations

from datetime import date

import pytest

from bot.deals.deal import Deal
from bot.profile.explain import describe, explain_check
from bot.profile.judge import Judge
from bot.profile.problems import ProfileError
from bot.profile.verdict import Result
from tests.unit.profile.samples import check, make
from tests.unit.profile.test_derived import DAYS


@pytest.mark.parametrize(
    ("written", "told", "cases"),
    [
        (
            "{note: {contains: Mandate}}",
            "the note contains “Mandate”",
            {"under a MANDATE now": True, "none": False, "": False},
        ),
        (
            "{note: {starts_with: [re, aw]}}",
            "the note starts with “re” or “aw”",
            {"RE: x": True, "Aw x": True, "x re": False},
        ),
        ("{note: {ends_with: '!'}}", "the note ends with “!”", {"yes!": True, "yes": False}),
        ("{not: {note: {contains: x}}}", "the note does not contain “x”", {"x": False, "y": True}),
        (
            "{note: {starts_with: a, contains: b}}",
            "the note starts with “a” and the note contains “b”",
            {"ab": True, "ba": False, "a": False},
        ),
    ],
)
def test_texts_that_are_searched(written: str, told: str, cases: dict[str, bool]) -> None:
    profile = make(check(written))
    require = profile.checks[0].cases[0].require
    assert require is not None
    assert describe(profile, require) == told
    judge = Judge(profile)
    for text, holds in cases.items():
        found = judge.judge(Deal("x", {"note": text})).findings[0]
        assert found.result is (Result.PASS if holds else Result.FAIL), text
        assert (found.fact, found.actual) == ("note", text)
    verdict = judge.judge(Deal("x", {}))
    assert verdict.findings[0].missing == ("note",)
    assert verdict.ask[0].question == "What else?"


def test_what_a_searched_text_must_do_is_said() -> None:
    profile = make(check("{note: {contains: Mandate}}"))
    assert "The note must contain “Mandate”." in explain_check(profile, "c")
    assert Judge(profile).judge(Deal("x", {"note": "no"})).findings[0].limit == "contains “Mandate”"


@pytest.mark.parametrize(
    ("written", "told", "start", "holds"),
    [
        ('{start: "<= effective + 90 days"}', "the start is on or before 2027-01-30", date(2027, 1, 30), True),
        ('{start: "<= effective + 90 days"}', "the start is on or before 2027-01-30", date(2027, 1, 31), False),
        ('{start: "> effective"}', "the start is after 2026-11-01", date(2026, 11, 1), False),
        ('{start: ">= effective - 1 day"}', "the start is on or after 2026-10-31", date(2026, 10, 31), True),
        ('{start: "<= signed + 30 days"}', "the days from signed to start are at most 30", date(2026, 12, 31), True),
        ('{start: "<= signed + 30 days"}', "the days from signed to start are at most 30", date(2027, 1, 1), False),
        ('{start: ">= signed"}', "the days from signed to start are at least 0", date(2026, 12, 1), True),
        ('{start: "< signed - 7 days"}', "the days from signed to start are below -7", date(2026, 11, 23), True),
    ],
)
def test_dates_relative_to_others(written: str, told: str, start: date, holds: bool) -> None:
    profile = make(check(written), head=DAYS)
    require = profile.checks[0].cases[0].require
    assert require is not None
    assert describe(profile, require) == told
    found = Judge(profile).judge(Deal("x", {"start": start, "signed": date(2026, 12, 1)})).findings[0]
    assert found.result is (Result.PASS if holds else Result.FAIL)
    assert Judge(profile).judge(Deal("x", {"signed": date(2026, 12, 1)})).findings[0].missing == ("start",)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ('{start: "<= sined + 30 days"}', "`sined` is not another date of the deal."),
        ('{start: "<= beds + 30 days"}', "`beds` is not another date of the deal."),
        ('{start: "<= start + 30 days"}', "`start` is tested against itself."),
        ('{start: "<= signed + 30"}', "This is not a test of the date `start`."),
        ('{start: "<= signed * 2"}', "This is not a test of the date `start`."),
        (
            '{start: "<= today"}',
            "There is no word for today: a verdict must come out the same whenever it is repeated.",
        ),
        ('{start: "<= effective + 99999 days"}', None),
        ("{note: {has: x}}", "`has` is not a way to search a text."),
        ("{note: {contains: 3}}", "This is not a text to look for."),
        ("{note: {contains: []}}", "An empty list: the test can never hold."),
        ("{note: {}}", "The test is empty."),
        ("{note: {contains: {a: b}}}", "This is not a text to look for."),
    ],
)
def test_a_faulty_relation_is_refused(written: str, message: str | None) -> None:
    if message is None:
        assert make(check(written), head=DAYS)
        return
    with pytest.raises(ProfileError) as caught:
        make(check(written), head=DAYS)
    assert [problem.message for problem in caught.value.problems] == [message]
    assert caught.value.problems[0].suggestion
