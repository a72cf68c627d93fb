"""What an effect is known by: a mark that is the same when the step that causes it is done again after a crash."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class _Step:
    """The step that runs, and how many effects it has had."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.effects = 0


_RUNNING: ContextVar[_Step | None] = ContextVar("dealfit_step", default=None)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Effects inside are those of this step: the first is always the same one, and so is the second."""
    token = _RUNNING.set(_Step(name))
    try:
        yield
    finally:
        _RUNNING.reset(token)


def next_mark() -> str:
    """The mark of the next effect; outside of a step, one that nobody has had."""
    running = _RUNNING.get()
    if running is None:
        return mark_of(f"once:{uuid.uuid4()}")
    running.effects += 1
    return mark_of(f"{running.name}#{running.effects}")


def mark_of(name: str) -> str:
    """The mark of an effect with a name of its own. It says nothing of the name: other apps may read it in Slack."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
