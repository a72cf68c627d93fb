"""Faults that a test asks for: what Slack does on its bad days, on request."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

BURST = 3.0
RESPONSE_URL = "response_url"
"""The name under which posts to response URLs meet faults; `*` means the methods of the Web API only."""


@dataclass(frozen=True)
class Verdict:
    """What happens to one API call instead of, or before, being answered."""

    status: int = 200
    error: str | None = None
    retry_after: int | None = None
    delay: float = 0.0


@dataclass
class _Plan:
    verdict: Verdict
    left: int | None


class Faults:
    """Each method adds a fault. `times` counts down; `*` as the method means any."""

    def __init__(self, disconnect: Callable[[str, bool], None]) -> None:
        self._disconnect = disconnect
        self._lock = threading.Lock()
        self._plans: dict[str, list[_Plan]] = {}
        self._delays: dict[str, _Plan] = {}
        self._acks_to_drop = 0
        self._copies = 1
        self._refusing = False
        self._rate_enforced = False
        self._buckets: dict[str, tuple[float, float]] = {}
        self._seconds, self._burst = 1.0, BURST
        self._late: dict[str, _Plan] = {}

    # ---- what a test asks for

    def rate_limit(self, method: str, times: int = 1, retry_after: int = 1) -> None:
        """Answer 429 with `Retry-After` (seconds)."""
        self._plan(method, Verdict(429, "ratelimited", retry_after), times)

    def fail(self, method: str, error: str, times: int = 1) -> None:
        """Answer `{"ok": false, "error": error}`."""
        self._plan(method, Verdict(200, error), times)

    def http_status(self, method: str, status: int, times: int = 1) -> None:
        """Answer with a bare HTTP status, as a broken gateway does."""
        self._plan(method, Verdict(status), times)

    def delay(self, method: str, seconds: float, times: int | None = None) -> None:
        """Answer `seconds` late, always or so many times."""
        with self._lock:
            self._delays[method] = _Plan(Verdict(delay=seconds), times)

    def lose_answer(self, method: str, times: int = 1) -> None:
        """Do what is asked, and answer as a gateway does that has lost the answer."""
        with self._lock:
            self._late[method] = _Plan(Verdict(504), times)

    def drop_acks(self, times: int = 1) -> None:
        """Lose the next acks on their way: the app believes it acked, Slack does not."""
        with self._lock:
            self._acks_to_drop += times

    def duplicate_deliveries(self, n: int) -> None:
        """Send each event `n` times in all from now on, with the same event id; 1 is the normal state."""
        with self._lock:
            self._copies = max(1, n)

    def refuse_connections(self, on: bool = True) -> None:
        """Open no new socket while on: `apps.connections.open` fails, and so does the handshake."""
        with self._lock:
            self._refusing = on

    def disconnect_sockets(self, reason: str = "refresh_requested", *, abrupt: bool = False) -> None:
        """End every open socket: with Slack's `disconnect` message, or `abrupt` without a word."""
        self._disconnect(reason, abrupt)

    def enforce_channel_rate(self, on: bool = True, *, seconds: float = 1.0, burst: float = BURST) -> None:
        """Answer 429 to more than a message a second in one channel, after a burst of three.

        Shorter `seconds` make a test of many messages short.
        """
        with self._lock:
            self._rate_enforced, self._seconds, self._burst = on, seconds, burst
            self._buckets.clear()

    def clear(self) -> None:
        """Take every fault back."""
        with self._lock:
            self._plans.clear()
            self._delays.clear()
            self._late.clear()
            self._buckets.clear()
            self._acks_to_drop, self._copies = 0, 1
            self._refusing = self._rate_enforced = False

    # ---- what the server asks

    def _plan(self, method: str, verdict: Verdict, times: int) -> None:
        with self._lock:
            self._plans.setdefault(method, []).append(_Plan(verdict, times))

    def for_call(self, method: str) -> Verdict | None:
        """Return the fault that this call meets, counting it."""
        with self._lock:
            for name in (method,) if method == RESPONSE_URL else (method, "*"):
                plans = self._plans.get(name, [])
                if plans:
                    plan = plans[0]
                    plan.left = (plan.left or 0) - 1
                    if plan.left <= 0:
                        plans.pop(0)
                    return plan.verdict
            return None

    async def wait(self, method: str) -> None:
        """Wait as long as a delay says."""
        with self._lock:
            name = method if method in self._delays else "*"
            plan = self._delays.get(name)
            if plan is None:
                return
            if plan.left is not None:
                plan.left -= 1
                if plan.left <= 0:
                    del self._delays[name]
        await asyncio.sleep(plan.verdict.delay)

    def after_call(self, method: str) -> Verdict | None:
        """Return what becomes of the answer to a call that was carried out, counting it."""
        with self._lock:
            plan = self._late.get(method)
            if plan is None:
                return None
            plan.left = (plan.left or 0) - 1
            if plan.left <= 0:
                del self._late[method]
            return plan.verdict

    def ack_is_lost(self) -> bool:
        """Whether the ack that just came is to be dropped."""
        with self._lock:
            if self._acks_to_drop <= 0:
                return False
            self._acks_to_drop -= 1
            return True

    @property
    def copies(self) -> int:
        """How often each event is sent."""
        return self._copies

    @property
    def refusing(self) -> bool:
        """Whether new sockets are refused."""
        return self._refusing

    def channel_is_full(self, channel: str) -> bool:
        """Count a message to a channel; true when it comes too soon after the others."""
        with self._lock:
            if not self._rate_enforced:
                return False
            now = time.monotonic()
            level, since = self._buckets.get(channel, (self._burst, now))
            level = min(self._burst, level + (now - since) / self._seconds)
            full = level < 1
            self._buckets[channel] = (level if full else level - 1, now)
            return full
