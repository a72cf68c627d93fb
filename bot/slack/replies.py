"""Where an answer goes: back through the response URL, into a thread, or to one person; never into silence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bot.slack.blocks.elements import NOTIFICATION_TEXT, Block, clip

if TYPE_CHECKING:
    from slack_sdk import WebClient

NOT_HERE = frozenset({"not_in_channel", "channel_not_found", "is_archived", "user_not_in_channel", "missing_scope"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody waits for an answer: a thread that all may read, or a channel where only `user` sees it."""

    channel: str
    user: str
    thread_ts: str | None = None
    response_url: str | None = None
    private: bool = True

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> Place:
        """The place that a piece of work names."""
        return cls(
            channel=str(payload["channel"]),
            user=str(payload["user"]),
            thread_ts=payload.get("thread_ts"),
            response_url=payload.get("response_url"),
            private=bool(payload.get("private", True)),
        )

    @property
    def is_direct(self) -> bool:
        """Whether this is a direct message, where everything is private."""
        return self.channel.startswith("D") or self.is_person

    @property
    def is_person(self) -> bool:
        """Whether only the person is known, as for a button in the Home tab: their direct message is the place."""
        return self.channel.startswith(("U", "W"))


class Replies:
    """Sends messages to places."""

    def __init__(self, client: WebClient) -> None:
        self.client = client

    def send(self, place: Place, *, text: str, blocks: Sequence[Block]) -> str | None:
        """Send to a place. Where that is not possible, the person gets it as a direct message with the reason.

        Returns:
            The message's timestamp, where Slack gives one.
        """
        from slack_sdk.errors import SlackApiError  # noqa: PLC0415 loaded with the client

        message: dict[str, Any] = {"text": clip(text, NOTIFICATION_TEXT), "blocks": list(blocks)}
        if place.private and place.response_url and self._respond(place.response_url, message):
            return None
        try:
            if place.private and not place.is_direct:
                sent = self.client.chat_postEphemeral(
                    channel=place.channel, user=place.user, thread_ts=place.thread_ts, **message
                )
                return str(sent["message_ts"])
            channel = self._direct_message(place.user) if place.is_person else place.channel
            sent = self.client.chat_postMessage(
                channel=channel, thread_ts=place.thread_ts, unfurl_links=False, unfurl_media=False, **message
            )
            return str(sent["ts"])
        except SlackApiError as error:
            if error.response.get("error") not in NOT_HERE or place.is_person:
                raise
            return self._direct(place, message, str(error.response.get("error")))

    def replace(self, place: Place, *, text: str, blocks: Sequence[Block]) -> str | None:
        """Put this in the place of the message whose button was pressed; where that cannot be any more, send it."""
        message: dict[str, Any] = {"text": clip(text, NOTIFICATION_TEXT), "blocks": list(blocks)}
        if place.response_url and self._respond(place.response_url, message, instead=True):
            return None
        return self.send(replace(place, response_url=None), text=text, blocks=blocks)

    def _respond(self, url: str, message: dict[str, Any], *, instead: bool = False) -> bool:
        """Try the response URL: it lives for 30 minutes and five uses, so it may be gone after a crash."""
        from slack_sdk.webhook import WebhookClient  # noqa: PLC0415 loaded with the client

        try:
            answer = WebhookClient(url, timeout=10).send(response_type="ephemeral", replace_original=instead, **message)
        except OSError:
            return False
        return answer.status_code == 200 and answer.body == "ok"  # noqa: PLR2004 HTTP's own number

    def _direct(self, place: Place, message: dict[str, Any], reason: str) -> str:
        why = {
            "is_archived": "that channel is archived",
            "missing_scope": "the app lacks a permission there",
        }.get(reason, "I am not in that channel; invite me with /invite @Dealfit")
        note: Block = {
            "type": "context",
            "elements": [{"type": "mrkdwn", "text": f"I answer here, because {why}.", "verbatim": True}],
        }
        blocks = [note, *message["blocks"]][:50]
        channel = self._direct_message(place.user)
        sent = self.client.chat_postMessage(channel=channel, text=message["text"], blocks=blocks)
        return str(sent["ts"])

    def _direct_message(self, user: str) -> str:
        opened = self.client.conversations_open(users=user)
        return str(opened["channel"]["id"])
