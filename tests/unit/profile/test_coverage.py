from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bot.profile.cases import run_cases
from bot.profile.coverage import coverage
from bot.profile.judge import Judge
from bot.profile.junit import junit_bytes
from bot.profile.loading import load_profile
from tests.unit.profile.samples import BUNDLED, ROOT, check, make

REPORT = run_cases(Judge(load_profile(BUNDLED)), ROOT / "profile" / "cases")
HEAD = "cases:\n"


def gaps(folder: Path, profile: str, *facts: str, segments: str = "") -> list[str]:
    lines = [f"  - {{name: c{n}, facts: {{{each}}}, expect: {{verdict: fits}}}}" for n, each in enumerate(facts)]
    (folder / "a.yaml").write_text(HEAD + "\n".join(lines) + "\n")
    return [f"{gap.check} {gap.text}" for gap in run_cases(Judge(make(profile, segments)), folder).gaps]


def test_the_shipped_cases_leave_nothing_untried() -> None:
    assert [str(gap) for gap in REPORT.gaps] == []


BOUNDARY = [
    "Cedar County, the smallest hospital we look for",
    "Prairie Critical Access, one bed short",
    "Millbrook, the smallest hospital with its own IT",
    "Metro Clinics, a group with its own IT",
    "Willow Creek, just large enough",
    "Maple Point, as small as the director may take",
    "Hawthorn, too small for anybody",
    "Gorse, eleven months with one review",
    "Basalt, ten and a half percent",
    "Coral, fifteen percent",
    "Diamond, fifteen and a half percent",
    "Feldspar, one percent for two months",
    "Onyx, a margin just below",
    "Quartz, a matter for the director",
    "Slate, closed at next to nothing",
    "Adler, a year at net 45",
    "Finch, net 61",
    "Estuary, twenty-three months with the CIO",
]


@pytest.mark.parametrize("name", BOUNDARY)
def test_without_a_case_at_a_boundary_something_is_untried(name: str) -> None:
    names = [result.case.name for result in REPORT.results]
    assert name in names
    judge = Judge(load_profile(BUNDLED))
    left = [(r.verdict.facts, r.verdict) for r in REPORT.results if r.case.name != name]
    found = coverage(judge, left)
    assert found


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (["months: 3", "months: 2", "call: true"], []),
        (
            ["months: 4", "months: 1", "call: true"],
            [
                "c is tried by no case with service term exactly 3 months",
                "c is tried by no case with service term just below 3 months",
            ],
        ),
        (
            ["months: 3", "call: true"],
            ["c has a row that no case fails", "c is tried by no case with service term just below 3 months"],
        ),
        (["months: 3", "months: 2"], ["c is unknown in no case"]),
    ],
)
def test_a_threshold_is_tried_on_it_and_just_beyond(tmp_path: Path, facts: list[str], expected: list[str]) -> None:
    assert gaps(tmp_path, check('{months: ">= 3"}'), *facts) == expected


def test_a_threshold_that_decides_nothing_is_not_tried(tmp_path: Path) -> None:
    rule = check('{any: [{call: true}, {months: ">= 3"}]}')
    assert gaps(tmp_path, rule, "months: 3, call: true", "months: 2, call: true", "months: 1, call: false", "") == [
        "c is tried by no case with service term exactly 3 months",
        "c is tried by no case with service term just below 3 months",
    ]
    assert gaps(tmp_path, rule, "months: 3, call: false", "months: 2, call: false", "") == []


ROWS = """
- id: discount
  part: price
  label: Discount
  when: {call: true}
  cases:
    - {when: {months: ">= 3"}, require: {discount: <= 10%}}
    - {otherwise: not applicable}
  because: We say so.
  exception: {authority: desk, up_to: {discount: 15%}}
"""


def test_rows_bands_and_the_when(tmp_path: Path) -> None:
    assert gaps(tmp_path, ROWS, "call: true, months: 3, discount: 5%", "call: true") == [
        "discount is failed by no case",
        "discount has a `when` that fails in no case",
        "discount has a row whose `when` fails in no case",
        "discount is tried by no case with service term just below 3 months",
        "discount has a row that no case fails",
        "discount is tried by no case with discount exactly 10%",
        "discount is tried by no case with discount just above 10%",
        "discount has a row that no case reaches",
        "discount has a band of Desk in which no case lies",
        "discount has a band of Desk that is tried by no case with discount exactly 15%",
        "discount has a band of Desk that is tried by no case with discount just above 15%",
    ]
    assert (
        gaps(
            tmp_path,
            ROWS,
            *[f"call: true, months: 3, discount: {n}%" for n in (10, 11, 15, "15.5")],
            "call: false",
            "call: true, months: 2",
            "call: true",
        )
        == []
    )


SEGMENTS = """
- {name: small, stance: pursue, when: {beds: 25..400, kind: hospital}, because: So.}
- {name: others, stance: decline, because: So.}
"""


def test_segments_and_both_ends_of_a_range(tmp_path: Path) -> None:
    rule = check("{call: true}")
    tail = ["call: true", "call: false"]
    found = gaps(tmp_path, rule, *[f"beds: {n}, kind: hospital" for n in (24, 25, 400)], *tail, segments=SEGMENTS)
    assert found == ["segment is tried by no case with staffed beds just above 400"]
    found = gaps(tmp_path, rule, *[f"beds: {n}, kind: clinic" for n in (24, 25, 400, 401)], *tail, segments=SEGMENTS)
    assert found[:2] == ["segment is passed by no case", "segment has the segment `small`, and no case is in it"]
    assert len(found) == 6


def test_what_lies_beyond_the_possible_need_not_be_tried(tmp_path: Path) -> None:
    assert gaps(tmp_path, check("{discount: 0%}"), "discount: 0%", "discount: 1%", "") == []


def test_junit_has_a_suite_of_cases_and_one_of_gaps(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        HEAD
        + '  - {name: "a <b> & \\ufffe", facts: {months: 3}, expect: {verdict: fits}}\n'
        + "  - {name: d, facts: {months: 3}, expect: {verdict: incomplete}}\n"
    )
    report = run_cases(Judge(make(check('{months: ">= 3"}'))), tmp_path)
    for strict, counts in ((False, ("0", "3")), (True, ("3", "0"))):
        root = ET.fromstring(junit_bytes(report, strict=strict))  # noqa: S314 - we wrote it
        cases, untried = root.findall("testsuite")
        assert (cases.get("tests"), cases.get("failures")) == ("2", "1")
        assert (untried.get("failures"), untried.get("skipped")) == counts
        assert [test.get("name") for test in cases] == ["a <b> & \ufffd", "d"]
        failure = cases[1].find("failure")
        assert failure is not None
        assert "expected incomplete" in (failure.text or "")
    assert len(ET.fromstring(junit_bytes(REPORT)).findall("testsuite")) == 1  # noqa: S314 - we wrote it
