"""Whether it is certain that some deal meets a condition: what the linter warns of must be there."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from bot.deals.facts import FactSpecs, FactValue, Outcome
from bot.profile.conditions import Condition, Measure, Subject, Test, all_of, tests_of
from bot.profile.evaluate import compiled
from bot.profile.read_conditions import measure_spec
from bot.profile.regions import found_possible, samples

TRIES = 300
"""So many trial deals are looked at where the search takes too long."""

_FULL = Outcome("metric", Decimal(1), Decimal(2), "unit", date(2027, 1, 1), "owner")
_BARE = Outcome("metric")


def surely_possible(facts: FactSpecs, *conditions: Condition | None) -> bool:
    """Whether it is certain that some deal meets all these conditions: no where it takes too long to tell."""
    given = tuple(condition for condition in conditions if condition is not None)
    found, certain = found_possible(facts, given)
    return found and (certain or _met(facts, given))


def deal_of(values: Mapping[Subject, Any]) -> dict[str, FactValue]:
    """The facts of a deal with these values: of outcomes, a list with these counts."""
    facts: dict[str, FactValue] = {}
    counts: dict[str, dict[Measure, int]] = {}
    for subject, value in values.items():
        if subject.measure is None:
            facts[subject.fact] = value
        else:
            counts.setdefault(subject.fact, {})[subject.measure] = value
    return facts | {fact: _outcomes(each) for fact, each in counts.items()}


def _outcomes(counts: Mapping[Measure, int]) -> tuple[Outcome, ...]:
    """A list of outcomes with these counts; the count of all is at least the others."""
    measurable, agreed = counts.get(Measure.MEASURABLE, 0), counts.get(Measure.AGREED, 0)
    many = max(counts.get(Measure.COUNT, 0), measurable, agreed)
    return tuple(
        replace(_FULL if index < measurable else _BARE, agreed=True if index < agreed else None)
        for index in range(many)
    )


def _met(facts: FactSpecs, conditions: Sequence[Condition]) -> bool:
    """Whether one of some trial deals, always the same ones, meets them all."""
    tests: dict[Subject, list[Test]] = {}
    for test in tests_of(all_of(tuple(conditions))):
        tests.setdefault(test.subject, []).append(test)
    specs = {each: facts[each.fact] if each.measure is None else measure_spec(facts[each.fact]) for each in tests}
    values = {subject: list(samples(specs[subject], of)) for subject, of in tests.items()}
    if not all(values.values()):
        return False
    holds, chosen = [compiled(condition) for condition in conditions], random.Random(0)  # noqa: S311 no secret
    for _ in range(TRIES):
        deal = deal_of({subject: chosen.choice(each) for subject, each in values.items()})
        if all(test(deal) is True for test in holds):
            return True
    return False
