"""Where in the file a linter's finding stands: the node of a check, a row, a key, or a fact inside a condition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from bot.profile.model import Profile
from bot.profile.problems import Problem, SourceText
from bot.profile.yaml_nodes import Listing, Node, Place, Table

Severity = Literal["error", "warning"]


class Places:
    """Finds places in a profile's file and makes problems that show them."""

    def __init__(self, profile: Profile) -> None:
        self._tree = profile.tree
        self._source = SourceText(profile.filename, profile.source.decode("utf-8-sig"))

    def problem(
        self, place: Place, message: str, suggestion: str, severity: Severity = "warning", *, kind: str | None = None
    ) -> Problem:
        """A problem at the place. `kind` is the word by which `accept` names such a warning."""
        return self._source.problem(place, message, suggestion, severity=severity, kind=kind)

    def accepted(self, owner: Table, problems: Iterable[Problem]) -> Iterator[Problem]:
        """The problems without those that the owner's `accept` names, and a warning for what it names in vain."""
        accept = owner.get("accept")
        reasons = accept if isinstance(accept, Table) else Table(owner.place)
        met: set[str] = set()
        for problem in problems:
            if problem.severity == "warning" and problem.kind in reasons.entries:
                met.add(str(problem.kind))
            else:
                yield problem
        for kind in reasons.entries:
            if kind not in met:
                message = f"`accept` names {kind}, and there is nothing of the kind here."
                yield self.problem(reasons.key_place(kind), message, "Remove it: it would hide the next one.")

    def node(self, *steps: str | int) -> Table:
        """The mapping at these steps from the top; an empty one when something else stands there."""
        node: Node = self._tree
        for step in steps:
            if isinstance(node, Table):
                node = node.entries[str(step)]
            elif isinstance(node, Listing) and isinstance(step, int):
                node = node.items[step]
        return node if isinstance(node, Table) else Table(node.place)

    def items(self, *steps: str) -> list[Node]:
        """The items of the list at these steps; none when there is no list."""
        node: Node | None = self._tree
        for step in steps:
            node = node.get(step) if isinstance(node, Table) else None
        return node.items if isinstance(node, Listing) else []

    def row(self, check: int, case: int) -> Table:
        """The mapping that holds the case's `when` and `require`: the case, or the check that has no cases."""
        node = self.node("checks", check)
        return self.node("checks", check, "cases", case) if "cases" in node.entries else node

    @staticmethod
    def key(node: Table, key: str) -> Place:
        """Where the key stands in the mapping, or the mapping itself."""
        return node.key_place(key) if key in node.entries else node.place

    def fact(self, node: Table, key: str, facts: Iterable[str]) -> Place:
        """The first place under the key where one of the facts is named, or the key itself."""
        inner = node.get(key)
        found = None if inner is None else _first(inner, frozenset(facts))
        return found or self.key(node, key)


def _first(node: Node, names: frozenset[str]) -> Place | None:
    if isinstance(node, Table):
        for key, value in node.entries.items():
            if key in names:
                return node.key_place(key)
            if found := _first(value, names):
                return found
    elif isinstance(node, Listing):
        return next((found for item in node.items if (found := _first(item, names))), None)
    return None
