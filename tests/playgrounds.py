"""The playground as tests use it: Slack's own three seconds are not counted, for a busy machine may need more."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.playground.server import Playground


def patient(**options: Any) -> Playground:
    """A playground that waits for an ack, and keeps a trigger open, for as long as a busy machine may take.

    It gives an ack less time than the store waits for another writer (30 s), so one that waits for that still fails.
    """
    given: dict[str, Any] = {"clock": lambda: datetime.now(UTC), "ack_timeout": 20.0, "trigger_seconds": 120.0}
    return Playground(**{**given, **options})
