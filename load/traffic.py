"""The traffic: at a steady rate, whatever the app does, three kinds of things that people do in turn."""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections.abc import Callable

from bot.playground.errors import PlaygroundError
from load.tally import Tally
from load.world import APP, channels, reps

QUESTIONS = (
    "what discount can I give on a two-month deal?",
    "how do I open a conversation with a CFO?",
    "when should I walk away?",
    "what do I say when they ask for net 60?",
    "how do I baseline time to deploy?",
)
DEALS = (
    "hospital, 120 beds, digital-records mandate, 4 IT staff, managed services for 2 months, 8% discount, net 60",
    "hospital, 90 beds, digital-records mandate, managed services for 12 months, 5% discount, net 30",
    "clinic, 30 beds, project, 10% discount, net 30",
)
COMMAND_THREADS = 48
KINDS = ("command", "command", "mention", "direct", "command")
"""Three in five are deal checks by command, one a question in a channel, one a question in a direct message."""


class Traffic:
    """Sends events for a while. `late` is how far, at worst, the generator itself was behind its schedule."""

    _numbers = itertools.count(1)

    def __init__(self, tally: Tally, *, kinds: tuple[str, ...] = KINDS) -> None:
        self._tally = tally
        self._ground = tally.ground
        self._kinds = kinds
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self.late = 0.0
        self.events = 0
        self.failed: list[str] = []

    def run(self, rate: float, seconds: float, *, stop: threading.Event | None = None) -> None:
        """Send `rate` events a second for so many seconds, or until `stop`, and wait for the commands' acks."""
        threads = [threading.Thread(target=self._type, daemon=True) for _ in range(COMMAND_THREADS)]
        for thread in threads:
            thread.start()
        start = time.monotonic()
        looked = start
        for turn in range(int(rate * seconds)):
            due = start + turn / rate
            now = time.monotonic()
            if due > now:
                time.sleep(due - now)
            self.late = max(self.late, time.monotonic() - due)
            if stop is not None and stop.is_set():
                break
            self._send(turn)
            if time.monotonic() - looked > 1:
                looked = time.monotonic()
                self._tally.look()
        for _ in threads:
            self._work.put(None)
        for thread in threads:
            thread.join(30)
        self._tally.look()

    def _send(self, turn: int) -> None:
        self.events += 1
        number = next(self._numbers)
        kind = self._kinds[turn % len(self._kinds)]
        # Steps that share no factor with the number of people and channels: everybody and every place comes in turn.
        user, channel = reps()[number * 7 % len(reps())], channels()[number * 11 % len(channels())]
        if kind == "command":
            self._work.put(lambda: self._command(number, user, channel))
            return
        question = QUESTIONS[number % len(QUESTIONS)]
        at = time.monotonic()
        text, place = (f"<@{APP}> {question}", channel) if kind == "mention" else (question, f"D{user[1:]}")
        self._tally.found(self._ground.post_as(user, place, text), kind, at)

    def _type(self) -> None:
        while True:
            work = self._work.get()
            if work is None:
                return
            work()

    def _command(self, number: int, user: str, channel: str) -> None:
        text = f"Load Hospital {number}: {DEALS[number % len(DEALS)]}"
        sent = self._tally.begin(f"deal-{number}", "command", time.monotonic())
        try:
            result = self._ground.slash_command(user, channel, "/deal-check", text)
        except PlaygroundError as error:
            self.failed.append(str(error))
            return
        sent.accepted = result.acked
