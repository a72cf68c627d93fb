"""Modals and Home tabs."""

from __future__ import annotations

from bot.playground.api.call import Call, Method
from bot.playground.checker import Problem
from bot.playground.errors import Refused
from bot.playground.model import Json, View
from bot.playground.triggers import TriggerRefused


def _body(call: Call) -> Json:
    call.required("view")
    view = call.structure("view", "invalid_arguments")
    if not isinstance(view, dict):
        error = "invalid_arguments"
        raise Refused(error, [Problem("must provide an object", "/view")])
    return view


def _exchange(call: Call) -> tuple[str, str | None]:
    call.required("trigger_id")
    try:
        return call.context.triggers.exchange(call.text("trigger_id"))
    except TriggerRefused as refused:
        raise Refused(refused.error) from None


def _answer(call: Call, view: View) -> Json:
    return {"view": view.to_wire(call.workspace.team_id, call.workspace.app)}


def open_(call: Call) -> Json:
    """Answer `views.open`. A trigger id is used up even when the view is refused."""
    body = _body(call)
    user, _ = _exchange(call)
    return _answer(call, call.context.stacks.open(user, body))


def push(call: Call) -> Json:
    """Answer `views.push`: only for what was done inside a modal."""
    body = _body(call)
    user, from_view = _exchange(call)
    if from_view is None:
        error = "invalid_trigger_id"
        raise Refused(error)
    return _answer(call, call.context.stacks.push(user, body))


def update(call: Call) -> Json:
    """Answer `views.update`."""
    body = _body(call)
    if not (call.text("view_id") or call.text("external_id")):
        call.required("view_id")
    stacks = call.context.stacks
    view = stacks.find(call.text("view_id") or None, call.text("external_id") or None)
    return _answer(call, stacks.update(view, body, call.text("hash") or None))


def publish(call: Call) -> Json:
    """Answer `views.publish`."""
    body = _body(call)
    user = call.user("user_id")
    return _answer(call, call.context.stacks.publish(user.id, body, call.text("hash") or None))


METHODS: dict[str, Method] = {
    "views.open": open_,
    "views.push": push,
    "views.update": update,
    "views.publish": publish,
}
