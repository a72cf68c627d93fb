"""Where an answer goes: back through the response URL, into a thread, or to one person; never into silence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.slack.blocks.elements import NOTIFICATION_TEXT, Block, clip, split_message
from bot.slack.delivery import EPHEMERAL, MESSAGE, RESPOND, UPDATE
from bot.slack.outbox import Outbox


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
        """The place that a piece of work names. What is no address is none: a message to it could never be sent."""
        url = payload.get("response_url")
        return cls(
            channel=str(payload["channel"]),
            user=str(payload["user"]),
            thread_ts=payload.get("thread_ts"),
            response_url=url if isinstance(url, str) and url.startswith(("https://", "http://")) else None,
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


@dataclass(frozen=True, slots=True)
class Then:
    """What follows a post (see `Outbox.after`). The payload gets the `channel` and the `ts` of the message."""

    kind: str
    payload: Mapping[str, Any]


class Replies:
    """Puts messages into the outbox, which sends them. Nothing here waits for Slack."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox

    def send(
        self,
        place: Place,
        *,
        text: str,
        blocks: Sequence[Block] | None,
        then: Then | None = None,
        mark: str | None = None,
    ) -> None:
        """Send to a place. Where that turns out impossible, the person gets it as a direct message with the reason.

        `mark`: what the message is known by where several pieces of work may send the same.
        """
        self._put(place, text, blocks, then=then, mark=mark)

    def replace(self, place: Place, *, text: str, blocks: Sequence[Block]) -> None:
        """Put this in the place of the message whose button was pressed; where that cannot be any more, send it."""
        self._put(replace(place, private=True), text, blocks, instead=True)

    def update(self, channel: str, ts: str, *, text: str, blocks: Sequence[Block]) -> None:
        """Draw a message of ours anew; what is put last is what stands. One that is gone stays gone."""
        body = {"channel": channel, "user": "", "ts": ts, "text": clip(text, NOTIFICATION_TEXT), "blocks": list(blocks)}
        # A lane of its own: while Slack changes no message, what is new is still posted.
        self.outbox.put(body, lane=f"{channel}/{ts}", method=UPDATE)

    def _put(
        self,
        place: Place,
        text: str,
        blocks: Sequence[Block] | None,
        *,
        instead: bool = False,
        then: Then | None = None,
        mark: str | None = None,
    ) -> None:
        parts = [None] if blocks is None else split_message(blocks)
        for number, part in enumerate(parts):
            # What one message does not hold goes on in the next, in the same place, and says that it does.
            said = text if number == 0 else f"{clip(text, NOTIFICATION_TEXT - 30)} ({number + 1} of {len(parts)})"
            last, named = number == len(parts) - 1, mark if number == 0 else None
            self._put_one(place, said, part, instead=instead and number == 0, then=then if last else None, mark=named)
            place = replace(place, response_url=None)  # it takes five messages, and a later press may need it

    def _put_one(
        self,
        place: Place,
        text: str,
        blocks: Sequence[Block] | None,
        *,
        instead: bool,
        then: Then | None,
        mark: str | None,
    ) -> None:
        body: dict[str, Any] = {
            "channel": place.channel,
            "user": place.user,
            "text": clip(text, NOTIFICATION_TEXT),
            "blocks": None if blocks is None else list(blocks),
        }
        if place.thread_ts:
            body["thread_ts"] = place.thread_ts
        if then is not None:
            body["then"] = {"kind": then.kind, "payload": dict(then.payload)}
        lane, method = place.channel, MESSAGE
        if place.private and place.response_url:
            # What is said to one person in one place keeps its order, whichever way it goes.
            body |= {"response_url": place.response_url, "instead": instead}
            lane, method = f"{place.channel}/{place.user}", RESPOND
        elif place.private and not place.is_direct:
            lane, method = f"{place.channel}/{place.user}", EPHEMERAL
        elif place.is_person:
            body["direct"] = True
        self.outbox.put(body, lane=lane, method=method, mark=mark)
