"""Leaving in good order: what runs is finished, and what has not begun is left to another process or the next start."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

GRACE_SECONDS = 20.0
"""As long as a step may take that waits for a model; hosts give 30 seconds before they kill."""


class HandedOver(BaseException):
    """This process leaves before the next step of a piece of work.

    It is no Exception, so nobody takes it for a failure: the work stays as it is, and is gone on with elsewhere.
    """


class Running:
    """Counts the pieces of work that run; once the process leaves, none of them begins another step."""

    def __init__(self) -> None:
        self._pieces = 0
        self._leaving = False
        self._changed = threading.Condition()

    @contextmanager
    def piece(self) -> Iterator[None]:
        """Hold while a piece of work runs."""
        with self._changed:
            self._pieces += 1
        try:
            yield
        finally:
            with self._changed:
                self._pieces -= 1
                self._changed.notify_all()

    def begin_step(self) -> None:
        """Called before each step. Raises HandedOver when the process leaves."""
        if self._leaving:
            raise HandedOver

    def pause(self, seconds: float) -> None:
        """Wait between two tries of a step. Raises HandedOver as soon as the process leaves."""
        with self._changed:
            if self._changed.wait_for(lambda: self._leaving, seconds):
                raise HandedOver

    def leave(self, seconds: float) -> int:
        """Let what runs finish its step. How many pieces still run after so many seconds."""
        deadline = time.monotonic() + seconds
        with self._changed:
            self._leaving = True
            self._changed.notify_all()
            while self._pieces and (left := deadline - time.monotonic()) > 0:
                self._changed.wait(left)
            return self._pieces
