"""The client of Slack's Web API: it waits and tries again where there is time to, and never where there is none.

A listener has none: Slack waits three seconds for it, and five threads serve all of them. So a listener is refused at
once and says so, while a step of work waits as long as Slack asks, within reason.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import (
    ConnectionErrorRetryHandler,
    ServerErrorRetryHandler,
)

from bot.slack.refusals import retry_after

TIMEOUT = 10
IN_TIME = 2
"""Seconds that a lookup of a listener waits for its answer: Slack waits three for the listener."""
PATIENCE_SECONDS = 60.0
"""How long a step of work waits for Slack's limits before it is tried again later."""

_PATIENCE: ContextVar[float] = ContextVar("dealfit_patience", default=0.0)
_TIMEOUT: ContextVar[int] = ContextVar("dealfit_timeout", default=TIMEOUT)


@contextmanager
def patience(seconds: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Calls inside may wait this long when Slack limits them, and are tried again when it or the network fails."""
    token = _PATIENCE.set(seconds)
    try:
        yield
    finally:
        _PATIENCE.reset(token)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Calls inside wait no longer than this for Slack's limits, however much patience there is around them."""
    with in_time(), patience(min(seconds, _PATIENCE.get())):
        yield


@contextmanager
def in_time() -> Iterator[None]:
    """Lookups that an acknowledgement may wait for: in a listener, which has no patience, they are given up in time."""
    token = _TIMEOUT.set(_TIMEOUT.get() if _PATIENCE.get() > 0 else IN_TIME)
    try:
        yield
    finally:
        _TIMEOUT.reset(token)


class _WhenPatient:
    """Mixed into the SDK's handlers: without patience nothing is tried again."""

    def _can_retry(self, **given: Any) -> bool:
        return _PATIENCE.get() > 0 and bool(super()._can_retry(**given))  # type: ignore[misc]


class _Network(_WhenPatient, ConnectionErrorRetryHandler):
    """For connections that fail."""


class _Server(_WhenPatient, ServerErrorRetryHandler):
    """For answers that say that Slack failed."""


class SlackClient(WebClient):
    """Keeps what Slack says of each method's limit, so that a refused call is not repeated before its time."""

    def __init__(self, token: str, api_url: str) -> None:
        super().__init__(
            token=token,
            base_url=api_url,
            retry_handlers=[_Network(max_retry_count=2), _Server(max_retry_count=2)],
            logger=logging.getLogger("slack_sdk"),
        )
        self._closed: dict[str, float] = {}
        self._lock = threading.Lock()

    @property
    def timeout(self) -> int:
        """Seconds that a call waits for its answer."""
        return _TIMEOUT.get()

    @timeout.setter
    def timeout(self, seconds: int) -> None:
        """The SDK's own is not kept: where a call is made says how long it may take."""

    def api_call(self, api_method: str, **arguments: Any) -> Any:
        """Call a method. Raises SlackApiError `ratelimited` where its limit ends later than there is patience."""
        give_up = time.monotonic() + _PATIENCE.get()
        while True:
            self._wait(api_method, give_up)
            try:
                return super().api_call(api_method, **arguments)
            except SlackApiError as error:
                seconds = retry_after(error)
                if seconds is None:
                    raise
                with self._lock:
                    self._closed[api_method] = time.monotonic() + seconds
                if time.monotonic() + seconds > give_up:
                    raise

    def _wait(self, api_method: str, give_up: float) -> None:
        with self._lock:
            closed = self._closed.get(api_method, 0.0)
        if closed <= time.monotonic():
            return
        if closed > give_up:
            message = f"Slack asked to wait before {api_method} is called again"
            raise SlackApiError(message, {"ok": False, "error": "ratelimited"})  # type: ignore[no-untyped-call]
        time.sleep(max(0.0, closed - time.monotonic()))


def posting_client(token: str, api_url: str) -> WebClient:
    """A client that tries nothing again by itself, for those who look first whether a try had an effect."""
    logger = logging.getLogger("slack_sdk")
    return WebClient(token=token, base_url=api_url, timeout=TIMEOUT, retry_handlers=[], logger=logger)
