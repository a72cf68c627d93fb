"""Where the tests of a derived fact turn as one of its parts moves: landings that the arithmetic hides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bot.deals.facts import FactSpec, FactType
from bot.profile.conditions import Among, Compare, Order, Test, Within
from bot.profile.derived import Derived
from bot.profile.deriving import Deriving
from bot.profile.evaluate import Facts, Truth, compiled

MOST_STEPS = 2**40
_FEW = 64
_FAR = 2**20
"""An end so many steps away is none that talks could reach."""


class TurningPoints:
    """Finds, for a fact of the deal, the nearest values up and down at which a test of a derived fact turns.

    Each end of a range is looked for alone. The way to it is taken as even: a derived fact that passes a limit and
    comes back between two looks is not seen.
    """

    def __init__(
        self,
        derived: Iterable[Derived],
        tests: Iterable[Test],
        follow: Callable[[Facts], Facts] | None = None,
        drives: Callable[[Test], frozenset[str]] | None = None,
    ) -> None:
        """With `follow`, the tests are looked at with what follows as well; `drives` names what it follows from."""
        self._deriving = Deriving(tuple(derived))
        self._tests: dict[str, list[Callable[[Facts], Truth]]] = {}
        self._behind: set[frozenset[str]] = set()
        for test in dict.fromkeys(end for each in tests for end in _ends(each)):
            parts, drivers = frozenset(test.subject.needs), drives(test) if drives else frozenset()
            self._behind.add(parts | drivers)
            holds = compiled(test)
            for name in test.subject.needs:
                self._tests.setdefault(name, []).append(self._completed(holds))
            for name in sorted(parts | drivers) if follow is not None and drivers else ():
                self._tests.setdefault(name, []).append(self._completed(holds, follow))

    def values(self, spec: FactSpec, facts: Facts) -> set[Any]:
        """The values, each on the fact's own grid: whole steps from where it stands.

        Among them are the last on each way that the fact can be moved to: together with another part of the same
        derived fact it may have to go further than it need alone.
        """
        current = facts.get(spec.name)
        if spec.name not in self._tests or isinstance(current, bool) or not isinstance(current, int | Decimal | date):
            return set()
        ends = {
            _moved(spec, current, sign * steps)
            for sign in (1, -1)
            if 0 < (steps := _most_steps(spec, current, sign)) < _FAR
        }
        return ends | {
            value
            for holds in self._tests[spec.name]
            for sign in (1, -1)
            if (value := self._first(spec, current, sign, self._at(spec, facts, holds))) is not None
        }

    def together(self, names: Iterable[str]) -> frozenset[str]:
        """Those of the facts that stand with another of them behind one derived fact."""
        found = [parts & set(names) for parts in self._behind]
        return frozenset(name for parts in found if len(parts) > 1 for name in parts)

    def steps(self, spec: FactSpec, facts: Facts) -> list[Any]:
        """Every value on either way, where there are few; else the ends and a few between."""
        current = facts.get(spec.name)
        if isinstance(current, bool) or not isinstance(current, int | Decimal | date):
            return []
        found = []
        for sign in (1, -1):
            most = min(_most_steps(spec, current, sign), _FAR)
            far = range(1, most + 1) if most <= _FEW else sorted({most * n // _FEW for n in range(1, _FEW + 1)})
            found += [_moved(spec, current, sign * steps) for steps in far]
        return found

    def way(self, spec: FactSpec, current: Any, after: Any) -> Sequence[Any]:
        """The values from where the fact stands to `after`, which is the last, if the fact is a part of a derived one.

        Where there are very many the last alone; then there is nothing nearer to try.
        """
        if spec.name not in self._tests or isinstance(after, bool) or not isinstance(current, int | Decimal | date):
            return [after]
        sign, far = (1 if after > current else -1), _steps_between(spec, current, after)
        if not 1 < far <= _FAR or _moved(spec, current, sign * far) != after:
            return [after]
        return _Way(spec, current, sign, far)

    def _completed(
        self, holds: Callable[[Facts], Truth], follow: Callable[[Facts], Facts] | None = None
    ) -> Callable[[Facts], Truth]:
        complete = self._deriving.complete
        return (
            (lambda facts: holds(complete(facts))) if follow is None else lambda facts: holds(complete(follow(facts)))
        )

    @staticmethod
    def _at(spec: FactSpec, facts: Facts, holds: Callable[[Facts], Truth]) -> Callable[[Any], Truth]:
        return lambda value: holds({**facts, spec.name: value})

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


class _Way(Sequence[Any]):
    """The values on a way, made when they are looked at."""

    def __init__(self, spec: FactSpec, current: Any, sign: int, far: int) -> None:
        self._spec, self._current, self._sign, self._far = spec, current, sign, far

    def __len__(self) -> int:
        return self._far

    def __getitem__(self, index: Any) -> Any:
        if not 0 <= index < self._far:
            raise IndexError(index)
        return _moved(self._spec, self._current, self._sign * (index + 1))


def _ends(test: Test) -> Iterator[Test]:
    """The test as one comparison for each value at which it can turn."""
    limits: tuple[Any, ...] = ()
    match test:
        case Within(_, low, high):
            limits = (low, high)
        case Among(_, values):
            limits = tuple(v for v in values if isinstance(v, int | Decimal | date) and not isinstance(v, bool))
    if not limits:
        yield test
    for limit in limits:
        yield Compare(test.subject, Order.AT_LEAST, limit)
        yield Compare(test.subject, Order.AT_MOST, limit)


def _steps_between(spec: FactSpec, one: Any, other: Any) -> int:
    return int(abs((other - one).days) if isinstance(one, date) else abs(other - one) / _step(spec))


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
