from __future__ import annotations

from hypothesis import given

from bot.profile.conditions import AnyOf, Condition
from bot.profile.evaluate import compiled
from bot.profile.implication import contradiction, implies
from tests.unit.profile.strategies import all_facts, conditions


@given(conditions(), conditions(), all_facts())
def test_what_implies_is_never_true_alone(one: Condition, other: Condition, known: dict) -> None:
    if implies(one, other) and compiled(one)(known):
        assert compiled(other)(known)


@given(conditions(), all_facts())
def test_a_condition_implies_itself(one: Condition, known: dict) -> None:
    assert implies(one, one)
    if contradiction(one) is not None and not _is_alternative(one):
        assert compiled(one)(known) is False


def _is_alternative(condition: Condition) -> bool:
    return isinstance(condition, AnyOf) or any(_is_alternative(part) for part in getattr(condition, "parts", ()))
