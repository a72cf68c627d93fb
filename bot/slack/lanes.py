"""The lanes of the queue: work that may wait for somebody else does not stand in the way of work that never does.

Each lane is a queue of its own, from which a process takes a few pieces ahead: the queue is looked at now and then
only, and nobody should be idle in between.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

QUICK = "dealfit"
PATIENT = "dealfit.patient"
OUTWARD = "dealfit.outward"
AHEAD = 2
"""Pieces that are taken, for each that is done at once."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane: its queue's name, how many pieces are done at once, and how many are taken."""

    queue: str
    room: threading.Semaphore
    taken: int


class Lanes:
    """Which work goes where.

    `patient` are the kinds of work that may wait for a model. `outward` are those that wait for Slack or a CRM
    themselves instead of by the outbox (files, say), that count for long, or that come round by themselves.
    """

    def __init__(self, workers: int, *, patient: Collection[str] = (), outward: Collection[str] = ()) -> None:
        self._apart = {**dict.fromkeys(outward, OUTWARD), **dict.fromkeys(patient, PATIENT)}
        self._lanes = {
            name: Lane(name, threading.Semaphore(workers), max(workers * AHEAD, workers + 1))
            for name in (QUICK, PATIENT, OUTWARD)
        }

    def __iter__(self) -> Iterator[Lane]:
        """Every lane."""
        return iter(self._lanes.values())

    def of(self, kind: str) -> Lane:
        """The lane of a kind of work."""
        return self._lanes[self._apart.get(kind, QUICK)]

    @contextmanager
    def room(self, kind: str) -> Iterator[None]:
        """Hold a place in the lane while a piece of work is done."""
        with self.of(kind).room:
            yield
