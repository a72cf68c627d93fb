"""What ifs that add up: what a thread has supposed of its deal so far, read again from what was said in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from types import MappingProxyType

from bot.checking.what_if import From, Supposed
from bot.deals.facts import FactValue

WHAT_IF = "What if: "
"""How the reply to a supposition begins: what was asked before it was understood as one."""

Steps = tuple[Mapping[str, FactValue], ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said in a thread, by somebody or by us."""

    text: str
    ours: bool
    at: datetime | None = None


def steps_of(said: Sequence[Said], read: Callable[[str, bool], Supposed | None], since: datetime | None) -> Steps:
    """The suppositions that still stand, in order. What was said before the deal was last saved counts no more."""
    steps: Steps = ()
    for turn, reply in pairwise(said):
        if turn.ours or not reply.ours or not reply.text.startswith(WHAT_IF):
            continue
        if since is not None and turn.at is not None and turn.at <= since:
            continue
        supposed = read(turn.text, bool(steps))
        if supposed is not None:
            steps = after(steps, supposed)
    return steps


def started(steps: Steps, supposed: Supposed) -> Steps:
    """The earlier steps that a new supposition builds on."""
    match supposed.start:
        case From.DEAL:
            return ()
        case From.BEFORE_LAST:
            return steps[:-1]
        case From.LAST:
            return steps


def after(steps: Steps, supposed: Supposed) -> Steps:
    """The steps with the new one."""
    base = started(steps, supposed)
    return (*base, supposed.facts) if supposed.facts else base


def together(steps: Steps) -> Mapping[str, FactValue]:
    """All that is supposed: the last word on each fact counts."""
    found: dict[str, FactValue] = {}
    for step in steps:
        found.update(step)
    return MappingProxyType(found)
