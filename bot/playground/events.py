"""Envelopes to the app: each is sent, waits for its ack, and an event without one is sent again.

Everything here runs on the server's own event loop; `send_event` and `ask` may be called from any thread.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.playground.faults import Faults
from bot.playground.ids import Ids
from bot.playground.model import Json
from bot.playground.records import Ack, Delivery


class LinkLost(Exception):
    """The way to the app broke before it answered."""


@dataclass
class Envelope:
    """What is sent: the same for a socket and for HTTP."""

    kind: str
    name: str
    payload: Json
    accepts_response: bool = False
    event_id: str | None = None


class Link(Protocol):
    """A way to the app: its sockets, or its request URL."""

    via: str

    async def ready(self) -> None:
        """Return once the app can be reached."""

    async def send(self, envelope: Envelope, delivery: Delivery) -> Json | None:
        """Send, and return the app's answer once it acks. Raises LinkLost."""


class Dispatcher:
    """Sends envelopes over a link and keeps the record of it."""

    def __init__(
        self,
        *,
        link: Link,
        faults: Faults,
        ids: Ids,
        redelivery: Sequence[float],
        ack_timeout: float,
        changed: Callable[[str], None],
        remembered: int,
    ) -> None:
        self.deliveries: deque[Delivery] = deque(maxlen=remembered)
        self._link = link
        self._faults = faults
        self._ids = ids
        self._redelivery = tuple(redelivery)
        self._ack_timeout = ack_timeout
        self._changed = changed
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._counting = threading.Lock()
        self._on_their_way = 0

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Run on this loop from now on."""
        self._loop = loop

    async def close(self) -> None:
        """Give up what is still on its way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def pending(self) -> int:
        """How many envelopes are on their way, redeliveries to come included."""
        return self._on_their_way

    # ---- from any thread

    def send_event(self, envelope: Envelope) -> None:
        """Send an event, as often as it takes; does not wait."""
        for _ in range(self._faults.copies):
            self._start(self._deliver_event(envelope))

    def ask(self, envelope: Envelope) -> Ack:
        """Send a command or an interaction once and wait for its ack. Not for the server's own thread."""
        answer: concurrent.futures.Future[Ack] = concurrent.futures.Future()
        self._start(self._deliver_once(envelope, answer))
        try:
            return answer.result(self._ack_timeout * 2 + 10)
        except (concurrent.futures.TimeoutError, concurrent.futures.CancelledError):
            return Ack(acked=False, error="operation_timeout")

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        loop = self._loop
        if loop is None or loop.is_closed():
            work.close()
            message = "The playground is not running: call start() first."
            raise RuntimeError(message)

        self._count(1)

        def begin() -> None:
            task = loop.create_task(work)
            self._tasks.add(task)
            task.add_done_callback(self._finished)

        loop.call_soon_threadsafe(begin)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._count(-1)
        self._changed("delivery")

    def _count(self, more: int) -> None:
        with self._counting:
            self._on_their_way += more

    # ---- on the loop

    async def _deliver_event(self, envelope: Envelope) -> None:
        for attempt, delay in enumerate((0.0, *self._redelivery)):
            if attempt:
                await asyncio.sleep(delay)
            await self._link.ready()
            ack = await self._attempt(envelope, attempt)
            if ack.acked:
                return

    async def _deliver_once(self, envelope: Envelope, answer: concurrent.futures.Future[Ack]) -> None:
        try:
            await asyncio.wait_for(self._link.ready(), self._ack_timeout)
            answer.set_result(await self._attempt(envelope, 0))
        except TimeoutError:
            answer.set_result(Ack(acked=False, error="dispatch_failed"))
        finally:
            if not answer.done():
                answer.set_result(Ack(acked=False, error="dispatch_failed"))

    async def _attempt(self, envelope: Envelope, attempt: int) -> Ack:
        delivery = Delivery(
            envelope.kind,
            envelope.name,
            self._ids.make("", 32).lower(),
            attempt,
            envelope.event_id,
            envelope.payload,
            self._link.via,
        )
        self.deliveries.append(delivery)
        self._changed("delivery")
        started = time.monotonic()
        try:
            answer = await asyncio.wait_for(self._link.send(envelope, delivery), self._ack_timeout)
        except TimeoutError:
            delivery.error = "operation_timeout"
            return Ack(acked=False, error="operation_timeout")
        except LinkLost:
            delivery.error = delivery.error or "dispatch_failed"
            return Ack(acked=False, error="dispatch_failed")
        delivery.acked_after_seconds = time.monotonic() - started
        delivery.answer = answer
        self._changed("delivery")
        return Ack(acked=True, payload=answer, seconds=delivery.acked_after_seconds)
