"""Knowing that an app has nothing left to do, however slow the machine is: what runs after an ack is counted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from slack_bolt import App

from bot.playground.server import Playground

ACK_SECONDS = 60
"""How long Bolt waits for a listener's ack: its own three seconds are too few on a busy machine."""


class Listeners(Executor):
    """Bolt's threads for listeners, counted: a listener goes on after its ack, and opens its view only then."""

    def __init__(self, app: App) -> None:
        runner = app.listener_runner
        self._threads = runner.listener_executor
        self._changed = threading.Condition()
        self.running = 0
        runner.listener_executor = self
        for listener in app._listeners:
            listener.ack_timeout = ACK_SECONDS

    def submit(self, fn: Callable[..., Any], /, *args: Any, **more: Any) -> Future[Any]:
        self._count(1)
        future = self._threads.submit(fn, *args, **more)
        future.add_done_callback(lambda _: self._count(-1))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._threads.shutdown(wait, cancel_futures=cancel_futures)

    def wait(self) -> None:
        """Return once none runs: each has begun before what it listened to was acknowledged."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.running == 0, 2 * ACK_SECONDS), "a listener does not end"

    def _count(self, more: int) -> None:
        with self._changed:
            self.running += more
            self._changed.notify_all()


def settle(ground: Playground, left: Callable[[], dict[str, int]], seconds: float) -> None:
    """Return once nothing is on its way to the app, and `left` names nothing to be done, in the order of its way.

    Work that ends may send a message, which comes to the app as an event: so it is looked at twice, and counts as calm
    only when nothing was delivered between the two looks.
    """
    deadline = time.monotonic() + seconds
    seen = -1
    while True:
        delivered = len(ground.deliveries)
        found = {"deliveries": ground.pending, **left()}
        calm = not any(found.values())
        if calm and delivered == seen:
            return
        seen = delivered if calm else -1
        assert calm or time.monotonic() < deadline, f"still left after {seconds} s: {found}"
        time.sleep(0.02)
