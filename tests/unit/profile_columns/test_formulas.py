"""What is asked of a whole pipeline at once: the same answers with fewer tests, in every state of knowledge."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.profile import conditions
from bot.profile.conditions import ALWAYS, AllOf, AnyOf, Compare, Known, Order, Subject, negated
from bot.profile.evaluate import compiled
from bot.profile.formulas import denied, undecided
from bot.profile.judge import Judge
from bot.profile.loading import load_profile
from bot.profile.simpler import NEVER, Given, both, either, simpler
from bot.profile.verdict import Judgement
from bot.profile.weights import APPROVABLE, FATAL, PASS, UNKNOWN, questions
from tests.unit.profile.samples import BUNDLED, check, make
from tests.unit.profile_columns.worlds import World

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12 on DuckDB 2

WEIGHTS = {
    Judgement.DOES_NOT_FIT: FATAL,
    Judgement.INCOMPLETE: UNKNOWN,
    Judgement.NEEDS_APPROVAL: APPROVABLE,
    Judgement.FITS: PASS,
}


@settings(max_examples=300)
@given(st.integers(0, 2**32))
def test_what_is_denied_or_undecided_is_said_of_exactly_the_deals_of_which_it_is_so(seed: int) -> None:
    world = World(seed)
    condition = world.condition(3)
    holds, fails, unknown = compiled(condition), compiled(denied(condition)), compiled(undecided(condition))
    for number in range(40):
        facts = world.deal(number).facts
        truth = holds(facts)
        assert (fails(facts) is True) == (truth is False)
        assert (unknown(facts) is True) == (truth is None)


@settings(max_examples=300)
@given(st.integers(0, 2**32))
def test_what_is_made_simpler_is_true_of_the_same_deals(seed: int) -> None:
    world = World(seed)
    parts = [world.condition(2) for _ in range(3)]
    parts += [negated(parts[0]), undecided(parts[1])]
    random.Random(seed).shuffle(parts)
    for kind, joined in ((AllOf, both(parts)), (AnyOf, either(parts))):
        plain, shorter = compiled(kind(tuple(parts))), compiled(simpler(joined))
        for number in range(40):
            facts = world.deal(number).facts
            assert (plain(facts) is True) == (shorter(facts) is True)


@settings(max_examples=200)
@given(st.integers(0, 2**32))
def test_the_questions_tell_every_verdict(seed: int) -> None:
    world = World(seed)
    profile = world.profile()
    asked = [(code, compiled(condition)) for code, condition in questions(profile)]
    judge = Judge(profile)
    for number in range(40):
        deal = world.deal(number)
        facts = {name: value for name, value in deal.facts.items() if name != "worth" or deal.currency == "USD"}
        weight = next((code for code, holds in asked if holds(facts) is True), PASS)
        assert weight == WEIGHTS[judge.judge(deal).judgement]


def test_simpler_says_it_in_fewer_tests() -> None:
    months = Subject("months")
    long, short = Compare(months, Order.AT_LEAST, 3), Compare(months, Order.BELOW, 3)
    longer = Compare(months, Order.AT_LEAST, 12)
    margin = Compare(Subject("margin"), Order.AT_MOST, 10)
    assert either([long, short]) == Known(months)
    assert either([long, longer]) == long
    assert both([long, longer]) == longer
    assert either([margin, both([margin, long])]) == margin
    assert either([both([long, margin]), both([short, margin])]) == both([Known(months), margin])
    unknown = Known(months, negative=True)
    assert simpler(either([unknown, both([margin, either([unknown, long])])])) == either(
        [unknown, both([margin, long])]
    )
    assert simpler(both([long, either([unknown, margin])])) == both([long, margin])
    assert simpler(either([long, margin]), Given().with_untrue([long])) == margin
    assert simpler(short, Given().with_untrue([long, unknown])) == ALWAYS
    assert both([NEVER, margin]) == NEVER


def test_the_bundled_profile_asks_each_question_in_few_tests() -> None:
    counts = {code: len(list(conditions.tests_of(condition))) for code, condition in questions(load_profile(BUNDLED))}
    assert counts.keys() == {FATAL, UNKNOWN, APPROVABLE}
    assert counts[FATAL] <= 12, counts
    assert sum(counts.values()) <= 120, counts


def test_hundreds_of_checks_and_segments_make_no_deep_expression(duckdb: Any) -> None:
    import pyarrow as pa  # only this test needs it

    from bot.profile.columns.judge import ColumnJudge

    segments = "".join(
        f"- {{name: s{n}, stance: {'decline' if n % 2 else 'pursue'}, when: {{beds: {n}}}, because: So.}}\n"
        for n in range(60)
    )
    rules = "".join(check(f'{{margin: ">= {n / 5}%"}}', id_=f"c{n}") for n in range(200))
    profile = make(rules, segments=segments)
    table = duckdb.create_table("many", pa.table({"beds": [0, 1, 59, 60, None], "margin": [50] * 5}), overwrite=True)
    row = ColumnJudge(profile).fit(table).to_pyarrow().to_pylist()[0]
    assert (row["fits"], row["does_not_fit"], row["incomplete"]) == (1, 3, 1)
