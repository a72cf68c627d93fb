"""What a person does in modals: fill in, submit, close."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.playground import elements
from bot.playground.acts_press import PressActs
from bot.playground.entry import entry_errors
from bot.playground.errors import NoSuchThing, Refused
from bot.playground.model import Json, View
from bot.playground.records import Ack, SubmitResult

Values = Mapping[tuple[str, str], Any]


class ViewActs(PressActs):
    """Acts on modals, added to those on conversations."""

    def _modal(self, user: str, view_id: str) -> View:
        view = self.workspace.views.get(view_id)
        if view is None or view.user != user:
            message = f"{user} has no modal {view_id!r} open."
            raise NoSuchThing(message)
        return view

    def fill_in(self, user: str, view_id: str, values: Values) -> View:
        """Enter values, by (block id, action id): an option's value, a list of them, a date, a text; None empties."""
        view = self._modal(user, view_id)
        self.enter(user, view, values)
        return view

    def enter(self, user: str, view: View, values: Values) -> None:
        """Enter values into a modal or a Home tab that this person sees."""
        if view.user != user:
            raise NoSuchThing(f"{user} does not see the view {view.id}.")
        for (block_id, action_id), value in values.items():
            _, element = elements.find(view.blocks, action_id, block_id)
            with self.workspace.locked():
                view.values.setdefault(block_id, {})[action_id] = elements.chosen_value(element, value)

    def submit_view(self, user: str, view_id: str, values: Values | None = None) -> SubmitResult:
        """Fill in and submit the modal. What Slack itself refuses is shown at the fields and never sent."""
        view = self.fill_in(user, view_id, values or {})
        errors = entry_errors(view)
        if errors:
            self._stacks.refuse(view, errors)
            return SubmitResult(sent=False, acked=False, errors=errors, view=view)
        trigger = self._triggers.new_trigger(user, view.id)
        payload = self._payloads.submission(self._user(user), view, trigger)
        ack = self.ask_interactive("view_submission", payload)
        result = SubmitResult(
            sent=True, acked=ack.acked, error=ack.error, view=view, seconds=ack.seconds, payload=payload
        )
        if ack.acked:
            self._apply(user, view, ack, result)
        return result

    def _apply(self, user: str, view: View, ack: Ack, result: SubmitResult) -> None:
        answer: Json = ack.payload or {}
        result.response_action = answer.get("response_action")
        try:
            self._act(user, view, answer)
        except Refused as refused:
            reasons = "; ".join(str(problem) for problem in refused.problems)
            result.error = f"{refused.error}: {reasons}" if reasons else refused.error
        result.errors = dict(view.errors) if view.id in self.workspace.views else {}
        stack = self.workspace.stack(user)
        result.view = stack[-1] if stack else None

    def _act(self, user: str, view: View, answer: Json) -> None:
        action = answer.get("response_action")
        if action == "errors":
            errors = {str(name): str(text) for name, text in (answer.get("errors") or {}).items()}
            inputs = {str(block["block_id"]) for block in view.blocks if block.get("type") == "input"}
            if not errors or not set(errors) <= inputs:
                error = "invalid_errors"
                raise Refused(error)
            self._stacks.refuse(view, errors)
        elif action == "update":
            self._stacks.update(view, answer.get("view") or {})
        elif action == "push":
            self._stacks.push(user, answer.get("view") or {})
        elif action == "clear":
            self._stacks.close(user, everything=True)
        elif view.id in self.workspace.stacks.get(user, []):
            self._stacks.close(user)

    def close_view(self, user: str, view_id: str, *, everything: bool = False) -> list[View]:
        """Close the modal on top, or the whole stack; the app hears of it where it asked to (`notify_on_close`)."""
        view = self._modal(user, view_id)
        closed = self._stacks.close(user, everything=everything or bool(view.body.get("clear_on_close")))
        for one in closed:
            if one.body.get("notify_on_close"):
                payload = self._payloads.closed(self._user(user), one, cleared=len(closed) > 1)
                self.ask_interactive("view_closed", payload)
        return closed
