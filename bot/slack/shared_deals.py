"""Which deal a thread is about whose first message is a card that somebody shared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bot.slack import ids

if TYPE_CHECKING:
    from slack_sdk import WebClient

OF_A_CARD = frozenset({ids.SHOW_FINDINGS, ids.EDIT_DEAL})


def deal_of_card(client: WebClient, channel: str, thread_ts: str) -> str | None:
    """The key of the deal whose card the thread hangs on; None where it hangs on something else, or Slack is away.

    It comes from a button that anybody's app could have drawn: it says which deal is meant, never who may see it.
    """
    from slack_sdk.errors import SlackClientError  # loaded with the client

    try:
        first = client.conversations_replies(channel=channel, ts=thread_ts, limit=1).get("messages") or []
    except (SlackClientError, OSError):
        return None
    buttons = _buttons(first[0].get("blocks")) if first else iter(())
    return next((str(one["value"]) for one in buttons if one.get("action_id") in OF_A_CARD and one.get("value")), None)


def _buttons(blocks: Any) -> Iterator[dict[str, Any]]:
    for block in blocks if isinstance(blocks, list) else ():
        if block.get("type") == "actions":
            yield from block.get("elements") or ()
