"""The economics of a profile: rows that never apply, customers without a churn, figures that cannot be meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from decimal import Decimal

from bot.profile.conditions import Compare, Condition, Order, Subject, all_of, negated, tests_of
from bot.profile.economics_plan import ChurnRow, EconomicsPlan, FactorRow, Roles
from bot.profile.economics_reading import ROLE_TYPES
from bot.profile.lint_places import Places
from bot.profile.lint_rows import RowLinter
from bot.profile.model import Profile, Segment, Stance
from bot.profile.problems import Problem
from bot.profile.regions import covers, possible
from bot.profile.witness import surely_possible
from bot.profile.words import Words
from bot.profile.yaml_nodes import Table

_HIGHEST_CHURN = 20
"""A greater share of customers that leaves each month is rather that of a year."""


class EconomicsLinter:
    """Looks at the `economics` of one profile."""

    def __init__(self, profile: Profile, words: Words, places: Places, rows: RowLinter) -> None:
        self._profile, self._words, self._places, self._rows = profile, words, places, rows
        self._facts = profile.specs

    def problems(self) -> Iterator[Problem]:
        """What is wrong with them; nothing where there are none."""
        plan = self._profile.economics
        if plan is None:
            return
        node = self._places.node("economics")
        found = (*self._roles(plan, node), *self._capital(plan, node), *self._churn(plan, node), *self._pay(plan))
        yield from self._places.accepted(node, found)

    def _roles(self, plan: EconomicsPlan, node: Table) -> Iterator[Problem]:
        """A part that no fact plays although there is a fact that is called so."""
        table = self._places.node("economics", "facts")
        for field in fields(Roles):
            spec = self._profile.facts.get(field.name)
            if getattr(plan.facts, field.name) is None and spec is not None and spec.type in ROLE_TYPES[field.name]:
                message = f"The economics leave out the fact `{field.name}`: {_LOST[field.name]}."
                yield self._problem(table.place, message, f"Add `{field.name}: {field.name}` to facts.", "part")
        if plan.churn and plan.facts.margin is None:
            message = "`churn` tells how long customers stay, and without `margin` not what they bring."
            yield self._problem(self._places.key(node, "churn"), message, "Add `margin: ...` to facts.", "part")

    def _capital(self, plan: EconomicsPlan, node: Table) -> Iterator[Problem]:
        if plan.cost_of_capital is not None:
            place = node.entries["cost_of_capital"].place
            if 0 < plan.cost_of_capital < 1:
                yield self._share(place, plan.cost_of_capital, "a year of money costs")
            return
        days = plan.facts.payment_days
        for index, check in enumerate(self._profile.checks):
            tested = [test.subject.fact for case in check.cases for test in tests_of(case.require)]
            if days is not None and days in tested:
                place = self._places.fact(self._places.row(index, 0), "require", (days,))
                message = f"`{check.id}` limits the {self._words.label(Subject(days))}, and what they cost is not told."
                yield self._problem(place, message, "Add `cost_of_capital: ...` to the economics.", "capital")
                return

    def _churn(self, plan: EconomicsPlan, node: Table) -> Iterator[Problem]:
        regions = [self._region(row) for row in plan.churn]
        for index, row in enumerate(plan.churn):
            inner = self._places.node("economics", "churn", index)
            yield from self._rows.condition(row.when, inner, "when")
            yield from self._reached(regions, index, row, inner)
            place = inner.entries["monthly"].place
            if row.monthly < Decimal("0.1"):
                yield self._share(place, row.monthly, "those who leave in a month are")
            elif row.monthly > _HIGHEST_CHURN:
                told = f"With {row.monthly:f}% a month most customers are gone within the year."
                yield self._problem(place, told, "Is this the share of a year? Write that of a month.", "figure")
        if plan.churn:
            yield from self._left_out(plan, regions, node)

    def _left_out(self, plan: EconomicsPlan, regions: Sequence[Condition], node: Table) -> Iterator[Problem]:
        """Segments that we sell to and whose deals no row describes."""
        term = Compare(Subject(str(plan.facts.service_months)), Order.ABOVE, 0)
        rest = tuple(negated(region) for region in regions)
        place = self._places.key(node, "churn")
        remedy = "End with a row without `when` and without `segment`, or accept it: accept: {gap: why}."
        if not self._profile.segments and surely_possible(self._facts, term, *rest):
            yield self._problem(place, "Some deals have no row of churn: their lifetime is not told.", remedy, "gap")
        for segment in self._profile.segments:
            declined = segment.stance is Stance.DECLINE and not segment.exception
            if not declined and surely_possible(self._facts, term, self._taken(segment), *rest):
                message = (
                    f"Some deals of the segment `{segment.name}` have no row of churn: their lifetime is not told."
                )
                yield self._problem(place, message, remedy, "gap")

    def _reached(
        self, regions: Sequence[Condition], index: int, row: ChurnRow | FactorRow, node: Table
    ) -> Iterator[Problem]:
        if row.when is not None and not possible(self._facts, row.when):
            return  # told of the condition itself
        earlier = [negated(region) for region in regions[:index]]
        if not possible(self._facts, regions[index], *earlier):
            alone = next((at for at in range(index) if covers(self._facts, regions[at], regions[index])), None)
            who = (
                "those before it together take" if alone is None else f"the one in line {self._line(node, alone)} takes"
            )
            why = "its `when` never holds for deals of its segment" if not possible(self._facts, regions[index]) else ""
            message = f"This row never applies: {why or f'{who} all of it first'}."
            yield self._problem(node.place, message, "Put the narrower row first, or remove this one.", "never")

    def _line(self, node: Table, earlier: int) -> int:
        """The line of an earlier row of the same table."""
        for steps in (("churn",), ("commission", "service_mix"), ("commission", "subscription")):
            rows = self._places.items("economics", *steps)
            if any(each is node for each in rows):
                return rows[earlier].place[0]
        return node.place[0]

    def _pay(self, plan: EconomicsPlan) -> Iterator[Problem]:
        if plan.commission is None:
            return
        place = self._places.node("economics", "commission").entries["rate"].place
        if 0 < plan.commission.rate < 1:
            yield self._share(place, plan.commission.rate, "the rep is paid")
        elif plan.commission.rate == 0:
            yield self._problem(
                place, "The commission is 0%: nobody is paid.", "Write the rate, or leave it out.", "figure"
            )
        for key in ("service_mix", "subscription"):
            rows: tuple[FactorRow, ...] = getattr(plan.commission, key)
            regions = [row.when if row.when is not None else all_of(()) for row in rows]
            for index, row in enumerate(rows):
                inner = self._places.node("economics", "commission", key, index)
                yield from self._rows.condition(row.when, inner, "when")
                yield from self._reached(regions, index, row, inner)
            if rows and all(row.times == 1 for row in rows):
                message = f"Every row of `{key}` multiplies by 1: it changes nothing."
                yield self._problem(rows[0].place, message, "Set `times`, or leave the rows out.", "figure")

    def _region(self, row: ChurnRow) -> Condition:
        """For which deals a row of churn can be meant: those of its segment for which its `when` holds."""
        segment = next((each for each in self._profile.segments if each.name == row.segment), None)
        parts = [] if segment is None else [self._taken(segment)]
        return all_of((*parts, *(() if row.when is None else (row.when,))))

    def _taken(self, segment: Segment) -> Condition:
        """For which deals the segment counts: it describes them, and no earlier one does."""
        before = self._profile.segments[: self._profile.segments.index(segment)]
        parts = [negated(each.when) for each in before if each.when is not None]
        return all_of((*parts, *(() if segment.when is None else (segment.when,))))

    def _share(self, place: tuple[int, int], share: Decimal, told: str) -> Problem:
        message = f"This says that {told} {share:f}%, a small part of one percent."
        return self._problem(
            place, message, f"Percentages are numbers of percent: is {(share * 100).normalize():f}% meant?", "figure"
        )

    def _problem(self, place: tuple[int, int], message: str, remedy: str, kind: str) -> Problem:
        return self._places.problem(place, message, remedy, kind=kind)


_LOST = {
    "contract_value": "nothing can be told",
    "discount": "book value and the price of an offer are not told",
    "margin": "the margin in money is not told",
    "service_months": "how long customers stay is not told",
    "payment_days": "what the payment terms cost is not told",
    "prepaid": "a deal that is paid in advance counts as if it were paid later",
}
