"""Modals: three deep, updated against a hash, keeping what was entered."""

from __future__ import annotations

from typing import Any

import pytest

from bot.playground.errors import Refused
from bot.playground.ids import Ids
from bot.playground.stacks import Stacks
from bot.playground.workspace import Workspace
from tests.unit.playground.clocks import HandClock


def view(*ids: str, **more: Any) -> dict[str, Any]:
    blocks = [
        {
            "type": "input",
            "block_id": name,
            "label": {"type": "plain_text", "text": name},
            "element": {"type": "plain_text_input", "action_id": "a"},
        }
        for name in ids or ("one",)
    ]
    text = {"type": "plain_text", "text": "t"}
    return {"type": "modal", "title": text, "submit": text, "blocks": blocks, **more}


@pytest.fixture
def stacks() -> Stacks:
    return Stacks(Workspace.alphatech(), Ids(HandClock()))


def refused(act: Any, *args: Any) -> str:
    with pytest.raises(Refused) as caught:
        act(*args)
    return caught.value.error


def test_three_modals_deep_and_no_deeper(stacks: Stacks) -> None:
    root = stacks.open("U0DANA", view())
    second = stacks.push("U0DANA", view())
    third = stacks.push("U0DANA", view())
    assert (second.previous_view_id, third.previous_view_id, third.root_view_id) == (root.id, second.id, root.id)
    assert refused(stacks.push, "U0DANA", view()) == "push_limit_reached"
    stacks.close("U0DANA")
    assert stacks.push("U0DANA", view()).previous_view_id == second.id


def test_nothing_is_pushed_onto_nothing(stacks: Stacks) -> None:
    assert refused(stacks.push, "U0DANA", view()) == "not_found"


def test_a_stale_hash_is_a_conflict(stacks: Stacks) -> None:
    opened = stacks.open("U0DANA", view())
    first = opened.hash
    stacks.update(opened, view(), first)
    assert refused(stacks.update, opened, view(), first) == "hash_conflict"


def test_an_update_keeps_what_was_entered_in_blocks_that_stay(stacks: Stacks) -> None:
    opened = stacks.open("U0DANA", view("one", "two"))
    opened.values["one"]["a"] = {"type": "plain_text_input", "value": "typed"}
    opened.values["two"]["a"] = {"type": "plain_text_input", "value": "lost"}
    stacks.update(opened, view("one", "three"))
    assert opened.values == {
        "one": {"a": {"type": "plain_text_input", "value": "typed"}},
        "three": {"a": {"type": "plain_text_input", "value": None}},
    }


def test_views_are_weighed_and_their_external_ids_are_unique(stacks: Stacks) -> None:
    heavy = view()
    heavy["blocks"] = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}} for _ in range(84)]
    assert refused(stacks.open, "U0DANA", heavy) == "view_too_large"
    stacks.open("U0DANA", view(external_id="form"))
    assert refused(stacks.open, "U0ALEX", view(external_id="form")) == "duplicate_external_id"


def test_a_home_takes_no_modal(stacks: Stacks) -> None:
    assert refused(stacks.publish, "U0DANA", view()) == "invalid_arguments"
    home = stacks.publish("U0DANA", {"type": "home", "blocks": [{"type": "divider"}]})
    stale = home.hash
    assert stacks.publish("U0DANA", {"type": "home", "blocks": []}).id == home.id
    assert refused(stacks.publish, "U0DANA", {"type": "home", "blocks": []}, stale) == "hash_conflict"
