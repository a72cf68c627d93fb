"""What is allowed in a profile and yet hardly meant: dead links, rows nobody reaches, cliffs, facts nobody uses."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import fields
from datetime import date

from bot.deals.facts import Direction, FactSpec
from bot.profile.conditions import Compare, Condition, facts_of, tests_of
from bot.profile.derived import names_of
from bot.profile.lint_bands import BandLinter
from bot.profile.lint_cliffs import cliffs
from bot.profile.lint_economics import EconomicsLinter
from bot.profile.lint_places import Places
from bot.profile.lint_rows import RowLinter
from bot.profile.lint_shares import ShareLinter
from bot.profile.model import Check, Profile
from bot.profile.problems import Problem
from bot.profile.shape_errors import did_you_mean
from bot.profile.words import Words
from bot.profile.yaml_nodes import Place, Table

_MEANT = "Write accept: {cliff: why} in the check."


def lint(
    profile: Profile,
    anchors: frozenset[str],
    *,
    authorities: Collection[str] | None = None,
    today: date | None = None,
) -> list[Problem]:
    """Faults of a profile that loads, in the order of the file.

    `anchors` are the places that guidance may link to ("pricing.md", "pricing.md#discounts"); `authorities` those that
    the people file names (None: not checked); `today` tells whether the profile is in effect (None: not checked).
    """
    found = _Linter(profile, anchors, authorities, today).problems()
    return sorted(dict.fromkeys(found), key=lambda p: (p.line, p.column))


class _Linter:
    def __init__(
        self, profile: Profile, anchors: frozenset[str], authorities: Collection[str] | None, today: date | None
    ) -> None:
        self._profile = profile
        self._anchors = anchors
        self._authorities = authorities
        self._today = today
        self._words = Words(profile.specs, profile.currency)
        self._places = Places(profile)
        self._rows = RowLinter(profile, self._words, self._places)
        self._shares = ShareLinter(profile.specs, self._places)
        self._bands = BandLinter(profile, self._words, self._places, authorities)

    def problems(self) -> Iterator[Problem]:
        yield from self._effective()
        yield from self._facts()
        yield from self._derived()
        for index, segment, found in self._rows.segments():
            node = self._places.node("segments", index)
            yield from self._places.accepted(
                node,
                (
                    *found,
                    *self._guidance(segment.guidance, node),
                    *self._bands.bands(segment),
                    *self._shares.shares(node),
                ),
            )
        for index, check in enumerate(self._profile.checks):
            node = self._places.node("checks", index)
            yield from self._places.accepted(
                node,
                (
                    *self._guidance(check.guidance, node),
                    *self._bands.bands(check),
                    *self._shares.shares(node),
                    *self._rows.check(index, check),
                    *self._cliffs(index, check),
                ),
            )
        yield from EconomicsLinter(self._profile, self._words, self._places, self._rows).problems()
        yield from self._escalation()

    def _escalation(self) -> Iterator[Problem]:
        """The authority that decides what others leave undecided, where nobody holds it."""
        wanted, known = self._profile.exceptions.escalate_to, self._authorities
        if wanted is not None and known is not None and wanted not in known:
            place = self._places.node("exceptions").entries["escalate_to"].place
            message = f"The people file names no authority `{wanted}`: nobody could decide what comes to it."
            yield self._places.problem(place, message, did_you_mean(wanted, tuple(known)), "error")

    def _effective(self) -> Iterator[Problem]:
        if self._today is not None and self._profile.effective > self._today:
            place = self._profile.tree.entries["effective"].place
            message = f"The profile takes effect on {self._profile.effective}, and today is {self._today}."
            remedy = "It judges deals already; keep the earlier profile live until that day."
            yield self._places.problem(place, message, remedy)

    def _facts(self) -> Iterator[Problem]:
        used = self._used()
        table = self._places.node("facts")
        for name, spec in self._profile.facts.items():
            node = table.get(name)
            if isinstance(node, Table):
                yield from self._places.accepted(node, self._fact(spec, node, table.key_place(name), name in used))

    def _fact(self, spec: FactSpec, node: Table, place: Place, used: bool) -> Iterator[Problem]:
        name = spec.name
        if not used:
            nor = ", nor do the economics" if self._profile.economics else ""
            message = f"No segment and no check uses the fact `{name}`{nor}."
            yield self._places.problem(place, message, "Remove it, or judge by it.", kind="unused")
        if "ask" not in node.entries:
            remedy = "Add `ask: ...`, as you would say it."
            yield self._places.problem(place, f"The fact `{name}` has no question.", remedy, kind="question")
        elif not spec.ask.rstrip().endswith("?"):
            remedy = "Write it as you would say it, with a question mark."
            message = f"What `{name}` asks is no question: {spec.ask}"
            yield self._places.problem(node.entries["ask"].place, message, remedy, kind="question")
        if spec.negotiable in {Direction.UP, Direction.DOWN} and spec.type.is_numeric:
            yield from self._direction(name, spec.negotiable is Direction.UP, place)

    def _derived(self) -> Iterator[Problem]:
        tested = {test.subject.fact for condition in self._conditions() for test in tests_of(condition)}
        built_on = {name for each in self._profile.derived for name in names_of(each.expression)}
        for each in self._profile.derived:
            if each.written and each.name not in tested | built_on:
                place = self._places.node("derived").key_place(each.name)
                message = f"No segment and no check uses the derived fact `{each.name}`."
                yield self._places.problem(place, message, "Remove it, or judge by it.")

    def _conditions(self) -> Iterator[Condition | None]:
        yield from (segment.when for segment in self._profile.segments)
        for check in self._profile.checks:
            yield from (check.when, *(part for case in check.cases for part in (case.when, case.require)))

    def _used(self) -> set[str]:
        """The facts that something in the profile rests on."""
        judged = {name for condition in self._conditions() for name in facts_of(condition)}
        plan = self._profile.economics
        if plan is None:
            return judged
        figured = {name for condition in plan.conditions for name in facts_of(condition)}
        return judged | figured | {getattr(plan.facts, field.name) for field in fields(plan.facts)}

    def _direction(self, name: str, upward: bool, place: Place) -> Iterator[Problem]:
        """A fact that may only be moved away from what every requirement asks for."""
        wanted = {
            test.order.upward
            for check in self._profile.checks
            for case in check.cases
            for test in tests_of(case.require)
            if isinstance(test, Compare) and test.subject.fact == name
        }
        if wanted == {not upward}:
            message = f"`{name}` can be moved {'up' if upward else 'down'} only, and every check asks for the opposite."
            remedy = f"Is it negotiable: {'down' if upward else 'up'}?"
            yield self._places.problem(place, message, remedy, kind="direction")

    def _guidance(self, link: str | None, node: Table) -> Iterator[Problem]:
        if link is None or link in self._anchors:
            return
        place = node.entries["guidance"].place
        file = link.split("#", maxsplit=1)[0]
        inside = sorted(anchor for anchor in self._anchors if anchor.startswith(f"{file}#"))
        known = inside or sorted({anchor.split("#", maxsplit=1)[0] for anchor in self._anchors})
        message = f"The guidance {link} leads nowhere."
        yield self._places.problem(place, message, did_you_mean(link, known), "error")

    def _cliffs(self, index: int, check: Check) -> Iterator[Problem]:
        node = self._places.node("checks", index)
        if not check.counted:
            return
        for cliff in cliffs(self._profile, self._words, check):
            message = f"A cliff: {cliff.text}."
            keys = [key for key in ("require", "cases", "when") if key in node.entries]
            place = self._places.fact(node, keys[0], (cliff.subject.fact,))
            remedy = (
                "Let the authority's `up_to` reach on, or put another in between."
                if check.exception
                else "Add an `exception` for those who come close."
            )
            yield self._places.problem(place, message, f"{remedy} Is it meant? {_MEANT}", kind="cliff")
