"""Facts that a profile works out from others: their arithmetic, what is unknown, and what a judge makes of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.deals.deal import Deal
from bot.profile.cases import load_cases
from bot.profile.changes import changes
from bot.profile.explain import explain_check
from bot.profile.judge import Judge
from bot.profile.lint import lint
from bot.profile.model import Profile
from bot.profile.problems import CasesError, ProfileError
from bot.profile.replay import replay
from bot.profile.verdict import Judgement, Result
from tests.unit.profile.samples import HEAD, check, make

DAYS = HEAD + "  signed: {type: date, label: Signed, ask: When is it signed?}\n"


def derived(text: str, head: str = DAYS) -> str:
    return head + "derived:\n" + "".join(f"  {line}\n" for line in text.strip().splitlines())


def value(expression: str, **facts) -> object:
    profile = make(check("{x: known}"), head=derived(f"x: {expression}"))
    return dict(Judge(profile).complete(facts)).get("x")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("worth / beds", Decimal("708.33")),
        ("worth * discount / 100", Decimal("6800.00")),
        ("worth - worth * discount / 100", Decimal("78200.00")),
        ("(worth - 5000) / months", Decimal("40000.00")),
        ("months * 30 + 5", Decimal(65)),
        ("-months + 1", Decimal(-1)),
        ("2 - -months", Decimal(4)),
        ("margin - discount", Decimal(34)),
        ("max(months, 3, 1)", Decimal(3)),
        ("min(months, 12) / 7", Decimal("0.2857")),
        ("worth / (worth * 2)", None),
        ("worth / (months - 2)", None),
        ("start - signed", Decimal(31)),
        ("start - (signed + 30)", Decimal(1)),
        ("worth/beds*beds", Decimal("85000.00")),
        ("1 / 3 * months", Decimal("0.6667")),
    ],
)
def test_arithmetic(expression: str, expected: Decimal | None) -> None:
    facts = {
        "worth": Decimal(85000),
        "beds": 120,
        "months": 2,
        "discount": Decimal(8),
        "margin": Decimal(42),
        "start": date(2027, 1, 1),
        "signed": date(2026, 12, 1),
    }
    if expression == "worth / (worth * 2)":
        assert value("worth / worth", **facts) == 1
        return
    assert value(expression, **facts) == expected


def test_a_missing_part_leaves_it_unknown_and_its_parts_are_asked_for() -> None:
    profile = make(
        check('{per_bed: ">= 500"}', more="exception: {authority: desk, up_to: {per_bed: 400}}"),
        head=derived("per_bed: worth / beds"),
    )
    verdict = Judge(profile).judge(Deal("x", {"beds": 120}))
    assert verdict.judgement is Judgement.INCOMPLETE
    assert verdict.findings[0].missing == ("worth",)
    assert verdict.findings[0].fact == "worth"
    assert [question.fact for question in verdict.ask] == ["worth"]


def test_a_division_by_zero_is_unknown_and_asks_for_its_parts() -> None:
    profile = make(check('{per_bed: ">= 500"}'), head=derived("per_bed: worth / beds"))
    verdict = Judge(profile).judge(Deal("x", {"beds": 0, "worth": Decimal(1)}))
    assert verdict.judgement is Judgement.INCOMPLETE
    assert verdict.findings[0].missing == ("worth", "beds")


@pytest.mark.parametrize(
    ("worth", "judgement", "gap"),
    [
        (60000, "fits", None),
        (59999, "needs_approval", "0.01"),
        (48000, "needs_approval", "100"),
        (47000, "does_not_fit", "108.33"),
    ],
)
def test_a_derived_fact_is_judged_like_any_other(worth: int, judgement: str, gap: str | None) -> None:
    profile = make(
        check('{per_bed: ">= 500"}', more="exception: {authority: desk, up_to: {per_bed: 400}}"),
        head=derived("per_bed: {value: worth / beds, label: Value per bed}"),
    )
    verdict = Judge(profile).judge(Deal("x", {"beds": 120, "worth": Decimal(worth)}))
    found = verdict.findings[0]
    assert verdict.judgement.value == judgement
    assert found.gap == (None if gap is None else Decimal(gap))
    assert found.limit == "at least $500"
    assert found.fact == "per_bed"
    assert explain_check(profile, "c").splitlines()[1:4] == [
        "The value per bed must be at least $500.",
        "Why: We say so.",
        "Value per bed: contract value / staffed beds.",
    ]


def test_a_derived_fact_is_never_taken_from_the_deal() -> None:
    profile = make(check('{per_bed: ">= 500"}'), head=derived("per_bed: worth / beds"))
    deal = Deal("x", {"beds": 120, "worth": Decimal(100), "per_bed": Decimal(9999)})
    assert Judge(profile).judge(deal).findings[0].result is Result.FAIL


def test_money_in_another_currency_leaves_it_unknown() -> None:
    profile = make(check('{per_bed: ">= 500"}'), head=derived("per_bed: worth / beds"))
    verdict = Judge(profile).judge(Deal("x", {"beds": 1, "worth": Decimal(900)}, currency="EUR"))
    assert verdict.findings[0].missing == ("worth",)


def test_one_derived_fact_rests_on_another_and_segments_may_use_it() -> None:
    profile = make(
        check("{call: known}"),
        "- {name: rich, stance: pursue, when: {yearly: '>= 100'}, because: So.}",
        head=derived("monthly: worth / months\nyearly: monthly * 12"),
    )
    judge = Judge(profile)
    verdict = judge.judge(Deal("x", {"months": 6, "worth": Decimal(60), "call": True}))
    assert verdict.segment == "rich"
    assert judge.judge(Deal("x", {"call": True})).findings[0].missing == ("worth", "months")


def test_a_counter_offer_moves_the_parts_and_fits() -> None:
    profile = make(check('{total: ">= 600"}'), head=derived("total: rate * months", HEAD))
    judge = Judge(profile)
    deal = Deal("x", {"rate": Decimal(100), "months": 2})
    verdict = judge.judge_fully(deal)
    assert [[(c.fact, c.after) for c in offer.changes] for offer in verdict.counter_offers] == [[("months", 6)]]
    assert replay({"deal": "x", **verdict.plain()}, profile.source).same


@given(st.integers(0, 40), st.integers(0, 20), st.integers(1, 400), st.sampled_from([1, 7]))
def test_a_counter_offer_over_one_part_is_the_nearest(months: int, beds: int, least: int, factor: int) -> None:
    head = HEAD.replace(
        "unit: months, negotiable: up, minimum: 0,", "unit: months, negotiable: up, minimum: 0, maximum: 60,"
    )
    profile = make(
        check(f'{{total: ">= {least}"}}'),
        head=derived(
            f"total: {factor} * months * beds / 2", head.replace("unit: beds, ", "").replace("unit: months, ", "")
        ),
    )
    judge = Judge(profile)
    verdict = judge.judge_fully(Deal("x", {"months": months, "beds": beds}))
    fitting = [m for m in range(months + 1, 61) if Decimal(factor * m * beds) / 2 >= least]
    if verdict.judgement is Judgement.FITS:
        assert Decimal(factor * months * beds) / 2 >= least
    elif fitting:
        assert [[(c.fact, c.after) for c in offer.changes] for offer in verdict.counter_offers] == [
            [("months", fitting[0])]
        ]
    else:
        assert verdict.counter_offers == ()


@pytest.mark.parametrize(
    ("expression", "require", "facts", "expected"),
    [
        ("worth - worth * discount / 100", '{x: ">= 900"}', {"worth": 1000, "discount": 20}, [("discount", 10)]),
        ("worth * (100 - discount) / 100", "{x: 870..890}", {"worth": 1000, "discount": 20}, [("discount", 13)]),
        (
            "start - signed",
            '{x: "<= 30"}',
            {"start": date(2027, 1, 31), "signed": date(2026, 12, 1)},
            [("start", date(2026, 12, 31))],
        ),
    ],
)
def test_a_counter_offer_finds_where_a_derived_test_turns(expression: str, require: str, facts, expected) -> None:
    head = DAYS.replace("start: {type: date,", "start: {type: date, negotiable: down,")
    profile = make(check(require), head=derived(f"x: {expression}", head))
    values = {name: Decimal(value) if isinstance(value, int) else value for name, value in facts.items()}
    verdict = Judge(profile).judge_fully(Deal("x", values))
    assert [[(c.fact, c.after) for c in offer.changes] for offer in verdict.counter_offers] == [expected]


@given(st.integers(0, 10**9), st.integers(1, 10**4), st.integers(1, 60))
def test_figures_are_the_same_in_any_decimal_context(worth: int, beds: int, precision: int) -> None:
    expected = value("worth / beds", worth=Decimal(worth), beds=beds)
    with localcontext() as context:
        context.prec = precision
        assert value("worth / beds", worth=Decimal(worth), beds=beds) == expected
    assert abs(expected - Decimal(worth) / beds) <= Decimal("0.005")


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("x: worth / bed", 14, "There is no fact `bed`."),
        ("x: worth +", 12, "The expression ends, and a part is missing."),
        ("x: (worth", 11, "The expression ends, and ) is missing."),
        ("x: worth beds", 12, "A sign is missing before `beds`."),
        ("x: worth + beds", 12, "+ joins money and beds."),
        ("x: worth - discount", 12, "- joins money and percent."),
        ("x: months + beds", 13, "+ joins months and beds."),
        ("x: worth * worth", 12, "* joins money and money, which means nothing."),
        ("x: beds / worth", 11, "/ joins beds and money, which means nothing."),
        ("x: start + signed", 12, "+ joins a date and a date."),
        ("x: start", 6, "The expression gives a date."),
        ("x: 2 + 3", 6, "The expression names no fact."),
        ("x: kind + 1", 6, "`kind` is a fact of the type choice: nothing can be worked out from it."),
        ("x: worth ** 2", 13, "There are no powers in an expression."),
        ("x: worth.real", 11, "A fact has no parts that could be named after a point."),
        ("x: __import__('os')", 6, "There is no function `__import__`."),
        ('x: "worth ; beds"', 13, "An expression is one line of arithmetic: `;` is not in it."),
        ("x: min(worth)", 18, "`,` is missing before `)`."),
        ("beds: worth / 2", 3, "`beds` is a fact already."),
        ("any: worth / 2", 3, "`any` is a word of the language."),
        ("x: y * 2\ny: worth / beds", 6, "There is no fact `y`."),
        (f"x: {'(' * 30}worth{')' * 30}", None, "The brackets are nested too deep."),
        (f"x: worth {'+ worth ' * 80}", 6, "An expression has at most 500 characters."),
    ],
)
def test_a_faulty_expression_is_refused_at_its_place(text: str, column: int | None, message: str) -> None:
    with pytest.raises(ProfileError) as caught:
        make(check("{worth: known}"), head=derived(text))
    problem = caught.value.problems[0]
    assert problem.message == message
    assert problem.suggestion
    assert column is None or problem.column == column or message.startswith("`,`")
    assert problem.line == DAYS.count("\n") + 2


def test_a_case_cannot_give_a_derived_fact(tmp_path) -> None:
    (tmp_path / "a.yaml").write_text("cases:\n  - {name: a, facts: {x: 3}, expect: {verdict: fits}}\n")
    with pytest.raises(CasesError, match="There is no fact `x`"):
        load_cases(make(check("{x: known}"), head=derived("x: worth / beds")), tmp_path)


def test_lint_and_diff_know_derived_facts() -> None:
    names = "kind margin call note start outcomes discount months signed rate".split()
    use = check(f"{{all: [{', '.join(f'{{{name}: known}}' for name in names)}]}}", more="mode: dry-run")

    def tried(test: str, text: str) -> Profile:
        return make(use + check(test, id_="d", more="mode: dry-run"), head=derived(text))

    old = tried('{x: ">= 1"}', "x: worth / beds + worth * 0")
    new = tried('{z: ">= 1"}', "x: worth / beds\nz: margin * 2")
    assert [p.message for p in lint(old, frozenset())] == []
    assert [p.message for p in lint(new, frozenset())] == [
        "No segment and no check uses the fact `beds`.",
        "No segment and no check uses the fact `worth`.",
        "No segment and no check uses the derived fact `x`.",
    ]
    assert [change.text for change in changes(old, new)] == [
        "Check d: the X is at least $1 -> the Z is at least 1%",
        "derived.x: worth / beds + worth * 0 -> worth / beds",
        "derived.z: none -> margin * 2",
    ]
