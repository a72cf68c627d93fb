"""A stream grows, is limited to 12,000 characters an append, and dies after five minutes."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from bot.playground.server import Playground
from tests.unit.playground.clocks import HandClock


class Api:
    """Calls methods without a server."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.playground = Playground(clock=self.clock)
        self.playground.manifest.events = frozenset()  # nobody listens: no server runs

    def __call__(self, method: str, **args: Any) -> dict[str, Any]:
        headers = {"content-type": "application/json", "authorization": f"Bearer {self.playground.bot_token}"}
        answer = asyncio.run(self.playground._api.answer(method, json.dumps(args).encode(), headers, {}))
        found = json.loads(answer.body)
        assert isinstance(found, dict)
        return found


@pytest.fixture
def api() -> Api:
    return Api()


def started(api: Api, **more: Any) -> dict[str, Any]:
    parent = api("chat.postMessage", channel="D0DANA", text="ask")["ts"]
    return {"channel": "D0DANA", "ts": api("chat.startStream", channel="D0DANA", thread_ts=parent, **more)["ts"]}


def test_text_and_tasks_stand_in_the_order_they_came(api: Api) -> None:
    stream = started(api, markdown_text="**Look")
    api("chat.appendStream", **stream, markdown_text="ing**")
    task = {"type": "task_update", "id": "1", "title": "Read", "status": "in_progress", "details": "page 1"}
    api("chat.appendStream", **stream, chunks=[task])
    api("chat.appendStream", **stream, chunks=[{**task, "status": "complete", "details": "page 2"}])
    api("chat.stopStream", **stream, markdown_text="Done", blocks=[{"type": "divider"}])
    message = api.playground.workspace.message(stream["channel"], stream["ts"])
    assert message is not None
    assert message.text == "**Looking**Done"
    assert [block["type"] for block in message.blocks] == ["markdown", "task_card", "markdown", "divider"]
    assert message.blocks[1]["status"] == "complete"
    assert len(message.blocks[1]["details"]["elements"]) == 2
    assert message.streaming_state == "completed"


def test_a_plan_gathers_its_tasks(api: Api) -> None:
    stream = started(api, task_display_mode="plan")
    tasks = [{"type": "task_update", "id": str(n), "title": "t", "status": "pending"} for n in range(2)]
    api("chat.appendStream", **stream, chunks=[{"type": "plan_update", "title": "Three steps"}, *tasks])
    message = api.playground.workspace.message(stream["channel"], stream["ts"])
    assert message is not None
    assert [(b["type"], b["title"], len(b["tasks"])) for b in message.blocks] == [("plan", "Three steps", 2)]


def test_an_append_holds_12_000_characters(api: Api) -> None:
    stream = started(api)
    assert api("chat.appendStream", **stream, markdown_text="x" * 12_000)["ok"]
    assert api("chat.appendStream", **stream, markdown_text="x" * 12_001)["error"] == "msg_too_long"


def test_a_stream_dies_after_five_minutes_and_the_message_can_still_be_updated(api: Api) -> None:
    stream = started(api, markdown_text="slow")
    assert api("chat.update", **stream, text="x")["error"] == "streaming_state_conflict"
    api.clock.tick(300)
    assert api("chat.appendStream", **stream, markdown_text="x")["ok"]
    api.clock.tick(1)
    for method in ("chat.appendStream", "chat.stopStream"):
        assert api(method, **stream, markdown_text="x")["error"] == "message_not_in_streaming_state"
    assert api("chat.update", **stream, text="whole")["ok"]


def test_a_person_stops_a_stream(api: Api) -> None:
    stream = started(api, markdown_text="long")
    api.playground.stop_stream("U0DANA", **stream)
    assert api("chat.appendStream", **stream, markdown_text="x")["error"] == "stopped_by_user"


def test_a_stopped_stream_takes_no_more(api: Api) -> None:
    stream = started(api, markdown_text="x")
    api("chat.stopStream", **stream)
    assert api("chat.stopStream", **stream)["error"] == "message_not_in_streaming_state"


def test_a_stream_in_a_channel_names_who_it_is_for(api: Api) -> None:
    parent = api("chat.postMessage", channel="C0DEALS", text="ask")["ts"]
    place = {"channel": "C0DEALS", "thread_ts": parent}
    assert api("chat.startStream", **place)["error"] == "missing_recipient_team_id"
    assert api("chat.startStream", **place, recipient_team_id="T")["error"] == "missing_recipient_user_id"
    assert api("chat.startStream", **place, recipient_team_id="T", recipient_user_id="U0DANA")["ok"]


@pytest.mark.parametrize(
    "chunk",
    [
        {"type": "markdown_text"},
        {"type": "song"},
        {"type": "task_update", "id": "1", "title": "t", "status": "done"},
        {"type": "blocks", "blocks": [{"type": "alert", "text": {"type": "plain_text", "text": "x"}}]},
        "text",
    ],
)
def test_malformed_chunks_are_refused(api: Api, chunk: Any) -> None:
    stream = started(api)
    assert api("chat.appendStream", **stream, chunks=[chunk])["error"] == "invalid_chunks"


def test_a_status_ends_when_the_app_writes(api: Api) -> None:
    parent = api("chat.postMessage", channel="D0DANA", text="ask")["ts"]
    assert api("assistant.threads.setStatus", channel_id="D0DANA", thread_ts=parent, status="is thinking...")["ok"]
    assert api.playground.workspace.statuses
    api("chat.startStream", channel="D0DANA", thread_ts=parent, markdown_text="well")
    assert not api.playground.workspace.statuses


def test_prompts_are_four_at_most_and_belong_to_the_whole_conversation(api: Api) -> None:
    prompts = [{"title": "t", "message": "m"}] * 4
    method = "assistant.threads.setSuggestedPrompts"
    assert api(method, channel_id="D0DANA", prompts=[*prompts, *prompts[:1]])["error"] == "invalid_arguments"
    assert api(method, channel_id="D0DANA", prompts=prompts, thread_ts="1.1")["ok"]
    assert api.playground.workspace.prompts == {}, "under the agent view a thread_ts fails silently"
    assert api(method, channel_id="D0DANA", prompts=prompts)["ok"]
    assert len(api.playground.workspace.prompts["D0DANA"]["prompts"]) == 4
