"""An answer's time is over when it is over: also for an endpoint that goes on sending a little for ever."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import count, islice

import pytest

from bot.answers.streaming import within


def test_an_endpoint_that_trickles_for_ever_is_given_up_and_no_longer_read() -> None:
    stopped = threading.Event()

    def trickle() -> Iterator[str]:
        pause = threading.Event()
        try:
            for number in count():
                yield f"portion {number} "
                pause.wait(0.005)
        finally:
            stopped.set()

    with pytest.raises(TimeoutError, match="no end after"):
        list(islice(within(trickle(), 0.2), 10_000))
    assert stopped.wait(60)


def test_one_that_says_nothing_is_given_up_and_its_fault_is_told() -> None:
    released = threading.Event()

    def silent() -> Iterator[str]:
        released.wait(60)
        yield "late"

    with pytest.raises(TimeoutError):
        list(within(silent(), 0.05))
    released.set()

    def broken() -> Iterator[str]:
        yield "one"
        message = "the line broke"
        raise ConnectionResetError(message)

    with pytest.raises(ConnectionResetError):
        list(within(broken(), 10))
    assert list(within(iter("ab"), 10)) == ["a", "b"]
