from __future__ import annotations

import re
from textwrap import dedent, indent

import pytest

from bot.deals.deal import Deal
from bot.profile.economics import Economist
from bot.profile.economics_shape import (
    ChurnShape,
    CommissionShape,
    EconomicsFactsShape,
    EconomicsShape,
    FactorShape,
)
from bot.profile.judge import Judge
from bot.profile.loading import ProfileError, load_profile, parse_profile
from bot.profile.model import Profile
from tests.unit.profile.samples import BUNDLED, HEAD, ROOT, check

FACTS = "facts: {contract_value: worth, discount: discount, margin: margin, service_months: months}\n"


def read(economics: str) -> Profile:
    text = (
        HEAD
        + "segments:\n  - {name: all, stance: pursue, because: So.}\nchecks:\n"
        + indent(check("{beds: known}"), "  ")
    )
    return parse_profile((text + "economics:\n" + indent(dedent(economics), "  ")).encode(), "small.yaml")


def told(economics: str) -> tuple[str, str | None, int]:
    with pytest.raises(ProfileError) as caught:
        read(economics)
    (problem,) = caught.value.problems
    assert problem.snippet
    return problem.message, problem.suggestion, problem.line


def test_a_small_plan_loads() -> None:
    plan = read(FACTS + "churn: [{segment: all, monthly: 2%}]\ncommission: {rate: 10}\n").economics
    assert plan is not None
    assert plan.facts.contract_value == "worth"
    assert plan.facts.payment_days is None
    assert plan.churn[0].monthly == 2
    assert plan.commission is not None
    assert plan.commission.rate == 10


def test_the_shipped_profile_without_the_part_still_loads() -> None:
    text = BUNDLED.read_text()
    assert load_profile(BUNDLED).economics is not None
    assert parse_profile(text.split("\n# What a deal is worth")[0].encode(), "p.yaml").economics is None


@pytest.mark.parametrize(
    ("economics", "message", "suggestion"),
    [
        ("facts: {contract_value: wort}\n", "There is no fact `wort`.", "Did you mean worth?"),
        ("facts: {contract_value: margin}\n", "is a fact of type percent, and `contract_value` takes", "worth"),
        ("facts: {discount: discount}\n", "need `contract_value`", "Add `contract_value: ...`."),
        ("facts: {contract_value: worth}\nchurn: [{monthly: 2%}]\n", "`churn` needs the fact", "facts"),
        ("facts: {contract_value: worth}\ncommission: {rate: 8%}\n", "`commission` needs the fact `margin`", "facts"),
        ("facts: {contract_value: worth}\ncost_of_capital: 8%\n", "needs the fact `payment_days`", "facts"),
        (FACTS + "churn: [{segment: nobody, monthly: 2%}]\n", "There is no segment `nobody`.", "all"),
        (FACTS + "churn: [{monthly: 0%}]\n", "stay for ever", "0.5%"),
        (FACTS + "churn: [{monthly: much}]\n", "`monthly` cannot be much.", "number of percent"),
        (FACTS + "churn: [{monthly: 2%}, {segment: all, monthly: 1%}]\n", "Nobody reaches this row", "last"),
        (FACTS + "churn: [{when: {month: 3}, monthly: 2%}]\n", "There is no fact `month`.", "months"),
        (FACTS + "commission: {rate: lots}\n", "`rate` cannot be lots.", "number of percent"),
        (FACTS + "commission: {rate: 8%, pays: double}\n", "`pays` is not a key", None),
        (
            FACTS + "commission: {rate: 8%, service_mix: [{when: {worth: '>= 100000'}, times: 2}]}\n",
            "The commission cannot depend on `worth`: it is paid on margin, never on bookings.",
            "for how long",
        ),
        (
            FACTS + "commission: {rate: 8%, subscription: [{when: {discount: '>= 5'}, times: 2}]}\n",
            "cannot depend on `discount`",
            "for how long",
        ),
        (FACTS + "commission: {rate: 8%, subscription: [{times: 1}, {times: 2}]}\n", "Nobody reaches this row", "last"),
        (FACTS + "commission: {rate: 8%, subscription: [{times: 0.0}, {times: 2}]}\n", "Nobody reaches", "last"),
    ],
)  # fmt: skip
def test_a_faulty_plan_is_refused_at_its_place(economics: str, message: str, suggestion: str | None) -> None:
    said, remedy, line = told(economics)
    assert message in said
    assert line > 20
    if suggestion is not None:
        assert remedy is not None
        assert suggestion in remedy


PAGE = (ROOT / "docs" / "economics.md").read_text()


def test_the_example_on_the_page_loads_over_the_shipped_facts() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    text = BUNDLED.read_text().split("\n# What a deal is worth")[0]
    assert parse_profile(f"{text}\n{example}".encode(), "p.yaml").economics is not None


def test_the_page_names_every_key_and_every_figure() -> None:
    for model in (EconomicsShape, EconomicsFactsShape, ChurnShape, FactorShape, CommissionShape):
        for name in model.model_fields:
            assert f"`{name}`" in PAGE or f"{name}:" in PAGE
    rows = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    profile = load_profile(BUNDLED)
    deal = Deal("A deal")
    judge = Judge(profile)
    found = Economist(judge).of(deal, judge.judge(deal))
    assert found is not None
    assert rows == {figure.name for figure in found.proposed.figures}
