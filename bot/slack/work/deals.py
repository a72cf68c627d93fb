"""Deal checks: from a slash command, a form, a button or a sentence, to a verdict card where somebody waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.checking.asker import Asker
from bot.checking.desk import CheckedDeal, UnreadableDeal
from bot.deals.values import value_from_plain
from bot.slack.blocks import verdict as cards
from bot.slack.blocks.elements import context, inline, section
from bot.slack.durable import Steps
from bot.slack.replies import Place
from bot.slack.services import Services

POST_ATTEMPTS = 6
GONE = "That deal is not there any more, or it is not yours to see. Check it again with `/deal-check`."


class DealWork:
    """Handlers of work whose result is a verdict card."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def check_words(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """`/deal-check <words>`."""
        self._answer(payload, steps, lambda: self.card_of_words(payload))

    def check_form(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """A submitted form. Its facts are typed already; they travel as JSON."""
        self._answer(payload, steps, lambda: self._card_of_form(payload))

    def apply_offer(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """The button that applies a counter-offer to the deal."""
        self._answer(payload, steps, lambda: self._card_of_offer(payload))

    def share(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """Show a card to the whole channel."""
        self._answer(payload, steps, lambda: self._card_to_share(payload), private=False)

    def card_of_words(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Read, judge and record the words; the card, as a message."""
        services, asker = self._services, self._asker(payload)
        try:
            checked = services.desk.check_text(str(payload["text"]), asker=asker)
        except UnreadableDeal as error:
            return {"text": str(error), "blocks": [section(inline(str(error), 2500))]}
        return self.message(checked)

    def message(self, checked: CheckedDeal, *, shared_by: str | None = None) -> dict[str, Any]:
        """A checked deal as a message."""
        services = self._services
        facts = services.live.current().profile.facts
        blocks = cards.verdict_card(checked, facts=facts, people=services.people(), shared_by=shared_by)
        return {"text": cards.notification(checked), "blocks": blocks, "key": checked.key}

    def _answer(self, payload: Mapping[str, Any], steps: Steps, make: Any, *, private: bool = True) -> None:
        message = steps("judge", make)
        place = replace(Place.of(payload), private=private)
        if not private and message.get("key") is None:
            place = replace(place, private=True)
        steps(
            "post",
            lambda: self._services.replies.send(place, text=message["text"], blocks=message["blocks"]),
            attempts=POST_ATTEMPTS,
        )

    def _card_of_form(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        desk, asker = self._services.desk, self._asker(payload)
        facts = self._services.live.current().profile.facts
        values = {
            name: None if data is None else value_from_plain(facts[name], data)
            for name, data in payload["facts"].items()
            if name in facts
        }
        key = payload.get("key")
        saved = desk.find(str(key), asker) if key else None
        before = desk.deal_of(saved) if saved else desk.new_deal("", asker=asker)
        deal = replace(before, name=str(payload["name"]), customer=payload.get("customer")).with_facts(values)
        return self.message(desk.check(deal, asker=asker, key=saved.key if saved else None))

    def _card_of_offer(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        desk, asker = self._services.desk, self._asker(payload)
        mark, _, key = str(payload["value"]).partition("|")
        saved = desk.find(key, asker)
        if saved is None:
            return {"text": GONE, "blocks": [section(GONE)]}
        deal = desk.deal_of(saved)
        offers = desk.check(deal, asker=asker, record=False).verdict.counter_offers
        pressed = next((offer for offer in offers if cards.offer_mark(offer) == mark), None)
        if pressed is None:
            text = "The deal or the Deal Profile has changed since, and the counter-offer with it. It stands like this:"
            message = self.message(desk.check(deal, asker=asker, key=key))
            return {**message, "blocks": [context(text), *message["blocks"]]}
        changes = {change.fact: change.after for change in pressed.changes}
        return self.message(desk.check(deal.with_facts(changes), asker=asker, key=key))

    def _card_to_share(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        desk, asker = self._services.desk, self._asker(payload)
        saved = desk.find(str(payload["value"]), asker)
        if saved is None:
            return {"text": GONE, "blocks": [section(GONE)], "key": None}
        checked = desk.check(desk.deal_of(saved), asker=asker, key=saved.key, record=False)
        checked = replace(checked, key=saved.key, decision_id=saved.decision_id)
        return self.message(checked, shared_by=asker.name)

    def _asker(self, payload: Mapping[str, Any]) -> Asker:
        return self._services.askers.of(str(payload["user"]))
