"""Where pipeline figures may be shown to others: a channel of the person who shows them, and of nobody outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.slack.outages import is_temporary

if TYPE_CHECKING:
    from slack_sdk import WebClient

MOST_PAGES = 20
PAGE = 1000
WHY_NOT = {
    "channel_not_found": "I do not see that channel. Invite me there with /invite @Dealfit, then try again.",
    "not_in_channel": "I am not in that channel. Invite me there with /invite @Dealfit, then try again.",
    "is_archived": "That channel is archived.",
    "missing_scope": "I may not look at channels yet: whoever runs Dealfit adds the scopes channels:read and "
    "groups:read.",
}
NOT_YOURS = "I do not see that channel, or you are not in it."
OUTSIDE = "That channel is shared with another organisation. Pipeline figures stay inside: choose another channel."
DIRECT = "This is a conversation of few people. Choose a channel of yours, or forward what you see yourself."


def why_not_shown(client: WebClient, channel: str, user: str) -> str | None:
    """Why this person may not show pipeline figures in this channel; None where they may. Raises what passes by itself.

    A channel of others reads like one that does not exist.
    """
    from slack_sdk.errors import SlackApiError  # loaded with the client

    if not channel.startswith(("C", "G")):
        return DIRECT
    try:
        info = client.conversations_info(channel=channel)["channel"]
        if info.get("is_im") or info.get("is_mpim"):
            return DIRECT
        if not is_member(client, channel, user):
            return NOT_YOURS
        if info.get("is_archived"):
            return WHY_NOT["is_archived"]
        if info.get("is_ext_shared") or info.get("is_pending_ext_shared"):
            return OUTSIDE
        return None if info.get("is_member", True) else WHY_NOT["not_in_channel"]
    except SlackApiError as error:
        if is_temporary(error):
            raise
        return WHY_NOT.get(str(error.response.get("error")), NOT_YOURS)


def is_member(client: WebClient, channel: str, user: str) -> bool:
    """Whether somebody is in a channel that we see."""
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = client.conversations_members(channel=channel, limit=PAGE, cursor=cursor)
        if user in (page.get("members") or []):
            return True
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return False
    return False
