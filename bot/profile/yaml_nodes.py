"""A file as a tree of nodes that know their place, and the problems found in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from bot.profile.problems import MAX_PROBLEMS, Problem, SourceText

Place = tuple[int, int]


@dataclass(slots=True)
class Node:
    """One value of the file. `refused` says that a problem was already reported for it, so that it is told once."""

    place: Place
    refused: bool = False

    def plain(self) -> Any:
        """The value as plain data."""
        raise TypeError


@dataclass(slots=True)
class Scalar(Node):
    """A text, number, date or true/false; `text` is how it is written, `quoted` whether it stands in quotes."""

    value: str | int | Decimal | bool | date | None = None
    text: str = ""
    quoted: bool = False

    def plain(self) -> Any:
        """The value."""
        return self.value


@dataclass(slots=True)
class Listing(Node):
    """A list."""

    items: list[Node] = field(default_factory=list)

    def plain(self) -> Any:
        """The items as plain data."""
        return [item.plain() for item in self.items]


@dataclass(slots=True)
class Table(Node):
    """A mapping, in the order of the file, with the node of each key. `partial`: an entry was refused and left out."""

    entries: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Scalar] = field(default_factory=dict)
    partial: bool = False

    def plain(self) -> Any:
        """The entries as plain data."""
        return {key: node.plain() for key, node in self.entries.items()}

    def get(self, key: str) -> Node | None:
        """The value under this key."""
        return self.entries.get(key)

    def key_place(self, key: str) -> Place:
        """Where the key stands."""
        return self.keys[key].place


class Problems:
    """The problems found so far in one file."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.found: list[Problem] = []

    def add(self, place: Place, message: str, suggestion: str | None = None) -> None:
        """Report an error, unless there are so many already that one more helps nobody."""
        if self.full:
            return
        self.found.append(self.source.problem(place, message, suggestion))

    def refuse(self, node: Node, message: str, suggestion: str | None = None) -> None:
        """Report an error at a node, once: a node that was refused before is not reported again."""
        if not node.refused:
            node.refused = True
            self.add(node.place, message, suggestion)

    def inside(self, node: Node) -> bool:
        """Whether anything in the node was refused or left out: what rests on it is then not worth reporting."""
        if node.refused or (isinstance(node, Table) and (node.partial or any(k.refused for k in node.keys.values()))):
            return True
        children = node.entries.values() if isinstance(node, Table) else node.items if isinstance(node, Listing) else ()
        return any(self.inside(child) for child in children)

    @property
    def full(self) -> bool:
        """Whether there are so many that reading on helps nobody."""
        return len(self.found) >= MAX_PROBLEMS

    def in_order(self) -> tuple[Problem, ...]:
        """All of them in the order of the file."""
        return tuple(sorted(self.found, key=lambda p: (p.line, p.column)))[:MAX_PROBLEMS]
