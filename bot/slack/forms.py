"""Opening views, in time: a trigger lives for three seconds."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from bot.deals.deal import Deal
from bot.slack import ids
from bot.slack.blocks.elements import actions, button, section
from bot.slack.blocks.form import FormContext, deal_form
from bot.slack.replies import Place
from bot.slack.services import Services

EXPIRED = frozenset({"expired_trigger_id", "trigger_expired", "exchanged_trigger_id", "trigger_exchanged"})


def open_form(
    services: Services,
    *,
    trigger_id: str,
    user: str,
    where: FormContext,
    deal: Deal | None = None,
    notes: tuple[str, ...] = (),
    raw: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Open the form. Where the trigger has run out, the person gets a button that opens it again."""
    facts = services.live.current().profile.facts
    view = deal_form(facts, deal=deal, context_of=where, notes=notes, raw=raw)
    again = button("Open the form", ids.EDIT_DEAL if where.key else ids.CHECK_DEAL, where.key or "again")
    place = Place(channel=where.channel or user, user=user, response_url=where.response_url)
    open_view(services, trigger_id=trigger_id, view=view, place=place, again=again)


def open_view(
    services: Services, *, trigger_id: str, view: Mapping[str, Any], place: Place, again: Mapping[str, Any] | None
) -> str | None:
    """Open a view; its id. The press was acknowledged already, so where Slack refuses, a message has to say so."""
    from slack_sdk.errors import SlackApiError  # noqa: PLC0415 loaded with the client

    try:
        opened = services.client.views_open(trigger_id=trigger_id, view=dict(view))
    except SlackApiError as error:
        late = error.response.get("error") in EXPIRED
        text = f"Slack {'took too long' if late else 'refused'} to open {'the form' if again else 'this'}."
        text += "" if again else " Press the button again."
        row = [actions(dict(again))] if again else []
        services.replies.send(place, text=text, blocks=[section(text), *row])
        if not late:
            raise
        return None
    return str((opened.get("view") or {}).get("id") or "") or None
