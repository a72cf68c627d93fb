"""Percentages written as shares: 0.08 where 8% is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from bot.deals.facts import FactSpecs, FactType
from bot.profile.lint_places import Places
from bot.profile.problems import Problem
from bot.profile.yaml_nodes import Listing, Node, Scalar, Table

_PARTS = ("when", "require", "cases", "exception")
_SHARE = re.compile(r"(?<![0-9.])0\.[0-9]*[1-9][0-9]*")


class ShareLinter:
    """Looks at the percentages in the conditions and bands of one profile.

    One that is written with its sign, 0.5%, is meant so; and so is one of a fact that moves in steps below 1.
    """

    def __init__(self, facts: FactSpecs, places: Places) -> None:
        self._places = places
        self._percents = frozenset(
            name
            for name, spec in facts.items()
            if spec.type is FactType.PERCENT and (spec.step is None or spec.step >= 1)
        )

    def shares(self, owner: Table) -> Iterator[Problem]:
        """The percentages in a check or a segment that are likely shares."""
        for part in _PARTS:
            inner = owner.get(part)
            if inner is not None:
                yield from self._inside(inner)

    def _inside(self, node: Node, fact: str | None = None) -> Iterator[Problem]:
        if isinstance(node, Table):
            for key, value in node.entries.items():
                yield from self._inside(value, key if key in self._percents else None)
        elif isinstance(node, Listing):
            for item in node.items:
                yield from self._inside(item, fact)
        elif fact is not None and isinstance(node, Scalar) and "%" not in node.text:
            found = _SHARE.search(node.text)
            if found is not None:
                share = Decimal(found[0])
                message = f"`{fact}` is a percentage, and {share:f} is a small part of one percent."
                remedy = f"Write {(share * 100).normalize():f}% if that is meant, or {share:f}% with its sign."
                yield self._places.problem(node.place, message, remedy, kind="figure")
