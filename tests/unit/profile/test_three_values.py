"""The laws of three-valued logic, and that learning a fact never overturns what was decided."""

from __future__ import annotations

import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.deals.deal import Deal
from bot.profile.conditions import AllOf, Among, AnyOf, Compare, Condition, Known, Order, Within, negated
from bot.profile.evaluate import compiled, missing_finder
from bot.profile.judge import Judge
from bot.profile.limits import residual
from bot.profile.verdict import Judgement, Result
from tests.unit.profile.strategies import all_facts, conditions, facts, profiles

HALF = 0.5


def reference(condition: Condition, known: dict) -> float:
    """Kleene by numbers, written apart from the product: 1 holds, 0 does not, one half is unknown."""
    if isinstance(condition, AllOf):
        return min((reference(part, known) for part in condition.parts), default=1)
    if isinstance(condition, AnyOf):
        return max((reference(part, known) for part in condition.parts), default=0)
    name = condition.subject.fact
    if isinstance(condition, Known):
        return float((name in known) != condition.negative)
    if name not in known:
        return HALF
    value = known[name]
    if isinstance(condition, Compare):
        table = {
            Order.AT_MOST: value <= condition.limit,
            Order.BELOW: value < condition.limit,
            Order.AT_LEAST: value >= condition.limit,
            Order.ABOVE: value > condition.limit,
        }
        return float(table[condition.order])
    inside = value in condition.values if isinstance(condition, Among) else condition.low <= value <= condition.high
    assert isinstance(condition, Among | Within)
    return float(inside != condition.negative)


@given(conditions(known=True), facts())
def test_closures_follow_kleene(condition: Condition, known: dict) -> None:
    assert {1.0: True, 0.0: False, HALF: None}[reference(condition, known)] is compiled(condition)(known)


@given(conditions(known=True), facts())
def test_negation_turns_round_what_is_decided_and_nothing_else(condition: Condition, known: dict) -> None:
    truth = compiled(condition)(known)
    assert compiled(negated(condition))(known) is (None if truth is None else not truth)
    assert negated(negated(condition)) == negated(negated(negated(negated(condition))))


@given(conditions(), facts(), all_facts())
def test_learning_a_fact_never_overturns_a_condition(condition: Condition, known: dict, rest: dict) -> None:
    before = compiled(condition)(known)
    after = compiled(condition)({**rest, **known})
    assert after is not None, "with every fact known nothing is unknown"
    assert before is None or before is after


@given(conditions(), facts(), all_facts())
def test_the_missing_facts_are_those_that_decide(condition: Condition, known: dict, rest: dict) -> None:
    missing = missing_finder(condition)(known)
    truth = compiled(condition)(known)
    assert bool(missing) is (truth is None)
    assert not set(missing) & set(known)
    assert compiled(condition)({**known, **{name: rest[name] for name in missing}}) is not None


@given(conditions(), facts(), all_facts())
def test_what_is_left_of_a_condition_says_the_same(condition: Condition, known: dict, rest: dict) -> None:
    left = residual(condition, known)
    whole = {**rest, **known}
    assert (False if left is None else compiled(left)(whole)) is compiled(condition)(whole)


@settings(max_examples=300)
@given(profiles(), facts(), all_facts(), st.data())
def test_learning_a_fact_never_overturns_a_check_or_a_verdict(profile, known, rest, data) -> None:
    judge = Judge(profile)
    learnt = data.draw(st.sets(st.sampled_from(sorted(rest))))
    more = {**{name: rest[name] for name in sorted(learnt)}, **known}
    before, after = judge.judge(Deal("d", known)), judge.judge(Deal("d", more))
    for one, other in zip(before.findings, after.findings, strict=True):
        if one.result is not Result.UNKNOWN:
            assert other.result is one.result
            if not one.missing:
                assert other.authority == one.authority
        else:
            assert one.missing, "what is unknown says what is missing"
    if before.judgement is not Judgement.INCOMPLETE:
        assert after.judgement is before.judgement
    assert judge.judge(Deal("d", {**rest, **known})).judgement is not Judgement.INCOMPLETE


@given(profiles(), facts())
def test_the_quick_answer_agrees_with_the_verdict(profile, known) -> None:
    judge = Judge(profile)
    assert judge.fits(known) is (judge.judge(Deal("d", known)).judgement is Judgement.FITS)


@given(profiles(), facts())
def test_the_verdict_is_the_worst_of_the_counted_findings(profile, known) -> None:
    verdict = Judge(profile).judge(Deal("d", known))
    counted = [f for f in verdict.findings if f.counted]
    fails = [f for f in counted if f.result is Result.FAIL]
    fatal = [f for f in fails if f.authority is None and not f.missing]
    open_ = [f for f in counted if f.missing]
    expected = (
        Judgement.DOES_NOT_FIT
        if fatal
        else Judgement.INCOMPLETE
        if open_
        else Judgement.NEEDS_APPROVAL
        if fails
        else Judgement.FITS
    )
    assert verdict.judgement is expected
    assert set(verdict.authorities) == ({f.authority for f in fails} if expected is Judgement.NEEDS_APPROVAL else set())
    assert {question.fact for question in verdict.ask} == {name for f in counted for name in f.missing}
    assert len({question.fact for question in verdict.ask}) == len(verdict.ask)


@given(profiles(), facts(), st.randoms(use_true_random=False))
def test_the_order_of_checks_changes_no_finding(profile, known, random) -> None:
    checks = list(profile.checks)
    random.shuffle(checks)
    items = list(known.items())
    random.shuffle(items)
    before = Judge(profile).judge(Deal("d", known))
    after = Judge(dataclasses.replace(profile, checks=tuple(checks))).judge(Deal("d", dict(items)))
    assert {f.check: f for f in before.findings} == {f.check: f for f in after.findings}
    assert before.judgement is after.judgement
    assert set(before.authorities) == set(after.authorities)
    assert before.ask == after.ask
