"""Parts of one section that answer together stand together among the hits, in the order of the document.

Each stays a passage of its own, with its own id and hash: a citation never points at a text that was put together.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.knowledge.passages import Hit

TOGETHER = 0.6
"""The share of the better part's score that its neighbour must have."""

MOST = 3
"""No more parts of a section than this are put together: it must leave room for others."""


def joined(hits: Sequence[Hit]) -> list[Hit]:
    """The hits, best first, each with those neighbours beside it that are good enough; they share the better score."""
    left = {hit.passage.id: hit for hit in hits}
    found: list[Hit] = []
    for hit in hits:
        if hit.passage.id not in left:
            continue
        group = [left.pop(hit.passage.id)]
        near = {
            other.passage.position: other
            for other in _section(left.values(), hit)
            if other.score >= TOGETHER * hit.score
        }
        while len(group) < MOST:
            first, last = group[0].passage.position, group[-1].passage.position
            beside = [near[at] for at in (first - 1, last + 1) if at in near]
            if not beside:
                break
            best = max(beside, key=lambda other: other.score)
            del near[best.passage.position], left[best.passage.id]
            group.insert(0 if best.passage.position < first else len(group), best)
        found += [replace(one, score=hit.score) for one in group]
    return found


def _section(hits: Iterable[Hit], hit: Hit) -> list[Hit]:
    """Those that were cut from the same section."""
    name = _name(hit)
    return [other for other in hits if _name(other) == name]


def _name(hit: Hit) -> str:
    return hit.passage.id.rpartition("/")[0]
