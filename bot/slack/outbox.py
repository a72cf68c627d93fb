"""The outbox: what is to be said waits in the database and goes out in order, at the pace that Slack allows.

Each place (a channel, a person in a channel) takes one message after the other. A place that is busy, limited or broken
keeps its own messages waiting and nobody else's. Any number of processes share the work and the pace, and what one has
begun another finishes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from bot.slack.delivery import MESSAGE, Courier, Elsewhere, Later, Outcome, Refused, Sent
from bot.slack.effects import next_mark
from bot.slack.inbox import Work
from bot.store.errors import StoreError
from bot.store.outgoing import HELD, Claimed, OutgoingBook, Waiting

LOOK_SECONDS = 0.5
"""How often the outbox looks for what other processes have put away."""
REMEMBERED = timedelta(hours=72)
HOUSEKEEPING_SECONDS = 3600.0
FAILED_SECONDS = 1.0
"""How soon the outbox looks again after a round that failed."""
FOLLOW_AGAIN_SECONDS = 30.0

After = Callable[[Mapping[str, Any]], bool]
"""What follows a post, quick and without Slack; true where work of the same kind is to be done besides."""

Instead = Callable[[Mapping[str, Any], str], None]
"""What is done when a message is refused for good, with Slack's reason; quick and without Slack."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two messages to one channel (Slack allows one a second), and how many are sent at once.

    `held`: milliseconds after which another process takes up what one that died had begun. `followed`: seconds for
    which what follows a message is tried while it fails; its place waits for so long.
    """

    seconds: float = 1.0
    senders: int = 4
    held: int = HELD
    followed: float = 600.0


class Outbox:
    """Takes messages with `put`; sends them between `start` and `stop`."""

    def __init__(self, book: OutgoingBook, courier: Courier, pace: Pace) -> None:
        self._book = book
        self._courier = courier
        self._pace = pace
        self._follow: Callable[[Work], None] | None = None
        self._after: dict[str, After] = {}
        self._instead: dict[str, Instead] = {}
        self._holder = "nobody"
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._sending: set[Future[None]] = set()
        self._unfollowed: dict[str, tuple[float, Outcome]] = {}
        self._log = structlog.get_logger("dealfit.outbox")
        self.sent = 0
        """Messages that this process has sent, for whoever counts."""

    def put(self, body: Mapping[str, Any], *, lane: str, method: str = MESSAGE, mark: str | None = None) -> None:
        """Keep a message to be sent, once. In a step its mark comes from the step, so doing it again adds nothing."""
        lane = self._courier.conversation_of(lane) or lane
        self._book.put(mark or next_mark(), lane, method, body)
        self._wake.set()

    def after(self, kind: str, do: After, instead: Instead | None = None) -> None:
        """What is done when a message stands whose body names this kind as `then`. It may be done twice.

        `instead` is done when it can never stand.
        """
        self._after[kind] = do
        if instead is not None:
            self._instead[kind] = instead

    def turn(self, channel: str) -> float:
        """In how many seconds something else may be posted to a channel; the turn is taken with it."""
        return self._book.take_turn(channel, self._pace.seconds)

    def waiting(self) -> Waiting:
        """What is not sent yet, by any process."""
        return self._book.waiting()

    @property
    def running(self) -> bool:
        """Whether messages are sent."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, holder: str, follow: Callable[[Work], None]) -> None:
        """Begin. `holder`: this process's name among those at the database; `follow` takes work that follows a post."""
        self._holder, self._follow = holder, follow
        self._book.let_go(holder)
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="dealfit-outbox", daemon=True)
        self._thread.start()

    def stop(self, seconds: float = 15.0) -> None:
        """Finish what is being sent; the rest waits for the next start, or for another process."""
        if self._thread is None:
            return
        self._stopping.set()
        self._wake.set()
        self._thread.join(seconds)
        if not self._thread.is_alive():
            with suppress(StoreError):  # the claims run out by themselves; leaving must not fail for them
                self._book.let_go(self._holder)
        self._thread = None

    def drain(self, follow: Callable[[Work], None] = lambda _: None) -> None:
        """Send everything that can go now, here and at once."""
        self._follow = follow
        while True:
            claimed, _ = self._book.claim(self._holder, 1)
            if not claimed:
                return
            for one in claimed:
                self._send(one)

    def _run(self) -> None:
        with ThreadPoolExecutor(self._pace.senders, thread_name_prefix="dealfit-sender") as pool:
            housekeeping, waits = 0.0, ""
            while not self._stopping.is_set():
                self._wake.clear()
                try:
                    wait = self._round(pool)
                    if housekeeping <= 0:
                        self._book.forget(REMEMBERED)
                        housekeeping = HOUSEKEEPING_SECONDS
                    waits = ""
                except Exception as error:  # noqa: BLE001 a round that fails must not be the last
                    wait, reason = FAILED_SECONDS, f"{type(error).__name__}: {error}"
                    if reason != waits:  # said once, not each second while the database is away
                        waits = reason
                        self._log.warning("outbox_waits", reason=reason, exc_info=not isinstance(error, StoreError))
                housekeeping -= wait
                self._wake.wait(wait)

    def _round(self, pool: ThreadPoolExecutor) -> float:
        """Hand what is ready to the senders that have nothing to do. In how many seconds to look again."""
        self._sending = {future for future in self._sending if not future.done()}
        room = self._pace.senders - len(self._sending)
        if room <= 0:
            return LOOK_SECONDS
        claimed, next_in = self._book.claim(self._holder, room, self._pace.held)
        for one in claimed:
            future = pool.submit(self._send, one)
            self._sending.add(future)
            future.add_done_callback(lambda _: self._wake.set())
        return LOOK_SECONDS if next_in is None else min(LOOK_SECONDS, next_in)

    def _send(self, claimed: Claimed) -> None:
        try:
            self._settle(claimed)
        except Exception:  # noqa: BLE001 the other places go on
            # The claim runs out by itself; whoever takes the place next looks first whether it was posted.
            self._log.exception("message_not_settled", mark=claimed.mark)

    def _settle(self, claimed: Claimed) -> None:
        book, holder = self._book, self._holder
        _, known = self._unfollowed.get(claimed.mark, (0.0, None))
        outcome = self._courier.send(claimed) if known is None else known
        trouble = getattr(outcome, "trouble", "")
        if trouble and known is None:
            self._log.error("slack_refused", mark=claimed.mark, place=claimed.lane, words=trouble)
            book.note_trouble(claimed.lane, claimed.method, trouble)
        match outcome:
            case Sent():
                if not self._followed(claimed, outcome, lambda: self._then(claimed, outcome)):
                    return
                pause = self._pace.seconds if claimed.method == MESSAGE else 0.0
                book.sent(claimed, holder, channel=outcome.channel, ts=outcome.ts, pause=pause)
                self.sent += 1
                if outcome.before:
                    self._log.info("was_sent_before", mark=claimed.mark)
            case Later():
                if outcome.limited:
                    self._log.info("slowed_down", place=claimed.lane, method=claimed.method, seconds=outcome.seconds)
                book.put_off(
                    claimed,
                    holder,
                    outcome.seconds,
                    doubt=outcome.doubt,
                    limited=outcome.limited,
                    for_all=outcome.for_all,
                )
            case Elsewhere():
                book.move(claimed, holder, lane=outcome.lane, method=outcome.method, body=outcome.body)
            case Refused():
                self._log.warning("message_refused", mark=claimed.mark, place=claimed.lane, reason=outcome.reason)
                if self._followed(claimed, outcome, lambda: self._otherwise(claimed, outcome)):
                    book.refuse(claimed, holder)

    def _followed(self, claimed: Claimed, outcome: Outcome, do: Callable[[], None]) -> bool:
        """Do what follows; whether that is over. Where it fails it is tried again, for a while and without sending.

        Then the operator is told, and the place goes on: a defect behind one message must not silence a channel.
        """
        try:
            do()
        except Exception as error:  # noqa: BLE001 the places behind it go on
            self._log.exception("message_not_followed", mark=claimed.mark)
            now = time.monotonic()
            since, _ = self._unfollowed.setdefault(claimed.mark, (now, outcome))
            if now - since < self._pace.followed:
                posted = isinstance(outcome, Sent)
                self._book.put_off(claimed, self._holder, FOLLOW_AGAIN_SECONDS, doubt=posted)
                return False
            kind = (claimed.body.get("then") or {}).get("kind")
            words = (
                f"What follows a message ({kind}) could not be done, because of {type(error).__name__}. "
                f"The log has the reason at {claimed.mark[:16]}."
            )
            self._book.note_trouble(claimed.lane, f"after {kind}", words)
        self._unfollowed.pop(claimed.mark, None)
        return True

    def _otherwise(self, claimed: Claimed, refused: Refused) -> None:
        """Do what is done in the place of a message that can never stand."""
        then = claimed.body.get("then") or {}
        if then.get("kind") in self._instead:
            self._instead[then["kind"]](then["payload"], refused.reason)

    def _then(self, claimed: Claimed, sent: Sent) -> None:
        """Do what follows the post, before the post is written down: after a crash in between it is done again."""
        then = claimed.body.get("then")
        if then is None:
            return
        kind, payload = str(then["kind"]), {**then["payload"], "channel": sent.channel, "ts": sent.ts}
        if self._after[kind](payload) and self._follow is not None:
            self._follow(Work(kind, f"sent:{claimed.mark}", payload))
