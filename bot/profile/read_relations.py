"""Tests that look inside a text, and tests of a date against another date: read as tests of a derived fact."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from bot.deals.facts import FactSpec, FactSpecs, FactType
from bot.profile.conditions import Among, Compare, Condition, Order, Subject, all_of
from bot.profile.derived import Derived, Joined, Match, Named, Operator, TextMatch
from bot.profile.misread_tests import meant_date
from bot.profile.remedies import did_you_mean
from bot.profile.yaml_nodes import Listing, Node, Problems, Scalar, Table

EFFECTIVE = "effective"
"""The word for the day from which the profile holds, in a test of a date."""

_MATCHES = tuple(match.value for match in Match)
_LONGEST = 200
_RELATIVE = re.compile(
    r"\s*(?P<order><=|>=|<|>)\s*(?P<name>[a-z][a-z0-9_]*)(?:\s*(?P<sign>[-+])\s*(?P<days>[0-9]{1,5})\s*days?)?\s*"
)
_LOOKS_RELATIVE = re.compile(r"\s*(?:(?:<=|>=|<|>)\s*[A-Za-z_]|(?:today|now|effective)\b)")
_VERBS = {
    Match.CONTAINS: ("contains", "must contain", "does not contain", "must not contain"),
    Match.STARTS_WITH: ("starts with", "must start with", "does not start with", "must not start with"),
    Match.ENDS_WITH: ("ends with", "must end with", "does not end with", "must not end with"),
}


@dataclass(frozen=True, slots=True)
class Relation:
    """What was read: the condition, None when it was refused, and the derived facts that it speaks of."""

    condition: Condition | None
    derived: tuple[Derived, ...] = ()


class RelationReader:
    """Reads such tests. `effective` is the day that the word stands for; None where such tests are not allowed."""

    def __init__(self, facts: FactSpecs, problems: Problems, effective: date | None) -> None:
        self._facts = facts
        self._problems = problems
        self._effective = effective

    def text(self, spec: FactSpec, node: Table) -> Relation:
        """The mapping {contains: ...}, {starts_with: ...} or {ends_with: ...} of a text fact."""
        found: list[tuple[Condition, Derived]] = []
        for key, inner in node.entries.items():
            texts = self._texts(inner)
            if self._effective is None:
                self._problems.refuse(node, "A condition here cannot look inside a text.", "Write the whole text.")
            elif key not in _MATCHES:
                remedy = did_you_mean(key, _MATCHES)
                self._problems.refuse(node.keys[key], f"`{key}` is not a way to search a text.", remedy)
            elif texts:
                found.append(_match(spec, Match(key), texts))
        if not node.entries:
            self._problems.refuse(node, "The test is empty.", "Write {contains: word}.")
        if len(found) < max(1, len(node.entries)):
            return Relation(None)
        return Relation(all_of(tuple(condition for condition, _ in found)), tuple(derived for _, derived in found))

    def _texts(self, node: Node) -> tuple[str, ...]:
        items = node.items if isinstance(node, Listing) else [node]
        texts = []
        for item in items:
            value = item.value if isinstance(item, Scalar) and not item.refused else None
            if isinstance(value, str) and 0 < len(value) <= _LONGEST:
                texts.append(value)
            else:
                remedy = f"Write a word or a few, at most {_LONGEST} characters, in quotes if it is a number."
                self._problems.refuse(item, "This is not a text to look for.", remedy)
        if not items:
            self._problems.refuse(node, "An empty list: the test can never hold.", "List at least one text.")
        return tuple(texts) if len(texts) == len(items) else ()

    def days(self, spec: FactSpec, subject: Subject, node: Node) -> Relation | None:
        """A test of a date against another one, or None when it is a test against a day of the calendar."""
        if not isinstance(node, Scalar) or not isinstance(node.value, str) or not _LOOKS_RELATIVE.match(node.value):
            return None
        others = tuple(n for n, its in self._facts.items() if its.type is FactType.DATE and n != spec.name)
        if self._effective is not None and (told := meant_date(spec, node.value, others)):
            self._problems.refuse(node, *told)
            return Relation(None)
        match = _RELATIVE.fullmatch(node.value)
        if match is None or self._effective is None:
            remedy = 'Write a day, such as "<= 2026-12-31", or "<= start + 30 days" with another date fact.'
            self._problems.refuse(node, f"This is not a test of the date `{spec.name}`.", remedy)
            return Relation(None)
        order, days = Order(match["order"]), int(match["days"] or 0) * (-1 if match["sign"] == "-" else 1)
        if match["name"] == EFFECTIVE and EFFECTIVE not in self._facts:
            return self._from_effective(subject, node, order, days)
        other = self._facts.get(match["name"])
        if other is None or other.type is not FactType.DATE or other.name == spec.name:
            message = f"`{match['name']}` is not another date of the deal."
            self._problems.refuse(node, message, did_you_mean(match["name"], (*others, EFFECTIVE)))
            return Relation(None)
        return _apart(spec, other, order, days)

    def _from_effective(self, subject: Subject, node: Scalar, order: Order, days: int) -> Relation:
        if self._effective is None:
            return Relation(None)
        try:
            return Relation(Compare(subject, order, self._effective + timedelta(days=days)))
        except OverflowError:
            self._problems.refuse(node, "There is no such day.", "Write fewer days.")
            return Relation(None)


def _match(spec: FactSpec, how: Match, texts: tuple[str, ...]) -> tuple[Condition, Derived]:
    shown = " or ".join(f"“{text}”" for text in texts)
    yes, must, no, must_not = (f"{verb} {shown}" for verb in _VERBS[how])
    name = f"{spec.name} {yes}"
    made = FactSpec(name, FactType.YES_NO, spec.label, spec.ask, means_yes=(yes, must), means_no=(no, must_not))
    derived = Derived(made, TextMatch(spec.name, how, texts), (spec.name,), written=False)
    return Among(Subject(name, needs=derived.needs), (True,)), derived


def _apart(spec: FactSpec, other: FactSpec, order: Order, days: int) -> Relation:
    """The date lies so many days after the other: a test of the days between the two."""
    label = f"Days from {_small(other.label)} to {_small(spec.label)}"
    made = FactSpec(f"{spec.name} - {other.name}", FactType.INTEGER, label, "", unit="days")
    expression = Joined(Operator.MINUS, Named(spec.name), Named(other.name))
    derived = Derived(made, expression, (spec.name, other.name), written=False)
    return Relation(Compare(Subject(made.name, needs=derived.needs), order, days), (derived,))


def _small(label: str) -> str:
    return label if label[:2].isupper() else label[:1].lower() + label[1:]
