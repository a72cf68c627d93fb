"""Files of cases beside the profile: named deals with what is expected of them, read as strictly as the profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from bot.deals.facts import FactValue
from bot.deals.values import FactError, parse_value
from bot.profile.model import SEGMENT_CHECK, Profile
from bot.profile.problems import CasesError, Problem
from bot.profile.shape import Short, Strict
from bot.profile.shape_errors import did_you_mean, read_shape
from bot.profile.yaml_nodes import Listing, Node, Problems, Table
from bot.profile.yaml_reading import read_yaml
from bot.profile.yaml_text import content_bytes

UNKNOWN = "unknown"
"""What a case writes for a fact that it takes away from the case it is like."""


class ExpectShape(Strict):
    """What must come out. `fail` and `unknown` must be complete; the others are looked at only where they are given."""

    verdict: Literal["fits", "needs_approval", "does_not_fit", "incomplete"]
    segment: Short | None = None
    fail: list[Short] = Field([], description="The checks that fail.")
    unknown: list[Short] = Field([], description="The checks that lack a fact.")
    not_applicable: list[Short] | None = None
    authorities: list[Short] | None = None
    ask_first: Short | None = Field(None, description="The fact that the first question must be about.")


class CaseEntry(Strict):
    """One named deal: all its facts, or another case with changes."""

    name: Short
    like: Short | None = None
    facts: dict[str, Any] | None = None
    change: dict[str, Any] | None = Field(None, alias="with")
    expect: ExpectShape


class CasesShape(Strict):
    """A file of cases."""

    cases: Annotated[list[CaseEntry], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class DealCase:
    """One named deal with what is expected of it. `place` is "file:line"."""

    name: str
    place: str
    facts: Mapping[str, FactValue]
    expect: ExpectShape


def load_cases(profile: Profile, folder: Path) -> tuple[DealCase, ...]:
    """Every case in the folder's YAML files, in the order of the file names. Raises CasesError with every problem."""
    reader = _Reader(profile)
    for path in sorted(folder.glob("*.yaml")):
        reader.take(path)
    return reader.cases()


@dataclass(slots=True)
class _Entry:
    shape: CaseEntry
    node: Table
    problems: Problems
    file: str


class _Reader:
    """Reads all files first: a case may be like one in another file."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._entries: dict[str, _Entry] = {}
        self._all: list[Problems] = []

    def take(self, path: Path) -> None:
        root, problems = read_yaml(content_bytes(path), str(path))
        self._all.append(problems)
        if root is None:
            return
        shape = read_shape(CasesShape, root, problems)
        nodes = root.get("cases") if isinstance(root, Table) else None
        if shape is None or not isinstance(nodes, Listing):
            return
        for entry, node in zip(shape.cases, nodes.items, strict=True):
            if not isinstance(node, Table):
                continue
            if entry.name in self._entries:
                first = self._entries[entry.name]
                message = f"The case `{entry.name}` stands in {first.file}:{first.node.place[0]} already."
                problems.refuse(node.entries["name"], message, "Give this one another name.")
            else:
                self._entries[entry.name] = _Entry(entry, node, problems, path.name)

    def cases(self) -> tuple[DealCase, ...]:
        found = [self._case(entry) for entry in self._entries.values()]
        problems: list[Problem] = [problem for each in self._all for problem in each.in_order()]
        if problems:
            raise CasesError(problems)
        return tuple(found)

    def _case(self, entry: _Entry) -> DealCase:
        shape = entry.shape
        if (shape.like is None) != (shape.change is None) or (shape.like is None) == (shape.facts is None):
            message = f"The case `{shape.name}` needs its `facts`, or `like` another case `with` changes."
            entry.problems.refuse(entry.node, message, "Give one of the two.")
        self._check_ids(entry)
        return DealCase(shape.name, f"{entry.file}:{entry.node.place[0]}", self._facts(entry, ()), shape.expect)

    def _check_ids(self, entry: _Entry) -> None:
        known = (SEGMENT_CHECK, *(check.id for check in self._profile.checks))
        expect = entry.node.get("expect")
        for key in ("fail", UNKNOWN, "not_applicable"):
            node = expect.get(key) if isinstance(expect, Table) else None
            for item in node.items if isinstance(node, Listing) else ():
                if item.plain() not in known:
                    message = f"There is no check `{item.plain()}`."
                    entry.problems.refuse(item, message, did_you_mean(str(item.plain()), known))

    def _facts(self, entry: _Entry, below: tuple[str, ...]) -> dict[str, FactValue]:
        shape = entry.shape
        if shape.like is None:
            return self._read(entry, "facts", {})
        base = self._entries.get(shape.like)
        node = entry.node.entries["like"]
        if base is None:
            remedy = did_you_mean(shape.like, tuple(self._entries))
            entry.problems.refuse(node, f"There is no case `{shape.like}`.", remedy)
            return {}
        if shape.name in below:
            entry.problems.refuse(
                node, f"`{shape.name}` is like itself, directly or through others.", "Break the circle."
            )
            return {}
        return self._read(entry, "with", self._facts(base, (*below, shape.name)))

    def _read(self, entry: _Entry, key: str, base: dict[str, FactValue]) -> dict[str, FactValue]:
        table = entry.node.get(key)
        facts = dict(base)
        for name, node in table.entries.items() if isinstance(table, Table) else ():
            spec = self._profile.facts.get(name)
            if spec is None and isinstance(table, Table):
                remedy = did_you_mean(name, tuple(self._profile.facts))
                entry.problems.refuse(table.keys[name], f"There is no fact `{name}`.", remedy)
            elif node.plain() == UNKNOWN:
                facts.pop(name, None)
            elif spec is not None:
                self._value(entry, node, name, facts)
        return facts

    def _value(self, entry: _Entry, node: Node, name: str, facts: dict[str, FactValue]) -> None:
        try:
            facts[name] = parse_value(self._profile.facts[name], node.plain(), self._profile.currency)
        except FactError as error:
            entry.problems.refuse(node, f"{error.label}: {error.problem}.", error.remedy)
