"""Moves of facts: how large each is, how they are put together, smallest first."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bot.deals.facts import FactSpec, FactType, FactValue
from bot.profile.conditions import Among, Compare, Order, Test, TestValue, Within
from bot.profile.verdict import Change, CounterOffer


@dataclass(frozen=True, slots=True)
class Move:
    """One fact moved to one value; `size` counts the possible values that the move passes, the new one included."""

    fact: str
    after: FactValue
    size: int


def naming_all(movable: Sequence[str], needed: Sequence[frozenset[str]], size: int) -> list[tuple[str, ...]]:
    """Every choice of so many facts that touches all that fails."""
    return [names for names in itertools.combinations(movable, size) if all(facts & set(names) for facts in needed)]


def by_size(choices: Sequence[list[tuple[Move, ...]]], size: int) -> Iterator[tuple[Move, ...]]:
    """Every group of one move for each fact of a choice, smallest sums first; made only as far as it is asked."""
    most = max((sum(max(move.size for move in options) for options in each) for each in choices), default=0)
    for total in range(size, most + 1):
        for options in choices:
            yield from _of_sum(options, total)


def _of_sum(options: Sequence[tuple[Move, ...]], total: int) -> Iterator[tuple[Move, ...]]:
    """The groups of one move from each of the options whose sizes add up to the total."""
    if len(options) == 1:
        yield from ((move,) for move in options[0] if move.size == total)
        return
    for move in options[0]:
        if move.size <= total - len(options) + 1:
            yield from ((move, *rest) for rest in _of_sum(options[1:], total - move.size))


def edges(test: Test) -> Iterator[tuple[TestValue, bool]]:
    """The values at which the test changes its answer; True when the value itself belongs to the stretch below."""
    match test:
        case Compare(_, order, limit):
            yield limit, order in {Order.AT_MOST, Order.ABOVE}
        case Within(_, low, high):
            yield low, False
            yield high, True
        case Among(_, values):
            for value in values:
                yield value, False
                yield value, True
        case _:
            return


def step(spec: FactSpec, value: Any, sign: int) -> Any:
    """The value one step up (1) or down (-1); the first and the last day of the calendar have none beyond them."""
    if isinstance(value, date):
        return value if value == (date.max if sign > 0 else date.min) else value + timedelta(days=sign)
    if spec.type is FactType.INTEGER and isinstance(value, int):
        return value + sign * int(spec.step or 1)
    step = spec.step or Decimal("0.01" if spec.type is FactType.MONEY else 1)
    return Decimal(str(value)) + sign * step


def total(group: tuple[Move, ...]) -> int:
    """How large the moves are together."""
    return sum(move.size for move in group)


def nearer(one: CounterOffer, other: CounterOffer) -> bool:
    """Whether the first moves the same facts, none of them further and one less far."""
    if [change.fact for change in one.changes] != [change.fact for change in other.changes]:
        return False
    pairs = [(_way(mine), _way(theirs)) for mine, theirs in zip(one.changes, other.changes, strict=True)]
    return all(mine <= theirs for mine, theirs in pairs) and any(mine < theirs for mine, theirs in pairs)


def _way(change: Change) -> Decimal:
    """How far the fact moves; choices are equally far from each other."""
    before, after = change.before, change.after
    if isinstance(before, date) and isinstance(after, date):
        return Decimal(abs((after - before).days))
    if isinstance(before, int | Decimal) and isinstance(after, int | Decimal):
        return abs(Decimal(after) - Decimal(before))
    return Decimal(0)
