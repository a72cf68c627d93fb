"""Work that waits for somebody else keeps no other work waiting; and what is put away is on the disk at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from unittest.mock import MagicMock

import pytest
from sqlalchemy import event

from bot.slack.app import OUTWARD_KINDS, PATIENT_KINDS, handlers
from bot.slack.durable import PATIENT, DurableQueue
from bot.slack.inbox import Work
from bot.slack.seats import seats_of, visiting
from bot.store.errors import BusyError, UnreachableError


def slack_is_away() -> None:
    raise ConnectionError


def comes_back() -> Callable[[], str]:
    """A step that finds the database away, then held, and then as it should be."""
    away: list[Exception] = [BusyError("held by another writer"), UnreachableError("broke the connection")]

    def do() -> str:
        if away:
            raise away.pop()
        return "done"

    return do


@pytest.fixture
def released():
    gate = threading.Event()
    yield gate
    gate.set()


@pytest.fixture
def queue(tmp_path, released):
    in_doubt = comes_back()
    running = DurableQueue(
        database_url=f"sqlite:///{tmp_path / 'work.db'}",
        handlers={
            "slow": lambda *_: released.wait(600),
            "quick": lambda payload, _: payload and None,
            "away": lambda _, steps: steps("send", slack_is_away, attempts=PATIENT),
            "in doubt": lambda _, steps: steps("one", in_doubt),
            "stepping": lambda _, steps: steps("one", lambda: "done"),
        },
        failed=lambda *_: None,
        workers=2,
        clock=lambda: datetime.now(UTC),
        patient={"slow"},
        outward={"away"},
    )
    running.start()
    yield running
    released.set()
    running.stop()


def wait_until(done) -> None:
    deadline = time.monotonic() + 120
    while not done():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def test_many_pieces_that_hang_do_not_keep_a_quick_one_waiting(queue):
    for n in range(20):
        queue.put(Work("slow", f"slow-{n}", {}))
    queue.put(Work("quick", "quick", {"n": 1}))
    finished = queue._dbos.retrieve_workflow("quick")
    wait_until(lambda: finished.get_status().status == "SUCCESS")
    assert queue.waiting() == 20


def test_many_pieces_that_wait_for_slack_keep_neither_a_quick_one_waiting_nor_who_leaves(queue):
    for n in range(20):
        queue.put(Work("away", f"away-{n}", {}))
    queue.put(Work("quick", "quick", {"n": 1}))
    finished = queue._dbos.retrieve_workflow("quick")
    wait_until(lambda: finished.get_status().status == "SUCCESS")
    assert queue.waiting() == 20
    assert queue.stop(5.0) == 0, "a pause between two tries ends at once"


def test_work_waits_for_a_database_that_is_away_instead_of_failing_where_nobody_can_be_told(queue):
    queue.put(Work("in doubt", "in doubt", {}))
    finished = queue._dbos.retrieve_workflow("in doubt")
    wait_until(lambda: finished.get_status().status in {"SUCCESS", "ERROR"})
    assert finished.get_status().status == "SUCCESS"


def test_the_seat_is_left_last_for_the_outbox_goes_by_its_name(queue, tmp_path):
    free: list[bool] = []

    def visit() -> None:
        with visiting(seats_of(f"sqlite:///{tmp_path / 'work.db'}"), 0) as nobody_sits:
            free.append(nobody_sits)

    queue.stop(5.0, last=visit)
    visit()
    assert free == [False, True]


def test_every_kind_of_work_that_has_a_lane_of_its_own_has_a_handler():
    services: Any = MagicMock()
    known = set(handlers(services, streams=False))
    assert known >= PATIENT_KINDS | OUTWARD_KINDS
    assert not PATIENT_KINDS & OUTWARD_KINDS
    assert not {kind for kind in known if kind.startswith("deal.")} & (OUTWARD_KINDS | PATIENT_KINDS - {"deal.message"})


def test_what_is_put_away_waits_for_the_disk_and_a_step_does_not(queue):
    seen: dict[str, set[str]] = {"workflow_status": set(), "operation_outputs": set()}

    def watch(connection, *_):
        level: list[str] = []

        def written(statement: str) -> None:
            if statement.startswith("PRAGMA synchronous"):
                level[:] = [statement.rsplit(maxsplit=1)[-1]]
            table = next((name for name in seen if f"INSERT INTO main.{name}" in statement), None)
            if table:
                seen[table] |= set(level)

        connection.set_trace_callback(written)

    event.listen(queue._file.engine, "checkout", watch, insert=True)
    queue.put(Work("stepping", "stepping", {}))
    finished = queue._dbos.retrieve_workflow("stepping")
    wait_until(lambda: finished.get_status().status == "SUCCESS")
    assert seen == {"workflow_status": {"FULL"}, "operation_outputs": {"NORMAL"}}
