"""Things that Slack hands out for a short while: trigger ids (3 s, once) and response URLs (30 minutes, 5 times)."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from bot.playground.ids import Ids

TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 30 * 60.0
RESPONSE_USES = 5


class TriggerRefused(Exception):
    """A trigger id or response URL cannot be used; `error` is Slack's own word for why."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


@dataclass
class _Trigger:
    user: str
    expires: float
    from_view: str | None
    exchanged: bool = False


@dataclass
class ResponseTarget:
    """Where a response URL leads: whose interaction, in which channel, on which message."""

    user: str
    channel: str
    message_ts: str | None
    thread_ts: str | None
    expires: float
    uses: int = 0


class Triggers:
    """Hands out trigger ids and response URLs, and takes them back once."""

    def __init__(self, ids: Ids, seconds: float = TRIGGER_SECONDS) -> None:
        self._ids = ids
        self._seconds = seconds
        self._lock = threading.Lock()
        self._triggers: dict[str, _Trigger] = {}
        self._responses: dict[str, ResponseTarget] = {}

    def new_trigger(self, user: str, from_view: str | None = None) -> str:
        """Return a trigger id for what `user` just did; `from_view` is the modal they did it in."""
        trigger_id = self._ids.trigger()
        with self._lock:
            self._triggers[trigger_id] = _Trigger(user, self._ids.now() + self._seconds, from_view)
        return trigger_id

    def exchange(self, trigger_id: str) -> tuple[str, str | None]:
        """Use a trigger id up. Returns its user and the modal it came from; raises TriggerRefused."""
        with self._lock:
            trigger = self._triggers.get(trigger_id)
            if trigger is None:
                error = "invalid_trigger_id"
                raise TriggerRefused(error)
            if trigger.exchanged:
                error = "exchanged_trigger_id"
                raise TriggerRefused(error)
            if self._ids.now() > trigger.expires:
                error = "expired_trigger_id"
                raise TriggerRefused(error)
            trigger.exchanged = True
            return trigger.user, trigger.from_view

    def new_response(self, user: str, channel: str, message_ts: str | None = None, thread_ts: str | None = None) -> str:
        """Return the secret part of a new response URL."""
        secret = self._ids.secret()
        with self._lock:
            self._responses[secret] = ResponseTarget(
                user, channel, message_ts, thread_ts, self._ids.now() + RESPONSE_SECONDS
            )
        return secret

    def respond(self, secret: str) -> ResponseTarget:
        """Use a response URL once. Raises TriggerRefused: `no_such_url`, `expired_url`, `used_url`."""
        with self._lock:
            target = self._responses.get(secret)
            if target is None:
                error = "no_such_url"
                raise TriggerRefused(error)
            if self._ids.now() > target.expires:
                error = "expired_url"
                raise TriggerRefused(error)
            if target.uses >= RESPONSE_USES:
                error = "used_url"
                raise TriggerRefused(error)
            target.uses += 1
            return target
