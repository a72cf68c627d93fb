"""Everything the linter tells, as people read it; run as a module, this takes changed texts into the files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings

from bot.profile.conditions import Condition
from bot.profile.evaluate import compiled
from bot.profile.lint import lint
from bot.profile.loading import load_profile, parse_profile
from bot.profile.regions import covers, possible
from tests.unit.profile.samples import check, make
from tests.unit.profile.strategies import FACTS, conditions, facts

FOLDER = Path(__file__).parent / "linted"
FILES = sorted(FOLDER.glob("*.yaml"))
ANCHORS = frozenset({"pricing.md", "pricing.md#discounts", "pricing.md#margins"})


def told(path: Path) -> str:
    profile = parse_profile(path.read_bytes(), path.name)
    problems = lint(profile, ANCHORS, authorities=["desk", "director"], today=date(2026, 11, 23))
    return "\n".join(str(problem) for problem in problems) + "\n"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_the_linter_tells(path: Path) -> None:
    assert told(path) == path.with_suffix(".txt").read_text()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_caret_stands_under_what_is_meant(path: Path) -> None:
    lines = path.read_text().splitlines()
    problems = lint(load_profile(path), ANCHORS, authorities=["desk", "director"], today=date(2026, 11, 23))
    assert problems
    for problem in problems:
        assert problem.suggestion
        assert problem.snippet is not None
        shown, caret = problem.snippet.splitlines()
        assert shown[len(caret) - 1] == lines[problem.line - 1][problem.column - 1] != " "


@given(conditions(known=True), facts())
@settings(max_examples=400)
def test_what_a_deal_meets_is_possible(condition: Condition, deal) -> None:
    if compiled(condition)(deal) is True:
        assert possible(FACTS, condition)


@given(conditions(known=True), conditions(known=True), facts())
@settings(max_examples=400)
def test_what_is_covered_holds(one: Condition, other: Condition, deal) -> None:
    if covers(FACTS, other, one) and compiled(one)(deal) is True:
        assert compiled(other)(deal) is not False


EVERY = [
    {"a": a, "b": b, "c": c, "d": d, "e": e}
    for a in range(6)
    for b in range(6)
    for c in ("x", "y", "z")
    for d in (True, False)
    for e in range(6)
]


@given(conditions())
@settings(max_examples=150)
def test_what_is_possible_some_deal_meets(condition: Condition) -> None:
    holds = compiled(condition)
    assert possible(FACTS, condition) is any(holds(deal) for deal in EVERY)


def test_decimals_dates_and_texts_have_values_in_between() -> None:
    texts = [
        ("{all: [{margin: '> 10%'}, {margin: '< 11%'}]}", True),
        ("{all: [{margin: '> 10%'}, {margin: '<= 10%'}]}", False),
        ("{all: [{months: '> 10'}, {months: '< 11'}]}", False),
        ("{all: [{start: '> 2026-11-01'}, {start: '< 2026-11-02'}]}", False),
        ("{all: [{start: '> 2026-11-01'}, {start: '< 2026-11-03'}]}", True),
        ("{not: {note: [a, b]}}", True),
        ("{all: [{note: a}, {note: b}]}", False),
        ("{all: [{not: {kind: hospital}}, {not: {kind: clinic}}, {not: {kind: other}}]}", False),
        ("{all: [{outcomes: {count: 1}}, {outcomes: {count: '>= 2'}}]}", False),
        ("{all: [{not: {kind: known}}, {kind: clinic}]}", False),
    ]
    for text, expected in texts:
        profile = make(check(text))
        assert possible(profile.facts, profile.checks[0].cases[0].require) is expected, text


@pytest.mark.parametrize(("rows", "expected"), [(5, False), (40, True)])
def test_what_takes_too_long_to_decide_is_taken_as_possible(rows: int, expected: bool) -> None:
    many = ", ".join(f"{{any: [{{beds: '> {n}'}}, {{months: '> {n}'}}]}}" for n in range(rows))
    profile = make(check(f"{{all: [{many}, {{call: true}}, {{call: false}}]}}"))
    assert possible(profile.facts, profile.checks[0].cases[0].require) is expected


@pytest.mark.parametrize("many", [50, 300])
def test_many_segments_are_looked_through(many: int) -> None:
    rows = [
        f"- {{name: s{n}, stance: pursue, when: {{kind: clinic, beds: {n}, call: true}}, because: So.}}"
        for n in range(many)
    ]
    profile = make(check("{call: true}"), "\n".join(rows))
    told = [problem.message for problem in lint(profile, ANCHORS)]
    assert "A deal that no segment describes does not fit, and no segment says so." in told


if __name__ == "__main__":
    for each in FILES:
        each.with_suffix(".txt").write_text(told(each))
