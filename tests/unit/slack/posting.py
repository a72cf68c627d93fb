"""Replies whose outbox sends at once, for tests without Slack and without threads."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from slack_sdk import WebClient

from bot.slack.delivery import Courier
from bot.slack.outbox import Outbox, Pace
from bot.slack.replies import Replies
from bot.store.database import open_store


def posting(client: WebClient, folder: Path) -> Replies:
    """Replies that are sent as soon as they are put."""
    clock = lambda: datetime.now(UTC)  # noqa: E731
    store = open_store(f"sqlite:///{folder / 'dealfit.db'}", clock)

    class AtOnce(Outbox):
        def put(self, body: Any, **where: Any) -> None:
            super().put(body, **where)
            self.drain()

    return Replies(AtOnce(store.outgoing, Courier(client, clock), Pace(0)))
