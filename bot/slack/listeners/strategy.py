"""The button under a strategist's answer: handed on as work before the ack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.slack.blocks.strategy import PICTURE
from bot.slack.inbox import Work
from bot.slack.listeners.actions import action_payload

if TYPE_CHECKING:
    from slack_bolt import Ack, App

    from bot.slack.listeners import Put


def register(app: App, put: Put) -> None:
    """Register it."""

    def picture(ack: Ack, body: dict[str, Any]) -> None:
        payload = {**action_payload(body), "text": ""}
        put(Work("strategy.picture", f"action:{body['trigger_id']}:{payload['user']}:{PICTURE}", payload))
        ack()

    app.action(PICTURE)(picture)
