"""Modals over a real socket: opened, refused, pushed, closed, and too late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk.errors import SlackApiError

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
