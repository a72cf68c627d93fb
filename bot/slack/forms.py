"""Opening the deal form, in time: a trigger lives for three seconds."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

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
    from slack_sdk.errors import SlackApiError  # noqa: PLC0415 loaded with the client

    facts = services.live.current().profile.facts
    view = deal_form(facts, deal=deal, context_of=where, notes=notes, raw=raw)
    try:
        services.client.views_open(trigger_id=trigger_id, view=view)
    except SlackApiError as error:
        if error.response.get("error") not in EXPIRED:
            raise
        text = "Slack took too long to open the form."
        again = button("Open the form", ids.EDIT_DEAL if where.key else ids.CHECK_DEAL, where.key or "again")
        place = Place(channel=where.channel or user, user=user, response_url=where.response_url)
        services.replies.send(place, text=text, blocks=[section(text), actions(again)])
