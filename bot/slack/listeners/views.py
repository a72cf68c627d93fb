"""Submitted forms: read at once, so that errors stand at their fields; judged after the ack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.deals.deal import plain_value
from bot.slack import ids
from bot.slack.blocks.form import FormContext, read_form
from bot.slack.inbox import Work
from bot.slack.services import Services

if TYPE_CHECKING:
    from slack_bolt import Ack, App

    from bot.slack.listeners import Put


def register(app: App, services: Services, put: Put) -> None:
    """Register the deal form."""

    def submitted(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        profile = services.live.current().profile
        reading = read_form(view.get("state") or {}, profile.facts, profile.currency, profile.rates)
        if reading.errors:
            ack(response_action="errors", errors=reading.errors)
            return
        where = FormContext.load(str(view.get("private_metadata") or ""))
        user = str(body["user"]["id"])
        payload = {
            "team": str((body.get("team") or {}).get("id") or ""),
            "user": user,
            "channel": where.channel or user,
            "response_url": where.response_url,
            "key": where.key,
            "name": reading.name,
            "customer": reading.customer,
            "facts": {name: None if value is None else plain_value(value) for name, value in reading.facts.items()},
            "converted": [each.plain() for each in reading.converted],
        }
        put(Work("deal.form", f"view:{view['id']}:{view.get('hash')}", payload))
        ack()

    app.view(ids.DEAL_FORM)(submitted)
