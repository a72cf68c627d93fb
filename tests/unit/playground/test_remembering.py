"""The playground remembers its newest traffic, and no more, however long it runs."""

from __future__ import annotations

from slack_sdk import WebClient

from bot.playground.server import Playground
from tests.unit.playground.clocks import HandClock


def test_only_the_newest_calls_and_deliveries_are_kept():
    with Playground(clock=HandClock(), remembered=3) as ground:
        client = WebClient(token=ground.bot_token, base_url=ground.api_url)
        for number in range(5):
            client.chat_postMessage(channel="C0DEALS", text=f"message {number}")
        assert [call.args["text"] for call in ground.calls] == ["message 2", "message 3", "message 4"]
        assert len(ground.messages("C0DEALS")) == 5
