"""What may stand in a message: within Slack's limits, and nothing in it live that others wrote."""

from __future__ import annotations

import re
from typing import Any

from bot.playground.limits import check_message, check_view

LIVE_MARK = re.compile(r"<(?:!|@|#|https?:|mailto:|[a-z]+:)", re.IGNORECASE)
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069\x00]")
LINKS = {"link", "user", "broadcast", "channel", "usergroup", "url"}
RAW = {"url", "value", "initial_value", "private_metadata"}
"""What Slack never draws as text: an input keeps exactly what was typed."""


def live(node: Any) -> list[str]:
    """Text that Slack would make a mention, a broadcast or a link of, or that rewrites the words beside it."""
    if isinstance(node, dict):
        if node.get("type") in LINKS:
            return [str(node)]
        if node.get("type") == "mrkdwn":
            text = node["text"]
            found = LIVE_MARK.findall(text) or ("://" in text and not node.get("verbatim")) or TURNING.findall(text)
            return [text] if found else []
        return [hit for key, value in node.items() if key not in RAW for hit in live(value)]
    if isinstance(node, list):
        return [hit for item in node for hit in live(item)]
    return [node] if isinstance(node, str) and (LIVE_MARK.search(node) or TURNING.search(node)) else []


def assert_dead(text: str, blocks: list[Any]) -> None:
    """A message that Slack takes and in which nothing of others is live."""
    assert not check_message(text, blocks), [str(p) for p in check_message(text, blocks)]
    assert live(blocks) == []
    assert live([text]) == []


def assert_dead_view(view: Any) -> None:
    """A view that Slack takes and in which nothing of others is live."""
    assert not check_view(view), [str(p) for p in check_view(view)]
    assert live(view) == []
