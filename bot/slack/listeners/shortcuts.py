"""The message shortcut "Check this deal": the form, filled with what the message says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.slack import ids
from bot.slack.blocks.form import waiting_form
from bot.slack.forms import form_again, open_view
from bot.slack.inbox import Work, spoken_text
from bot.slack.replies import Place
from bot.slack.services import Services
from bot.slack.work.messages import MessageWork

if TYPE_CHECKING:
    from slack_bolt import Ack, App

    from bot.slack.listeners import Put


def register(app: App, services: Services, put: Put) -> None:
    """Register the shortcut."""
    messages = MessageWork(services)

    def check_message(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        payload = {
            "user": str(body["user"]["id"]),
            "channel": (body.get("channel") or {}).get("id") or str(body["user"]["id"]),
            "response_url": body.get("response_url"),
            "text": spoken_text(str((body.get("message") or {}).get("text") or "")),
        }
        trigger, again = str(body["trigger_id"]), form_again(words=str(payload["text"]))
        if not services.reader.asks_a_model:
            view = messages.form(payload)
            open_view(services, trigger_id=trigger, view=view, place=Place.of(payload), again=again)
            return
        # A model takes longer than the three seconds that a trigger lives: the form follows into this view.
        opened = open_view(services, trigger_id=trigger, view=waiting_form(), place=Place.of(payload), again=again)
        if opened is None:
            return
        try:
            put(Work("deal.message", f"message:{opened}", {**payload, "view": opened}))
        except Exception:
            # Without the queue nobody reads along, and nobody shall wait for it.
            messages.show(opened, messages.form(payload, alone=True))
            raise

    app.shortcut(ids.CHECK_MESSAGE)(check_message)
