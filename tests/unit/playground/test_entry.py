"""What people type: into forms, and into the composer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.elements import chosen_value, initial_value
from bot.playground.entry import REQUIRED, entry_errors
from bot.playground.errors import NoSuchThing
from bot.playground.model import View
from bot.playground.wire_text import as_sent
from bot.playground.workspace import Workspace

OPTIONS = [{"text": {"type": "plain_text", "text": name}, "value": name} for name in ("a", "b")]


def entered(element: dict[str, Any], value: Any, *, optional: bool = False) -> dict[str, str]:
    element = {"action_id": "x", **element}
    block = {"type": "input", "block_id": "b", "element": element, "optional": optional}
    body = {"type": "modal", "blocks": [block]}
    return entry_errors(View("V1", "U1", body, "h", "V1", values={"b": {"x": chosen_value(element, value)}}))


NUMBER = {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "10"}


@pytest.mark.parametrize(
    ("element", "good", "bad"),
    [
        ({"type": "plain_text_input", "min_length": 2, "max_length": 3}, ["ab", "abc"], ["a", "abcd"]),
        (NUMBER, ["1", "10"], ["0", "11", "1.5", "ten", "NaN", "Infinity"]),
        ({"type": "number_input", "is_decimal_allowed": True}, ["1.5", "-2"], ["1,5"]),
        ({"type": "email_text_input"}, ["dana@alphatech.example"], ["dana", "a@b", "a b@c.d"]),
        ({"type": "url_text_input"}, ["https://alphatech.example"], ["alphatech", "javascript:alert(1)"]),
        ({"type": "static_select", "options": OPTIONS}, ["a"], [None]),
        ({"type": "multi_static_select", "options": OPTIONS}, [["a", "b"]], [[]]),
        ({"type": "datepicker"}, ["2026-11-23"], [None]),
    ],
)
def test_slack_itself_refuses_these(element: dict[str, Any], good: list[Any], bad: list[Any]) -> None:
    assert [entered(element, value) for value in good] == [{}] * len(good)
    assert all(entered(element, value) for value in bad)


def test_an_empty_field_is_fine_only_where_it_is_optional() -> None:
    assert entered({"type": "plain_text_input"}, "") == {"b": REQUIRED}
    assert entered({"type": "plain_text_input"}, "", optional=True) == {}


@pytest.mark.parametrize(
    ("element", "value", "state"),
    [
        ({"type": "plain_text_input"}, "x", {"value": "x"}),
        ({"type": "number_input"}, 5, {"value": "5"}),
        ({"type": "email_text_input"}, "", {"value": None}),
        ({"type": "url_text_input"}, "https://a.example", {"value": "https://a.example"}),
        ({"type": "static_select", "options": OPTIONS}, "a", {"selected_option": OPTIONS[0]}),
        ({"type": "static_select", "option_groups": [{"options": OPTIONS}]}, "b", {"selected_option": OPTIONS[1]}),
        ({"type": "radio_buttons", "options": OPTIONS}, "b", {"selected_option": OPTIONS[1]}),
        ({"type": "multi_static_select", "options": OPTIONS}, ["a", "b"], {"selected_options": OPTIONS}),
        ({"type": "checkboxes", "options": OPTIONS}, [], {"selected_options": []}),
        ({"type": "datepicker"}, "2026-11-23", {"selected_date": "2026-11-23"}),
        ({"type": "users_select"}, "U0DANA", {"selected_user": "U0DANA"}),
        ({"type": "multi_users_select"}, ["U0DANA"], {"selected_users": ["U0DANA"]}),
        ({"type": "conversations_select"}, "C0DEALS", {"selected_conversation": "C0DEALS"}),
        ({"type": "channels_select"}, None, {"selected_channel": None}),
    ],
)
def test_state_has_the_shape_of_the_real_one(element: dict[str, Any], value: Any, state: dict[str, Any]) -> None:
    assert chosen_value(element, value) == {"type": element["type"], **state}
    assert set(initial_value(element)) == {"type", *state}


def test_a_choice_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(NoSuchThing, match=r"no option 'c'. It has: a, b"):
        chosen_value({"type": "static_select", "action_id": "x", "options": OPTIONS}, "c")


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("@Dealfit hello", "<@U0DEALFIT> hello"),
        ("<@U0DEALFIT> hello", "<@U0DEALFIT> hello"),
        ("ask @dana in #deals", "ask <@U0DANA> in <#C0DEALS|deals>"),
        ("<!channel> <!here>", "&lt;!channel&gt; &lt;!here&gt;"),
        ("@here now", "<!here> now"),
        ("see https://a.example/x?a=1&b=2.", "see <https://a.example/x?a=1&amp;b=2>."),
        ("mail dana@alphatech.example", "mail <mailto:dana@alphatech.example|dana@alphatech.example>"),
        ("@nobody #nowhere", "@nobody #nowhere"),
    ],
)
def test_text_is_sent_as_slack_sends_it(typed: str, sent: str) -> None:
    assert as_sent(typed, Workspace.alphatech()) == sent


@given(st.text(alphabet="<>!@#|&abcU0 /:.", max_size=60))
def test_nobody_types_a_live_broadcast(typed: str) -> None:
    sent = as_sent(typed, Workspace.alphatech())
    assert "<!" not in sent
