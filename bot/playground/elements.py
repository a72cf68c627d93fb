"""Elements of messages and views: their ids, what is chosen in them, and what a choice looks like on the wire."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

from bot.playground.errors import NoSuchThing
from bot.playground.ids import Ids
from bot.playground.limits import elements_of
from bot.playground.model import Json

_SINGLE = {
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}
_MANY = {
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
}
_ONE_OPTION = {"static_select", "radio_buttons", "external_select"}
_MANY_OPTIONS = {"multi_static_select", "checkboxes", "multi_external_select"}
_STATELESS = {"button", "overflow", "image", "feedback_buttons", "icon_button", "workflow_button"}


def with_ids(blocks: Sequence[Json], ids: Ids) -> list[Json]:
    """Return a copy of the blocks in which every block and interactive element has an id, as Slack makes them."""
    made = copy.deepcopy(list(blocks))
    for block in made:
        block.setdefault("block_id", ids.make("", 5).lower())
        for element in elements_of(block):
            if element.get("type") not in ("image", "plain_text", "mrkdwn"):
                element.setdefault("action_id", ids.make("", 5).lower())
    return made


def inputs(blocks: Sequence[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield each block and element that holds a value."""
    for block in blocks:
        for element in elements_of(block):
            if element.get("type") not in _STATELESS and "action_id" in element:
                yield block, element


def find(blocks: Sequence[Json], action_id: str, block_id: str | None) -> tuple[Json, Json]:
    """Return the block and element with this action id. Raises NoSuchThing, naming the ids that are there."""
    present: list[str] = []
    for block in blocks:
        for element in elements_of(block):
            present.append(str(element.get("action_id")))
            if element.get("action_id") == action_id and block_id in (None, block.get("block_id")):
                return block, element
    message = f"There is no element {action_id!r} here. What is here: {', '.join(present) or 'nothing to press'}."
    raise NoSuchThing(message)


def options_of(element: Json) -> list[Json]:
    """Return an element's options, those in groups included."""
    groups = element.get("option_groups") or []
    return [*(element.get("options") or []), *(option for group in groups for option in group.get("options") or [])]


def _option(element: Json, value: object) -> Json:
    wanted = value.get("value") if isinstance(value, dict) else value
    for option in options_of(element):
        if option.get("value") == wanted:
            return option
    known = ", ".join(str(option.get("value")) for option in options_of(element))
    message = f"{element.get('action_id')!r} has no option {wanted!r}. It has: {known}."
    raise NoSuchThing(message)


def initial_value(element: Json) -> Json:
    """Return the state of an element nobody has touched."""
    kind = str(element["type"])
    if kind in _ONE_OPTION:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in _MANY_OPTIONS:
        return {"type": kind, "selected_options": list(element.get("initial_options") or [])}
    if kind in _SINGLE:
        field, initial = _SINGLE[kind]
        return {"type": kind, field: element.get(initial)}
    if kind in _MANY:
        field, initial = _MANY[kind]
        return {"type": kind, field: list(element.get(initial) or [])}
    field = "rich_text_value" if kind == "rich_text_input" else "value"
    return {"type": kind, field: element.get("initial_value")}


def chosen_value(element: Json, value: Any) -> Json:
    """Return the state of an element after a person entered `value` (an option's value, a date, a list, a text)."""
    kind = str(element["type"])
    if kind in _ONE_OPTION:
        return {"type": kind, "selected_option": None if value in (None, "") else _option(element, value)}
    if kind in _MANY_OPTIONS:
        return {"type": kind, "selected_options": [_option(element, one) for one in _listed(value)]}
    if kind in _SINGLE:
        return {"type": kind, _SINGLE[kind][0]: value or None}
    if kind in _MANY:
        return {"type": kind, _MANY[kind][0]: _listed(value)}
    if kind == "rich_text_input":
        return {"type": kind, "rich_text_value": value}
    text = None if value is None or value == "" else str(value)
    return {"type": kind, "value": text}


def _listed(value: Any) -> list[Any]:
    if value in (None, ""):
        return []
    return list(value) if isinstance(value, list | tuple | set) else [value]


def initial_state(blocks: Sequence[Json]) -> dict[str, dict[str, Json]]:
    """Return `state.values` of a view or message as it opens."""
    state: dict[str, dict[str, Json]] = {}
    for block, element in inputs(blocks):
        state.setdefault(str(block["block_id"]), {})[str(element["action_id"])] = initial_value(element)
    return state


def merged_state(blocks: Sequence[Json], old: dict[str, dict[str, Json]]) -> dict[str, dict[str, Json]]:
    """Return the state after an update: a block that kept its ids and kind keeps what was entered, as in Slack."""
    state = initial_state(blocks)
    for block_id, actions in state.items():
        for action_id, value in actions.items():
            before = old.get(block_id, {}).get(action_id)
            if before is not None and before["type"] == value["type"]:
                actions[action_id] = before
    return state


def action(block: Json, element: Json, value: Any, now: str) -> Json:
    """Return the entry of `actions` for what a person did with an element."""
    kind = str(element["type"])
    base: Json = {"action_id": element["action_id"], "block_id": block["block_id"], "type": kind, "action_ts": now}
    if kind == "button":
        return {**base, "text": element["text"], **_kept(element, "value", "style", "url")}
    if kind == "icon_button":
        return {**base, "text": element["text"], "icon": element["icon"], **_kept(element, "value")}
    if kind == "feedback_buttons":
        buttons = [element["positive_button"], element["negative_button"]]
        pressed = next((one for one in buttons if one.get("value") == value), None)
        if pressed is None:
            known = ", ".join(str(one.get("value")) for one in buttons)
            message = f"{element['action_id']!r} has no feedback {value!r}. It has: {known}."
            raise NoSuchThing(message)
        return {**base, "value": pressed["value"], "text": pressed["text"]}
    if kind == "overflow":
        return {**base, "selected_option": _option(element, value)}
    return {**base, **chosen_value(element, value), **_kept(element, "placeholder")}


def _kept(element: Json, *names: str) -> Json:
    return {name: element[name] for name in names if element.get(name) is not None}


def is_stateful(element: Json) -> bool:
    """Whether an element keeps what was chosen in it."""
    return element.get("type") not in _STATELESS
