"""Opening views, in time: a trigger lives for three seconds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import structlog

from bot.deals.deal import Deal, plain_value
from bot.deals.errors import FactError
from bot.deals.facts import FactValue
from bot.deals.values import value_from_plain
from bot.slack import ids
from bot.slack.blocks.elements import BUTTON_VALUE, actions, button, section
from bot.slack.blocks.form import FormContext, deal_form
from bot.slack.replies import Place
from bot.slack.services import Services

LATE = "took too long"
PASSING = {
    "expired_trigger_id": LATE,
    "trigger_expired": LATE,
    "exchanged_trigger_id": LATE,
    "trigger_exchanged": LATE,
    "ratelimited": "asked me to wait, and took too long",
}
"""Refusals that are nobody's fault: the button opens it."""


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
    if deal is None:
        again = button("Open the form", ids.EDIT_DEAL if where.key else ids.CHECK_DEAL, where.key or "again")
    else:
        plain = {name: None if value is None else plain_value(value) for name, value in deal.facts.items()}
        again = form_again(payload={"name": deal.name, "customer": deal.customer, "facts": plain, "key": where.key})
    place = Place(channel=where.channel or user, user=user, response_url=where.response_url)
    open_view(services, trigger_id=trigger_id, view=view, place=place, again=again)


def open_view(
    services: Services, *, trigger_id: str, view: Mapping[str, Any], place: Place, again: Mapping[str, Any] | None
) -> str | None:
    """Open a view; its id. The press was acknowledged already, so where Slack refuses, a message has to say so.

    None when it was not opened: the person was told, and the reason is in the log. Nothing is raised, for a listener
    that breaks right after its acknowledgement can still turn that into a 500.

    `again` is a button that opens it again, with what was in it.
    """
    from slack_sdk.errors import SlackApiError, SlackClientError  # loaded with the client

    try:
        opened = services.client.views_open(trigger_id=trigger_id, view=dict(view))
    except SlackApiError as error:
        reason = str(error.response.get("error"))
        _say_not_opened(services, place, PASSING.get(reason, "refused"), again)
        if reason not in PASSING:
            structlog.get_logger("dealfit.slack").error("view_not_opened", reason=reason)
        return None
    except (SlackClientError, OSError) as error:
        _say_not_opened(services, place, "could not be reached", again)
        structlog.get_logger("dealfit.slack").error("view_not_opened", reason=type(error).__name__)
        return None
    return str((opened.get("view") or {}).get("id") or "") or None


def _say_not_opened(services: Services, place: Place, how: str, again: Mapping[str, Any] | None) -> None:
    text = f"Slack {how} to open {'this' if again is None else 'what you asked for'}."
    text += " Press the button again." if again is None else ""
    row = [actions(dict(again))] if again else []
    services.replies.send(place, text=text, blocks=[section(text), *row])


def same_again(action: Mapping[str, Any]) -> dict[str, Any]:
    """The button that was pressed, to be pressed again."""
    text = str((action.get("text") or {}).get("text") or "Open it")
    return button(text, str(action["action_id"]), str(action.get("value") or "")[:BUTTON_VALUE])


def form_again(*, words: str = "", payload: Mapping[str, Any] = MappingProxyType({})) -> dict[str, Any]:
    """A button that opens the deal form with the words of a message, or with what was submitted, as far as it holds."""
    kept: dict[str, Any] = (
        {"words": words} if words else {n: payload.get(n) for n in ("name", "customer", "facts", "key")}
    )
    value = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    while words and len(value) > BUTTON_VALUE:
        words = words[: len(words) - (len(value) - BUTTON_VALUE)]
        value = json.dumps({"words": words}, ensure_ascii=False, separators=(",", ":"))
    if len(value) <= BUTTON_VALUE:
        return button("Open the form", ids.CHECK_DEAL, value)
    key = payload.get("key")
    return button("Open the form", ids.EDIT_DEAL if key else ids.CHECK_DEAL, str(key or "again"))


@dataclass(frozen=True, slots=True)
class Kept:
    """What a button that opens the form again holds: words to be read, or a deal as it was submitted, with its key."""

    words: str = ""
    deal: Deal | None = None
    key: str | None = None


def kept_in(services: Services, value: str) -> Kept:
    """What such a button holds. Nothing for what it never holds."""
    try:
        kept = json.loads(value)
    except (ValueError, RecursionError):
        return Kept()
    if not isinstance(kept, dict):
        return Kept()
    if isinstance(kept.get("words"), str):
        return Kept(words=kept["words"])
    profile = services.live.current().profile
    facts: dict[str, FactValue] = {}
    given = kept.get("facts")
    for name, plain in given.items() if isinstance(given, dict) else ():
        if plain is not None:
            with suppress(FactError, KeyError, TypeError, ValueError):
                facts[name] = value_from_plain(profile.facts[name], plain)
    deal = Deal(name=str(kept.get("name") or ""), customer=str(kept.get("customer") or "") or None, facts=facts)
    return Kept(deal=deal, key=str(kept["key"]) if kept.get("key") else None)
