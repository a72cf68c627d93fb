"""The judge of whole pipelines: the checks of one profile as one expression over a table of deals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import ibis
import ibis.expr.types as ir

from bot.deals.facts import FactType
from bot.profile.columns import codes, names
from bot.profile.columns.figures import Figures
from bot.profile.columns.names import ColumnError, fact_columns
from bot.profile.columns.truths import affirmed, fails, holds, surely, usable
from bot.profile.conditions import Measure, Subject, Test, tests_of
from bot.profile.derived import names_of
from bot.profile.model import SEGMENT_CHECK, Profile
from bot.profile.verdict import Judgement
from bot.profile.weights import questions

MOST_ROWS = 25
"""Of more rows than this "the third, and neither the first nor the second" is too long to ask: they come in turn."""

_MOST_QUERIES = 64
_INNER = ("_test_", "_value_", "_code_", "_place", "_weight", "_amount", "_deals", "_money")


class ColumnJudge:
    """Judges tables of deals by one profile, as `Judge` judges one deal: every result, segment and verdict is the same.

    A table has a column for each fact (see `fact_columns`), null where the fact is unknown; a column that no check
    looks at may be absent. So may that of a derived fact: the expression then works it out from the others, exactly as
    the judge does (see `figures`). Where the table has the column `deal_currency`, money in another currency than the
    profile's is unknown. Any Ibis backend will do; nothing is read before the expression is executed.
    """

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._queries: dict[tuple[Any, ...], str] = {}
        self._needs = {each.name: each.needs for each in profile.derived}
        self._columns = {column.subject: column for column in fact_columns(profile)}
        tests = (affirmed(test)[0] for condition in codes.conditions_of(profile) for test in tests_of(condition))
        self._tests = {test: f"_test_{n}" for n, test in enumerate(dict.fromkeys(tests))}
        segments = [SEGMENT_CHECK] if profile.segments else []
        self._checks = (*segments, *(check.id for check in profile.checks))
        rows = [profile.segments, *(check.cases for check in profile.checks if check.counted)]
        self._long = any(len(each) > MOST_ROWS for each in rows)
        self._counted = (*segments, *(check.id for check in profile.checks if check.counted))

    def judged(self, deals: ir.Table, *, keep: Sequence[str] | None = None) -> ir.Table:
        """The table with the columns `dealfit_verdict`, `dealfit_segment`, `dealfit_stance` and one for each check.

        Their values are those of Judgement, Stance and Result; the names of checks come from `result_column`. `keep`
        names the columns of the table that stay, all of them when left out. Raises ColumnError when a fact's column is
        absent or of another kind.
        """
        kept = list(deals.columns) if keep is None else list(keep)
        weighed = self._judged(deals, kept)
        segments = self.profile.segments
        results = {names.result_column(each): codes.result_words(weighed[_code(each)]) for each in self._checks}
        return weighed.select(
            *kept,
            **{
                names.VERDICT: codes.verdict_words(weighed["_weight"]),
                names.SEGMENT: codes.nth(weighed["_place"], [segment.name for segment in segments]),
                names.STANCE: codes.nth(weighed["_place"], [segment.stance.value for segment in segments]),
                **results,
            },
        )

    def fit(self, deals: ir.Table, *, by: Sequence[str] = (), money: str | None = None) -> ir.Table:
        """How much of the pipeline fits: for each group `deals`, and how many of them have each judgement.

        With `money`, a fact, also its sum over all deals (`money`) and over those with each judgement (`money_fits`,
        ...), null where nothing is known; a deal whose money is unknown, or in another currency, adds nothing.
        """
        deals = self._with_figures(deals, money)
        amount = {} if money is None else {"_amount": self._part(deals, money)}
        weighed = self._weights(deals, by, amount)
        # First by weight, of which there are six: a few rows are left to be spread over the judgements.
        parts: dict[str, ir.Value] = {"_deals": weighed.count()}
        if amount:
            parts["_money"] = weighed["_amount"].sum()
        few = weighed.aggregate(by=[*by, "_weight"], **parts).view()
        groups = {each: codes.is_judged(few["_weight"], each) for each in Judgement}
        sums: dict[str, ir.Value] = {"deals": _whole(few["_deals"].sum())}
        sums |= {each.value: _whole(few["_deals"].sum(where=here)) for each, here in groups.items()}
        if amount:
            sums["money"] = few["_money"].sum()
            sums |= {f"money_{each.value}": few["_money"].sum(where=here) for each, here in groups.items()}
        return few.aggregate(by=list(by), **sums)

    def cells(
        self, deals: ir.Table, tests: Mapping[Test, str], *, by: Sequence[str] = (), money: str | None = None
    ) -> ir.Table:
        """Deals that weigh the same and of which these tests say the same, counted: `_weight`, `_deals`, `_money`.

        Each test stands in the column that it is given, null where it is unknown. See `candidates`.
        """
        weighed = self.told(deals, tests, keep=by, money=money)
        parts: dict[str, ir.Value] = {"_deals": weighed.count()}
        if money is not None:
            parts["_money"] = weighed["_amount"].sum()
        return weighed.aggregate(by=[*by, "_weight", *tests.values()], **parts)

    def told(
        self, deals: ir.Table, tests: Mapping[Test, str], *, keep: Sequence[str], money: str | None = None
    ) -> ir.Table:
        """Deal by deal: the kept columns, the `_weight`, what these tests say, and with `money` the `_amount`."""
        subjects = [test.subject for test in tests]
        deals = self._with_figures(deals, money, *(subject.fact for subject in subjects))
        more = {name: holds(self._read(deals, test.subject), test) for test, name in tests.items()}
        if money is not None:
            more["_amount"] = self._part(deals, money)
        return self._weights(deals, keep, more)

    def fit_sql(self, deals: ir.Table, *, by: Sequence[str] = (), money: str | None = None) -> str:
        """The query of `fit`, in the groups' order, in the language of the table's backend.

        It is written once for each table, as its columns stand, and remembered: writing takes longer than the query
        takes on a hundred thousand deals. Let the backend prepare it, and it need not be planned again either.
        """
        key = deals.op(), tuple(by), money
        found = self._queries.get(key)
        if found is None:
            if len(self._queries) >= _MOST_QUERIES:
                self._queries.clear()
            fit = self.fit(deals, by=by, money=money)
            found = self._queries[key] = str((fit.order_by(list(by)) if by else fit).compile())
        return found

    def _tested(self, deals: ir.Table, keep: Sequence[str], more: dict[str, ir.Column]) -> ir.Table:
        """The kept columns and one column for each distinct test: one that several checks share is made once."""
        _refuse_ours(keep)
        deals = self._with_figures(deals)
        tests = {name: holds(self._read(deals, test.subject), test) for test, name in self._tests.items()}
        # A view is what Ibis does not merge with the select around it. Merged, a test would be made once for each check
        # again, and `a BETWEEN 1 AND 2 IS NULL` would rest on how each database ranks its operators.
        return deals.select(*keep, **more, **tests).view()

    def _codes(self, tested: ir.Table, checks: Iterable[str]) -> dict[str, ir.IntegerValue]:
        """The code of each of these checks, made from the columns of its tests."""

        def column(test: Test) -> ir.BooleanValue:
            return tested[self._tests[test]]

        profile = self.profile
        by_id = {check.id: check for check in profile.checks}
        return {
            _code(each): codes.check_code(by_id[each], column) if each in by_id else codes.segment_code(profile, column)
            for each in checks
        }

    def _judged(self, deals: ir.Table, keep: Sequence[str]) -> ir.Table:
        """The kept columns, each check's code, the place of the segment, and the weight of the whole."""
        tested = self._tested(deals, keep, {})
        place = codes.segment_place(self.profile, lambda test: tested[self._tests[test]])
        judged = tested.select(*keep, **self._codes(tested, self._checks), _place=place).view()
        return judged.mutate(_weight=codes.heaviest([judged[_code(each)] for each in self._counted]))

    def _weights(self, deals: ir.Table, keep: Sequence[str], more: dict[str, ir.Column]) -> ir.Table:
        """The kept columns and the weight of the whole alone."""
        _refuse_ours(keep)
        if self._long:
            tested = self._tested(deals, keep, more)
            coded = tested.select(*keep, *more, **self._codes(tested, self._counted)).view()
            heaviest = codes.heaviest([coded[_code(each)] for each in self._counted])
            # As the questions have it, which tell no fact that is missing from another.
            weight = (heaviest == codes.OPEN).ifelse(codes.small(codes.UNKNOWN), heaviest)
            return coded.select(*keep, *more, _weight=weight).view()
        deals = self._with_figures(deals)
        subjects = dict.fromkeys(test.subject for test in self._tests)
        names_of = {subject: f"_value_{n}" for n, subject in enumerate(subjects)}
        values = {name: self._read(deals, subject) for subject, name in names_of.items()}
        read = deals.select(*keep, **more, **values).view()

        def told(test: Test) -> ir.BooleanValue:
            positive, opposite = affirmed(test)
            return (fails if opposite else holds)(read[names_of[test.subject]], positive)

        branches = [(surely(condition, told), codes.small(code)) for code, condition in questions(self.profile)]
        weight = ibis.cases(*branches, else_=codes.small(codes.PASS)) if branches else codes.small(codes.PASS)
        return read.select(*keep, *more, _weight=weight).view()

    def _with_figures(self, deals: ir.Table, *more: str | None) -> ir.Table:
        """The table with a column for each derived fact that is looked at and has none, one step after the other."""
        wanted = {test.subject.fact for test in self._tests} | set(more)
        rests: dict[str, set[str]] = {}
        for each in self.profile.derived:
            named = set(names_of(each.expression))
            rests[each.name] = named | {name for part in named for name in rests.get(part, ())}
        for each in self.profile.derived:
            column = self._columns[Subject(each.name)].name
            looked_at = each.name in wanted or any(each.name in rests.get(name or "", ()) for name in wanted)
            if looked_at and column not in deals.columns:
                # A view, so that a figure stands as a column and is not written out wherever it is used.
                deals = deals.mutate(**{column: Figures(partial(self._part, deals)).column(each)}).view()
        return deals

    def _part(self, deals: ir.Table, name: str) -> ir.Column:
        """The column of a fact that a derived fact rests on."""
        return self._read(deals, Subject(name, needs=self._needs.get(name, ())))

    def _read(self, deals: ir.Table, subject: Subject) -> ir.Column:
        """The column of a fact as the judge reads it. That a list of outcomes is known shows in its count."""
        bare = Subject(subject.fact, subject.measure)
        fact = self._columns.get(bare) or self._columns[Subject(subject.fact, Measure.COUNT)]
        if fact.name not in deals.columns:
            raise ColumnError(f"The table has no column {fact.name}. Add it, null where the fact is unknown.")
        column = usable(deals[fact.name], fact)
        if fact.type is not FactType.MONEY or subject.needs or names.CURRENCY not in deals.columns:
            return column  # derived money rests on other currencies as little as its parts did
        ours = deals[names.CURRENCY] == self.profile.currency
        return ours.ifelse(column, ibis.null(column.type()))


def _refuse_ours(keep: Iterable[str]) -> None:
    if clash := [name for name in keep if name.startswith((names.OURS, *_INNER))]:
        raise ColumnError(f"The table has a column {clash[0]} already. Leave it out with `keep`.")


def _whole(count: ir.IntegerValue) -> ir.IntegerValue:
    """A sum of counts as a count: none is 0."""
    return count.fill_null(0).cast("int64")


def _code(check_id: str) -> str:
    return f"_code_{check_id}"
