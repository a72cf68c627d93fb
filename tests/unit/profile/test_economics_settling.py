"""Which verdicts one answer alone could settle."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings

from bot.deals.deal import Deal
from bot.profile.judge import Judge
from bot.profile.settling import Settling
from bot.profile.verdict import Judgement
from tests.unit.profile.samples import FULL, check, make
from tests.unit.profile.strategies import VALUES, facts, profiles
from tests.unit.profile.test_economics import DEALS, JUDGE

BANDED = check("{margin: '>= 30%'}", more="exception: {authority: desk, up_to: {margin: 15%}}")


def settles(checks: str, **known) -> dict[str, tuple[Judgement, ...]]:
    judge = Judge(make(checks))
    deal = Deal("A deal", known)
    return dict(Settling(judge).by_one_answer(deal, judge.judge(deal)))


def test_the_last_question_settles_whatever_is_answered() -> None:
    every = (Judgement.FITS, Judgement.NEEDS_APPROVAL, Judgement.DOES_NOT_FIT)
    assert settles(BANDED) == {"margin": every}


def test_beyond_the_band_one_answer_is_enough() -> None:
    checks = BANDED + check("{call: true}", id_="call", more="exception: {authority: desk}")
    assert settles(checks) == {"margin": (Judgement.DOES_NOT_FIT,)}
    assert settles(checks, margin=Decimal(40)) == {"call": (Judgement.FITS, Judgement.NEEDS_APPROVAL)}


def test_outcomes_are_tried_as_well() -> None:
    assert settles(check("{outcomes: {measurable: '>= 2'}}")) == {"outcomes": (Judgement.FITS, Judgement.DOES_NOT_FIT)}
    assert settles(check("{outcomes: {agreed: '>= 1'}}"), outcomes=(FULL,)) == {}


def test_a_settled_verdict_has_no_question_left_to_settle_it() -> None:
    settling = Settling(JUDGE)
    for deal in DEALS:
        verdict = JUDGE.judge(deal)
        found = settling.by_one_answer(deal, verdict)
        if verdict.judgement is not Judgement.INCOMPLETE:
            assert found == {}
        assert set(found) <= {question.fact for question in verdict.ask}
    bluewater = next(deal for deal in DEALS if deal.name.startswith("Bluewater"))
    settled = settling.by_one_answer(bluewater, JUDGE.judge(bluewater))
    assert settled == {"outcomes": (Judgement.FITS, Judgement.NEEDS_APPROVAL)}


@settings(max_examples=200)
@given(profiles(max_checks=3), facts())
def test_by_brute_force_no_answer_settles_anything_else(profile, known) -> None:
    judge = Judge(profile)
    deal = Deal("A deal", known)
    verdict = judge.judge(deal)
    found = Settling(judge).by_one_answer(deal, verdict)
    for question in verdict.ask if verdict.judgement is Judgement.INCOMPLETE else ():
        answers = {judge.judge(deal.with_facts({question.fact: v})).judgement for v in VALUES[question.fact]}
        assert answers - {Judgement.INCOMPLETE} <= set(found.get(question.fact, ()))
