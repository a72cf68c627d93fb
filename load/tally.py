"""What was sent and what came of it: each event's ack, its answers, and how long they took."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from bot.playground.model import Json, Message
from bot.playground.records import Delivery
from bot.playground.server import Playground

MARK = re.compile(r"Load Hospital (\d+)")
SORRY = "Something went wrong"
KEPT_SECONDS = 120.0
"""How long a message stays in the playground: longer than anything needs it, so that the playground does not grow."""


@dataclass(slots=True)
class Sent:
    """One thing that somebody did, and what came back."""

    kind: str
    at: float
    accepted: bool = False
    answers: set[str] = field(default_factory=set)
    first: float | None = None
    sorry: bool = False


class Tally:
    """Listens to a playground. Keys are the numbers in the deals' names, and the timestamps of messages."""

    def __init__(self, ground: Playground) -> None:
        self.ground = ground
        self.sent: dict[str, Sent] = {}
        self.acks: list[float] = []
        self.unacked: list[str] = []
        self.redelivered = 0
        self._seen: dict[str, None] = {}
        self._stray: list[tuple[float, Message]] = []
        self._messages: list[tuple[float, str, str]] = []
        self._lock = threading.Lock()
        self._unsubscribe = ground.workspace.subscribe(self._changed)

    def close(self) -> None:
        self._unsubscribe()

    # ---- what the traffic says

    def begin(self, key: str, kind: str, at: float) -> Sent:
        with self._lock:
            return self.sent.setdefault(key, Sent(kind, at))

    def found(self, key: str, kind: str, at: float) -> None:
        """A message was written; an answer may have come before its timestamp was known."""
        with self._lock:
            sent = self.sent.setdefault(key, Sent(kind, at))
            sent.kind, sent.at = kind, at

    # ---- what the playground says

    def _changed(self, kind: str, data: Json) -> None:
        if kind != "message":
            return
        message: Message = data["message"]
        now = time.monotonic()
        with self._lock:
            self._messages.append((now, message.channel, message.ts))
            if message.user != "U0DEALFIT" or message.streaming_state == "in_progress":
                return
            key = self._key(message)
            if key is None:
                return
            sent = self.sent.setdefault(key, Sent("early", now))
            sent.answers.add(message.ts)
            sent.first = sent.first or now
            sent.sorry = sent.sorry or SORRY in message.text

    @staticmethod
    def _key(message: Message) -> str | None:
        if message.thread_ts is not None and message.thread_ts != message.ts:
            return message.thread_ts
        found = MARK.search(message.text) or MARK.search(_words(message.blocks))
        return f"deal-{found[1]}" if found else None

    # ---- now and then

    def look(self) -> None:
        """Take in the acks of the deliveries since the last look, and let the playground forget old messages."""
        for delivery in self.ground.deliveries:
            settled = delivery.acked_after_seconds is not None or delivery.error is not None
            if settled and delivery.envelope_id not in self._seen:
                self._seen[delivery.envelope_id] = None
                self._settled(delivery)
        while len(self._seen) > 60_000:
            self._seen.pop(next(iter(self._seen)))
        self._forget()

    def _settled(self, delivery: Delivery) -> None:
        self.redelivered += delivery.attempt > 0
        if delivery.acked_after_seconds is None:
            self.unacked.append(delivery.error or "?")
            return
        self.acks.append(delivery.acked_after_seconds)
        ts = (delivery.payload.get("event") or {}).get("ts")
        with self._lock:
            if ts in self.sent:
                self.sent[ts].accepted = True

    def _forget(self) -> None:
        old = time.monotonic() - KEPT_SECONDS
        with self._lock:
            gone = [one for one in self._messages if one[0] < old]
            self._messages = self._messages[len(gone) :]
        with self.ground.workspace.locked():
            for _, channel, ts in gone:
                self.ground.workspace.messages_by_channel.get(channel, {}).pop(ts, None)

    # ---- at the end

    def open(self) -> int:
        """How many accepted events have no answer yet."""
        with self._lock:
            return sum(1 for sent in self.sent.values() if sent.accepted and not sent.answers)

    def of(self, *kinds: str) -> list[Sent]:
        with self._lock:
            return [sent for sent in self.sent.values() if sent.kind in kinds]


def _words(node: Any) -> str:
    """The texts of the first block that has some: a card names its deal at the top."""
    if isinstance(node, dict):
        return " ".join(_words(value) for key, value in node.items() if key in {"text", "elements", "fields"})
    if isinstance(node, list):
        return " ".join(_words(item) for item in node[:3])
    return node if isinstance(node, str) else ""
