"""The Web API and response URLs, as the SDK calls them: faults, streams, buttons, files, guests, ports."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.webhook import WebhookClient

from bot.playground.errors import PortInUse
from bot.playground.model import User
from bot.playground.server import Playground
from tests.integration.playground.conftest import Connect


def test_429_is_honoured_by_the_sdks_handler(playground: Playground, app: App) -> None:
    app.client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=1))
    playground.faults.rate_limit("chat.postMessage", times=1, retry_after=1)
    assert app.client.chat_postMessage(channel="C0DEALS", text="in the end")["ok"]
    assert [(one.status, one.ok) for one in playground.calls if one.method == "chat.postMessage"] == [
        (429, False),
        (200, True),
    ]


def test_other_faults_of_the_api(playground: Playground, app: App) -> None:
    playground.faults.fail("chat.postMessage", "fatal_error")
    with pytest.raises(SlackApiError, match="fatal_error"):
        app.client.chat_postMessage(channel="C0DEALS", text="x")
    playground.faults.http_status("*", 503)
    with pytest.raises(SlackApiError) as caught:
        app.client.chat_postMessage(channel="C0DEALS", text="x")
    assert caught.value.response.status_code == 503
    playground.faults.enforce_channel_rate()
    refused = []
    for _ in range(5):
        try:
            app.client.chat_postMessage(channel="C0DEALS", text="x")
        except SlackApiError as error:
            refused.append(error.response.headers["Retry-After"])
    assert refused == ["1", "1"], "a burst of three, then one a second"


def test_streaming_with_the_sdks_helper(playground: Playground, app: App, connect: Connect) -> None:
    @app.event("message")
    def answer(say_stream: Any, set_status: Any, set_suggested_prompts: Any) -> None:
        set_status("is thinking...", loading_messages=["Reading"])
        set_suggested_prompts(prompts=["More?"])
        stream = say_stream(buffer_size=8)
        for part in ("**Net 60**", " is outside ", "the profile."):
            stream.append(markdown_text=part)
        stream.stop(blocks=[{"type": "divider"}])

    connect(app)
    ts = playground.post_as("U0DANA", "D0DANA", "net 60?")
    done = playground.wait_for(
        lambda: [one for one in playground.messages("D0DANA", thread_ts=ts) if one.streaming_state == "completed"]
    )[0]
    assert done.text == "**Net 60** is outside the profile."
    assert [block["type"] for block in done.blocks] == ["markdown", "divider"]
    assert {"chat.startStream", "chat.appendStream", "chat.stopStream"} <= {one.method for one in playground.calls}
    assert playground.workspace.prompts["D0DANA"]["prompts"] == [{"title": "More?", "message": "More?"}]


def test_a_button_and_its_response_url(playground: Playground, app: App, connect: Connect) -> None:
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "deal-7"}
    pick = {
        "type": "static_select",
        "action_id": "pick",
        "options": [{"text": {"type": "plain_text", "text": "One"}, "value": "1"}],
    }
    blocks = [{"type": "actions", "block_id": "row", "elements": [button, pick]}]
    posted = app.client.chat_postMessage(channel="C0DEALS", text="card", blocks=blocks)
    seen: list[Any] = []

    @app.action("go")
    def go(ack: Any, action: dict[str, Any], body: dict[str, Any], respond: Any) -> None:
        ack()
        seen.append((action["value"], body["state"]["values"]["row"]["pick"]["selected_option"]["value"]))
        respond(text="Done", replace_original=True)

    @app.action("pick")
    def pick_(ack: Any, action: dict[str, Any]) -> None:
        ack()
        seen.append(action["selected_option"]["value"])

    connect(app)
    playground.press("U0DANA", posted["ts"], "pick", "1")
    result = playground.press("U0DANA", posted["ts"], "go")
    playground.wait_for(lambda: playground.messages("C0DEALS")[0].text == "Done")
    assert seen == ["1", ("deal-7", "1")]
    assert playground.messages("C0DEALS")[0].blocks == []
    assert result.response_url is not None
    hook = WebhookClient(result.response_url)
    assert [hook.send(text=f"note {number}").status_code for number in range(5)] == [200, 200, 200, 200, 404]
    assert [one.text for one in playground.messages("C0DEALS", viewer="U0DANA")][1:] == [
        "note 0",
        "note 1",
        "note 2",
        "note 3",
    ]
    assert len(playground.messages("C0DEALS", viewer="U0ALEX")) == 1


def test_home_shortcut_metadata_and_files(playground: Playground, app: App, connect: Connect) -> None:
    opened: list[str] = []

    @app.event("app_home_opened")
    def home(event: dict[str, Any], client: Any) -> None:
        opened.append(event["tab"])
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [{"type": "divider"}]})

    @app.shortcut("check")
    def check(ack: Any, shortcut: dict[str, Any], client: Any) -> None:
        ack()
        client.chat_postMessage(
            channel=shortcut["channel"]["id"],
            thread_ts=shortcut["message"]["ts"],
            text="checked",
            metadata={"event_type": "verdict", "event_payload": {"deal": "7"}},
        )

    @app.event("message")
    def ignore() -> None:
        """Take it."""

    connect(app)
    playground.open_home("U0DANA")
    playground.wait_for(lambda: "U0DANA" in playground.workspace.homes)
    assert opened == ["home"]
    ts = playground.post_as("U0DANA", "C0DEALS", "Mercy: 120 beds")
    playground.message_shortcut("U0DANA", "check", "C0DEALS", ts)
    playground.wait_for(lambda: playground.messages("C0DEALS", thread_ts=ts)[1:])
    replies = app.client.conversations_replies(channel="C0DEALS", ts=ts, include_all_metadata=True)["messages"]
    assert replies[1]["metadata"] == {"event_type": "verdict", "event_payload": {"deal": "7"}}
    assert replies[0]["reply_count"] == 1
    shared = app.client.files_upload_v2(channel="C0DEALS", thread_ts=ts, content=b"\x89PNG", filename="fit.png")
    assert playground.messages("C0DEALS", thread_ts=ts)[-1].files[0]["id"] == shared["file"]["id"]


def test_an_answer_for_all_is_a_message_like_any_other(playground: Playground, app: App, connect: Connect) -> None:
    app.command("/deal-check")(lambda ack: ack(text="for all", response_type="in_channel"))
    connect(app)
    playground.slash_command("U0DANA", "C0DEALS", "/deal-check")
    assert [one.text for one in playground.messages("C0DEALS", viewer="U0ALEX")] == ["for all"]


def test_a_guest_and_a_stranger_are_marked_as_slack_marks_them(
    playground: Playground, app: App, connect: Connect
) -> None:
    events: list[dict[str, Any]] = []
    app.event("message")(lambda event: events.append(dict(event)))
    connect(app)
    workspace = playground.workspace
    workspace.add_user(User("U0GUEST", "gale", "Gale Guest", is_restricted=True))
    workspace.add_user(User("U0OTHER", "sam", "Sam Stranger", team_id="T0OTHER", is_stranger=True))
    workspace.channels["C0DEALS"].members += ["U0GUEST", "U0OTHER"]
    assert app.client.users_info(user="U0GUEST")["user"]["is_restricted"]
    playground.post_as("U0OTHER", "C0DEALS", "hello from outside")
    playground.wait_for(lambda: events)
    assert (events[0]["team"], events[0]["user_team"]) == ("T0OTHER", "T0OTHER")
    assert app.client.users_info(user="U0OTHER")["user"]["is_stranger"]


def test_a_command_that_asked_for_tokens_gets_them() -> None:
    command = {"command": "/ask", "description": "", "should_escape": True}
    manifest = {"features": {"slash_commands": [command]}, "settings": {}, "oauth_config": {}}
    with Playground(clock=lambda: datetime.now(UTC), manifest=manifest, ack_timeout=0.01) as playground:
        result = playground.slash_command("U0DANA", "C0DEALS", "/ask", "@alex in #deals: a<b")
        assert result.payload["text"] == "<@U0ALEX|alex> in <#C0DEALS|deals>: a&lt;b"
        assert playground.slash_command("U0DANA", "C0DEALS", "/other").error == "unknown_command"


def test_an_answer_may_come_late(playground: Playground, app: App) -> None:
    playground.faults.delay("auth.test", 0.2, times=1)
    started = time.monotonic()
    app.client.auth_test()
    assert time.monotonic() - started >= 0.2
    playground.faults.fail("auth.test", "fatal_error", times=5)
    playground.faults.clear()
    assert app.client.auth_test()["ok"]


def test_a_port_in_use_is_named(playground: Playground) -> None:
    port = int(playground.url.rsplit(":", 1)[1].strip("/"))
    with pytest.raises(PortInUse, match=rf"Port {port} on 127.0.0.1 is already in use. Stop the program"):
        Playground(clock=lambda: datetime.now(UTC), port=port).start()


def test_waiting_in_vain_says_what_came_instead(playground: Playground) -> None:
    with pytest.raises(TimeoutError, match="Last calls"):
        playground.wait_for(lambda: False, timeout=0.01)
