"""Finished work loses its texts and keeps its key."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from bot.slack.durable import DurableQueue
from bot.slack.inbox import Work
from bot.slack.work_texts import take_texts_out
from tests.integration.slack.test_lanes import wait_until


def test_finished_work_loses_its_texts_and_a_redelivery_has_no_second_effect(tmp_path):
    done, gate = [], threading.Event()
    url = f"sqlite:///{tmp_path / 'work.db'}"
    assert take_texts_out(url).finished == 0, "where there is no queue yet there is nothing to do"
    queue = DurableQueue(
        database_url=url,
        handlers={
            "say": lambda payload, steps: done.append(steps("words", lambda: payload["text"])),
            "wait": lambda *_: gate.wait(60),
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
        assert (taken.finished, taken.waiting, taken.clean) == (1, 1, False)
        queue.put(Work("say", "one", {"text": "a canary"}))
        queue.put(Work("say", "three", {"text": "more"}))
        wait_until(lambda: len(done) > 1)
        assert done == ["a canary", "more"]
    finally:
        gate.set()
        queue.stop()
    taken = take_texts_out(url)
    assert (taken.finished, taken.waiting, taken.clean) == (3, 0, True)
