"""What a person does with what the app shows: press buttons, pick options, call shortcuts."""

from __future__ import annotations

from typing import Any, TypeAlias

from bot.playground import elements
from bot.playground.acts import Acts
from bot.playground.errors import NoSuchThing
from bot.playground.events import Envelope
from bot.playground.model import Json, Message, User, View
from bot.playground.records import Ack, ActionResult

Entered: TypeAlias = Any
"""What a person enters into an element: an option's value, a list of them, a date, a text."""


class PressActs(Acts):
    """Acts on buttons and inputs, added to those on conversations."""

    def press(
        self,
        user: str,
        target: Message | View | str,
        action_id: str,
        value: Entered = None,
        block_id: str | None = None,
    ) -> ActionResult:
        """Press a button, pick an option or a date, in a message (itself or its ts) or a view (itself or its id).

        `value` is an option's value, a list of them, a date, a text; a plain button needs none.
        """
        person = self._user(user)
        if isinstance(target, str):
            target = self._target(person.id, target)
        if isinstance(target, View):
            return self._press_in_view(person, target, action_id, value, block_id)
        self._message(user, target.channel, target.ts)
        block, element = elements.find(target.blocks, action_id, block_id)
        action = elements.action(block, element, value, self._ids.ts())
        if elements.is_stateful(element):
            chosen = target.chosen.setdefault(user, elements.initial_state(target.blocks))
            chosen.setdefault(block["block_id"], {})[action_id] = elements.chosen_value(element, value)
        trigger = self._triggers.new_trigger(user)
        response_url = self._response_url(
            self._triggers.new_response(user, target.channel, target.ts, target.thread_ts)
        )
        payload = self._payloads.message_action(person, target, action, trigger, response_url)
        return self._interact("block_actions", payload, trigger, response_url)

    def _target(self, user: str, name: str) -> Message | View:
        with self.workspace.locked():
            view = self.workspace.view(name)
            if view is not None:
                return view
            for channel in self.workspace.channels:
                message = self.workspace.message(channel, name)
                if message is not None and self.workspace.can_see(user, channel):
                    return message
        message_text = f"There is no message or view {name!r}."
        raise NoSuchThing(message_text)

    def _press_in_view(
        self,
        person: User,
        view: View,
        action_id: str,
        value: Entered,
        block_id: str | None,
    ) -> ActionResult:
        if view.user != person.id:
            message = f"{person.id} does not see the view {view.id}."
            raise NoSuchThing(message)
        block, element = elements.find(view.blocks, action_id, block_id)
        action = elements.action(block, element, value, self._ids.ts())
        if elements.is_stateful(element):
            view.values.setdefault(block["block_id"], {})[action_id] = elements.chosen_value(element, value)
        trigger = self._triggers.new_trigger(person.id, view.id if view.kind == "modal" else None)
        payload = self._payloads.view_action(person, view, action, trigger)
        return self._interact("block_actions", payload, trigger, None)

    def message_shortcut(self, user: str, callback_id: str, channel: str, ts: str) -> ActionResult:
        """Call a message shortcut."""
        message = self._message(user, channel, ts)
        trigger = self._triggers.new_trigger(user)
        response_url = self._response_url(
            self._triggers.new_response(user, message.channel, message.ts, message.thread_ts)
        )
        payload = self._payloads.shortcut(self._user(user), callback_id, message, trigger, response_url)
        return self._interact("message_action", payload, trigger, response_url)

    def _interact(self, name: str, payload: Json, trigger: str, response_url: str | None) -> ActionResult:
        ack = self.ask_interactive(name, payload)
        return ActionResult(ack.acked, ack.error, trigger, response_url, ack.seconds, payload)

    def ask_interactive(self, name: str, payload: Json) -> Ack:
        """Send an interaction and wait for its ack."""
        return self._dispatcher.ask(
            Envelope("interactive", name, payload, accepts_response=name in ("view_submission", "block_suggestion"))
        )
