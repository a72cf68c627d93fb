"""What to ask first: no other question can settle the verdict in fewer answers. Brute force on small grids says so."""

from __future__ import annotations

import copy
import itertools
import pickle
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Context, Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.deals.deal import Deal
from bot.deals.facts import FactType, FactValue, Outcome
from bot.profile import conditions
from bot.profile.conditions import Among, Compare, Measure, Test, Within
from bot.profile.judge import Judge
from bot.profile.loading import load_profile
from bot.profile.model import Profile
from bot.profile.replies import conditions_of
from bot.profile.settling import Settling
from bot.profile.verdict import Judgement
from tests.unit.profile.samples import BUNDLED, HEAD, check, make
from tests.unit.profile_columns.worlds import FULL, VALUES, World

MOST_UNKNOWN = 4


def fewest_by_force(judge: Judge, deal: Deal, asked: list[str], grid: dict[str, list[FactValue]]) -> dict[str, int]:
    """For each question the fewest answers, its own among them, after which the verdict stands: as far as the best."""
    unknown = [name for name in grid if name not in deal.facts]
    for size in range(1, len(unknown) + 1):
        found = {}
        for names in itertools.combinations(unknown, size):
            first = [name for name in asked if name in names and name not in found]
            if not first:
                continue
            for answers in itertools.product(*(grid[name] for name in names)):
                trial = deal.with_facts(dict(zip(names, answers, strict=True)))
                if judge.judge(trial).judgement is not Judgement.INCOMPLETE:
                    found.update(dict.fromkeys(first, size))
                    break
        if found:
            return found
    return {}


def profile_of(world: World) -> Profile:
    """The world's profile, with choices to choose from."""
    profile = world.profile()
    kind = replace(profile.facts["kind"], choices={str(value): (str(value),) for value in VALUES["kind"]})
    return replace(profile, facts={**profile.facts, "kind": kind})


def grid_of(profile: Profile) -> dict[str, list[FactValue]]:
    """For each fact that is tested its limits, and values close to them on both sides."""
    tests = [test for condition in conditions_of(profile) for test in conditions.tests_of(condition)]
    grid: dict[str, list[FactValue]] = {}
    for name in dict.fromkeys(test.subject.fact for test in tests):
        limits = [limit for test in tests if test.subject.fact == name for limit in _limits(test)]
        spec = profile.facts[name]
        match spec.type:
            case FactType.OUTCOMES:
                grid[name] = list(_outcomes([test for test in tests if test.subject.fact == name]))
            case FactType.YES_NO:
                grid[name] = [True, False]
            case FactType.CHOICE:
                grid[name] = list(spec.choices)
            case FactType.TEXT:
                grid[name] = [*VALUES[name], "other"]
            case _:
                grid[name] = sorted({value for limit in limits for value in _close(limit, spec.type)}) or [
                    VALUES[name][0]
                ]
    return grid


def _limits(test: Test) -> list[Any]:
    match test:
        case Compare(_, _, limit):
            return [limit]
        case Within(_, low, high):
            return [low, high]
        case Among(_, values):
            return list(values)
        case _:
            return []


def _close(limit: Any, kind: FactType) -> Iterator[Any]:
    if isinstance(limit, date):
        yield from (limit - timedelta(limit > date.min), limit, limit + timedelta(1))
    elif kind is FactType.INTEGER:
        yield from (int(limit) - 1, int(limit), int(limit) + 1)
    else:
        exact, tiny = Context(prec=100), Decimal("1E-13")
        yield from (exact.subtract(Decimal(limit), tiny), Decimal(limit), exact.add(Decimal(limit), tiny))


def _outcomes(tests: list[Test]) -> Iterator[tuple[Outcome, ...]]:
    most = max([int(limit) for test in tests for limit in _limits(test)], default=0) + 1
    agreed, measured = (
        Outcome("calls", agreed=True),
        Outcome(FULL.metric, FULL.baseline, FULL.target, FULL.unit, FULL.due, FULL.owner),
    )
    kinds = {Measure.COUNT: Outcome("", agreed=False), Measure.MEASURABLE: measured, Measure.AGREED: agreed}
    used = [measure for measure in kinds if any(test.subject.measure is measure for test in tests)] or [Measure.COUNT]
    for counts in itertools.product(range(most + 1), repeat=len(used)):
        yield tuple(kinds[measure] for measure, count in zip(used, counts, strict=True) for _ in range(count))
    yield (FULL,) * most


@settings(max_examples=250)
@given(st.integers(0, 2**32))
@example(7)
def test_no_other_first_question_can_settle_in_fewer_answers(seed: int) -> None:
    world = World(seed)
    profile = profile_of(world)
    judge, grid = Judge(profile), grid_of(profile)
    for number in range(12):
        deal = world.deal(number)
        verdict = judge.judge(deal)
        unknown = [name for name in grid if name not in deal.facts]
        if verdict.judgement is not Judgement.INCOMPLETE or len(unknown) > MOST_UNKNOWN or deal.currency != "USD":
            continue
        asked = [question.fact for question in verdict.ask]
        fewest = fewest_by_force(judge, deal, asked, grid)
        if fewest:
            assert asked[0] in fewest, (asked, fewest, deal.facts)
            assert set(asked[: len(fewest)]) == set(fewest), (asked, fewest, deal.facts)


DERIVED = """\
derived:
  bed_price: {value: worth / beds, type: money, label: Price of a bed}
  spread: margin - discount
"""


@pytest.mark.parametrize(
    ("known", "first"),
    [
        ({"worth": Decimal(100_000), "margin": Decimal(30)}, "beds"),  # 100,000 / 300 is below every band
        ({"beds": 120, "margin": Decimal(30), "discount": Decimal(15)}, "worth"),
        ({"worth": Decimal(0), "beds": 1}, None),  # the price of a bed ends the matter
        ({"worth": Decimal(10**6), "beds": 2, "discount": Decimal(3)}, "margin"),  # and its parts are all known
    ],
)
def test_where_a_derived_fact_turns_is_asked_about_too(known: dict[str, FactValue], first: str | None) -> None:
    lax = "exception: {authority: desk}"
    rules = check('{bed_price: ">= 500"}', id_="a") + check("{spread: 10..20}", id_="b")
    rules += check("{call: true}", id_="c", more=lax)
    verdict = Judge(make(rules, head=HEAD + DERIVED)).judge(Deal("a", known))
    if first is None:
        assert verdict.judgement is Judgement.DOES_NOT_FIT
    else:
        assert verdict.ask[0].fact == first


def test_the_bundled_profile_asks_for_what_can_end_the_matter_alone() -> None:
    judge = Judge(load_profile(BUNDLED))
    assert [question.fact for question in judge.judge(Deal("a", {})).ask][:4] == [
        "industry",
        "contract_value",
        "margin",
        "beds",
    ]
    hospital = {"industry": "hospital", "records_mandate": True, "it_staff": 4, "service_months": 12}
    asked = [question.fact for question in judge.judge(Deal("a", hospital)).ask]
    assert asked[:5] == ["beds", "contract_value", "discount", "margin", "payment_days"]


def test_a_verdict_whose_questions_nobody_asked_for_yet_is_copied_whole() -> None:
    judge = Judge(load_profile(BUNDLED))
    deal = Deal("a", {"industry": "hospital"})
    copied, sent = copy.copy(judge.judge(deal)), pickle.loads(pickle.dumps(judge.judge(deal)))  # noqa: S301 - our own bytes
    assert copied == sent == judge.judge(deal)
    assert sent.to_bytes() == judge.judge(deal).to_bytes()
    assert sent.ask


def test_what_one_answer_settles_is_told_behind_a_derived_fact_too() -> None:
    """The price of a bed is beyond every authority between 0 and 50 beds or so: no threshold of beds says it."""
    rules = check('{bed_price: "<= 500"}', id_="a", more="exception: {authority: desk, up_to: {bed_price: 2000}}")
    judge = Judge(make(rules, head=HEAD + DERIVED))
    deal = Deal("a", {"worth": Decimal(100_000)})
    assert Settling(judge).by_one_answer(deal, judge.judge(deal)) == {
        "beds": (Judgement.FITS, Judgement.NEEDS_APPROVAL, Judgement.DOES_NOT_FIT)
    }
    narrow = Judge(make(check("{bed_price: 763..764}", id_="a"), head=HEAD + DERIVED))  # 131 beds, and none other
    assert Settling(narrow).by_one_answer(deal, narrow.judge(deal)) == {
        "beds": (Judgement.FITS, Judgement.DOES_NOT_FIT)
    }
