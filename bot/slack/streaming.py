"""An answer that appears while it is written, and is whole in the end even if the stream breaks."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from bot.slack.blocks.elements import Block, inert, split_message
from bot.slack.replies import Place

if TYPE_CHECKING:
    from slack_sdk import WebClient
    from slack_sdk.web.chat_stream import ChatStream

BUFFER = 256
APPEND_LIMIT = 11_000
STOPPED = "stopped_by_user"
LONGEST_WAIT = 3.0
"""Seconds that a stream waits for its turn in a channel; after that the answer is posted when its turn comes."""
LINK = re.compile(r"!?\[([^\]]*)\]\(([^)]*)\)")


def safe_markdown(text: str) -> str:
    """Markdown of a model or a document without anything live: links keep their words, addresses do not link."""
    text = LINK.sub(lambda match: match[1], text)
    text = inert(text).replace("://", ":\u2060//")
    return re.sub(r"\bwww\.", "www\u2060.", text, flags=re.IGNORECASE)


class AnswerStream:
    """Streams text into a thread. Nothing is sent before the first text, so an answer without any costs no stream."""

    def __init__(
        self, client: WebClient, place: Place, *, team: str, turn: Callable[[str], float] = lambda _: 0.0
    ) -> None:
        """`turn` takes the channel's next turn, and says in how many seconds it comes."""
        self._client = client
        self._turn = turn
        self._place = place
        self._team = team
        self._stream: ChatStream | None = None
        self._broken = False
        self._stopped = False

    def write(self, text: str) -> None:
        """Append checked text. A stream that breaks is not an error here: `finish` mends it."""
        from slack_sdk.errors import SlackClientError  # loaded with the client

        if self._broken or self._stopped or not text:
            return
        if self._stream is None:
            wait = self._turn(self._place.channel)
            if wait > LONGEST_WAIT:
                self._broken = True  # the channel is busy: the answer takes its place among what waits
                return
            time.sleep(wait)
            self._stream = self._client.chat_stream(
                buffer_size=BUFFER,
                channel=self._place.channel,
                thread_ts=self._place.thread_ts or "",
                recipient_team_id=self._team,
                recipient_user_id=self._place.user,
            )
        safe = safe_markdown(text)
        try:
            for start in range(0, len(safe), APPEND_LIMIT):
                self._stream.append(markdown_text=safe[start : start + APPEND_LIMIT])
        except (SlackClientError, OSError) as error:
            self._note(error)

    def finish(self, *, text: str, blocks: Sequence[Block], tail: Sequence[Block]) -> bool:
        """End the stream with the sources; where it broke, put the whole answer in its place.

        Returns:
            Whether the answer stands in the thread now; if not, it has yet to be posted.
        """
        from slack_sdk.errors import SlackClientError  # loaded with the client

        if self._stream is None:
            return False
        if not self._broken and not self._stopped:
            try:
                self._stream.stop(blocks=list(tail))
            except (SlackClientError, OSError) as error:
                self._note(error)
        if self._stopped:
            return True  # who stopped it has read enough; writing on would be against their wish
        return self._replace(text, blocks) if self._broken else True

    def abandon(self) -> None:
        """End the stream of an answer that will not be finished, so that nothing goes on "writing" for ever."""
        if self._stream is not None and self._stream.ts is not None:
            self._end(self._stream.ts)

    def _note(self, error: Exception) -> None:
        response = getattr(error, "response", None)
        self._stopped = response is not None and response.get("error") == STOPPED
        self._broken = not self._stopped

    def _end(self, ts: str) -> None:
        from slack_sdk.errors import SlackClientError  # loaded with the client

        # Where Slack has ended it already, that is what we want.
        with contextlib.suppress(SlackClientError, OSError):
            self._client.chat_stopStream(channel=self._place.channel, ts=ts)

    def _replace(self, text: str, blocks: Sequence[Block]) -> bool:
        from slack_sdk.errors import SlackClientError  # loaded with the client

        ts = self._stream.ts if self._stream else None
        if ts is None:
            return False
        self._end(ts)  # Slack refuses to update a message that is still being streamed
        whole = split_message(blocks)
        if len(whole) > 1:
            return False  # it is posted whole, in several messages
        message: dict[str, Any] = {"text": text, "blocks": whole[0]}
        try:
            self._client.chat_update(channel=self._place.channel, ts=ts, **message)
        except (SlackClientError, OSError):
            return False
        return True
