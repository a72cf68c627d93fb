"""The message shortcut "Check this deal": the form, filled with what the message says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.deals.deal import Deal
from bot.slack import ids
from bot.slack.blocks.form import FormContext
from bot.slack.forms import open_form
from bot.slack.inbox import spoken_text
from bot.slack.services import Services

if TYPE_CHECKING:
    from slack_bolt import Ack, App


def register(app: App, services: Services) -> None:
    """Register the shortcut."""

    def check_message(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        user = str(body["user"]["id"])
        reading = services.desk.read(spoken_text(str((body.get("message") or {}).get("text") or "")))
        name = reading.name or reading.customer or ""
        deal = Deal(name=name, customer=reading.customer, facts=reading.facts)
        notes = [f"Contradiction, left open: {conflict.fact}" for conflict in reading.conflicts]
        notes += [str(error) for error in reading.errors]
        if reading.unread:
            notes.append(f"Not understood, and not used: {', '.join(reading.unread)}")
        if not reading.facts:
            notes.insert(0, "I found no fact of a deal in that message. Fill in what you know.")
        where = FormContext(channel=(body.get("channel") or {}).get("id"), response_url=body.get("response_url"))
        open_form(services, trigger_id=str(body["trigger_id"]), user=user, where=where, deal=deal, notes=tuple(notes))

    app.shortcut(ids.CHECK_MESSAGE)(check_message)
