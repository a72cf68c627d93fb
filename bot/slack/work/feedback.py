"""What people think of an answer: kept after the press was acknowledged, for writing may have to wait its turn."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from bot.slack.durable import PATIENT, Handler, Steps
from bot.slack.services import Services
from bot.store.errors import RecordError

KIND = "feedback"


class FeedbackWork:
    """The handler of the two thumbs."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def handlers(self) -> dict[str, Handler]:
        """By kind of work."""
        return {KIND: self.keep}

    def keep(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """Keep it; a second word of the same person replaces the first."""
        steps("keep", lambda: self._keep(payload), attempts=PATIENT)

    def _keep(self, payload: Mapping[str, Any]) -> None:
        # Feedback on an answer that is gone is no reason to show an error.
        with suppress(RecordError):
            self._services.store.give_feedback(
                decision_id=int(payload["decision"]), user=str(payload["user"]), value=str(payload["value"])
            )
