"""Deal checks: from a slash command, a form, a button or a sentence, to a verdict card where somebody waits for it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.checking.access import AccessDenied
from bot.checking.asker import Asker
from bot.checking.building_on import WHAT_IF, Said, started, steps_of, together
from bot.checking.desk import CheckedDeal, UnreadableDeal
from bot.checking.moving import suppose
from bot.checking.what_if import From
from bot.deals.deal import Deal
from bot.deals.errors import FactError
from bot.deals.exchange import conversions_of
from bot.deals.facts import FactValue
from bot.deals.values import parse_value, value_from_plain
from bot.slack.blocks import verdict as cards
from bot.slack.blocks.economics import what_if_blocks, what_if_notification
from bot.slack.blocks.elements import context, inline, section
from bot.slack.durable import PATIENT, Steps
from bot.slack.effects import mark_of
from bot.slack.replies import Place
from bot.slack.services import Services

SUPPOSES = re.compile(r"\s*(?:what\s+if|what\s+about|how\s+about|make\s+it|suppose|without)\b", re.IGNORECASE)
"""Behind a slash command, which Slack never sends from a thread, this speaks of the deal that was checked last."""
MOST_SHARES = 20
"""How often a card is sent to its channel that could not stand there before."""
GONE = "That deal is not there any more, or it is not yours to see. Check it again with `/deal-check`."


def told_if_denied(make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The message that is made, or the words of a refusal to somebody who may do nothing here: never silence."""
    try:
        return make()
    except AccessDenied as error:
        return {"text": str(error), "blocks": [section(inline(str(error), 2500))]}


class DealWork:
    """Handlers of work whose result is a verdict card."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def check_words(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """`/deal-check <words>`."""
        self._answer(payload, steps, lambda: self.card_of_words(payload, private=True))

    def check_form(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """A submitted form. Its facts are typed already; they travel as JSON."""
        self._answer(payload, steps, lambda: self._card_of_form(payload))

    def apply_offer(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """The button that applies a counter-offer to the deal."""
        self._answer(payload, steps, lambda: self._card_of_offer(payload))

    def keep_change(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """The button that saves a change that was supposed."""
        self._answer(payload, steps, lambda: self._card_of_change(payload))

    def share(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """Show a card to the whole channel: once, however often it is pressed, and again where it could not stand."""
        mark = steps("mark", lambda: self._mark_of_share(payload))
        if mark is not None:
            self._answer(payload, steps, lambda: self._card_to_share(payload), private=False, mark=mark)

    def _mark_of_share(self, payload: Mapping[str, Any]) -> str | None:
        """What a shared card is known by; None where it stands in its channel already, or is on its way there."""
        channel = str(payload["channel"])
        name = f"share:{channel}:{payload.get('card')}:{payload['user']}"
        for number in range(MOST_SHARES):
            mark = mark_of(f"{name}:{number}")
            place = self._services.store.outgoing.stands_in(mark)
            if place is None:
                return mark
            if place == channel:
                return None
        return None

    def card_of_words(self, payload: Mapping[str, Any], *, private: bool = False) -> dict[str, Any]:
        """Read, judge and record the words; the card, as a message. `private`: nobody else reads it."""
        services, asker = self._services, self._asker(payload)
        text = str(payload["text"])
        latest = services.desk.mine(asker, limit=1) if SUPPOSES.match(text) else []
        supposed = self.what_if(text, latest[0].key, asker, private=private) if latest else None
        if supposed is not None:
            return supposed
        try:
            checked = services.desk.check_text(text, asker=asker)
        except UnreadableDeal as error:
            return {"text": str(error), "blocks": [section(inline(str(error), 2500))]}
        return self.message(checked, private=private)

    def what_if(
        self, text: str, key: str | None, asker: Asker, *, private: bool, said: Sequence[Said] = ()
    ) -> dict[str, Any] | None:
        """What the words would change in the deal of a thread, as a message; None where they suppose nothing of it.

        `said` is what was said in the thread before: suppositions add up until "start over" or until the deal is saved.
        """
        desk = self._services.desk
        if key is None or desk.suppose(text, after=bool(said)) is None:
            return None
        saved = desk.find(key, asker)
        if saved is None:
            return None
        steps = steps_of(said, lambda words, after: desk.suppose(words, after=after), saved.updated_at)
        directly = bool(said) and said[-1].ours and said[-1].text.startswith(WHAT_IF)
        supposed = desk.suppose(text, after=bool(steps), directly=directly)
        if supposed is None or not (supposed.facts or supposed.start is not From.LAST):
            return None
        on, again = together(started(steps, supposed)), supposed.start is not From.LAST
        deal = desk.deal_of(saved)
        return self._what_if(
            saved.key, deal, supposed.facts, asker, supposed.unread, private=private, on=on, again=again
        )

    def message(self, checked: CheckedDeal, *, shared_by: str | None = None, private: bool = False) -> dict[str, Any]:
        """A checked deal as a message."""
        services = self._services
        facts = services.live.current().profile.specs
        coverage = services.exceptions.coverage(checked.key, checked.deal, checked.verdict)
        blocks = cards.verdict_card(
            checked,
            facts=facts,
            people=services.people(),
            shared_by=shared_by,
            private=private,
            coverage=coverage,
            waiting=services.exceptions.waiting_on(checked.key) if private and checked.key else None,
        )
        return {"text": cards.notification(checked, coverage), "blocks": blocks, "key": checked.key}

    def _answer(
        self, payload: Mapping[str, Any], steps: Steps, make: Any, *, private: bool = True, mark: str | None = None
    ) -> None:
        message = steps("judge", lambda: told_if_denied(make))
        place = replace(Place.of(payload), private=private)
        if not private and message.get("key") is None:
            place = replace(place, private=True)
        steps(
            "post",
            lambda: self._services.replies.send(place, text=message["text"], blocks=message["blocks"], mark=mark),
            attempts=PATIENT,
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
        stated = conversions_of(payload.get("converted") or ())
        kept = tuple(each for each in deal.converted if each.fact not in {one.fact for one in stated})
        deal = replace(deal, converted=(*kept, *(each for each in stated if each.fact in values)))
        return self.message(desk.check(deal, asker=asker, key=saved.key if saved else None), private=True)

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
            message = self.message(desk.check(deal, asker=asker, key=key), private=True)
            return {**message, "blocks": [context(text), *message["blocks"]]}
        changes = {change.fact: change.after for change in pressed.changes}
        better, _ = desk.reshaped(deal, changes)
        return self.message(desk.check(better, asker=asker, key=key), private=True)

    def _card_of_change(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        desk, asker = self._services.desk, self._asker(payload)
        data = _supposed(str(payload["value"]))
        saved = desk.find(str(data.get("key") or ""), asker)
        facts = self._typed(data.get("facts"))
        if saved is None or not facts:
            return {"text": GONE, "blocks": [section(GONE)]}
        deal = desk.deal_of(saved)
        if deal.sha256 != data.get("deal") and any(deal.facts.get(fact) != value for fact, value in facts.items()):
            text = "The deal has changed since you asked. On the deal as it stands now, the change does this:"
            message = self._what_if(saved.key, deal, facts, asker, private=True)
            return {**message, "blocks": [context(text), *message["blocks"]]}
        after, _ = desk.reshaped(deal, facts)
        return self.message(desk.check(after, asker=asker, key=saved.key), private=True)

    def _typed(self, data: Any) -> dict[str, FactValue]:
        """The facts of a button's value; what no button of ours says is not among them."""
        profile = self._services.live.current().profile
        typed: dict[str, FactValue] = {}
        for name, value in data.items() if isinstance(data, dict) else ():
            try:
                typed[name] = parse_value(profile.facts[name], value, profile.currency)
            except (FactError, KeyError):
                return {}
        return typed

    def _what_if(
        self,
        key: str,
        deal: Deal,
        facts: Mapping[str, FactValue],
        asker: Asker,
        unread: tuple[str, ...] = (),
        *,
        private: bool,
        on: Mapping[str, FactValue] | None = None,
        again: bool = False,
    ) -> dict[str, Any]:
        desk = self._services.desk
        what_if = suppose(desk, deal, facts, asker=asker, unread=unread, key=key, on=on, again=again)
        specs = self._services.live.current().profile.facts
        blocks = what_if_blocks(what_if, facts=specs, private=private)
        return {"text": what_if_notification(what_if), "blocks": blocks, "key": key}

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


def _supposed(value: str) -> dict[str, Any]:
    """What the button "Keep this change" carries; nothing for what it never does."""
    try:
        data = json.loads(value)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
