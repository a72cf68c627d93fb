"""What is surely so, as a condition of AND and OR alone over tests that are true, or else false or unknown.

A query that asks "which rows?" takes unknown for no. A condition without NOT over such tests holds exactly where it
should even so, and a database may stop at the first part that decides a row. So that a condition is undecided is itself
written as such a condition: a fact in it is not known, and nothing else decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.profile.conditions import AllOf, AnyOf, Condition, Known, negated
from bot.profile.simpler import NEVER, both, either


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a chain: what is said where `when` holds and no earlier row's does; `when` None holds always."""

    when: Condition | None
    said: Condition


def denied(condition: Condition) -> Condition:
    """Holds exactly where the condition fails."""
    return negated(condition)


def undecided(condition: Condition) -> Condition:
    """Holds exactly where the condition is unknown, and fails elsewhere."""
    if isinstance(condition, AllOf | AnyOf):
        decisive = condition if isinstance(condition, AllOf) else negated(condition)
        return both((either(undecided(part) for part in condition.parts), _possible(decisive)))
    return NEVER if isinstance(condition, Known) else Known(condition.subject, negative=True)


def _possible(condition: Condition) -> Condition:
    """Holds exactly where the condition holds or is unknown."""
    match condition:
        case AllOf(parts):
            return both(_possible(part) for part in parts)
        case AnyOf(parts):
            return either(_possible(part) for part in parts)
        case _:
            return either((condition, undecided(condition)))


def chain(rows: Sequence[Row], last: Condition, *, open_when: Condition) -> Condition:
    """What the first row says whose `when` holds, and `last` where none does.

    A `when` that is unknown before one holds says `open_when`.
    """
    found = last
    for row in reversed(rows):
        if row.when is None:
            found = row.said
            continue
        doubt = both((undecided(row.when), open_when))
        found = either((doubt, both((row.when, row.said)), both((denied(row.when), found))))
    return found
