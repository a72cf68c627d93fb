"""Where the tests of a derived fact turn as one of its parts moves: landings that the arithmetic hides."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bot.deals.facts import FactSpec, FactType
from bot.profile.conditions import Test
from bot.profile.derived import Derived
from bot.profile.deriving import Deriving
from bot.profile.evaluate import Facts, Truth, compiled

MOST_STEPS = 2**40


class TurningPoints:
    """Finds, for a fact of the deal, the nearest values up and down at which a test of a derived fact turns.

    The way to such a value is taken as even: a test that turns and turns back between two looks is not seen.
    """

    def __init__(self, derived: Iterable[Derived], tests: Iterable[Test]) -> None:
        self._deriving = Deriving(tuple(derived))
        self._tests: dict[str, list[Callable[[Facts], Truth]]] = {}
        for test in dict.fromkeys(tests):
            for name in test.subject.needs:
                self._tests.setdefault(name, []).append(compiled(test))

    def values(self, spec: FactSpec, facts: Facts) -> set[Any]:
        """The values, each on the fact's own grid: whole steps from where it stands."""
        current = facts.get(spec.name)
        if isinstance(current, bool) or not isinstance(current, int | Decimal | date):
            return set()
        return {
            value
            for holds in self._tests.get(spec.name, ())
            for sign in (1, -1)
            if (value := self._first(spec, current, sign, self._at(spec, facts, holds))) is not None
        }

    def _at(self, spec: FactSpec, facts: Facts, holds: Callable[[Facts], Truth]) -> Callable[[Any], Truth]:
        return lambda value: holds(self._deriving.complete({**facts, spec.name: value}))

    @staticmethod
    def _first(spec: FactSpec, current: Any, sign: int, truth: Callable[[Any], Truth]) -> Any:
        """The first value on this way at which the answer is another one; None when there is none to be found."""
        before, near, most = truth(current), 0, _most_steps(spec, current, sign)
        far = min(1, most)
        while far > near and truth(_moved(spec, current, sign * far)) is before:
            near, far = far, min(far * 2, most)
        if far == near:
            return None
        while far - near > 1:
            middle = (near + far) // 2
            near, far = (middle, far) if truth(_moved(spec, current, sign * middle)) is before else (near, middle)
        return _moved(spec, current, sign * far)


def _most_steps(spec: FactSpec, current: Any, sign: int) -> int:
    """How many steps there are on this way before the fact is where it cannot be."""
    if isinstance(current, date):
        return (date.max - current).days if sign > 0 else (current - date.min).days
    bound = spec.maximum if sign > 0 else spec.minimum
    if bound is None:
        return MOST_STEPS
    return max(0, min(MOST_STEPS, int((bound - current) * sign / _step(spec))))


def _step(spec: FactSpec) -> Decimal:
    return spec.step or (Decimal("0.01") if spec.type is FactType.MONEY else Decimal(1))


def _moved(spec: FactSpec, current: Any, steps: int) -> Any:
    """The value so many steps away."""
    if isinstance(current, date):
        return current + timedelta(days=steps)
    step = _step(spec)
    return current + (steps * int(step) if spec.type is FactType.INTEGER else steps * step)
