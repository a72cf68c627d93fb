"""The outbox goes on: after a round that broke, and behind a message whose follow-up can never be done."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.slack.delivery import Outcome, Refused, Sent
from bot.slack.outbox import Outbox, Pace
from bot.store.database import Store, open_store
from bot.store.errors import StoreError
from bot.store.outgoing import Claimed

FOLLOWED = {"kind": "carded", "payload": {"number": 7}}


class Slack:
    """Takes every message, or none."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.refuses = False
        self.came = threading.Event()

    def conversation_of(self, user: str) -> str | None:
        del user
        return None

    def send(self, claimed: Claimed) -> Outcome:
        self.sent.append(str(claimed.body["text"]))
        self.came.set()
        return Refused("is_archived") if self.refuses else Sent(str(claimed.body["channel"]), "1.5")


class BreaksOnce:
    """A book whose first look fails as no database does."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self.broken = threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._book, name)

    def claim(self, *given: Any) -> Any:
        if not self.broken.is_set():
            self.broken.set()
            raise ValueError("a defect")
        return self._book.claim(*given)


class Clock:
    """Moves when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    made = open_store(f"sqlite:///{tmp_path / 'dealfit.db'}", clock)
    yield made
    made.close()


def outbox_of(book: Any, slack: Slack, followed: float = 600.0) -> Outbox:
    courier: Any = slack
    return Outbox(book, courier, Pace(0, followed=followed))


def put(outbox: Outbox, text: str, channel: str = "C0DEALS", then: Any = None) -> None:
    outbox.put({"channel": channel, "user": "", "text": text, "then": then}, lane=channel)


class AwayAtTheEnd:
    """A book whose database is away when the process leaves."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self.begun = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._book, name)

    def let_go(self, holder: str) -> None:
        if self.begun:
            raise StoreError("the database is away")
        self.begun = True
        self._book.let_go(holder)


def test_leaving_does_not_fail_while_the_database_is_away(store):
    outbox = outbox_of(AwayAtTheEnd(store.outgoing), Slack())
    outbox.start("one", lambda _: None)
    outbox.stop()
    assert not outbox.running


def test_a_round_that_breaks_is_logged_and_is_not_the_last(store):
    slack, book = Slack(), BreaksOnce(store.outgoing)
    outbox = outbox_of(book, slack)
    assert not outbox.running
    with capture_logs() as logged:
        outbox.start("one", lambda _: None)
        assert book.broken.wait(60)
        put(outbox, "said")
        assert slack.came.wait(60), "the thread has ended, and nothing is ever sent again"
        assert outbox.running
        outbox.stop()
    assert not outbox.running
    (waits,) = [entry for entry in logged if entry["event"] == "outbox_waits"]
    assert (waits["reason"], waits["exc_info"]) == ("ValueError: a defect", True)


@pytest.mark.parametrize("refuses", [False, True])
def test_what_follows_a_message_is_tried_again_without_sending_it_again(store, clock, refuses):
    slack, followed = Slack(), []
    slack.refuses = refuses
    outbox = outbox_of(store.outgoing, slack)

    def fails_once(*given: Any) -> bool:
        followed.append(given)
        if len(followed) == 1:
            raise ValueError("a defect")
        return False

    outbox.after("carded", fails_once, instead=fails_once)
    put(outbox, "first", then=FOLLOWED)
    put(outbox, "second")
    put(outbox, "elsewhere", channel="C0ASK")
    outbox.drain()
    assert slack.sent == ["first", "elsewhere"], "its own place waits, and no other"
    clock.now += timedelta(seconds=31)
    outbox.drain()
    assert slack.sent == ["first", "elsewhere", "second"]
    assert len(followed) == 2
    assert store.outgoing.waiting().messages == 0


@pytest.mark.parametrize("refuses", [False, True])
def test_a_follow_up_that_always_fails_is_told_to_the_operator_and_the_place_goes_on(store, refuses):
    slack = Slack()
    slack.refuses = refuses
    outbox = outbox_of(store.outgoing, slack, followed=0.0)
    put(outbox, "first", then={**FOLLOWED, "kind": "of a newer version"})
    outbox.after("carded", always_fails, instead=always_fails)
    put(outbox, "second", then=FOLLOWED)
    outbox.drain()
    assert slack.sent == ["first", "second"]
    assert store.outgoing.waiting().messages == 0
    told = [trouble.words for trouble in store.outgoing.troubles(timedelta(days=1))]
    assert any("(carded) could not be done, because of ValueError" in words for words in told)
    assert any("(of a newer version)" in words for words in told) is not refuses


def always_fails(*given: Any) -> bool:
    raise ValueError(given)
