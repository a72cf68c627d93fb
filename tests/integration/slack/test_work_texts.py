"""Finished work loses its texts and keeps its key."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from bot.slack.durable import DurableQueue
from bot.slack.inbox import Work
from bot.slack.work_texts import take_texts_out
from tests.integration.slack.test_lanes import wait_until
from tests.postgres import postgres_url

__all__ = ["postgres_url"]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request, tmp_path):
    """Where the queue keeps its work, in each kind of database in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'work.db'}"
    return request.getfixturevalue("postgres_url")


def test_finished_work_loses_its_texts_and_a_redelivery_has_no_second_effect(url):
    done, gate = [], threading.Event()
    assert take_texts_out(url).finished == 0, "where there is no queue yet there is nothing to do"
    queue = DurableQueue(
        database_url=url,
        handlers={
            "say": lambda payload, steps: done.append(steps("words", lambda: payload["text"])),
            "wait": lambda *_: gate.wait(600),
        },
        failed=lambda *_: None,
        workers=2,
        clock=lambda: datetime.now(UTC),
        patient={"wait"},
    )
    queue.start()
    try:
        queue.put(Work("say", "one", {"text": "a canary"}))
        queue.put(Work("wait", "two", {"text": "another canary"}))
        wait_until(lambda: queue.waiting() == 1 and done)
        taken = take_texts_out(url)  # beside the running app
        assert (taken.finished, taken.waiting, taken.clean) == (1, 1, not url.startswith("sqlite"))
        queue.put(Work("say", "one", {"text": "a canary"}))
        queue.put(Work("say", "three", {"text": "more"}))
        wait_until(lambda: len(done) > 1)
        assert done == ["a canary", "more"]
    finally:
        gate.set()
        queue.stop()
    taken = take_texts_out(url)
    assert (taken.finished, taken.waiting, taken.clean) == (3, 0, True)
