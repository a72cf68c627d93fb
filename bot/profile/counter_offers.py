"""The nearest deals that fit: which negotiable facts to change, and from what to what."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from bot.deals.facts import Direction, FactSpec, FactType
from bot.profile.conditions import Condition, facts_of, tests_of
from bot.profile.evaluate import Facts
from bot.profile.following import Following, following
from bot.profile.model import SEGMENT_CHECK, Profile
from bot.profile.moves import Move, by_size, edges, naming_all, nearer, step, total
from bot.profile.turning import TurningPoints
from bot.profile.verdict import Change, CounterOffer, Finding, Judgement, Result, Verdict

MAX_CHANGES = 3
MAX_OFFERS = 3
MAX_TRIED = 20_000
"""So many changed deals are tried at most, the nearest first; beyond that none is given."""

MAX_DRAWN_BACK = 2_000
"""So many nearer deals are tried, all of them, where several parts of a derived fact move together."""


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found. `given_up`: it ended because too many changed deals would have had to be tried.

    `as_stated` are nearer ones that were left out: they fit as stated, and not with what follows from them.
    """

    offers: tuple[CounterOffer, ...] = ()
    given_up: bool = False
    as_stated: tuple[CounterOffer, ...] = ()


class Negotiation:
    """Finds the counter-offers under one profile.

    A fact is moved only to values at which some condition changes its answer, to its usual values, or to its choices:
    between them nothing changes, so the nearest deal that fits is always one of these. Fewest facts first, then the
    smallest sum of moves. Where several parts of one derived fact move together, each is at last drawn back towards
    where it stands as far as the deal still fits, so that no part moves further than it must.

    Under a profile with economics an offer fits as stated, and with what follows from it: applying it saves both.
    """

    def __init__(self, profile: Profile, fits: Callable[[Facts], bool], *, follows: bool = True) -> None:
        """`follows`: whether an offer must fit with what follows from it under the profile's economics as well."""
        self._profile = profile
        self._fits = fits
        self._conditions = _conditions_by_check(profile)
        tests = [test for conditions in self._conditions.values() for each in conditions for test in tests_of(each)]
        used = {name for conditions in self._conditions.values() for each in conditions for name in facts_of(each)}
        self._specs = {n: spec for n, spec in profile.facts.items() if spec.negotiable and n in used}
        self._tests = {n: tuple(t for t in tests if t.subject.fact == n) for n in self._specs}
        self._all_tests = tests
        self._turning = TurningPoints(profile.derived, tests) if profile.derived else None
        self._following = following(profile, tests) if follows else None

    def offers(self, facts: Facts, verdict: Verdict) -> tuple[CounterOffer, ...]:
        """The nearest deals that fit, up to MAX_OFFERS equally near ones, in the profile's order of facts."""
        return self.search(facts, verdict).offers

    def search(self, facts: Facts, verdict: Verdict) -> Search:
        """The same, and whether the search had to be given up."""
        if verdict.judgement not in {Judgement.NEEDS_APPROVAL, Judgement.DOES_NOT_FIT}:
            return Search()
        failed = verdict.of(Result.FAIL)
        if verdict.of(Result.UNKNOWN) or any(finding.missing for finding in failed):
            return Search()
        found, following = self._nearest(facts, failed), self._following
        if following is None or not found.offers:
            return found
        # What is nearest as stated and fits with what follows too, is nearest; else the search looks at both.
        follow = partial(following.after, facts)
        kept = tuple(offer for offer in found.offers if self._fits(follow(_changed(facts, offer))))
        if kept:
            return Search(kept)
        return replace(self._with(following, facts)._nearest(facts, failed), as_stated=found.offers)  # noqa: SLF001

    def _with(self, following: Following, facts: Facts) -> Negotiation:
        """Talks over the deal with these facts, in which an offer must fit as stated and with what follows from it."""
        talks, follow, fits = copy(self), partial(following.after, facts), self._fits
        talks._fits = lambda after: fits(after) and fits(follow(after))  # noqa: SLF001 - a copy of itself
        moving = {*self._specs, *following.drivers}
        specs = self._profile.facts.items()
        talks._specs = {n: spec for n, spec in specs if spec.negotiable and n in moving}  # noqa: SLF001
        talks._tests = {n: self._tests.get(n, ()) for n in talks._specs}  # noqa: SLF001
        turning = TurningPoints(self._profile.derived, self._all_tests, follow, following.drives)
        talks._turning = turning  # noqa: SLF001
        return talks

    def _nearest(self, facts: Facts, failed: Sequence[Finding]) -> Search:
        moves = {name: tuple(self._moves(spec, facts)) for name, spec in self._specs.items()}
        movable = [name for name, options in moves.items() if options]
        needed = [self._helpful(finding, movable) for finding in failed]
        tries = itertools.count(1)
        for size in range(1, MAX_CHANGES + 1):
            names = naming_all(movable, needed, size)
            best = self._first(facts, by_size([[moves[name] for name in each] for each in names], size), tries)
            if best == [] and self._turning is not None:
                best = self._first(facts, self._together(facts, moves, names), tries)
            if best is None:
                return Search(given_up=True)
            if best:
                drawn = dict.fromkeys(_offer(facts, self._drawn_back(facts, group)) for group in best)
                return Search(tuple(each for each in drawn if not any(nearer(other, each) for other in drawn)))
        return Search()

    def _first(
        self, facts: Facts, groups: Iterable[tuple[Move, ...]], tries: Iterator[int]
    ) -> list[tuple[Move, ...]] | None:
        """The first groups that make the deal fit, all of the same sum; None when too many had to be tried."""
        best: list[tuple[Move, ...]] = []
        for group in groups:
            if best and (total(group) > total(best[0]) or len(best) == MAX_OFFERS):
                break
            if next(tries) > MAX_TRIED:
                return None
            if self._fits_after(facts, group):
                best.append(group)
        return best

    def _together(
        self, facts: Facts, moves: Mapping[str, tuple[Move, ...]], naming: Iterable[tuple[str, ...]]
    ) -> Iterator[tuple[Move, ...]]:
        """Moves of several parts of one derived fact: one goes to where a test turns when the others have moved."""
        turning = self._turning
        if turning is None:
            return
        for names in naming:
            parts = turning.together(names)
            for last in parts:
                ways = [
                    [move.after for move in moves[name]] + (self._allowed(name, facts) if name in parts else [])
                    for name in names
                    if name != last
                ]
                others = [name for name in names if name != last]
                for values in itertools.product(*(dict.fromkeys(way) for way in ways)):
                    moved = dict(zip(others, values, strict=True))
                    for after in self._ahead(last, facts, turning.values(self._specs[last], {**facts, **moved})):
                        yield tuple(Move(name, {**moved, last: after}[name], 1) for name in names)

    def _allowed(self, name: str, facts: Facts) -> list[Any]:
        return [] if self._turning is None else self._ahead(name, facts, self._turning.steps(self._specs[name], facts))

    def _ahead(self, name: str, facts: Facts, values: Iterable[Any]) -> list[Any]:
        """Those of the values that the fact can be moved to."""
        spec, current = self._specs[name], facts[name]
        low, high = spec.minimum, spec.maximum
        possible = [v for v in values if not (low is not None and v < low) and not (high is not None and v > high)]
        if spec.negotiable is Direction.UP:
            return sorted(value for value in possible if value > current)
        if spec.negotiable is Direction.DOWN:
            return sorted((value for value in possible if value < current), reverse=True)
        return sorted((value for value in possible if value != current), key=lambda value: abs(value - current))

    def _drawn_back(self, facts: Facts, group: tuple[Move, ...]) -> tuple[Move, ...]:
        """The same moves, each of a part of a derived fact no further than it must be for the deal to fit."""
        if self._turning is None:
            return group
        ways = [self._turning.way(self._specs[move.fact], facts.get(move.fact), move.after) for move in group]
        if math.prod(len(way) for way in ways) <= MAX_DRAWN_BACK:
            places = itertools.product(*(range(len(way)) for way in ways))
            trials = (
                tuple(replace(move, after=way[at]) for move, way, at in zip(group, ways, each, strict=True))
                for each in sorted(places, key=sum)
            )
            return next(trial for trial in trials if self._fits_after(facts, trial))
        for place, way in enumerate(ways):  # too many to try them all: one after the other, as if the way were even
            near, far = -1, len(way) - 1
            while far - near > 1:
                middle = (near + far) // 2
                trial = (*group[:place], replace(group[place], after=way[middle]), *group[place + 1 :])
                near, far = (near, middle) if self._fits_after(facts, trial) else (middle, far)
            group = (*group[:place], replace(group[place], after=way[far]), *group[place + 1 :])
        return group

    def _fits_after(self, facts: Facts, group: tuple[Move, ...]) -> bool:
        return self._fits({**facts, **{move.fact: move.after for move in group}})

    def _helpful(self, finding: Finding, movable: Sequence[str]) -> frozenset[str]:
        """The facts that can be moved and that this finding depends on: one of them must change."""
        return frozenset(
            name for condition in self._conditions[finding.check] for name in facts_of(condition) if name in movable
        )

    def _moves(self, spec: FactSpec, facts: Facts) -> Iterator[Move]:
        current = facts.get(spec.name)
        if spec.type is FactType.YES_NO:
            wanted = {Direction.UP: (True,), Direction.DOWN: (False,)}.get(spec.negotiable or Direction.EITHER)
            yield from (Move(spec.name, v, 1) for v in wanted or (True, False) if v is not current)
        elif spec.type is FactType.CHOICE:
            yield from (Move(spec.name, choice, 1) for choice in spec.choices if choice != current)
        else:
            hidden = set() if self._turning is None else self._turning.values(spec, facts)
            yield from self._ordered_moves(spec, current, hidden)

    def _ordered_moves(self, spec: FactSpec, current: Any, hidden: set[Any]) -> Iterator[Move]:
        ups, downs = (landings | hidden for landings in self._landings(spec))
        if current is None:
            values = sorted({*ups, *downs})
            ahead = values if spec.negotiable is not Direction.DOWN else values[::-1]
            yield from (Move(spec.name, value, size) for size, value in enumerate(ahead, start=1))
            return
        if spec.negotiable in {Direction.UP, Direction.EITHER}:
            above = sorted(value for value in ups if value > current)
            yield from (Move(spec.name, value, size) for size, value in enumerate(above, start=1))
        if spec.negotiable in {Direction.DOWN, Direction.EITHER}:
            below = sorted((value for value in downs if value < current), reverse=True)
            yield from (Move(spec.name, value, size) for size, value in enumerate(below, start=1))

    def _landings(self, spec: FactSpec) -> tuple[set[Any], set[Any]]:
        """The first values of the next stretch between thresholds, on the way up and on the way down."""
        usual = {int(v) if spec.type is FactType.INTEGER else v for v in spec.usual}
        ups: set[Any] = set(usual)
        downs: set[Any] = set(usual)
        for test in self._tests[spec.name]:
            for value, holds_below in edges(test):
                ups.add(step(spec, value, 1) if holds_below else value)
                downs.add(value if holds_below else step(spec, value, -1))
        low, high = spec.minimum, spec.maximum
        out = {v for v in ups | downs if (low is not None and v < low) or (high is not None and v > high)}
        return ups - out, downs - out


def _conditions_by_check(profile: Profile) -> dict[str, list[Condition]]:
    found: dict[str, list[Condition]] = {
        SEGMENT_CHECK: [segment.when for segment in profile.segments if segment.when is not None]
    }
    for check in profile.checks:
        each = [check.when, *(part for case in check.cases for part in (case.when, case.require))]
        found[check.id] = [condition for condition in each if condition is not None]
    return found


def _changed(facts: Facts, offer: CounterOffer) -> Facts:
    return {**facts, **{change.fact: change.after for change in offer.changes}}


def _offer(facts: Facts, group: tuple[Move, ...]) -> CounterOffer:
    return CounterOffer(tuple(Change(move.fact, facts.get(move.fact), move.after) for move in group))
