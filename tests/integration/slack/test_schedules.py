"""Jobs that come round: once a turn over processes, made good after a standstill, changed and removed."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from bot.slack.durable import DurableQueue
from bot.slack.schedules import WEEKLY, Job, ScheduleError, Schedules

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def queue_at(url: str, clock: Clock, done: list[dict], woke: threading.Event) -> DurableQueue:
    def handle(payload, steps):
        steps("note", lambda: done.append(dict(payload)))
        woke.set()

    return DurableQueue(database_url=url, handlers={"digest": handle}, failed=lambda *_: None, workers=1, clock=clock)


def until(holds) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_monday(payload: dict) -> bool:
    """Whether it was done for a turn of the tests' clock, and not by hand."""
    return payload["due"].startswith("2026-11-30T0")


def test_each_turn_is_done_once_by_one_of_two_processes(tmp_path):
    log = tmp_path / "log"
    log.touch()
    command = [sys.executable, "-m", "tests.integration.slack.scheduled_worker", f"sqlite:///{tmp_path / 'work.db'}"]
    workers = []
    for _ in range(2):
        workers.append(subprocess.Popen([*command, str(log)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        assert workers[-1].stdout.readline().strip() == "ready"
    until(lambda: len(log.read_text("utf-8").splitlines()) >= 3)
    for worker in workers:
        worker.communicate(timeout=60)
    lines = log.read_text("utf-8").splitlines()
    assert len(lines) >= 3
    assert len(set(lines)) == len(lines)
    assert all(line.startswith("test:tick ") and line.endswith(" hello") for line in lines)


def test_a_turn_missed_while_nothing_ran_is_made_good_once(tmp_path):
    clock, done, woke = Clock(MONDAY), [], threading.Event()
    url = f"sqlite:///{tmp_path / 'work.db'}"
    queue = queue_at(url, clock, done, woke)
    queue.start()
    job = Job("digest:C1", WEEKLY, "digest", {"question": "fit by rep"}, timezone="Europe/Berlin")
    kept = queue.schedules.put(job)
    assert kept.job == job
    assert kept.next == datetime(2026, 11, 30, 7, 0, tzinfo=UTC)
    assert queue.schedules.put(job) == kept
    queue.schedules.put(Job("digest:C2", WEEKLY, "digest", catch_up=False))
    queue.stop()

    clock.now = MONDAY + timedelta(days=22)  # three Mondays later
    for there in (2, 1):  # the second start has nothing left to make good
        again = queue_at(url, clock, done, woke)
        again.start()
        assert woke.wait(60)
        assert [kept.job.name for kept in again.schedules.all("digest")] == ["digest:C1", "digest:C2"][:there]
        again.schedules.keep_only("digest", job)
        again.stop()
    assert done == [{"question": "fit by rep", "job": "digest:C1", "due": "2026-12-14T07:00:00+00:00"}]


def test_what_was_made_good_stays_so_when_its_key_is_forgotten(tmp_path):
    """Keys of turns are forgotten after 72 hours: a start after that did a month's digest once more."""
    clock, done, woke = Clock(MONDAY), [], threading.Event()
    file = tmp_path / "work.db"
    queue = queue_at(f"sqlite:///{file}", clock, done, woke)
    queue.start()
    queue.schedules.put(Job("digest:C1", WEEKLY, "digest"))
    queue.stop()
    clock.now = MONDAY + timedelta(days=8)
    for turns in (1, 2):
        again = queue_at(f"sqlite:///{file}", clock, done, woke)
        again.start()
        again.schedules.run_now("digest:C1")  # behind what is made good
        until(lambda turns=turns: sum(not is_monday(each) for each in done) == turns)
        again.stop()
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute("DELETE FROM operation_outputs")
            connection.execute("DELETE FROM workflow_status")
    assert [each["due"] for each in done if is_monday(each)] == ["2026-11-30T08:00:00+00:00"]


def test_a_turn_that_comes_before_the_scheduler_has_seen_the_job_is_done(tmp_path):
    """The scheduler looks each half minute: a question saved just before its hour was first posted a week later."""
    clock, done, woke = Clock(MONDAY - timedelta(milliseconds=300)), [], threading.Event()
    queue = queue_at(f"sqlite:///{tmp_path / 'work.db'}", clock, done, woke)
    queue.start()
    kept = queue.schedules.put(Job("digest:C1", "0 9 * * 1", "digest", catch_up=False))
    assert kept.next == MONDAY
    assert woke.wait(60)
    queue.stop()
    assert [each["due"] for each in done] == ["2026-11-23T09:00:00+00:00"]


@pytest.mark.parametrize(("late", "turns"), [(timedelta(minutes=5), 1), (timedelta(days=2), 0)])
def test_a_weekly_turn_is_made_good_while_it_is_not_stale(tmp_path, late, turns):
    clock, done, woke = Clock(MONDAY), [], threading.Event()
    url = f"sqlite:///{tmp_path / 'work.db'}"
    queue = queue_at(url, clock, done, woke)
    queue.start()
    queue.schedules.put(Job("digest:C1", "0 9 * * 1", "digest", catch_up=False))
    queue.stop()
    clock.now = MONDAY + timedelta(days=7) + late
    again = queue_at(url, clock, done, woke)
    again.start()
    again.schedules.run_now("digest:C1")  # behind it in the queue
    until(lambda: any(not is_monday(each) for each in done))
    again.stop()
    assert [each["due"] for each in done if is_monday(each)] == ["2026-11-30T09:00:00+00:00"] * turns


def test_what_cannot_be_scheduled_is_refused():
    schedules = Schedules()
    for bad in (Job("a", "every monday", "digest"), Job("a", WEEKLY, "digest", timezone="Mars"), Job(" ", WEEKLY, "x")):
        with pytest.raises(ScheduleError):
            schedules.put(bad)
    with pytest.raises(ScheduleError, match="not running"):
        schedules.put(Job("a", WEEKLY, "digest"))
