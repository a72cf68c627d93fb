"""After how few answers the verdict of an incomplete deal can stand, beginning with this question or that one.

A verdict stands when a check fails that nobody may approve, or when no check is open any more. Of a question is told
the fewest answers, its own among them and each as it helps most, after which one of the two is so.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.deals.facts import FactValue
from bot.profile.conditions import Known, tests_of
from bot.profile.deriving import Deriving
from bot.profile.evaluate import Evaluator, Facts, compiled
from bot.profile.model import Profile
from bot.profile.replies import Replies, conditions_of
from bot.profile.verdict import Finding, Result

MOST_TRIED = 20_000
"""So many answers to one check's questions are tried at most, fewest questions first."""

MOST_STEPS = 3_000
"""So many answers are tried at most to find what leaves no check open."""

_REMEMBERED = 4_096


@dataclass(frozen=True, slots=True)
class _Check:
    """One check that counts: what it says, the replies that matter to it, and the tests that tell one deal's state."""

    name: str
    finding: Callable[[Facts], Finding]
    replies: Replies
    state: tuple[Evaluator, ...]
    known: tuple[str, ...]
    """The facts that are tested for being known: when one becomes so, even a decided check can turn."""

    def fatal(self, facts: Facts) -> bool:
        finding = self.finding(facts)
        return finding.result is Result.FAIL and finding.authority is None and not finding.missing

    def open(self, facts: Facts) -> tuple[str, ...] | None:
        """The facts of which one at least must become known to decide the check; None when it is decided."""
        finding = self.finding(facts)
        if not finding.missing or finding.result not in {Result.UNKNOWN, Result.FAIL}:
            return None
        return (*finding.missing, *(name for name in self.known if name not in facts))


class Soonest:
    """Tells it under one profile. Made once; safe to use from several threads."""

    def __init__(self, profile: Profile, finders: Mapping[str, Callable[[Facts], Finding]]) -> None:
        self._deriving = Deriving(profile.derived) if profile.derived else None
        self._checks = {name: _check(profile, name, finding) for name, finding in finders.items()}
        self._all = Replies(profile, conditions_of(profile))
        self._known: dict[tuple[Any, ...], dict[str, int]] = {}

    def answers(self, facts: Facts, open_checks: Iterable[str], asked: Sequence[str]) -> dict[str, int]:
        """For each fact that is asked for the fewest answers after which the verdict can stand, as far as it is told.

        `facts` are the deal's own and those derived from them; `open_checks` those checks that are not decided.
        """
        waiting = [check for name, check in self._checks.items() if name in set(open_checks) or check.known]
        found: dict[str, int] = {}
        for check in waiting:
            for name, count in self._until_fatal(check, facts).items():
                found[name] = min(count, found.get(name, count))
        fewest = min((found[name] for name in asked if name in found), default=None)
        decided = _Deciding(waiting, self._all, self._completed).by(facts, asked, fewest)
        return {name: min(n for n in (found.get(name), decided.get(name)) if n) for name in {*found, *decided}}

    def _completed(self, facts: Facts) -> Facts:
        return facts if self._deriving is None else self._deriving.complete(facts)

    def _until_fatal(self, check: _Check, facts: Facts) -> dict[str, int]:
        """The fewest answers, that to each question among them, after which the check fails beyond every authority."""
        if check.replies.hidden:
            return self._tried(check, facts)
        key = (check.name, *(test(facts) for test in check.state))
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[key] = self._tried(check, facts)
        return found

    def _tried(self, check: _Check, facts: Facts) -> dict[str, int]:
        unknown = [name for name in check.replies.facts if name not in facts]
        values = {name: check.replies.values(name, facts) for name in unknown}
        found: dict[str, int] = {}
        tried = 0
        for size in range(1, len(unknown) + 1):
            for names in itertools.combinations(unknown, size):
                if all(name in found for name in names):
                    continue
                tried += math.prod(len(values[name]) for name in names)
                if tried > MOST_TRIED:
                    return found
                self._try(check, facts, names, values, found)
        return found

    def _try(
        self,
        check: _Check,
        facts: Facts,
        names: tuple[str, ...],
        values: Mapping[str, Sequence[FactValue]],
        found: dict[str, int],
    ) -> None:
        for trial in self._fatal_trials(check, facts, names, values):
            for name in names:
                if name not in found:
                    without = {each: value for each, value in trial.items() if each != name}
                    if not check.fatal(self._completed(without)):
                        found[name] = len(names)
            if all(name in found for name in names):
                return

    def _fatal_trials(
        self, check: _Check, facts: Facts, names: Sequence[str], values: Mapping[str, Sequence[FactValue]]
    ) -> Iterator[Facts]:
        """The deals with these answers of which the check fails beyond every authority.

        The answers are put in one by one: what is decided stays so, and where the check waits for none of those that
        are still to come, they cannot decide it. A check that asks whether a fact is known is decided at the end alone.
        """
        if not names:
            if check.fatal(self._completed(facts)):
                yield facts
            return
        if not check.known:
            missing = check.open(self._completed(facts))
            if missing is None or not any(name in missing for name in names):
                return
        first, *rest = names
        for value in values[first]:
            yield from self._fatal_trials(check, {**facts, first: value}, rest, values)


class _Deciding:
    """Looks for the fewest answers that leave no check open: step by step deeper, and never where it cannot succeed."""

    def __init__(self, checks: Sequence[_Check], replies: Replies, completed: Callable[[Facts], Facts]) -> None:
        self._checks = checks
        self._replies = replies
        self._completed = completed
        self._left = MOST_STEPS

    def by(self, facts: Facts, asked: Sequence[str], most: int | None) -> dict[str, int]:
        """The questions with which fewest answers begin, if those are not more than `most`."""
        checks, waits = _open(self._checks, facts)
        for count in range(max(1, _at_least(waits)), (len(asked) if most is None else most) + 1):
            found = {name: count for name in asked if self._after(checks, facts, name, count)}
            if found or self._left <= 0:
                return found
        return {}

    def _after(self, checks: Sequence[_Check], facts: Facts, name: str, count: int) -> bool:
        """Whether some answer to this question, and then `count - 1` others, leave no check open."""
        for value in self._replies.values(name, facts):
            self._left -= 1
            if self._left <= 0:
                return False
            trial = self._completed({**facts, name: value})
            left, waits = _open(checks, trial)
            if not waits:
                return True
            if _at_least(waits) < count and any(self._after(left, trial, n, count - 1) for n in min(waits, key=len)):
                return True
        return False


def _open(checks: Iterable[_Check], facts: Facts) -> tuple[list[_Check], list[tuple[str, ...]]]:
    """Those of the checks that are open or can be opened again by a further answer, and what the open ones wait for."""
    left, waits = [], []
    for check in checks:
        missing = check.open(facts)
        if missing is not None:
            waits.append(missing)
        if missing is not None or check.known:
            left.append(check)
    return left, waits


def _at_least(waits: Iterable[tuple[str, ...]]) -> int:
    """So many answers are needed at the least: checks that wait for no fact in common need one each."""
    count, taken = 0, set[str]()
    for names in sorted(waits, key=len):
        if taken.isdisjoint(names):
            count += 1
            taken.update(names)
    return count


def _check(profile: Profile, name: str, finding: Callable[[Facts], Finding]) -> _Check:
    conditions = tuple(conditions_of(profile, name))
    tests = dict.fromkeys(test for each in conditions for test in tests_of(each))
    known = tuple(dict.fromkeys(test.subject.fact for test in tests if isinstance(test, Known)))
    return _Check(name, finding, Replies(profile, conditions), tuple(compiled(test) for test in tests), known)
