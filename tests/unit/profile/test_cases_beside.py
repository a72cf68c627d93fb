from __future__ import annotations

from pathlib import Path

import pytest
from inline_snapshot import snapshot

from bot.profile.cases import CaseResult, CasesError, run_cases
from bot.profile.judge import Judge
from bot.profile.loading import load_profile
from tests.unit.profile.samples import BUNDLED, ROOT, check, make

CASES = ROOT / "profile" / "cases"
CIRCLE = """\
cases:
  - {name: a, like: b, with: {}, expect: {verdict: fits}}
  - {name: b, like: a, with: {}, expect: {verdict: fits}}
"""
REPORT = run_cases(Judge(load_profile(BUNDLED)), CASES)


@pytest.mark.parametrize("result", REPORT.results, ids=lambda result: result.case.name)
def test_the_cases_of_the_bundled_profile(result: CaseResult) -> None:
    assert result.passed, str(result)


def test_they_are_many_and_cover_each_check_both_ways() -> None:
    assert len(REPORT.results) >= 45
    assert len({result.case.place.split(":")[0] for result in REPORT.results}) == 6
    assert REPORT.gaps == ()
    assert REPORT.failures == ()


def run(folder: Path, text: str):
    (folder / "a.yaml").write_text(text)
    profile = make(check('{months: ">= 3"}', id_="term", more="exception: {authority: desk}") + check("{call: true}"))
    return run_cases(Judge(profile), folder)


def test_expected_and_actual_stand_side_by_side(tmp_path: Path) -> None:
    report = run(
        tmp_path,
        """\
cases:
  - name: two months
    facts: {months: 2, call: true}
    expect: {verdict: fits, fail: [c], segment: none such, authorities: [], not_applicable: [term], ask_first: beds}
  - name: good
    facts: {months: 3, call: true}
    expect: {verdict: fits}
""",
    )
    assert [result.passed for result in report.results] == [False, True]
    assert str(report.failures[0]) == snapshot("""\
a.yaml:2: two months
  verdict         expected fits
                  actual   needs_approval
  fail            expected c
                  actual   term
  not_applicable  expected term
                  actual   none
  segment         expected none such
                  actual   none
  authorities     expected none
                  actual   desk
  ask_first       expected beds
                  actual   none\
""")
    assert str(report.results[1]) == "a.yaml:5: good: as expected"
    assert [(gap.check, gap.text) for gap in report.gaps] == snapshot(
        [("term", "is unknown in no case"), ("c", "is unknown in no case"), ("c", "has a row that no case fails")]
    )


def test_a_case_may_be_like_another_with_changes(tmp_path: Path) -> None:
    report = run(
        tmp_path,
        """\
cases:
  - {name: b, like: a, with: {months: unknown}, expect: {verdict: incomplete, unknown: [term]}}
  - {name: a, facts: {months: 3, call: true}, expect: {verdict: fits}}
""",
    )
    assert report.failures == ()
    assert dict(report.results[0].case.facts) == {"call": True}


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("cases:\n  - {name: a, facts: {month: 3}, expect: {verdict: fits}}\n", "2:23", "There is no fact `month`."),
        (
            "cases:\n  - {name: a, facts: {months: x}, expect: {verdict: fits}}\n",
            "2:31",
            "Service term: cannot read 'x'.",
        ),
        ("cases:\n  - {name: a, facts: {}, expect: {verdict: fine}}\n", "2:44", "`verdict` cannot be fine."),
        ("cases:\n  - {name: a, like: b, with: {}, expect: {verdict: fits}}\n", "2:21", "There is no case `b`."),
        (
            CIRCLE,
            "2:21",
            "`a` is like itself, directly or through others.",
        ),
        (
            "cases:\n" + "  - {name: a, facts: {}, expect: {verdict: fits}}\n" * 2,
            "3:12",
            "The case `a` stands in a.yaml:2 already.",
        ),
        (
            "cases:\n  - {name: a, facts: {}, expect: {verdict: fits, fail: [trm]}}\n",
            "2:57",
            "There is no check `trm`.",
        ),
        (
            "cases:\n  - {name: a, expect: {verdict: fits}}\n",
            "2:5",
            "The case `a` needs its `facts`, or `like` another case `with` changes.",
        ),
        ("cases: []\n", "1:8", "`cases` is empty."),
        ("- a\n", "1:1", "The file must be a mapping of keys to values."),
        ("", "1:1", "The file is empty."),
    ],
)
def test_a_faulty_file_of_cases_is_refused_at_its_place(tmp_path: Path, text: str, place: str, message: str) -> None:
    with pytest.raises(CasesError) as caught:
        run(tmp_path, text)
    found = [(f"{p.line}:{p.column}", p.message) for p in caught.value.problems]
    assert (place, message) in found, str(caught.value)


def test_an_empty_folder_has_no_cases(tmp_path: Path) -> None:
    profile = make(check("{call: true}"))
    assert run_cases(Judge(profile), tmp_path).results == ()
