from __future__ import annotations

from datetime import date

import pytest
from inline_snapshot import snapshot

from bot.knowledge.folder import anchors_in
from bot.profile.conditions import Condition
from bot.profile.lint import lint
from bot.profile.loading import load_profile
from bot.profile.people import load_people
from bot.profile.regions import covers
from tests.unit.profile.samples import BUNDLED, HEAD, ROOT, check, make

USES_ALL = (
    "{all: [{kind: known}, {beds: known}, {months: known}, {discount: known}, {margin: known}, {worth: known}, "
    "{call: known}, {note: known}, {start: known}, {rate: known}, {outcomes: known}]}"
)
ANCHORS = frozenset({"pricing.md", "pricing.md#discounts", "pricing.md#margins", "terms.md"})


def found(checks: str, segments: str = "", head: str = HEAD, **more) -> list[str]:
    profile = make(check(USES_ALL, id_="all-facts") + checks, segments, head)
    told = [f"{p.severity}: {p.message}" for p in lint(profile, ANCHORS, **more)]
    return [line for line in told if not line.startswith("warning: A cliff:")]


def test_a_clean_profile_has_nothing_to_tell() -> None:
    assert found(check("{call: true}", more="guidance: pricing.md#discounts")) == []


def test_the_bundled_profile_is_clean() -> None:
    people = load_people(ROOT / "profile" / "people.yaml")
    problems = lint(
        load_profile(BUNDLED),
        anchors_in(ROOT / "knowledge"),
        authorities=people.authorities,
        today=date(2026, 11, 23),
    )
    assert [str(problem) for problem in problems] == []


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("guidance: pricing.md#discount", "error: The guidance pricing.md#discount leads nowhere."),
        ("guidance: prices.md", "error: The guidance prices.md leads nowhere."),
        ("exception: {authority: nobody}", "error: The people file names no authority `nobody`: nobody could approve."),
        (
            "exception: [{authority: desk}, {authority: boss}]",
            "warning: `boss` is never asked: an authority before it may approve anything.",
        ),
    ],
)
def test_what_leads_nowhere_is_told(more: str, message: str) -> None:
    assert found(check("{call: true}", more=more), authorities=["desk", "boss"]) == [message]


@pytest.mark.parametrize(
    ("bands", "message"),
    [
        ("[{authority: desk, up_to: {discount: 10%}}]", "`desk` may approve up to 10%, which the check allows anyway."),
        ("[{authority: desk, up_to: {discount: 5%}}]", "`desk` may approve up to 5%, which the check allows anyway."),
        (
            "[{authority: desk, up_to: {discount: 20%}}, {authority: boss, up_to: {discount: 15%}}]",
            "`boss` is never asked: `desk` before it reaches as far.",
        ),
    ],
)
def test_a_band_that_is_never_used_is_told(bands: str, message: str) -> None:
    assert found(check("{discount: <= 10%}", more=f"exception: {bands}")) == [f"warning: {message}"]


def test_a_suggestion_names_the_nearest_heading() -> None:
    profile = make(check(USES_ALL, more="guidance: pricing.md#discount"))
    problem = lint(profile, ANCHORS)[0]
    assert problem.suggestion == "Did you mean pricing.md#discounts?"
    assert (problem.snippet or "").splitlines()[0].strip() == "guidance: pricing.md#discount"


def test_facts_without_use_or_question_are_told() -> None:
    head = HEAD + "  colour: {type: text}\n"
    assert found(check("{call: true}"), head=head) == [
        "warning: No segment and no check uses the fact `colour`.",
        "warning: The fact `colour` has no question.",
    ]


def test_a_fact_that_can_only_be_moved_the_wrong_way_is_told() -> None:
    assert found(check('{months: "<= 6"}')) == [
        "warning: `months` can be moved up only, and every check asks for the opposite."
    ]


def test_a_profile_of_the_future_is_told() -> None:
    assert found("", today=date(2026, 10, 31)) == [
        "warning: The profile takes effect on 2026-11-01, and today is 2026-10-31."
    ]


CASES = """
- id: c
  part: price
  label: C
  cases:
    - {{when: {first}, require: {{call: true}}}}
    - {second}
  because: We say so.
"""


@pytest.mark.parametrize(
    ("first", "second", "messages"),
    [
        ('{months: ">= 3"}', "{require: {discount: 0%}}", []),
        ('{months: ">= 3"}', "{otherwise: not applicable}", []),
        ('{months: ">= 3"}', '{when: {months: "< 3"}, require: {discount: 0%}}', []),
        ('{months: ">= 3"}', '{when: {months: "< 2"}, require: {discount: 0%}}', ["gap"]),
        ('{months: ">= 3"}', '{when: {months: ">= 12"}, require: {discount: 0%}}', ["gap", "unreachable"]),
        ('{months: ">= 3"}', '{when: {months: "> 3", call: true}, require: {discount: 0%}}', ["gap", "unreachable"]),
        ("{kind: [hospital, clinic]}", "{when: {kind: clinic}, require: {discount: 0%}}", ["gap", "unreachable"]),
        ("{kind: clinic}", "{when: {kind: [hospital, clinic]}, require: {discount: 0%}}", ["gap"]),
    ],
)
def test_gaps_and_unreachable_cases(first: str, second: str, messages: list[str]) -> None:
    expected = {
        "gap": "warning: Where none of the cases of `c` holds, the check does not apply.",
        "unreachable": "error: Nobody reaches this case of `c`: the one in line 28 takes all of it first.",
    }
    assert sorted(found(CASES.format(first=first, second=second))) == sorted(expected[m] for m in messages)


def test_segments_that_nobody_reaches_or_that_leave_a_gap() -> None:
    segments = """
    - {name: all hospitals, stance: pursue, when: {kind: hospital}, because: So.}
    - {name: small hospitals, stance: decline, when: {kind: hospital, beds: "< 25"}, because: So.}
    """
    assert found("", segments) == [
        "error: Nobody reaches the segment `small hospitals`: `all hospitals` takes all of it first.",
        "warning: A deal that no segment describes does not fit, and no segment says so.",
    ]


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (
            "{all: [{beds: '> 400'}, {beds: '< 25'}]}",
            "the staffed beds are above 400, and the staffed beds are below 25",
        ),
        ("{all: [{kind: hospital}, {kind: clinic}]}", "the kind is hospital, and the kind is clinic"),
        ("{all: [{call: true}, {not: {call: true}}]}", '"monthly call" is yes, and "monthly call" is no'),
    ],
)
def test_contradictions(condition: str, message: str) -> None:
    assert found(check(condition)) == [f"warning: These can never hold together: {message}."]


def test_a_test_that_tests_nothing() -> None:
    assert found(check("{discount: <= 100%}")) == [
        "warning: This holds for every value that `discount` can have: the discount is at most 100%."
    ]


def condition(text: str) -> Condition:
    require = make(check(text)).checks[0].cases[0].require
    assert require is not None
    return require


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ('{beds: ">= 12"}', '{beds: ">= 6"}', True),
        ('{beds: ">= 6"}', '{beds: ">= 12"}', False),
        ('{beds: "> 6"}', '{beds: ">= 6"}', True),
        ('{beds: ">= 6"}', '{beds: "> 6"}', False),
        ('{beds: "< 6"}', '{beds: "<= 6"}', True),
        ("{beds: 10..20}", "{beds: 5..25}", True),
        ("{beds: 10..20}", "{beds: 15..25}", False),
        ("{beds: 7}", "{beds: 5..25}", True),
        ("{beds: [7, 30]}", "{beds: 5..25}", False),
        ("{kind: clinic}", "{not: {kind: hospital}}", True),
        ("{not: {kind: [hospital, clinic]}}", "{not: {kind: clinic}}", True),
        ("{kind: clinic}", "{kind: known}", True),
        ("{kind: known}", "{kind: clinic}", False),
        ("{kind: clinic, beds: 7}", "{kind: clinic}", True),
        ("{kind: clinic}", "{kind: clinic, beds: 7}", False),
        ("{kind: clinic}", "{any: [{beds: 7}, {kind: clinic}]}", True),
        ("{any: [{kind: clinic}, {kind: hospital}]}", "{kind: [hospital, clinic]}", True),
        ('{start: ">= 2027-01-01"}', '{start: "> 2026-12-01"}', True),
        ("{not: {kind: known}}", "{kind: known}", False),
    ],
)
def test_a_condition_covers_another_when_every_deal_that_meets_it_meets_both(
    one: str, other: str, expected: bool
) -> None:
    facts = make(check(USES_ALL)).facts
    assert covers(facts, condition(other), condition(one)) is expected


def told(more: str, facts: str = "") -> list[str]:
    profile = make(check(USES_ALL, id_="all-facts") + check("{discount: <= 10%}", more=more), head=HEAD + facts)
    return [f"{p.line}:{p.column} {p.message}" for p in lint(profile, ANCHORS)]


def test_a_warning_can_be_accepted_with_its_reason_and_by_no_other_word() -> None:
    cliff = told("")
    assert len(cliff) == 1
    assert "A cliff: discount 10% -> 11%" in cliff[0]
    assert told("accept: {cliff: The law draws this line.}") == []
    needless = told("accept: {cliff: The law draws this line., gap: It never was.}")
    assert needless == ["28:47 `accept` names gap, and there is nothing of the kind here."]
    asked = told("accept: {cliff: So be it.}\nexception: {authority: desk}")
    assert asked == ["28:14 `accept` names cliff, and there is nothing of the kind here."]


def test_a_fact_that_nothing_uses_can_be_accepted() -> None:
    ours = "  colour: {type: text, ask: Which colour?, accept: {unused: Marketing reads it.}}\n"
    assert told("accept: {cliff: So be it.}", ours) == []


def test_errors_cannot_be_accepted() -> None:
    more = "guidance: prices.md\naccept: {cliff: So be it.}"
    assert told(more) == ["28:15 The guidance prices.md leads nowhere."]


def test_a_percentage_that_is_written_as_a_share_is_told_at_its_place() -> None:
    profile = make(
        check("{discount: <= 0.08}", more="exception: {authority: desk, up_to: {discount: 0.15}}")
        + check("{discount: <= 0.08%, margin: 0.3..0.5}", id_="d", more="accept: {figure: We count in thin slices.}")
        + check('{months: ">= 1"}', id_="e", when='{not: {any: [{margin: "< 0.25"}, {rate: 0.5}]}}')
    )
    told = [problem for problem in lint(profile, frozenset()) if problem.kind == "figure"]
    assert [(problem.message, problem.suggestion) for problem in told] == snapshot(
        [
            (
                "`discount` is a percentage, and 0.08 is a small part of one percent.",
                "Write 8% if that is meant, or 0.08% with its sign.",
            ),
            (
                "`discount` is a percentage, and 0.15 is a small part of one percent.",
                "Write 15% if that is meant, or 0.15% with its sign.",
            ),
            (
                "`margin` is a percentage, and 0.25 is a small part of one percent.",
                "Write 25% if that is meant, or 0.25% with its sign.",
            ),
        ]
    )
    lines = profile.source.decode().splitlines()
    assert [lines[p.line - 1][p.column - 1 :][:6] for p in told] == ["<= 0.0", "0.15}}", '"< 0.2']
