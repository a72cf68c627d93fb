"""Which verdicts one answer alone could settle: what makes a question worth asking first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from bot.deals.deal import Deal
from bot.deals.facts import FactSpec, FactType, FactValue, Outcome
from bot.profile.conditions import Among, Compare, Condition, Test, Within, tests_of
from bot.profile.judge import Judge
from bot.profile.model import Profile
from bot.profile.verdict import Judgement, Verdict

MOST_VALUES = 60
"""So many values of a fact are tried at most; of a fact with more thresholds less is told, and nothing wrong."""

_WHOLE = Outcome("a measure", Decimal(1), Decimal(2), "units", date(2000, 1, 1), "somebody", agreed=True)


class Settling:
    """Tries answers under one judge's profile. Made once; safe to use from several threads."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        tests = [test for condition in _conditions(judge.profile) for test in tests_of(condition)]
        limits: dict[str, list[object]] = {name: [] for name in judge.profile.facts}
        for test in tests:
            limits.setdefault(test.subject.fact, []).extend(_limits(test))
        for check in judge.profile.checks:
            for band in check.exception:
                for subject, reach in band.up_to.items():
                    limits.setdefault(subject.fact, []).append(reach)
        self._values = {
            name: tuple(dict.fromkeys(_values(spec, limits[name])))[:MOST_VALUES]
            for name, spec in judge.profile.facts.items()
        }

    def by_one_answer(self, deal: Deal, verdict: Verdict) -> Mapping[str, tuple[Judgement, ...]]:
        """For each question of an incomplete verdict, the verdicts that some answer to it alone would settle."""
        if verdict.judgement is not Judgement.INCOMPLETE:
            return {}
        found = {}
        for question in verdict.ask:
            values = self._values.get(question.fact, ())
            reached = {self._judge.judge(deal.with_facts({question.fact: value})).judgement for value in values}
            settled = tuple(judgement for judgement in Judgement if judgement in reached - {Judgement.INCOMPLETE})
            if settled:
                found[question.fact] = settled
        return found


def _conditions(profile: Profile) -> Iterator[Condition]:
    conditions: list[Condition | None] = [segment.when for segment in profile.segments]
    for check in profile.checks:
        conditions += [check.when, *(part for case in check.cases for part in (case.when, case.require))]
    yield from (condition for condition in conditions if condition is not None)


def _values(spec: FactSpec, limits: list[object]) -> Iterator[FactValue]:
    """Values on both sides of every threshold, so that each answer that matters is among them."""
    match spec.type:
        case FactType.YES_NO:
            yield from (True, False)
        case FactType.CHOICE:
            yield from spec.choices
        case FactType.OUTCOMES:
            counts = [int(limit) for limit in limits if isinstance(limit, int | Decimal)]
            for count in sorted({0, *(each + more for each in counts for more in (0, 1))}):
                yield (_WHOLE,) * min(count, 20)
        case FactType.TEXT:
            yield from (limit for limit in limits if isinstance(limit, str))
        case _:
            yield from (value for limit in limits for value in _around(spec, limit))


def _limits(test: Test) -> Iterator[object]:
    match test:
        case Compare(_, _, limit):
            yield limit
        case Within(_, low, high):
            yield from (low, high)
        case Among(_, values):
            yield from values
        case _:
            return


def _around(spec: FactSpec, limit: object) -> Iterator[FactValue]:
    around: list[FactValue] = []
    if isinstance(limit, date):
        around = [limit, limit - timedelta(days=1), limit + timedelta(days=1)]
    elif isinstance(limit, int) and spec.type is FactType.INTEGER:
        around = [limit, limit - 1, limit + 1]
    elif isinstance(limit, int | Decimal):
        around = [Decimal(limit), Decimal(limit) - 1, Decimal(limit) + 1]
    for value in around:
        if isinstance(value, int | Decimal):
            low, high = spec.minimum, spec.maximum
            if (low is not None and value < low) or (high is not None and value > high):
                continue
        yield value
