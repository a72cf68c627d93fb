"""What is allowed in a profile and yet hardly meant: dead links, rows nobody reaches, facts nobody uses."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Literal

from bot.deals.facts import Direction
from bot.profile.conditions import Compare, Condition, Ordered, Subject, facts_of, relaxed, tests_of
from bot.profile.implication import constant, contradiction, implies
from bot.profile.model import Band, Case, Check, Profile, Segment
from bot.profile.problems import Problem, SourceText
from bot.profile.shape_errors import did_you_mean
from bot.profile.words import Words
from bot.profile.yaml_nodes import Listing, Node, Place, Table

Severity = Literal["error", "warning"]


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
    return sorted(_Linter(profile, anchors, authorities, today).problems(), key=lambda p: (p.line, p.column))


class _Linter:
    def __init__(
        self, profile: Profile, anchors: frozenset[str], authorities: Collection[str] | None, today: date | None
    ) -> None:
        self._profile = profile
        self._anchors = anchors
        self._authorities = authorities
        self._today = today
        self._words = Words(profile.facts, profile.currency)
        self._source = SourceText(profile.filename, profile.source.decode("utf-8-sig"))

    def problems(self) -> Iterator[Problem]:
        yield from self._effective()
        yield from self._facts()
        yield from self._segments()
        for index, check in enumerate(self._profile.checks):
            node = self._node("checks", index)
            yield from self._guidance(check.guidance, node)
            yield from self._bands(check.exception, check)
            yield from self._cases(check)
            for condition in (check.when, *(part for case in check.cases for part in (case.when, case.require))):
                yield from self._condition(condition, check.place)

    def _at(self, place: Place, message: str, suggestion: str, severity: Severity = "warning") -> Problem:
        return self._source.problem(place, message, suggestion, severity=severity)

    def _node(self, *steps: str | int) -> Table:
        node: Node = self._profile.tree
        for step in steps:
            if isinstance(node, Table):
                node = node.entries[str(step)]
            elif isinstance(node, Listing) and isinstance(step, int):
                node = node.items[step]
        return node if isinstance(node, Table) else Table(node.place)

    def _effective(self) -> Iterator[Problem]:
        if self._today is not None and self._profile.effective > self._today:
            place = self._profile.tree.entries["effective"].place
            message = f"The profile takes effect on {self._profile.effective}, and today is {self._today}."
            yield self._at(place, message, "It judges deals already; keep the earlier profile live until that day.")

    def _facts(self) -> Iterator[Problem]:
        conditions: list[Condition | None] = [segment.when for segment in self._profile.segments]
        for check in self._profile.checks:
            conditions.extend((check.when, *(part for case in check.cases for part in (case.when, case.require))))
        used = {name for condition in conditions for name in facts_of(condition)}
        table = self._node("facts")
        for name, spec in self._profile.facts.items():
            place = table.key_place(name)
            if name not in used:
                yield self._at(place, f"No segment and no check uses the fact `{name}`.", "Remove it, or judge by it.")
            node = table.entries[name]
            if isinstance(node, Table) and "ask" not in node.entries:
                yield self._at(place, f"The fact `{name}` has no question.", "Add `ask: ...`, as you would say it.")
            if spec.negotiable in {Direction.UP, Direction.DOWN} and spec.type.is_numeric:
                yield from self._direction(name, spec.negotiable is Direction.UP, place)

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
            yield self._at(place, message, f"Is it negotiable: {'down' if upward else 'up'}?")

    def _segments(self) -> Iterator[Problem]:
        segments = self._profile.segments
        for index, segment in enumerate(segments):
            node = self._node("segments", index)
            yield from self._guidance(segment.guidance, node)
            yield from self._bands(segment.exception, None)
            yield from self._condition(segment.when, segment.place)
            for earlier in segments[:index]:
                if _covers(earlier, segment):
                    message = f"Nobody reaches the segment `{segment.name}`: `{earlier.name}` takes all of it first."
                    yield self._at(segment.place, message, "Move it up, or make the earlier one narrower.", "error")
                    break
        if segments and all(segment.when is not None for segment in segments):
            message = "A deal that no segment describes does not fit, and no segment says so."
            yield self._at(segments[-1].place, message, "End with a segment without `when` and its stance.")

    def _cases(self, check: Check) -> Iterator[Problem]:
        for index, case in enumerate(check.cases):
            for earlier in check.cases[:index]:
                if _covers(earlier, case):
                    line = earlier.place[0]
                    message = f"Nobody reaches this case of `{check.id}`: the one in line {line} takes all of it first."
                    yield self._at(case.place, message, "Put the narrower case first.", "error")
                    break
        if all(case.when is not None for case in check.cases):
            message = f"Where none of the cases of `{check.id}` holds, the check does not apply."
            suggestion = "End with a case without `when`: a `require`, or `otherwise: not applicable`."
            yield self._at(check.cases[-1].place, message, suggestion)

    def _guidance(self, link: str | None, node: Table) -> Iterator[Problem]:
        if link is None or link in self._anchors:
            return
        place = node.entries["guidance"].place
        file = link.split("#", maxsplit=1)[0]
        inside = sorted(anchor for anchor in self._anchors if anchor.startswith(f"{file}#"))
        known = inside or sorted({anchor.split("#", maxsplit=1)[0] for anchor in self._anchors})
        yield self._at(place, f"The guidance {link} leads nowhere.", did_you_mean(link, known), "error")

    def _bands(self, bands: tuple[Band, ...], check: Check | None) -> Iterator[Problem]:
        for index, band in enumerate(bands):
            if self._authorities is not None and band.authority not in self._authorities:
                message = f"The people file names no authority `{band.authority}`: nobody could approve."
                yield self._at(band.place, message, did_you_mean(band.authority, tuple(self._authorities)), "error")
            if any(not earlier.up_to for earlier in bands[:index]):
                message = f"`{band.authority}` is never asked: an authority before it may approve anything."
                yield self._at(band.place, message, "Put the narrower authority first.")
                continue
            for subject, reach in band.up_to.items() if check else ():
                yield from self._reach(band, subject, reach, bands[:index], check)

    def _reach(
        self, band: Band, subject: Subject, reach: Ordered, before: tuple[Band, ...], check: Check | None
    ) -> Iterator[Problem]:
        requirements = [case.require for case in check.cases if case.require] if check else []
        tests = [test for each in requirements for test in tests_of(each) if test.subject == subject]
        value = self._words.value(subject, reach)
        if tests and all(relaxed(test, {subject: reach}) == test for test in tests):
            message = f"`{band.authority}` may approve up to {value}, which the check allows anyway."
            yield self._at(band.place, message, "Set `up_to` beyond the requirement, in the direction that fails.")
        for earlier in before:
            if subject in earlier.up_to and len(band.up_to) == len(earlier.up_to) == 1:
                wider = [implies(relaxed(t, {subject: reach}), relaxed(t, dict(earlier.up_to))) for t in tests]
                if wider and all(wider):
                    message = f"`{band.authority}` is never asked: `{earlier.authority}` before it reaches as far."
                    yield self._at(band.place, message, "Put the narrower authority first.")

    def _condition(self, condition: Condition | None, place: Place) -> Iterator[Problem]:
        if condition is None:
            return
        if pair := contradiction(condition):
            one, other = (self._words.test(test) for test in pair)
            yield self._at(
                place, f"These can never hold together: {one}, and {other}.", "Use any: [...] if one is enough."
            )
        for test in tests_of(condition):
            spec = self._profile.facts[test.subject.fact]
            if constant(test, spec.minimum, spec.maximum):
                message = f"This holds for every value that `{spec.name}` can have: {self._words.test(test)}."
                yield self._at(place, message, "Tighten it, or remove it.")


def _covers(earlier: Segment | Case, later: Segment | Case) -> bool:
    """Whether every deal that reaches the later row is taken by the earlier one."""
    if earlier.when is None:
        return True
    return later.when is not None and implies(later.when, earlier.when)
