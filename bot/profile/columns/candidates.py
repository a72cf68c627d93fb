"""Many candidate profiles over the same deals: what they share is asked once, where they differ only the tests are.

One pass over the deals leaves cells: all deals of which the shared rules say the same, and of which every test that
some candidate puts comes out the same. There are far fewer of them than deals, and they tell each candidate's fit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import chain
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from bot.profile.columns.judge import MOST_ROWS, ColumnJudge
from bot.profile.columns.names import ColumnError
from bot.profile.columns.truths import affirmed
from bot.profile.conditions import AllOf, AnyOf, Condition, Known, Test, negated, relaxed, tests_of
from bot.profile.model import Check, Profile, Segment, Stance
from bot.profile.verdict import Judgement
from bot.profile.weights import APPROVABLE, FATAL, NOT_APPLICABLE, PASS, UNKNOWN, questions

_WEIGHT, _DEALS, _MONEY = "_weight", "_deals", "_money"
_JUDGED = {Judgement.FITS: PASS, Judgement.NEEDS_APPROVAL: APPROVABLE, Judgement.DOES_NOT_FIT: FATAL,
           Judgement.INCOMPLETE: UNKNOWN}  # fmt: skip


class Candidates:
    """The fit of one pipeline under many profiles with the same facts.

    Raises ColumnError when the profiles do not agree on the facts, what is derived from them, and the currency.
    """

    def __init__(self, profiles: Sequence[Profile]) -> None:
        first = profiles[0]
        for each in profiles:
            if not same_facts(each, first):
                raise ColumnError(
                    f"Version {each.version} has other facts than version {first.version}. Compare apart."
                )
        self.profiles = tuple(profiles)
        counted = [{_rule(check): check for check in each.checks if check.counted} for each in profiles]
        self._shared = frozenset.intersection(*(frozenset(each) for each in counted))
        self._segments = all(_segments(each) == _segments(first) for each in profiles)
        self._common = ColumnJudge(self._part(first, shared=True))
        self._own = [_Own.of(self._part(each, shared=False)) for each in profiles]
        said = (test for own in self._own for condition in own.conditions() for test in tests_of(condition))
        tests = dict.fromkeys(affirmed(test)[0] for test in said)
        valued = {test.subject for test in tests if not isinstance(test, Known)}
        kept = [test for test in tests if not isinstance(test, Known) or test.subject not in valued]
        self._tests = {test: f"_test_{n}" for n, test in enumerate(kept)}
        self._known = {test.subject: name for test, name in self._tests.items() if not isinstance(test, Known)}

    def _part(self, profile: Profile, *, shared: bool) -> Profile:
        """The profile with the rules that all candidates have, or with those that they do not."""
        checks = tuple(check for check in profile.checks if check.counted and (_rule(check) in self._shared) is shared)
        return replace(profile, checks=checks, segments=profile.segments if self._segments is shared else ())

    def cells(self, deals: ir.Table, *, by: Sequence[str] = (), money: str | None = None) -> ir.Table:
        """The pass over the deals, for any backend: what `fits` takes, as Arrow."""
        return self._common.cells(deals, self._tests, by=by, money=money)

    def told(self, deals: ir.Table, keep: Sequence[str]) -> ir.Table:
        """Deal by deal, for whoever counts in another way than `cells`: the kept columns and those of `marks`."""
        return self._common.told(deals, self._tests, keep=keep)

    @property
    def marks(self) -> tuple[str, ...]:
        """The columns that tell the candidates' verdicts on a deal: a small number, and after it yes, no or null."""
        return (_WEIGHT, *self._tests.values())

    def weights(self, marks: pa.Table) -> Iterator[pa.Array]:
        """For each candidate in turn what each row of `marks` weighs (see `bot.profile.weights`)."""
        columns = {name: marks[name].combine_chunks() for name in self._tests.values()}
        common = marks[_WEIGHT].combine_chunks()
        for own in self._own:
            yield self._weigh(common, columns, own)

    def fits(self, cells: pa.Table, *, by: Sequence[str] = ()) -> list[pa.Table]:
        """For each candidate what `ColumnJudge.fit` gives: a row for each group, in the groups' order."""
        columns = {name: cells[name].combine_chunks() for name in self._tests.values()}
        return [self._fit(cells, columns, own, list(by)) for own in self._own]

    def _fit(self, cells: pa.Table, columns: dict[str, pa.Array], own: _Own, by: list[str]) -> pa.Table:
        weight = self._weigh(cells[_WEIGHT].combine_chunks(), columns, own)
        sums: dict[str, Any] = {"deals": cells[_DEALS]}
        money = {"money": cells[_MONEY]} if _MONEY in cells.column_names else {}
        for judgement, code in _JUDGED.items():
            here = pc.equal(weight, code)
            sums[judgement.value] = pc.if_else(here, cells[_DEALS], 0)
            if money:
                money[f"money_{judgement.value}"] = pc.if_else(here, cells[_MONEY], None)
        table = pa.table({**{name: cells[name] for name in by}, **sums, **money})
        names = [*sums, *money]
        added = table.group_by(by).aggregate([(name, "sum") for name in names])
        added = added.select([*by, *(f"{name}_sum" for name in names)]).rename_columns([*by, *names])
        return added.sort_by([(name, "ascending") for name in by]) if by else added

    def _weigh(self, common: pa.Array, columns: dict[str, pa.Array], own: _Own) -> pa.Array:
        """What the rows weigh under the rules that all candidates have and one's own."""
        weight: Any = pa.repeat(pa.scalar(PASS, pa.int8()), len(common))
        for code, condition in reversed(own.asked):
            holds = pc.fill_null(self._truth(condition, columns, len(common)), False)  # noqa: FBT003 - no keyword there
            weight = pc.if_else(holds, pa.scalar(code, pa.int8()), weight)
        for rows in own.long:
            weight = pc.max_element_wise(weight, self._along(rows, columns, len(common)))
        return pc.max_element_wise(weight, common)

    def _along(self, rows: Sequence[_Row], columns: dict[str, pa.Array], count: int) -> Any:
        """What the first of many rows says that holds, the others asked one after the other."""
        code: Any = pa.repeat(pa.scalar(PASS, pa.int8()), count)
        for when, branches, last in reversed(rows):
            says: Any = pa.repeat(pa.scalar(last, pa.int8()), count)
            for condition, held in reversed(branches):
                says = self._either(self._truth(condition, columns, count), pa.scalar(held, pa.int8()), says)
            code = says if when is None else self._either(self._truth(when, columns, count), says, code)
        return code

    @staticmethod
    def _either(truth: Any, held: Any, failed: Any) -> Any:
        found = pc.if_else(pc.fill_null(truth, False), held, failed)  # noqa: FBT003 - no keyword there
        return pc.if_else(pc.is_null(truth), pa.scalar(UNKNOWN, pa.int8()), found)

    def _truth(self, condition: Condition, columns: dict[str, pa.Array], count: int) -> Any:
        """The condition over cells, null where it is unknown."""
        match condition:
            case AllOf(parts) | AnyOf(parts):
                join: Callable[..., Any] = pc.and_kleene if isinstance(condition, AllOf) else pc.or_kleene
                found = [self._truth(part, columns, count) for part in parts]
                return reduce(join, found) if found else pa.array([isinstance(condition, AllOf)] * count)
            case _:
                return self._tested(condition, columns)

    def _tested(self, test: Test, columns: dict[str, pa.Array]) -> Any:
        positive, opposite = affirmed(test)
        name = self._tests.get(positive)
        if name is not None:
            return pc.invert(columns[name]) if opposite else columns[name]
        if isinstance(positive, Known):  # a test of the fact is there, and it is null where the fact is unknown
            return (pc.is_null if opposite else pc.is_valid)(columns[self._known[positive.subject]])
        message = f"the cells lack the test {test}"
        raise KeyError(message)


_Row = tuple[Condition | None, list[tuple[Condition, int]], int]
"""A row's `when`; conditions with the code where the first of them holds that does; the code of the rest."""


@dataclass(frozen=True, slots=True)
class _Own:
    """The rules that a candidate does not share: as questions, and those of many rows row by row."""

    asked: tuple[tuple[int, Condition], ...]
    long: tuple[list[_Row], ...]

    @classmethod
    def of(cls, part: Profile) -> _Own:
        """The rules of this part of a profile."""
        short = replace(
            part,
            checks=tuple(check for check in part.checks if len(check.cases) <= MOST_ROWS),
            segments=part.segments if len(part.segments) <= MOST_ROWS else (),
        )
        long = [_rows(check) for check in part.checks if len(check.cases) > MOST_ROWS]
        if len(part.segments) > MOST_ROWS:
            long.append([(each.when, [], _stance_code(each)) for each in part.segments] + [(None, [], FATAL)])
        return cls(tuple(questions(short)), tuple(long))

    def conditions(self) -> Iterator[Condition]:
        """Every condition that is looked at."""
        yield from (condition for _, condition in self.asked)
        for when, branches, _ in chain.from_iterable(self.long):
            yield from (condition for condition, _ in branches)
            if when is not None:
                yield when


def _rows(check: Check) -> list[_Row]:
    rows: list[_Row] = [] if check.when is None else [(negated(check.when), [], NOT_APPLICABLE)]
    for case in check.cases:
        if case.require is None:
            rows.append((case.when, [], NOT_APPLICABLE))
            continue
        branches, last = [(case.require, PASS)], FATAL
        for band in check.exception:
            if not band.up_to:
                last = APPROVABLE
                break
            branches.append((relaxed(case.require, dict(band.up_to)), APPROVABLE))
        rows.append((case.when, branches, last))
    return rows


def _stance_code(segment: Segment) -> int:
    declined = APPROVABLE if segment.exception else FATAL
    return declined if segment.stance is Stance.DECLINE else PASS


def same_facts(one: Profile, other: Profile) -> bool:
    """Whether two profiles agree on the facts, what is derived from them, and the currency."""
    return (dict(one.facts), one.derived, one.currency) == (dict(other.facts), other.derived, other.currency)


def _rule(check: Check) -> tuple[Any, ...]:
    """What a check demands, without its words and its place in the file."""
    cases = tuple((case.when, case.require) for case in check.cases)
    bands = tuple(tuple(sorted(band.up_to.items(), key=repr)) for band in check.exception)
    return check.when, cases, bands


def _segments(profile: Profile) -> list[tuple[Any, ...]]:
    return [(each.when, each.stance, bool(each.exception)) for each in profile.segments]
