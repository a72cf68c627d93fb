"""Realistic rules, some with one thing wrong and some with nothing: the linter tells just what is wrong."""

from __future__ import annotations

import pytest

from bot.profile.lint import lint
from tests.unit.profile.samples import check, make

USES_ALL = (
    "{any: [{kind: known}, {beds: known}, {months: known}, {discount: known}, {margin: known}, {worth: known}, "
    "{call: known}, {note: known}, {start: known}, {rate: known}, {outcomes: known}]}"
)
USED = check(USES_ALL, id_="u", more="mode: dry-run")
RULES = [
    (
        "ok exact split",
        (
            "- id: c\n"
            "  part: price\n"
            "  label: C\n"
            "  cases:\n"
            '    - {when: {months: ">= 12"}, require: {discount: <= 10%}}\n'
            "    - {when: {months: 3..11}, require: {discount: <= 5%}}\n"
            "    - {require: {discount: 0%}}\n"
            "  because: So.\n"
            "  exception: {authority: desk}\n"
        ),
        "",
        [],
    ),
    (
        "gap 5",
        (
            "- id: c\n"
            "  part: price\n"
            "  label: C\n"
            "  cases:\n"
            '    - {when: {months: ">= 6"}, require: {discount: <= 10%}}\n'
            '    - {when: {months: "< 5"}, require: {discount: 0%}}\n'
            "  because: So.\n"
            "  exception: {authority: desk}\n"
        ),
        "",
        ["Where none of the cases of `c` holds, the check does not apply."],
    ),
    (
        "overlap",
        (
            "- id: c\n"
            "  part: price\n"
            "  label: C\n"
            "  cases:\n"
            "    - {when: {months: 3..12}, require: {discount: <= 10%}}\n"
            "    - {when: {months: 6..24}, require: {discount: <= 5%}}\n"
            "    - {require: {discount: 0%}}\n"
            "  because: So.\n"
            "  exception: {authority: desk}\n"
        ),
        "",
        ["This case overlaps with the one in line 28, which asks for something else and comes first."],
    ),
    (
        "unreach",
        (
            "- id: c\n"
            "  part: price\n"
            "  label: C\n"
            "  cases:\n"
            '    - {when: {months: ">= 3"}, require: {discount: <= 10%}}\n'
            '    - {when: {months: ">= 12"}, require: {discount: <= 15%}}\n'
            "    - {require: {discount: 0%}}\n"
            "  because: So.\n"
            "  exception: {authority: desk}\n"
        ),
        "",
        ["Nobody reaches this case of `c`: the one in line 28 takes all of it first."],
    ),
    (
        "contradiction",
        (
            "- id: c\n"
            "  part: price\n"
            "  label: Check c\n"
            '  require: {all: [{beds: "> 400"},{beds: "< 25"}]}\n'
            "  because: We say so.\n"
            "  exception: {authority: desk}\n"
        ),
        "",
        ["These can never hold together: the staffed beds are above 400, and the staffed beds are below 25."],
    ),
    (
        "met never",
        (
            "- id: c\n"
            "  part: price\n"
            "  label: Check c\n"
            '  when: {months: "<= 3"}\n'
            '  require: {months: ">= 6"}\n'
            "  because: We say so.\n"
            "  exception: {authority: desk}\n"
        ),
        "",
        ["This can never be met: the service term is at least 6 months, where the service term is at most 3 months."],
    ),
    (
        "met always",
        (
            "- id: c\n"
            "  part: price\n"
            "  label: Check c\n"
            '  when: {months: ">= 12"}\n'
            '  require: {months: ">= 6"}\n'
            "  because: We say so.\n"
            "  exception: {authority: desk}\n"
        ),
        "",
        ["This is always met: the service term is at least 6 months, where the service term is at least 12 months."],
    ),
    (
        "cliff",
        ("- id: c\n  part: price\n  label: Check c\n  require: {discount: <= 10%}\n  because: We say so.\n"),
        "",
        ["A cliff: discount 10% -> 11% takes a deal from pass to nobody."],
    ),
    (
        "bands ok",
        (
            "- id: c\n"
            "  part: price\n"
            "  label: Check c\n"
            "  require: {discount: <= 10%}\n"
            "  because: We say so.\n"
            "  exception: [{authority: desk, up_to: {discount: 15%}}, {authority: boss, up_to: {discount: 20%}}]\n"
        ),
        "",
        [],
    ),
    (
        "bands inverted",
        (
            "- id: c\n"
            "  part: price\n"
            "  label: Check c\n"
            "  require: {discount: <= 10%}\n"
            "  because: We say so.\n"
            "  exception: [{authority: boss, up_to: {discount: 20%}}, {authority: desk, up_to: {discount: 15%}}]\n"
        ),
        "",
        [
            "A cliff: discount 20% -> 21% takes a deal from Boss to nobody.",
            "`desk` is never asked: `boss` before it reaches as far.",
        ],
    ),
    (
        "inverted elsewhere",
        (
            "- id: c\n"
            "  part: price\n"
            "  label: Check c\n"
            "  require: {discount: <= 10%}\n"
            "  because: We say so.\n"
            "  exception: [{authority: desk, up_to: {discount: 15%}}, {authority: boss, up_to: {discount: 20%}}]\n"
            "- id: d\n"
            "  part: price\n"
            "  label: Check d\n"
            '  require: {margin: ">= 30%"}\n'
            "  because: We say so.\n"
            "  exception: [{authority: boss, up_to: {margin: 25%}}, {authority: desk, up_to: {margin: 15%}}]\n"
        ),
        "",
        ["`desk` may go further than `boss` here, and the other way round in line 29."],
    ),
    (
        "dead link",
        (
            "- id: c\n"
            "  part: price\n"
            "  label: Check c\n"
            "  require: {call: true}\n"
            "  because: We say so.\n"
            "  exception: {authority: desk}\n"
            "  guidance: prices.md#x\n"
        ),
        "",
        ["The guidance prices.md#x leads nowhere."],
    ),
    (
        "seg gap",
        (
            "- id: c\n"
            "  part: price\n"
            "  label: Check c\n"
            "  require: {call: true}\n"
            "  because: We say so.\n"
            "  exception: {authority: desk}\n"
        ),
        (
            "- {name: a, stance: pursue, when: {kind: hospital}, because: So.}\n"
            "- {name: b, stance: decline, when: {kind: clinic}, because: So.}\n"
        ),
        ["A deal that no segment describes does not fit, and no segment says so."],
    ),
    (
        "seg complete by choices ok",
        (
            "- id: c\n"
            "  part: price\n"
            "  label: Check c\n"
            "  require: {call: true}\n"
            "  because: We say so.\n"
            "  exception: {authority: desk}\n"
        ),
        (
            "- {name: a, stance: pursue, when: {kind: hospital}, because: So.}\n"
            "- {name: b, stance: decline, when: {kind: [clinic, other]}, because: So.}\n"
        ),
        [],
    ),
    (
        "seg nested ok",
        (
            "- id: c\n"
            "  part: price\n"
            "  label: Check c\n"
            "  require: {call: true}\n"
            "  because: We say so.\n"
            "  exception: {authority: desk}\n"
        ),
        (
            "- {name: a, stance: pursue, when: {kind: hospital, beds: 25..400}, because: So.}\n"
            "- {name: b, stance: selective, when: {kind: hospital}, because: So.}\n"
            "- {name: c, stance: decline, because: So.}\n"
        ),
        [],
    ),
    (
        "yes/no split ok",
        (
            "- id: c\n"
            "  part: price\n"
            "  label: C\n"
            "  cases:\n"
            "    - {when: {call: true}, require: {discount: <= 10%}}\n"
            "    - {when: {call: false}, require: {discount: 0%}}\n"
            "  because: So.\n"
            "  exception: {authority: desk}\n"
        ),
        "",
        [],
    ),
    (
        "requirement of yes/no ok",
        ("- id: c\n  part: price\n  label: Check c\n  require: {call: true}\n  because: We say so.\n"),
        "",
        [],
    ),
    (
        "range ok band",
        (
            "- id: c\n"
            "  part: price\n"
            "  label: Check c\n"
            "  require: {beds: 25..400}\n"
            "  because: We say so.\n"
            "  exception: {authority: desk, up_to: {beds: 500}}\n"
        ),
        "",
        ["A cliff: staffed beds 25 -> 24 takes a deal from pass to nobody."],
    ),
    (
        "date ok",
        (
            "- id: c\n"
            "  part: price\n"
            "  label: Check c\n"
            '  require: {close_date: "<= effective + 90 days"}\n'
            "  because: We say so.\n"
            "  exception: {authority: desk}\n"
        ),
        "",
        [],
    ),
    (
        "derived/relations ok",
        (
            "- id: c\n"
            "  part: price\n"
            "  label: Check c\n"
            '  require: {start: ">= close_date"}\n'
            "  because: We say so.\n"
            "  exception: {authority: desk}\n"
        ),
        "",
        [],
    ),
    (
        "outcomes ok",
        (
            "- id: c\n"
            "  part: price\n"
            "  label: Check c\n"
            '  require: {outcomes: {measurable: ">= 2"}}\n'
            "  because: We say so.\n"
            "  exception: {authority: desk}\n"
        ),
        "",
        [],
    ),
    (
        "narrow band useless",
        (
            "- id: c\n"
            "  part: price\n"
            "  label: Check c\n"
            "  require: {discount: <= 10%}\n"
            "  because: We say so.\n"
            "  exception: {authority: desk, up_to: {discount: 8%}}\n"
        ),
        "",
        [
            "A cliff: discount 10% -> 11% takes a deal from pass to nobody.",
            "`desk` may approve up to 8%, which the check allows anyway.",
        ],
    ),
]


@pytest.mark.parametrize(("checks", "segments", "told"), [each[1:] for each in RULES], ids=[each[0] for each in RULES])
def test_just_what_is_wrong_is_told(checks: str, segments: str, told: list[str]) -> None:
    profile = make(USED + checks, segments)
    problems = lint(profile, frozenset({"pricing.md"}), authorities=["desk", "boss"])
    assert [problem.message for problem in problems] == told
