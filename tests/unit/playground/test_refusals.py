"""What the Web API refuses, in Slack's words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.playground.errors import NotLoopback
from bot.playground.model import Channel, User
from bot.playground.server import Playground
from tests.unit.playground.clocks import HandClock


@pytest.fixture
def playground() -> Playground:
    return Playground(clock=HandClock())


def call(playground: Playground, method: str, args: Mapping[str, Any], who: str | None = "bot") -> dict[str, Any]:
    known = {"bot": playground.bot_token, "app": playground.app_token}
    headers = {"content-type": "application/x-www-form-urlencoded"}
    if who:
        headers["authorization"] = f"Bearer {known.get(who, who)}"
    answer = asyncio.run(playground._api.answer(method, urlencode(args).encode(), headers, {}))
    found = json.loads(answer.body)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("token", "error"),
    [(None, "not_authed"), ("xoxb-other", "invalid_auth"), ("app", "not_allowed_token_type")],
)
def test_tokens(playground: Playground, token: str | None, error: str) -> None:
    assert call(playground, "auth.test", {}, token)["error"] == error


def test_a_socket_needs_the_app_token(playground: Playground) -> None:
    assert call(playground, "apps.connections.open", {}, "bot")["error"] == "not_allowed_token_type"
    assert call(playground, "apps.connections.open", {}, "app")["url"].startswith("ws://127.0.0.1")


MODAL = json.dumps({"type": "modal", "title": {"type": "plain_text", "text": "t"}, "blocks": [{"type": "divider"}]})

TWO_TABLES = json.dumps([{"type": "table", "rows": [[{"type": "raw_text", "text": "c"}]]}] * 2)


@pytest.mark.parametrize(
    ("method", "args", "error"),
    [
        ("chat.sing", {}, "unknown_method"),
        ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "C0OLD", "text": "x"}, "is_archived"),
        ("chat.postMessage", {"channel": "C0ELSE", "text": "x"}, "not_in_channel"),
        ("chat.postMessage", {"channel": "C0DEALS", "text": " "}, "no_text"),
        ("chat.postMessage", {"channel": "C0DEALS", "text": "x" * 4001}, "msg_too_long"),
        ("chat.postMessage", {"channel": "C0DEALS", "text": "x", "blocks": "{"}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": "C0DEALS", "text": "x", "blocks": '[{"type":"x"}]'}, "invalid_blocks"),
        ("chat.postMessage", {"channel": "C0DEALS", "text": "x", "blocks": TWO_TABLES}, "invalid_attachments"),
        ("chat.postMessage", {"channel": "C0DEALS", "text": "x", "thread_ts": "1.1"}, "thread_not_found"),
        ("chat.postMessage", {"channel": "C0DEALS", "text": "x", "metadata": "{}"}, "invalid_metadata_schema"),
        ("chat.postEphemeral", {"channel": "C0DEALS", "text": "x", "user": "U0NO"}, "user_not_found"),
        ("chat.postEphemeral", {"channel": "C0DEALS", "text": "x", "user": "U0GUEST"}, "user_not_in_channel"),
        ("chat.update", {"channel": "C0DEALS", "ts": "1.1", "text": "x"}, "message_not_found"),
        ("chat.delete", {"channel": "C0DEALS", "ts": "1.1"}, "message_not_found"),
        ("chat.getPermalink", {"channel": "C0DEALS", "message_ts": "1.1"}, "message_not_found"),
        ("conversations.replies", {"channel": "C0DEALS", "ts": "1.1"}, "thread_not_found"),
        ("conversations.history", {"channel": "C0ELSE"}, "not_in_channel"),
        ("conversations.open", {"users": "U0LEFT"}, "user_disabled"),
        ("conversations.info", {"channel": "C0NOWHERE"}, "channel_not_found"),
        ("users.info", {"user": "U0NO"}, "user_not_found"),
        ("users.lookupByEmail", {"email": "no@alphatech.example"}, "users_not_found"),
        ("usergroups.users.list", {"usergroup": "S0NO"}, "no_such_subteam"),
        ("views.open", {"trigger_id": "1.2.3", "view": MODAL}, "invalid_trigger_id"),
        ("views.update", {"view_id": "V0NO", "view": MODAL}, "not_found"),
        ("views.publish", {"user_id": "U0DANA", "view": MODAL}, "invalid_arguments"),
        ("reactions.remove", {"channel": "C0DEALS", "timestamp": "1.1", "name": "eyes"}, "message_not_found"),
        ("files.completeUploadExternal", {"files": '[{"id":"F0NO"}]'}, "file_not_found"),
    ],
)
def test_refusals(playground: Playground, method: str, args: dict[str, Any], error: str) -> None:
    playground.workspace.add_channel(Channel("C0OLD", "old", ["U0DANA", "U0DEALFIT"], is_archived=True))
    playground.workspace.add_channel(Channel("C0ELSE", "else", ["U0DANA"]))
    playground.workspace.add_user(User("U0GUEST", "guest", "Gale Guest", is_restricted=True))
    playground.workspace.add_user(User("U0LEFT", "left", "Lee Left", deleted=True))
    answer = call(playground, method, args)
    assert (answer["ok"], answer["error"]) == (False, error)
    assert (playground.calls[-1].method, playground.calls[-1].error) == (method, error)


def test_the_limits_are_named_in_the_answer(playground: Playground) -> None:
    blocks = [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]
    answer = call(playground, "chat.postMessage", {"channel": "C0DEALS", "text": "x", "blocks": json.dumps(blocks)})
    expected = "must be less than 151 characters [json-pointer:/blocks/0/text/text]"
    assert answer["errors"] == [expected]
    assert answer["response_metadata"] == {"messages": [f"[ERROR] {expected}"]}


def test_a_manifest_limits_what_the_app_may_do() -> None:
    manifest = {"oauth_config": {"scopes": {"bot": ["users:read"]}}, "settings": {}, "features": {}}
    playground = Playground(clock=HandClock(), manifest=manifest)
    refused = call(playground, "chat.postMessage", {"channel": "C0DEALS", "text": "x"})
    assert (refused["error"], refused["needed"], refused["provided"]) == ("missing_scope", "chat:write", "users:read")
    profile = call(playground, "users.info", {"user": "U0DANA"})["user"]["profile"]
    assert "email" not in profile, "an address needs a scope of its own"


def test_conversations_come_in_pages(playground: Playground) -> None:
    first = call(playground, "conversations.list", {"limit": "1"})
    assert [channel["name"] for channel in first["channels"]] == ["deals"]
    cursor = first["response_metadata"]["next_cursor"]
    second = call(playground, "conversations.list", {"limit": "1", "cursor": cursor})
    assert [channel["name"] for channel in second["channels"]] == ["ask-dealfit"]
    assert second["response_metadata"]["next_cursor"] == ""


def test_tokens_stay_out_of_what_is_printed(playground: Playground) -> None:
    call(playground, "auth.test", {})
    assert playground.bot_token not in repr(playground.calls)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "example.com"])  # noqa: S104 - it must be refused
def test_only_loopback_is_served(host: str) -> None:
    with pytest.raises(NotLoopback, match="must stay on this machine"):
        Playground(clock=HandClock(), host=host)
    with pytest.raises(NotLoopback):
        Playground(clock=HandClock(), request_url=f"http://{host}/slack/events")
