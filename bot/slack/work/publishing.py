"""What comes round by itself: the month's exceptions, and the head of the decision log, each to its channel."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.exceptions.digest import digest, month_before
from bot.slack.blocks.exceptions_digest import digest_blocks, digest_text, head_blocks, head_text
from bot.slack.durable import PATIENT, Handler, Steps
from bot.slack.replies import Place
from bot.slack.schedules import Job, Schedules
from bot.slack.services import Services
from bot.slack.work.exception_due import DUE

DIGEST_KIND, HEAD_KIND = "exception.digest", "audit.head"
MONTHLY = "0 8 1 * *"
DAILY = "5 0 * * *"


def keep_jobs(schedules: Schedules, *, exceptions_channel: str | None, audit_channel: str | None) -> None:
    """Keep what the settings ask for, and drop what they no longer do."""
    monthly = Job("exceptions:digest", MONTHLY, DIGEST_KIND, {"channel": exceptions_channel})
    daily = Job("audit:head", DAILY, HEAD_KIND, {"channel": audit_channel})
    schedules.keep_only("exceptions", DUE, *([monthly] if exceptions_channel else []))
    schedules.keep_only("audit", *([daily] if audit_channel else []))


class PublishingWork:
    """The handlers of both jobs. Slack's refusal is in the log, and the job's next turn tries again."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def handlers(self) -> dict[str, Handler]:
        """By kind of work."""
        return {DIGEST_KIND: self.digest, HEAD_KIND: self.head}

    def digest(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """The exceptions of the month before the one in which this was due."""

        def make() -> dict[str, Any]:
            start, end = month_before(self._due(payload))
            made = digest(self._services.exceptions.between(start, end), start, end)
            return {"text": digest_text(made), "blocks": digest_blocks(made)}

        self._post(payload, steps, steps("sum", make))

    def head(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """The head as it is now."""

        def make() -> dict[str, Any]:
            head, day = self._services.store.head(), self._due(payload).strftime("%Y-%m-%d")
            return {"text": head_text(head, day), "blocks": head_blocks(head, day)}

        self._post(payload, steps, steps("head", make))

    def _due(self, payload: Mapping[str, Any]) -> datetime:
        due = payload.get("due")
        return datetime.fromisoformat(str(due)) if due else self._services.clock()

    def _post(self, payload: Mapping[str, Any], steps: Steps, message: Mapping[str, Any]) -> None:
        place, send = Place(str(payload["channel"]), "", private=False), self._services.replies.send
        steps("post", lambda: send(place, text=message["text"], blocks=message["blocks"]), attempts=PATIENT)
