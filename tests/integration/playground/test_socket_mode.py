"""A real Bolt app over a real WebSocket: events, commands, modals, redelivery, faults."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from slack_bolt import App

from bot.playground.errors import NoSuchThing
from bot.playground.server import Playground
from tests.integration.playground.conftest import Connect, make_app
from tests.integration.playground.samples import sent
from tests.playgrounds import patient


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


def test_a_command_without_an_app_fails() -> None:
    with patient(ack_timeout=0.01) as playground:
        assert playground.slash_command("U0DANA", "C0DEALS", "/deal-check").error == "dispatch_failed"


def test_there_are_no_commands_in_threads(playground: Playground) -> None:
    ts = playground.post_as("U0DANA", "C0DEALS", "root")
    result = playground.slash_command("U0DANA", "C0DEALS", "/deal-check", thread_ts=ts)
    assert result.error == "not_in_threads"
    assert {one.name for one in playground.deliveries} <= {"message"}


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
    # Bolt acknowledges before its listeners run, each in a thread of its own.
    playground.wait_for(lambda: len(retries) == 3)
    assert sorted(retries) == [["0"], ["1"], ["2"]]


def test_an_event_waits_for_the_app_to_connect(playground: Playground, app: App, connect: Connect) -> None:
    seen = threading.Event()
    app.event("message")(seen.set)
    playground.post_as("U0DANA", "D0DANA", "anybody there?")
    connect(app)
    assert seen.wait(60)


def test_an_event_is_sent_again_after_the_app_died_over_it(playground: Playground, connect: Connect) -> None:
    """The first app takes the event and falls off the net; the second gets it."""
    held, taken = threading.Event(), threading.Event()
    first, second = make_app(playground), make_app(playground)

    @first.middleware
    def hold(next_: Any) -> None:
        taken.set()
        held.wait(60)
        next_()

    connect(first)
    playground.post_as("U0DANA", "D0DANA", "hello")
    assert taken.wait(60)
    playground.faults.refuse_connections()
    playground.faults.disconnect_sockets(abrupt=True)
    playground.wait_for(lambda: playground.connected == 0)
    playground.faults.refuse_connections(on=False)
    got = threading.Event()
    second.event("message")(got.set)
    connect(second)
    held.set()
    assert got.wait(60)


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
