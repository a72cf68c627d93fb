"""A real Bolt app over a real WebSocket: events, commands, modals, redelivery, faults."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.webhook import WebhookClient

from bot.playground.errors import NoSuchThing, PortInUse
from bot.playground.model import User
from bot.playground.server import Playground
from tests.integration.playground.conftest import Connect, make_app

FORM = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Form"},
    "submit": {"type": "plain_text", "text": "Go"},
    "notify_on_close": True,
    "blocks": [
        {
            "type": "input",
            "block_id": "name",
            "label": {"type": "plain_text", "text": "Name"},
            "element": {"type": "plain_text_input", "action_id": "value"},
        }
    ],
}


def sent(playground: Playground, name: str) -> list[Any]:
    """Return the deliveries of people's doings: what the app itself posted comes back as events too."""
    app = playground.workspace.app.user_id
    found = [one for one in playground.deliveries if one.name == name]
    return [one for one in found if one.payload.get("event", {}).get("user") != app]


def test_a_message_is_answered(playground: Playground, app: App, connect: Connect) -> None:
    seen: list[dict[str, Any]] = []

    @app.event("message")
    def answer(event: dict[str, Any], context: Any, say: Any) -> None:
        seen.append({"user": context.user_id, "channel": context.channel_id, "team": context.team_id, **event})
        say(f"You said: {event['text']}")

    connect(app)
    playground.post_as("U0DANA", "D0DANA", "net <60 & up")
    reply = playground.wait_for(lambda: [one for one in playground.messages("D0DANA") if one.from_app])[0]
    assert reply.text == "You said: net &lt;60 &amp; up"
    assert seen[0]["user"] == "U0DANA"
    assert (seen[0]["channel"], seen[0]["team"], seen[0]["channel_type"]) == ("D0DANA", "T0ALPHATECH", "im")


def test_a_mention_arrives_as_two_events_with_ids_of_their_own(
    playground: Playground, app: App, connect: Connect
) -> None:
    @app.event("message")
    def ignore() -> None:
        """Take it."""

    @app.event("app_mention")
    def answer(event: dict[str, Any], say: Any) -> None:
        say(text="Here.", thread_ts=event["ts"])

    connect(app)
    ts = playground.post_as("U0DANA", "C0DEALS", "@Dealfit are you there?")
    thread = playground.wait_for(lambda: playground.messages("C0DEALS", thread_ts=ts)[1:])
    assert [one.text for one in thread] == ["Here."]
    events = [sent(playground, "message")[0], sent(playground, "app_mention")[0]]
    assert len({one.event_id for one in events}) == 2
    assert {one.payload["event"]["ts"] for one in events} == {ts}


def test_no_event_from_a_channel_without_the_app(playground: Playground, app: App, connect: Connect) -> None:
    connect(app)
    playground.workspace.channels["C0DEALS"].members.remove("U0DEALFIT")
    playground.post_as("U0DANA", "C0DEALS", "among ourselves")
    assert sent(playground, "message") == []


def test_edits_and_deletions_are_events(playground: Playground, app: App, connect: Connect) -> None:
    subtypes: list[str] = []

    @app.event("message")
    def note(event: dict[str, Any]) -> None:
        subtypes.append(event.get("subtype", "new"))

    connect(app)
    ts = playground.post_as("U0DANA", "C0DEALS", "one")
    playground.wait_for(lambda: len(subtypes) == 1)
    playground.edit_as("U0DANA", "C0DEALS", ts, "two")
    playground.wait_for(lambda: len(subtypes) == 2)
    playground.delete_as("U0DANA", "C0DEALS", ts)
    playground.wait_for(lambda: len(subtypes) == 3)
    assert subtypes == ["new", "message_changed", "message_deleted"]
    with pytest.raises(NoSuchThing, match="sees no message"):
        playground.edit_as("U0DANA", "C0DEALS", ts, "three")


def test_a_command_is_acked_and_answered_for_one_person(playground: Playground, app: App, connect: Connect) -> None:
    @app.command("/deal-check")
    def answer(ack: Any, command: dict[str, Any]) -> None:
        ack(f"Checking {command['text']}")

    connect(app)
    result = playground.slash_command("U0DANA", "C0DEALS", "/deal-check", "a deal")
    assert result.acked
    assert result.message is not None
    assert result.message.text == "Checking a deal"
    assert playground.messages("C0DEALS", viewer="U0DANA") == [result.message]
    assert playground.messages("C0DEALS", viewer="U0ALEX") == playground.messages("C0DEALS") == []


def test_a_command_nobody_acks_times_out_and_is_not_sent_again(
    playground: Playground, app: App, connect: Connect
) -> None:
    playground.faults.drop_acks(1)

    @app.command("/deal-check")
    def answer(ack: Any) -> None:
        ack()

    connect(app)
    result = playground.slash_command("U0DANA", "C0DEALS", "/deal-check")
    assert (result.acked, result.error) == (False, "operation_timeout")
    assert result.message is not None
    assert result.message.text == '/deal-check failed with the error "operation_timeout"'
    assert len(sent(playground, "/deal-check")) == 1


def test_a_command_without_an_app_fails(playground: Playground) -> None:
    assert playground.slash_command("U0DANA", "C0DEALS", "/deal-check").error == "dispatch_failed"


def test_there_are_no_commands_in_threads(playground: Playground) -> None:
    ts = playground.post_as("U0DANA", "C0DEALS", "root")
    result = playground.slash_command("U0DANA", "C0DEALS", "/deal-check", thread_ts=ts)
    assert result.error == "not_in_threads"
    assert playground.deliveries == [] or all(one.name == "message" for one in playground.deliveries)


def form_app(playground: Playground) -> tuple[App, list[str]]:
    app = make_app(playground)
    closed: list[str] = []

    @app.command("/form")
    def open_form(ack: Any, command: dict[str, Any], client: Any) -> None:
        ack()
        client.views_open(trigger_id=command["trigger_id"], view=FORM)

    @app.view("form")
    def take(ack: Any, view: dict[str, Any], body: dict[str, Any]) -> None:
        name = view["state"]["values"]["name"]["value"]["value"]
        if name == "push":
            ack(response_action="push", view={**FORM, "callback_id": "form"})
        elif name == "bad view":
            ack(response_action="update", view={**FORM, "title": {"type": "plain_text", "text": "x" * 25}})
        elif name == "clear":
            ack(response_action="clear")
        elif name != "fine":
            ack(response_action="errors", errors={"name": f"{name} will not do, {body['user']['id']}"})
        else:
            ack()

    @app.view_closed("form")
    def note(ack: Any, view: dict[str, Any]) -> None:
        ack()
        closed.append(view["id"])

    return app, closed


def test_a_form_is_opened_refused_pushed_and_closed(playground: Playground, connect: Connect) -> None:
    app, closed = form_app(playground)
    connect(app)
    playground.slash_command("U0DANA", "C0DEALS", "/form")
    view = playground.wait_for(lambda: playground.workspace.stack("U0DANA"))[0]

    empty = playground.submit_view("U0DANA", view.id)
    assert (empty.sent, empty.errors) == (False, {"name": "Please complete this required field."})

    bad = playground.submit_view("U0DANA", view.id, {("name", "value"): "this"})
    assert (bad.sent, bad.response_action) == (True, "errors")
    assert bad.errors == {"name": "this will not do, U0DANA"}

    malformed = playground.submit_view("U0DANA", view.id, {("name", "value"): "bad view"})
    assert malformed.error is not None
    assert "must be less than 25 characters [json-pointer:/view/title/text]" in malformed.error

    pushed = playground.submit_view("U0DANA", view.id, {("name", "value"): "push"}).view
    assert pushed is not None
    assert pushed.previous_view_id == view.id
    playground.close_view("U0DANA", pushed.id)
    assert closed == [pushed.id]

    fine = playground.submit_view("U0DANA", view.id, {("name", "value"): "fine"})
    assert (fine.acked, fine.view, playground.workspace.stack("U0DANA")) == (True, None, [])


def test_a_form_whose_ack_is_lost_stays_open(playground: Playground, connect: Connect) -> None:
    app, _ = form_app(playground)
    connect(app)
    playground.slash_command("U0DANA", "C0DEALS", "/form")
    view = playground.wait_for(lambda: playground.workspace.stack("U0DANA"))[0]
    playground.faults.drop_acks(1)
    result = playground.submit_view("U0DANA", view.id, {("name", "value"): "fine"})
    assert result.error == "operation_timeout"
    assert playground.workspace.stack("U0DANA") == [view]


def test_a_modal_opens_within_three_seconds_of_the_press() -> None:
    now = [datetime(2026, 11, 23, tzinfo=UTC)]
    with Playground(clock=lambda: now[0]) as playground:
        client = make_app(playground).client
        trigger = playground._triggers.new_trigger("U0DANA")
        now[0] += timedelta(seconds=3.1)
        with pytest.raises(SlackApiError, match="expired_trigger_id"):
            client.views_open(trigger_id=trigger, view=FORM)
        trigger = playground._triggers.new_trigger("U0DANA")
        assert client.views_open(trigger_id=trigger, view=FORM)["view"]["callback_id"] == "form"
        with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
            client.views_open(trigger_id=trigger, view=FORM)


def test_an_event_without_an_ack_comes_again_with_its_id(playground: Playground, app: App, connect: Connect) -> None:
    retries: list[Any] = []

    @app.event("message")
    def note(request: Any) -> None:
        retries.append(request.headers.get("x-slack-retry-num"))

    connect(app)
    playground.faults.drop_acks(2)
    playground.post_as("U0DANA", "D0DANA", "hello")
    playground.wait_for(lambda: any(one.acked_after_seconds is not None for one in sent(playground, "message")))
    deliveries = sent(playground, "message")
    assert [one.attempt for one in deliveries] == [0, 1, 2]
    assert len({one.event_id for one in deliveries}) == 1
    assert len({one.envelope_id for one in deliveries}) == 3
    assert retries == [["0"], ["1"], ["2"]]


def test_an_event_waits_for_the_app_to_connect(playground: Playground, app: App, connect: Connect) -> None:
    seen = threading.Event()
    app.event("message")(seen.set)
    playground.post_as("U0DANA", "D0DANA", "anybody there?")
    connect(app)
    assert seen.wait(5)


def test_an_event_is_sent_again_after_the_app_died_over_it(playground: Playground, connect: Connect) -> None:
    """The first app takes the event and falls off the net; the second gets it."""
    held, taken = threading.Event(), threading.Event()
    first, second = make_app(playground), make_app(playground)

    @first.middleware
    def hold(next_: Any) -> None:
        taken.set()
        held.wait(5)
        next_()

    connect(first)
    playground.post_as("U0DANA", "D0DANA", "hello")
    assert taken.wait(5)
    playground.faults.refuse_connections()
    playground.faults.disconnect_sockets(abrupt=True)
    playground.wait_for(lambda: playground.connected == 0)
    playground.faults.refuse_connections(on=False)
    got = threading.Event()
    second.event("message")(got.set)
    connect(second)
    held.set()
    assert got.wait(5)


def test_duplicates_on_request(playground: Playground, app: App, connect: Connect) -> None:
    count: list[str] = []
    app.event("message")(lambda body: count.append(body["event_id"]))
    connect(app)
    playground.faults.duplicate_deliveries(5)
    playground.post_as("U0DANA", "D0DANA", "hello")
    playground.wait_for(lambda: len(count) == 5)
    assert len(set(count)) == 1


def test_a_disconnect_message_makes_the_client_come_back(playground: Playground, app: App, connect: Connect) -> None:
    app.event("message")(lambda say: say("back"))
    connect(app)
    playground.faults.disconnect_sockets("refresh_requested")
    playground.post_as("U0DANA", "D0DANA", "hello")
    playground.wait_for(lambda: [one for one in playground.messages("D0DANA") if one.from_app])
    assert [one.method for one in playground.calls].count("apps.connections.open") == 2


def test_a_ticket_opens_one_socket(playground: Playground) -> None:
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import connect as dial

    url = make_app(playground).client.apps_connections_open(app_token=playground.app_token)["url"]
    with dial(url) as socket:
        assert '"type": "hello"' in str(socket.recv())
    with pytest.raises(InvalidStatus):
        dial(url)


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
