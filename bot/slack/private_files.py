"""A file for one person: into the direct message where they wait, else into their direct message with the app.

Slack has no file that only one person in a channel sees. Where a file cannot go, the reason is given in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.slack.blocks.elements import inert
from bot.slack.outages import is_temporary
from bot.slack.replies import Place

if TYPE_CHECKING:
    from slack_sdk import WebClient

WHY_NOT = {
    "missing_scope": "the app may not upload files yet: whoever runs Dealfit adds the scope files:write",
    "not_allowed_token_type": "the app may not upload files with its token",
    "file_uploads_disabled": "this workspace does not allow files",
    "cannot_dm_bot": "you cannot be written to",
    "user_disabled": "your account is not active",
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a file went: `here` in the conversation where the person waits; `problem` says why it went nowhere."""

    here: bool = False
    problem: str | None = None


def send_privately(
    client: WebClient, place: Place, *, name: str, data: bytes, title: str, comment: str, alt: str = ""
) -> Delivery:
    """Send a file to the person of the place. Raises what passes by itself; says what does not."""
    from slack_sdk.errors import SlackApiError  # noqa: PLC0415 loaded with the client

    here = place.channel.startswith("D")
    try:
        channel = place.channel if here else str(client.conversations_open(users=place.user)["channel"]["id"])
        client.files_upload_v2(
            channel=channel,
            thread_ts=place.thread_ts if here else None,
            file=data,
            filename=name,
            title=inert(title),
            alt_txt=inert(alt) or None,
            initial_comment=comment,
        )
    except SlackApiError as error:
        if is_temporary(error):
            raise
        reason = str(error.response.get("error"))
        return Delivery(problem=WHY_NOT.get(reason, f"Slack refused it ({reason})"))
    return Delivery(here=here)
