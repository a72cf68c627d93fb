"""Whether the endpoint can call tools, learned from what it does: nobody has to set it."""

from __future__ import annotations

from collections.abc import Callable

REFUSED_PAUSE = 3_600.0
"""Seconds for which tools are not offered again after the endpoint has refused them."""

PAUSE = 600.0
"""The same after nothing usable came back: a model that is slow today may be quick later."""

STRIKES = 2
"""So many times in a row nothing usable may come back before tools are not offered for a while."""


class ToolSupport:
    """What is known of one endpoint."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._not_before: float | None = None
        self._strikes = 0
        self.proven = False

    def may_be_tried(self) -> bool:
        """Whether tools should be offered now."""
        return self._not_before is None or self._monotonic() >= self._not_before

    def works(self) -> None:
        """A tool was called rightly."""
        self.proven = True
        self._strikes = 0
        self._not_before = None

    def fails(self, *, refused: bool) -> None:
        """Nothing usable came back with tools; `refused`: the endpoint said so, and answered without them."""
        self._strikes += 1
        if refused or self._strikes >= STRIKES:
            self._strikes = STRIKES - 1  # the next failure after the pause is enough
            self._not_before = self._monotonic() + (REFUSED_PAUSE if refused else PAUSE)
