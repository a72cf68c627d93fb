"""The buttons under a strategist's answers: handed on as work before the ack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.slack.blocks.strategy import FILE, PICTURE
from bot.slack.inbox import Work
from bot.slack.listeners.actions import action_payload

if TYPE_CHECKING:
    from slack_bolt import Ack, App

    from bot.slack.listeners import Put

WORK = {PICTURE: "strategy.picture", FILE: "strategy.file"}


def register(app: App, put: Put) -> None:
    """Register them."""

    def hand_on(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        name = str(action["action_id"])
        payload = {**action_payload(body), "text": "", "value": str(action.get("value") or "")}
        put(Work(WORK[name], f"action:{body['trigger_id']}:{payload['user']}:{name}", payload))
        ack()

    for action_id in WORK:
        app.action(action_id)(hand_on)
