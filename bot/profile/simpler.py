"""The same said with fewer tests: conditions of which only matters where they are true, made short for a database.

Each rule keeps where the condition is true. Elsewhere it may become false instead of unknown, or unknown instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.profile.conditions import (
    ALWAYS,
    AllOf,
    Among,
    AnyOf,
    Compare,
    Condition,
    Known,
    Order,
    Subject,
    Test,
    Within,
    less,
    negated,
)

NEVER = AnyOf(())
"""The condition that never holds."""


@dataclass(frozen=True, slots=True)
class Given:
    """What need not be asked again: tests that are true here, and tests that are not."""

    true: frozenset[Test] = field(default_factory=frozenset)
    untrue: frozenset[Test] = field(default_factory=frozenset)

    def answer(self, test: Test) -> bool | None:
        """Whether the test is surely true here (True), surely not (False), or has to be asked (None)."""
        if test in self.true:
            return True
        if test in self.untrue:
            return False
        opposite = negated(test)
        if opposite in self.true:
            return False
        if isinstance(test, Known):
            known = self._knows(test.subject)
            return None if known is None else known is not test.negative
        return True if opposite in self.untrue and self._knows(test.subject) else None

    def _knows(self, subject: Subject) -> bool | None:
        """Whether the subject is surely known here; None where that has to be asked. A test that is true knows it."""
        for test in self.true:
            if test.subject == subject:
                return not (isinstance(test, Known) and test.negative)
        for test in self.untrue:
            if isinstance(test, Known) and test.subject == subject:
                return test.negative
        return None

    def with_true(self, tests: Iterable[Test]) -> Given:
        """Where these tests are true as well."""
        return Given(self.true | frozenset(tests), self.untrue)

    def with_untrue(self, tests: Iterable[Test]) -> Given:
        """Where these tests are not true either."""
        return Given(self.true, self.untrue | frozenset(tests))


def simpler(condition: Condition, given: Given | None = None) -> Condition:
    """A condition that is true exactly where this one is, wherever what is given holds."""
    given = given or Given()
    if not isinstance(condition, AllOf | AnyOf):
        answer = given.answer(condition)
        return condition if answer is None else ALWAYS if answer else NEVER
    kind: type[AllOf | AnyOf] = type(condition)
    known = given.with_true if kind is AllOf else given.with_untrue
    parts = list(condition.parts)
    while True:
        tests = [part for part in parts if not isinstance(part, AllOf | AnyOf)]
        inside = known(tests)
        changed = [simpler(part, given if part in tests else inside) for part in parts]
        joined = both(changed) if kind is AllOf else either(changed)
        if not isinstance(joined, kind) or list(joined.parts) == parts:
            return joined
        parts = list(joined.parts)


def both(parts: Iterable[Condition]) -> Condition:
    """All of the parts, each once, and none that another one says already."""
    return _joined(AllOf, AnyOf, parts)


def either(parts: Iterable[Condition]) -> Condition:
    """Any of the parts, each once, and none that another one says already."""
    return _joined(AnyOf, AllOf, parts)


def _joined(kind: type[AllOf | AnyOf], other: type[AllOf | AnyOf], parts: Iterable[Condition]) -> Condition:
    flat: dict[Condition, None] = {}
    for part in parts:
        flat.update(dict.fromkeys(part.parts if isinstance(part, kind) else (part,)))
    if other(()) in flat:  # ALWAYS in an OR, NEVER in an AND
        return other(())
    flat = dict.fromkeys(_of_one_subject(kind, tuple(flat)))
    if kind is AnyOf:
        flat = dict.fromkeys(_either_way(tuple(flat)))
    # Of `a OR (a AND b)` the second says nothing more, and of `(a AND b) OR (a AND b AND c)` neither.
    sets = {part: frozenset(part.parts) if isinstance(part, other) else frozenset((part,)) for part in flat}
    left = tuple(part for part in flat if not any(sets[each] < sets[part] for each in flat if each is not part))
    return left[0] if len(left) == 1 else kind(left)


def _of_one_subject(kind: type[AllOf | AnyOf], parts: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Of several limits in one direction the one that decides; of a test or its opposite, that the fact is known."""
    strictest: dict[tuple[Subject, bool], Compare] = {}
    for part in parts:
        if isinstance(part, Compare):
            key = part.subject, part.order.upward
            other = strictest.get(key)
            if other is None or _implies(part, other) is (kind is AllOf):
                strictest[key] = part
    kept = [
        part for part in parts if not isinstance(part, Compare) or strictest[part.subject, part.order.upward] is part
    ]
    if kind is AllOf:
        return tuple(kept)
    found: dict[Condition, None] = {}
    for part in kept:
        if isinstance(part, Compare | Among | Within) and negated(part) in kept:
            found[Known(part.subject)] = None
        else:
            found[part] = None
    return tuple(found)


def _either_way(parts: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Of `(a AND b) OR (NOT a AND b)` is left that a is known, and b."""
    left = dict.fromkeys(parts)
    sets = {frozenset(part.parts): part for part in parts if isinstance(part, AllOf)}
    for tests, part in list(sets.items()):
        for test in part.parts:
            if isinstance(test, AllOf | AnyOf):
                continue
            twin = sets.get(tests - {test} | {negated(test)})
            if part in left and twin in left and twin is not part:
                del left[part], left[twin]
                left[both(Known(each.subject) if each is test else each for each in part.parts)] = None
                break
    return tuple(left)


def _implies(one: Compare, other: Compare) -> bool:
    """Whether the first limit is the stricter of two in the same direction."""
    if one.limit == other.limit:
        return one.order in {Order.ABOVE, Order.BELOW}
    low, high = (other, one) if one.order.upward else (one, other)
    return less(low.limit, high.limit)
