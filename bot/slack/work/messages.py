"""A message read for the facts of a deal, for the form in which somebody confirms them. Nothing is judged here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.answers.sightings import Held, told
from bot.checking.access import Action, may
from bot.deals.deal import Deal
from bot.deals.facts import FactSpecs
from bot.slack.blocks.elements import clip
from bot.slack.blocks.form import FormContext, deal_form
from bot.slack.durable import Steps
from bot.slack.services import Services

UNREAD_BY_MODEL = "The language model did not read along; these are the reader's facts alone."
NO_FACT = "I found no fact of a deal in that message. Fill in what you know."
GONE = frozenset({"not_found", "view_not_found"})
LONGEST_WORDS = 160


class MessageWork:
    """The handler of "Check this deal" where a model reads along, and the form for both ways."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def read(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """Read the message, and put the form where its reader waits for it."""
        view = steps("read", lambda: self.form(payload))
        steps("show", lambda: self.show(str(payload["view"]), view), attempts=3)

    def form(self, payload: Mapping[str, Any], *, alone: bool = False) -> dict[str, Any]:
        """The form with what the message says, each fact that only a model saw marked. `alone`: ask no model."""
        services, text = self._services, str(payload["text"])
        profile = services.live.current().profile
        asker = services.askers.of(str(payload["user"]))
        reading = services.desk.read(text)
        reads_along = may(asker, Action.CHECK) and not alone
        reader = services.reader if reads_along else services.reader.without_model()
        held = reader.read(text, reading, facts=profile.facts, currency=profile.currency, user=asker.user)
        notes = _notes(held, profile.facts)
        notes += told(held, profile.facts, profile.currency)
        if reader.asks_a_model and not held.asked:
            notes.append(UNREAD_BY_MODEL)
        marks = {
            name: f"Only the language model read this, from “{clip(one.words, LONGEST_WORDS)}”. Please check it."
            for name, one in held.model_only.items()
        }
        deal = Deal(name=reading.name or reading.customer or "", customer=reading.customer, facts=held.facts)
        where = FormContext(channel=str(payload["channel"]), response_url=payload.get("response_url"))
        return deal_form(profile.facts, deal=deal, context_of=where, notes=tuple(notes), marks=marks)

    def show(self, view_id: str, view: dict[str, Any]) -> None:
        """Put the form into a view that is open; whoever has closed it wants none any more."""
        from slack_sdk.errors import SlackApiError  # loaded with the client

        try:
            self._services.client.views_update(view_id=view_id, view=view)
        except SlackApiError as error:
            if error.response.get("error") not in GONE:
                raise


def _notes(held: Held, facts: FactSpecs) -> list[str]:
    """What the reader has to say."""
    reading = held.reading
    notes = [] if held.facts else [NO_FACT]
    for conflict in reading.conflicts:
        said = " … ".join(f"“{words}”" for words in conflict.words)
        notes.append(f"Contradiction, left open: {facts[conflict.fact].label} ({said})")
    notes += [str(error) for error in reading.errors]
    seen = [one.words for one in held.model_only.values()]
    unread = [words for words in reading.unread if not any(one in words or words in one for one in seen)]
    if unread:
        notes.append(f"Not understood, and not used: {', '.join(unread)}")
    return notes
