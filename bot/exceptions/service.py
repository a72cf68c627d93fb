"""Exceptions as people use them: asked for, decided, withdrawn, talked about. Every right is checked here."""

from __future__ import annotations

from bot.exceptions import changing
from bot.exceptions.deciding import OWN, Deciding
from bot.exceptions.keeping import LEAST_WORDS, MOST_REMARKS, MOST_WORDS, NO_ROLE
from bot.exceptions.model import ExceptionRequest
from bot.exceptions.plain import from_row
from bot.exceptions.requesting import Draft, Requesting
from bot.store.exceptions import Event, StaleError

__all__ = ["LEAST_WORDS", "MOST_REMARKS", "MOST_WORDS", "NO_ROLE", "OWN", "Draft", "ExceptionService"]


class ExceptionService(Requesting, Deciding):
    """The use cases. They raise NotThere and Refused, whose words are for the asker, and the store's own errors."""

    # What time brings

    def due(self) -> list[int]:
        """The requests for which something is due now."""
        return self._book.due(self._clock())

    def pursue(self, number: int) -> tuple[ExceptionRequest, list[Event]] | None:
        """Do what is due of a request: reminders, escalations, ends. None when nothing was, or somebody else did it."""
        row = self._book.get(number)
        if row is None:
            return None
        request, events = changing.pursued(from_row(row), self.plan, self._clock())
        if not events:
            return None
        try:
            return from_row(self._saved([self._change(request, events)])), events
        except StaleError:
            return None
