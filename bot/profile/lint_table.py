"""A table of rows that are read from the top, thousands of them: which of them meet, and what earlier ones leave."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, reduce
from heapq import merge
from itertools import accumulate
from operator import or_

from bot.deals.facts import FactSpec, FactSpecs
from bot.profile.conditions import AllOf, AnyOf, Condition, Known, Subject, Test, facts_of, negated, tests_of
from bot.profile.read_conditions import measure_spec
from bot.profile.regions import possible, samples
from bot.profile.spans import Axis, Scale, Spans, shared

MOST_BOXES = 16
"""A condition that falls into more alternatives than this is looked at test by test."""

MAX_STEPS = 200_000
"""A question that takes more steps than this is left open: some deal is taken to be there."""

Box = Mapping[Subject, Spans]
"""Deals of which each of some subjects is in its stretches."""


class RowTable:
    """The rows of one check, or the segments.

    Each row is a box, or a few where it says `any`: for each subject the values that its tests let through. Two rows
    that are apart in one subject share no deal, and a row inside another one says nothing more, so that of thousands of
    earlier rows few are left to be looked at. What these leave of a row is found value by value, exactly. A row with a
    test of `known`, or with too many alternatives, is looked at test by test, together with the rows that it may meet.
    """

    def __init__(
        self,
        facts: FactSpecs,
        when: Condition | None,
        rows: Sequence[tuple[Condition | None, Hashable]],
        more: Iterable[Condition] = (),
    ) -> None:
        """`rows`: each condition (None: every deal) and what it says; `more`: what will be asked about besides."""
        self._facts, self._when, self._rows = facts, when, [row for row, _ in rows]
        tests: dict[Subject, dict[Test, None]] = {}
        for condition in (when, *self._rows, *more):
            for test in tests_of(condition):
                tests.setdefault(test.subject, {})[test] = None
        self._scales = {subject: _scale(self._spec(subject), each) for subject, each in tests.items()}
        self._meant = self._boxes(when)
        self._boxed = [self._clipped(self._boxes(row)) for row in self._rows]
        self._first = list(accumulate((len(mine or ()) for mine in self._boxed), initial=0))
        """For each row the number of its first box."""
        self._owners = [number for number, mine in enumerate(self._boxed) for _ in mine or ()]
        self._loose = [number for number, mine in enumerate(self._boxed) if mine is None]
        self._empty = [number for number, mine in enumerate(self._boxed) if mine == ()]
        self._everyone = (1 << len(self._owners)) - 1
        boxes = [box for mine in self._boxed for box in mine or ()]
        self._axes = {
            subject: Axis(scale, {n: box[subject] for n, box in enumerate(boxes) if subject in box}, self._everyone)
            for subject, scale in self._scales.items()
            if any(subject in box for box in boxes)
        }
        self._open = list(self._unhidden())
        self._facts_of = [frozenset(facts_of(row)) for row in self._rows]
        self._says = [says for _, says in rows]
        self._over, self._saying = _groups(self._owners, self._facts_of), _groups(self._owners, self._says)

    def left(self, number: int, *more: Condition) -> bool:
        """Whether some deal comes to the row past those before it, and meets these conditions too; in doubt yes."""
        return self._outside(
            number, self._open[number], _before(self._loose, number), _before(self._empty, number), more
        )

    def takes(self, number: int) -> int | None:
        """The first earlier row that alone takes all deals of this one; None when none does."""
        targets = self._targets(number, ())
        nearest = number
        if targets is not None:
            holding = self._below(number)
            for box in targets:
                holding &= self._around(box)
            nearest = next((self._owners[bit] for bit in _bits(holding)), number)
        for at in range(nearest):
            mine = self._boxed[at]
            if targets is not None and mine is not None and len(mine) < 2:  # noqa: PLR2004 one box holds all, or not
                continue
            if not self._outside(number, self._set(at), [at] if mine is None else [], [] if mine else [at], ()):
                return at
        return nearest if nearest < number else None

    def meeting(self, number: int) -> Iterator[tuple[int, bool]]:
        """The earlier rows over the same facts that say otherwise and may overlap with this one, from the top.

        True with those of which it is certain that the two share deals and neither holds the other.
        """
        mine = self._boxed[number]
        if mine is None:
            yield from ((at, False) for at in range(number))
            return
        sure = self._meant is not None and len(self._meant) == 1 and len(mine) == 1
        found = holding = 0
        for box in mine:
            found |= self._touching(box)
            holding |= self._around(box) | self._inside(box)
        found &= self._below(number) & self._over.get(self._facts_of[number], 0)
        found &= ~self._saying.get(self._says[number], 0)
        if sure:
            found &= ~(holding & self._alone)
        met = ((self._owners[each], sure and bool(self._alone >> each & 1)) for each in _bits(found))
        yield from merge(met, ((at, False) for at in _before(self._loose, number)))

    def gap(self) -> bool | None:
        """Whether some deal for which the check is meant comes to no row; None where that takes too long to tell."""
        if any(row is None for row in self._rows):
            return False
        if self._meant is None or self._loose:
            return None
        found = [self._hole(box, self._open[-1] & self._touching(box)) for box in self._meant]
        return True if True in found else None if None in found else False

    def _spec(self, subject: Subject) -> FactSpec:
        spec = self._facts[subject.fact]
        return spec if subject.measure is None else measure_spec(spec)

    def _boxes(self, condition: Condition | None) -> tuple[Box, ...] | None:
        """The boxes that together are the condition, none of them empty; None where it is no few boxes."""
        ways = [()] if condition is None else _ways(condition)
        if ways is None:
            return None
        return tuple(box for way in ways if (box := self._box(way)) is not None)

    def _box(self, tests: Iterable[Test]) -> Box | None:
        box: dict[Subject, Spans] = {}
        for test in tests:
            if not isinstance(test, Known):
                scale = self._scales[test.subject]
                box[test.subject] = shared(box.get(test.subject, scale.whole), scale.of(test))
        return box if all(box.values()) else None

    def _clipped(self, boxes: tuple[Box, ...] | None) -> tuple[Box, ...] | None:
        """The boxes within that for which the check is meant, where this is one box."""
        if boxes is None or self._meant is None or len(self._meant) > 1:
            return boxes
        inside = (_both(box, self._meant[0]) for box in boxes if self._meant)
        return tuple(box for box in inside if box is not None)

    def _set(self, number: int) -> int:
        """The boxes of a row."""
        return (1 << self._first[number + 1]) - (1 << self._first[number])

    def _below(self, number: int) -> int:
        """The boxes of the rows before this one."""
        return (1 << self._first[number]) - 1

    @cached_property
    def _alone(self) -> int:
        """The boxes that are a whole row."""
        return sum(self._set(number) for number, mine in enumerate(self._boxed) if mine is not None and len(mine) == 1)

    def _unhidden(self) -> Iterator[int]:
        """For each row the boxes before it, without those that lie inside another one of them; at last for all."""
        found, bit = 0, 0
        yield found
        for mine in self._boxed:
            for box in mine or ():
                found = found & ~self._inside(box) | 1 << bit
                bit += 1
            yield found

    def _touching(self, box: Box) -> int:
        found = self._everyone
        for subject, spans in box.items():
            if subject in self._axes:
                found &= self._axes[subject].touching(spans)
        return found

    def _around(self, box: Box) -> int:
        """The boxes that hold this one."""
        found = self._everyone
        for subject, axis in self._axes.items():
            found &= axis.around(box.get(subject, axis.scale.whole))
        return found

    def _inside(self, box: Box) -> int:
        """The boxes that this one holds."""
        found = self._everyone
        for subject, spans in box.items():
            if subject in self._axes:
                found &= self._axes[subject].inside(spans)
        return found

    def _targets(self, number: int, more: Sequence[Condition]) -> tuple[Box, ...] | None:
        parts = [part for part in (self._when, self._rows[number], *more) if part is not None]
        return self._boxes(AllOf(tuple(parts)))

    def _outside(
        self, number: int, boxes: int, loose: Sequence[int], empty: Sequence[int], more: Sequence[Condition]
    ) -> bool:
        """Whether some deal of the row meets `more` and is in none of these boxes and rows; in doubt yes.

        A row that is `empty` takes nobody, and still stands in the way of a deal of which its fact is not known.
        """
        targets, mine = self._targets(number, more), self._boxed[number]
        if targets is not None and not loose:
            return any(self._hole(box, boxes & self._touching(box)) is not False for box in targets)
        if mine is not None:
            boxes &= reduce(or_, map(self._touching, mine), 0)
        others = sorted({*loose, *empty, *(self._owners[bit] for bit in _bits(boxes))})
        rows = (AnyOf(()) if (row := self._rows[at]) is None else negated(row) for at in others)
        return possible(self._facts, self._when, self._rows[number], *more, *rows)

    def _hole(self, box: Box, among: int) -> bool | None:
        """Whether some deal of the box is in none of these boxes; None where that takes too long to tell."""
        axes = [(subject, axis) for subject, axis in self._axes.items() if among & axis.tested]
        axes.sort(key=lambda each: _size(box.get(each[0], each[1].scale.whole)))
        return _Holes([(axis, box.get(subject, axis.scale.whole)) for subject, axis in axes]).any(0, among)


class _Holes:
    """Looks for a combination of places that none of some boxes has."""

    def __init__(self, axes: Sequence[tuple[Axis, Spans]]) -> None:
        self._axes = axes
        self._tested = [0] * (len(axes) + 1)
        for level in range(len(axes) - 1, -1, -1):
            self._tested[level] = self._tested[level + 1] | axes[level][0].tested
        self._full: set[tuple[int, int]] = set()
        self._left = MAX_STEPS

    def any(self, level: int, among: int) -> bool | None:
        """Whether there is one; None where that takes too long to tell."""
        if not among:
            return True
        if among & ~self._tested[level]:
            return False  # a box that tests none of the subjects that are left has them all
        if (level, among) in self._full:
            return False
        axis, spans = self._axes[level]
        seen: set[int] = set()
        for place in _ends_first(spans):
            self._left -= 1
            if self._left < 0:
                return None
            having = axis.at[place] & among
            if having in seen:
                continue
            seen.add(having)
            found = self.any(level + 1, having)
            if found is not False:
                return found
        self._full.add((level, among))
        return False


def _scale(spec: FactSpec, tests: Iterable[Test]) -> Scale:
    return Scale(list(dict.fromkeys(samples(spec, tests))))


def _ways(condition: Condition) -> list[tuple[Test, ...]] | None:
    """The condition as alternatives, each of tests that must all hold; None where they are many, or test `known`."""
    if isinstance(condition, Known):
        return None
    if not isinstance(condition, AllOf | AnyOf):
        return [(condition,)]
    found: list[tuple[Test, ...]] = [()] if isinstance(condition, AllOf) else []
    for part in condition.parts:
        ways = _ways(part)
        if ways is None:
            return None
        found = [(*one, *other) for one in found for other in ways] if isinstance(condition, AllOf) else found + ways
        if len(found) > MOST_BOXES:
            return None
    return found


def _before(rows: Sequence[int], number: int) -> list[int]:
    return [at for at in rows if at < number]


def _groups(owners: Sequence[int], keys: Sequence[Hashable]) -> dict[Hashable, int]:
    """For each key the boxes of the rows that have it."""
    found: dict[Hashable, int] = {}
    for bit, owner in enumerate(owners):
        found[keys[owner]] = found.get(keys[owner], 0) | 1 << bit
    return found


def _both(one: Box, other: Box) -> Box | None:
    box = {**one, **other, **{subject: shared(one[subject], other[subject]) for subject in one if subject in other}}
    return box if all(box.values()) else None


def _size(spans: Spans) -> int:
    return sum(last - first + 1 for first, last in spans)


def _ends_first(spans: Spans) -> Iterator[int]:
    """The places, those at the ends of the stretches first: there the values of other rows begin."""
    for first, last in spans:
        yield first
        if last > first:
            yield last
    for first, last in spans:
        yield from range(first + 1, last)


def _bits(number: int) -> Iterator[int]:
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest
