"""One try to send one message, and what came of it.

A message goes back through its response URL, to one person in a channel, or into a conversation. Where that is not
possible it goes another way, and says why; in the end to the person directly. A message that stands is drawn anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog

from bot.slack.blocks.elements import MESSAGE_BLOCKS
from bot.slack.outages import is_temporary
from bot.slack.refusals import (
    NO_MESSAGE,
    NOBODY,
    NOT_HERE,
    NOT_SHOWN,
    OPERATORS,
    reason_of,
    retry_after,
    seconds_of,
    told_operator,
)
from bot.store.outgoing import Claimed

if TYPE_CHECKING:
    from slack_sdk import WebClient
    from slack_sdk.errors import SlackApiError

EVENT_TYPE = "dealfit_message"
"""The type of the metadata on each message; its payload holds the effect's mark."""
MESSAGE, EPHEMERAL, RESPOND = "chat.postMessage", "chat.postEphemeral", "response_url"
UPDATE = "chat.update"
PATIENCE = timedelta(hours=3)
LONGEST_PAUSE = 60.0
OK, MULTIPLE, TOO_MANY = 200, 300, 429
CLOCKS_APART = 120
"""Seconds that our clock and Slack's may differ."""
PAGES = 5
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """It stands in Slack; `ts` where Slack gives one. `before`: an earlier try had posted it."""

    channel: str
    ts: str | None = None
    before: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """Not now. `doubt`: it may have been posted. `limited`: Slack asked for the pause; `for_all`, to every place."""

    seconds: float
    doubt: bool
    limited: bool = False
    for_all: bool = False
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another way, or another place."""

    lane: str
    method: str
    body: Body
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """Never. `trouble` is for whoever runs Dealfit."""

    reason: str
    trouble: str = ""


Outcome = Sent | Later | Elsewhere | Refused


class Courier:
    """Sends. Its client tries nothing again by itself: a message whose fate is unknown is looked for first."""

    def __init__(self, client: WebClient, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._clock = clock
        self._conversations: dict[str, str] = {}
        self._lock = threading.Lock()

    def send(self, claimed: Claimed) -> Outcome:
        """Try once."""
        from slack_sdk.errors import SlackApiError, SlackClientError  # loaded with the client

        try:
            match claimed.method:
                case "response_url":
                    return self._respond(claimed)
                case "chat.postEphemeral":
                    return self._ephemeral(claimed)
                case "chat.update":
                    return self._update(claimed)
                case _:
                    return self._message(claimed)
        except SlackApiError as error:
            return self._refused(claimed, error)
        except (SlackClientError, OSError):
            return self._again(claimed, "Slack cannot be reached", doubt=True)
        except Exception:  # noqa: BLE001 a defect here must not keep a place waiting for ever
            structlog.get_logger("dealfit.outbox").exception("message_not_sent", mark=claimed.mark)
            return self._again(claimed, "a defect", doubt=True)

    def _respond(self, claimed: Claimed) -> Outcome:
        """Through the response URL: it lives for 30 minutes and five uses, so it may be gone."""
        from slack_sdk.webhook import WebhookClient  # loaded with the client

        body = claimed.body
        webhook = WebhookClient(str(body["response_url"]), timeout=10)
        try:
            answer = webhook.send(
                response_type="ephemeral", replace_original=bool(body.get("instead")), **_content(body)
            )
        except (OSError, ValueError):  # it is not reached, or is no address
            return _without_url(body)
        if OK <= answer.status_code < MULTIPLE:
            return Sent(str(body["channel"]))
        if answer.status_code == TOO_MANY:
            asked = {str(name).lower(): value for name, value in answer.headers.items()}.get("retry-after")
            return Later(seconds_of(asked), doubt=False, limited=True)
        return _without_url(body)

    def _ephemeral(self, claimed: Claimed) -> Outcome:
        body = claimed.body
        sent = self._client.chat_postEphemeral(
            channel=str(body["channel"]), user=str(body["user"]), thread_ts=body.get("thread_ts"), **_content(body)
        )
        return Sent(str(body["channel"]), str(sent["message_ts"]))

    def _update(self, claimed: Claimed) -> Outcome:
        """Draw a message anew. Doing it twice shows the same."""
        channel, ts = str(claimed.body["channel"]), str(claimed.body["ts"])
        self._client.chat_update(channel=channel, ts=ts, **_content(claimed.body))
        return Sent(channel, ts)

    def _message(self, claimed: Claimed) -> Outcome:
        body = claimed.body
        channel = str(body["channel"])
        if is_person(channel):
            conversation = self._conversation(channel)
            return Elsewhere(conversation, MESSAGE, {**body, "channel": conversation})
        thread_ts = body.get("thread_ts")
        if claimed.tried_at is not None:
            ts = self._found(channel, thread_ts, claimed)
            if ts is not None:
                return Sent(channel, ts, before=True)
        sent = self._client.chat_postMessage(
            channel=channel,
            thread_ts=thread_ts,
            unfurl_links=False,
            unfurl_media=False,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"effect": claimed.mark}},
            **_content(body),
        )
        return Sent(channel, str(sent["ts"]))

    def conversation_of(self, user: str) -> str | None:
        """The direct message with a person, where it is known without asking."""
        with self._lock:
            return self._conversations.get(user)

    def _conversation(self, user: str) -> str:
        known = self.conversation_of(user)
        if known is None:
            known = str(self._client.conversations_open(users=user)["channel"]["id"])
            with self._lock:
                self._conversations[user] = known
        return known

    def _found(self, channel: str, thread_ts: Any, claimed: Claimed) -> str | None:
        """The message of this mark, where an earlier try has posted it."""
        from slack_sdk.errors import SlackApiError  # loaded with the client

        began = claimed.tried_at or claimed.put_at
        asked: dict[str, Any] = {
            "channel": channel,
            "oldest": f"{began.timestamp() - CLOCKS_APART:.6f}",
            "include_all_metadata": True,
            "limit": 200,
        }
        ask: Callable[..., Any] = self._client.conversations_history
        if thread_ts:
            ask, asked = self._client.conversations_replies, {**asked, "ts": str(thread_ts)}
        cursor: str | None = None
        for _ in range(PAGES):
            try:
                page = ask(**asked, cursor=cursor)
            except SlackApiError as error:
                if is_temporary(error):
                    raise
                return None  # we may not look: posting again is better than silence
            for message in page.get("messages") or []:
                metadata = message.get("metadata") or {}
                if (metadata.get("event_payload") or {}).get("effect") == claimed.mark:
                    return str(message["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                break
        return None

    def _refused(self, claimed: Claimed, error: SlackApiError) -> Outcome:
        body, reason = claimed.body, reason_of(error)
        asked = retry_after(error)
        if asked is not None:
            return Later(asked, doubt=False, limited=True, for_all=claimed.method != MESSAGE)
        if is_temporary(error):
            return self._again(claimed, reason, doubt=True)
        trouble = told_operator(claimed.method, error)
        if reason in OPERATORS:
            return self._again(claimed, reason, doubt=False, seconds=LONGEST_PAUSE, trouble=trouble)
        if claimed.method == UPDATE:
            return Refused(reason, "" if reason in NO_MESSAGE else trouble)
        user = str(body.get("user") or "")
        if reason in NOBODY and (body.get("direct") or is_person(str(body["channel"]))):
            return Refused(reason)
        if user and not body.get("direct"):
            if reason in NOT_HERE or reason in NOBODY:
                needs_mending = trouble if reason == "missing_scope" else ""
                return Elsewhere(user, MESSAGE, _direct(body, user, NOT_HERE.get(reason, "")), needs_mending)
            if body.get("apology"):
                return Elsewhere(user, MESSAGE, _direct(body, user, ""), trouble)
        if not body.get("apology") and (user or reason in NOT_SHOWN):
            return Elsewhere(claimed.lane, claimed.method, _apology(body, reason, claimed.mark), trouble)
        return Refused(reason, trouble)

    def _again(
        self, claimed: Claimed, reason: str, *, doubt: bool, seconds: float | None = None, trouble: str = ""
    ) -> Outcome:
        if self._clock() - claimed.put_at > PATIENCE:
            hours = PATIENCE.seconds // 3600
            words = trouble or f"A message could not be sent for {hours} hours ({reason}) and was given up."
            return Refused(reason, words)
        pause = min(LONGEST_PAUSE, 0.5 * 1.6 ** min(claimed.tries, 20)) if seconds is None else seconds
        return Later(pause, doubt=doubt, trouble=trouble)


def is_person(channel: str) -> bool:
    """Whether this names a person instead of a conversation: their direct message is meant."""
    return channel.startswith(("U", "W"))


def _content(body: Body) -> dict[str, Any]:
    content: dict[str, Any] = {"text": body["text"]}
    if body.get("blocks"):
        content["blocks"] = list(body["blocks"])
    return content


def _without_url(body: Body) -> Outcome:
    """Without the response URL: to the person in the channel, or in a direct message."""
    rest = {name: value for name, value in body.items() if name not in {"response_url", "instead"}}
    channel, user = str(rest["channel"]), str(rest["user"])
    if channel.startswith("D") or is_person(channel):
        return Elsewhere(channel, MESSAGE, rest)
    return Elsewhere(f"{channel}/{user}", EPHEMERAL, rest)


def _direct(body: Body, user: str, why: str) -> Body:
    """The same for the person alone, in their direct message, with the reason."""
    moved = {name: value for name, value in body.items() if name not in {"response_url", "instead", "thread_ts"}}
    moved |= {"channel": user, "direct": True}
    if not why:
        return moved
    words = f"I answer here, because {why}."
    note = {"type": "context", "elements": [{"type": "mrkdwn", "text": words, "verbatim": True}]}
    blocks = body.get("blocks") or [{"type": "section", "text": {"type": "mrkdwn", "text": body["text"] or "-"}}]
    if len(blocks) == MESSAGE_BLOCKS:
        return moved  # what it says matters more than why it is said here
    return {**moved, "blocks": [note, *blocks]}


def _apology(body: Body, reason: str, mark: str) -> Body:
    """What somebody sees instead of a message that Slack does not take."""
    why = NOT_SHOWN.get(reason, "")
    text = (
        f"I have an answer for you that Slack did not take{f': {why}' if why else ''} ({reason}). "
        f"Please give this reference to whoever runs Dealfit: `{mark[:16]}`"
    )
    block = {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
    return {**body, "text": text, "blocks": [block], "apology": True}
