"""Rows of checks and segments that nobody reaches, that leave a gap, overlap, or ask for what cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from bot.profile.conditions import ALWAYS, AnyOf, Condition, all_of, facts_of, negated, tests_of
from bot.profile.lint_places import Places
from bot.profile.lint_table import RowTable
from bot.profile.model import Case, Check, Profile, Segment
from bot.profile.problems import Problem
from bot.profile.regions import always, contradiction, possible
from bot.profile.witness import surely_possible
from bot.profile.words import Words
from bot.profile.yaml_nodes import Table

Row = TypeVar("Row", Segment, Case)


class RowLinter:
    """Looks at the rows of one profile, which are read from the top: the first that applies counts."""

    def __init__(self, profile: Profile, words: Words, places: Places) -> None:
        self._profile = profile
        self._facts = profile.specs
        self._words = words
        self._places = places

    def segments(self) -> Iterator[tuple[int, Segment, tuple[Problem, ...]]]:
        """Each segment with what is wrong with it; with the last one also whom they all leave out."""
        segments = self._profile.segments
        table = RowTable(self._facts, None, [(segment.when, segment.stance) for segment in segments])
        for index, segment in enumerate(segments):
            yield index, segment, tuple(self._segment(table, index, segment))

    def _segment(self, table: RowTable, index: int, segment: Segment) -> Iterator[Problem]:
        segments = self._profile.segments
        node = self._places.node("segments", index)
        yield from self.condition(segment.when, node, "when")
        if why := self._unreached(table, segments, index, None):
            message = f"Nobody reaches the segment `{segment.name}`: {why}"
            yield self._places.problem(segment.place, message, "Move it up, or make the earlier narrower.", "error")
        elif other := self._overlap(table, segments, index, None):
            message = f"The segment overlaps with `{other.name}`, which has another stance and comes first."
            place = self._places.fact(node, "when", facts_of(segment.when))
            yield self._places.problem(place, message, _APART, kind="overlap")
        if index == len(segments) - 1 and self._gap(table, None, segments):
            message = "A deal that no segment describes does not fit, and no segment says so."
            remedy = "End with a segment without `when` and its stance."
            yield self._places.problem(segments[-1].place, message, remedy, kind="gap")

    def check(self, index: int, check: Check) -> Iterator[Problem]:
        """What is wrong with a check's rows."""
        yield from self.condition(check.when, self._places.node("checks", index), "when")
        required = [case.require for case in check.cases if case.require is not None]
        table = RowTable(self._facts, check.when, [(case.when, case.require) for case in check.cases], required)
        for number in range(len(check.cases)):
            yield from self._case(table, check, number, self._places.row(index, number))
        if self._gap(table, check.when, check.cases):
            message = f"Where none of the cases of `{check.id}` holds, the check does not apply."
            suggestion = "End with a case without `when`: a `require`, or `otherwise: not applicable`."
            yield self._places.problem(check.cases[-1].place, message, suggestion, kind="gap")

    def _gap(self, table: RowTable, when: Condition | None, rows: Sequence[Segment | Case]) -> bool:
        """Whether it is certain that some deal comes to none of the rows."""
        found = table.gap()
        if found is None:
            return surely_possible(self._facts, when, *(_not(row.when) for row in rows))
        return found

    def _case(self, table: RowTable, check: Check, number: int, node: Table) -> Iterator[Problem]:
        case = check.cases[number]
        yield from self.condition(case.when, node, "when")
        yield from self.condition(case.require, node, "require")
        if why := self._unreached(table, check.cases, number, check.when):
            message = f"Nobody reaches this case of `{check.id}`: {why}"
            yield self._places.problem(case.place, message, "Put the narrower case first.", "error")
            return
        if other := self._overlap(table, check.cases, number, check.when):
            line = other.place[0]
            message = f"This case overlaps with the one in line {line}, which asks for something else and comes first."
            place = self._places.fact(node, "when", facts_of(case.when))
            yield self._places.problem(place, message, _APART, kind="overlap")
        if case.require is not None:
            yield from self._required(table, check, number, case.require, node)

    def _required(
        self, table: RowTable, check: Check, number: int, require: Condition, node: Table
    ) -> Iterator[Problem]:
        """A requirement that nobody can meet where it applies, or that everybody meets."""
        case = check.cases[number]
        narrow = [part for part in (check.when, case.when) if part is not None and part != ALWAYS]
        if (not narrow and number == 0) or not possible(self._facts, require) or not table.left(number):
            return
        if not table.left(number, require):
            message = f"This can never be met: {self._told(require, narrow, check.cases[:number])}"
            place = self._places.fact(node, "require", facts_of(require))
            yield self._places.problem(place, message, "Change the requirement, or for whom it is meant.", "error")
        elif not table.left(number, negated(require)) and not self._constant(require):
            message = f"This is always met: {self._told(require, narrow, check.cases[:number])}"
            remedy = "Remove it, or write `otherwise: not applicable`."
            place = self._places.fact(node, "require", facts_of(require))
            yield self._places.problem(place, message, remedy, kind="always")

    def _told(self, require: Condition, narrow: Sequence[Condition], earlier: Sequence[Case]) -> str:
        """What is required, and where; of many earlier rows no more are put in words than a message can show."""
        parts = (*narrow, *(_not(each.when) for each in earlier[:_MOST_TOLD]))
        return f"{self._words.condition(require)}, where {self._words.condition(all_of(parts))}."

    def _constant(self, condition: Condition) -> bool:
        return any(always(self._facts, test) for test in tests_of(condition))

    def _unreached(
        self, table: RowTable, rows: Sequence[Segment | Case], number: int, when: Condition | None
    ) -> str | None:
        """Why no deal comes to the row; None when some does."""
        row = rows[number]
        if not possible(self._facts, row.when):
            return None  # told of the condition itself
        if not possible(self._facts, when, row.when):
            return "its `when` never holds together with that of the check."
        if table.left(number):
            return None
        alone = table.takes(number)
        if alone is None:
            return "those before it together take all of it first."
        each = rows[alone]
        named = f"`{each.name}`" if isinstance(each, Segment) else f"the one in line {each.place[0]}"
        return f"{named} takes all of it first."

    def _overlap(self, table: RowTable, rows: Sequence[Row], number: int, when: Condition | None) -> Row | None:
        """An earlier row over the same facts that shares some deals, and not all, with this one and says otherwise."""
        row = rows[number]
        if row.when is None:
            return None
        for at, certain in table.meeting(number):
            each = rows[at]
            if certain:
                return each
            if each.when is None or set(facts_of(each.when)) != set(facts_of(row.when)):
                continue
            if _says(each) == _says(row) or not possible(self._facts, when, each.when, row.when):
                continue
            apart = possible(self._facts, when, each.when, _not(row.when))
            if apart and possible(self._facts, when, row.when, _not(each.when)):
                return each
        return None

    def condition(self, condition: Condition | None, node: Table, key: str) -> Iterator[Problem]:
        """Tests in one condition that can never hold together, or that hold always."""
        if condition is None:
            return
        if not possible(self._facts, condition):
            pair = contradiction(self._facts, condition)
            told = ", and ".join(self._words.test(test) for test in pair or tests_of(condition))
            facts = (pair[1].subject.fact,) if pair else facts_of(condition)
            place = self._places.fact(node, key, facts)
            yield self._places.problem(place, f"These can never hold together: {told}.", _ONE_IS_ENOUGH, kind="never")
        for test in tests_of(condition):
            if always(self._facts, test):
                name = test.subject.fact
                message = f"This holds for every value that `{name}` can have: {self._words.test(test)}."
                place = self._places.fact(node, key, (name,))
                yield self._places.problem(place, message, "Tighten it, or remove it.", kind="always")


_MOST_TOLD = 200
"""So many rows are longer in words than any message."""

_APART = "Make them apart, so that their order does not matter."
_ONE_IS_ENOUGH = "Use any: [...] if one is enough."


def _says(row: Segment | Case) -> object:
    return row.stance if isinstance(row, Segment) else row.require


def _not(when: Condition | None) -> Condition:
    return AnyOf(()) if when is None else negated(when)
