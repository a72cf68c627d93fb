"""Work of a process that died is done by another one, on either database."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace as Stands
from typing import Any

import psycopg
import pytest

from bot.slack.durable import DurableQueue
from bot.slack.seats import first_free, seats_of, visiting
from bot.store.database import open_store
from tests.postgres import postgres_url

__all__ = ["postgres_url"]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request, tmp_path):
    return f"sqlite:///{tmp_path / 'work.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")


def test_a_seat_is_held_by_one_and_free_again_when_it_is_left(url):
    mine, theirs = seats_of(url), seats_of(url)
    assert first_free(mine) == 0
    assert first_free(theirs) == 1
    with visiting(theirs, 0) as free:
        assert not free
    mine.leave(0)
    with visiting(theirs, 0) as free:
        assert free
    with visiting(theirs, 0) as free:
        assert free
    theirs.leave(1)


@pytest.mark.postgres
def test_a_seat_whose_connection_the_database_dropped_is_no_longer_held(postgres_url):
    seats = seats_of(postgres_url)
    assert first_free(seats) == 0
    assert seats.holds(0)
    assert not seats.holds(1)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
        )
    assert not seats.holds(0)
    assert seats.take(0)
    seats.leave(0)


@pytest.mark.postgres
def test_the_seats_of_many_processes_keep_nobody_from_the_decision_log(postgres_url):
    store = open_store(postgres_url, lambda: datetime.now(UTC))
    seats = [seats_of(postgres_url) for _ in range(5)]
    taken = [first_free(one) for one in seats]
    assert taken == [0, 1, 2, 3, 4]
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        database = connection.execute("SELECT current_database()").fetchone()[0]
        connection.execute(f"ALTER DATABASE {database} SET lock_timeout = '3s'")
    store.close()
    store = open_store(postgres_url, lambda: datetime.now(UTC))
    assert store.record(kind="answer", actor="U1", subject="x", body={}).id == 1
    store.close()
    for one, number in zip(seats, taken, strict=True):
        one.leave(number)


def worker(url: str, log: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.integration.slack.worker", url, str(log), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_the_work_of_a_killed_process_is_finished_by_another(url, tmp_path):
    log = tmp_path / "log"
    log.touch()
    first = worker(url, log, "hang")
    assert first.stdout.readline().strip() == "ready"
    second = worker(url, log)
    assert second.stdout.readline().strip() == "ready"
    wait_for(log, "begun worker hang")
    assert "done" not in log.read_text(encoding="utf-8")
    first.kill()
    first.wait(60)
    wait_for(log, "done")
    second.terminate()
    second.wait(60)
    first.stdout.close()
    second.stdout.close()
    lines = log.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("done")] == ["done worker steady"]


class Orphans:
    """What DBOS shows of work whose process died, at one look after the other."""

    def __init__(self, *looks: list[str]) -> None:
        self.looks = list(looks)
        self.resumed: list[str] = []

    def list_workflows(self, **_: Any) -> list[Any]:
        found = self.looks.pop(0)
        return [Stands(executor_id="worker-7", queue_name="dealfit", workflow_id=each) for each in found]

    def resume_workflows(self, pieces: list[str], *, queue_name: str) -> None:
        assert queue_name == "dealfit"
        self.resumed += pieces


@pytest.mark.parametrize(("again", "resumed"), [(["a", "b"], ["a", "b"]), (["b"], ["b"]), ([], [])])
def test_work_that_another_process_has_taken_up_meanwhile_is_not_begun_a_second_time(tmp_path, again, resumed):
    url = f"sqlite:///{tmp_path / 'work.db'}"
    queue = DurableQueue(
        database_url=url, handlers={}, failed=lambda *_: None, workers=1, clock=lambda: datetime.now(UTC)
    )
    orphans: Any = Orphans(["a", "b"], again)
    queue._dbos = orphans
    assert queue.adopt() == len(resumed)
    assert orphans.resumed == resumed
    with visiting(seats_of(url), 7) as free:
        assert free


def wait_for(log: Path, word: str) -> None:
    deadline = time.monotonic() + 120
    while word not in log.read_text(encoding="utf-8"):
        assert time.monotonic() < deadline, f"the log never said {word!r}"
        time.sleep(0.02)


def test_who_leaves_ends_the_step_that_runs_and_hands_the_rest_over(url, tmp_path):
    log = tmp_path / "log"
    log.touch()
    first = worker(url, log, "leave")
    wait_for(log, "waiting")
    first.terminate()
    said, _ = first.communicate(timeout=60)
    assert (first.returncode, said.split("\n")[-2]) == (0, "left 0")
    assert log.read_text(encoding="utf-8").splitlines() == ["begun worker leave", "waiting", "waited"]
    second = worker(url, log)
    wait_for(log, "done")
    second.terminate()
    second.communicate(timeout=60)
    assert log.read_text(encoding="utf-8").splitlines()[3:] == ["done worker steady"]


def test_who_must_leave_a_step_running_keeps_the_seat_so_that_nobody_begins_it_again(tmp_path):
    url, log = f"sqlite:///{tmp_path / 'work.db'}", tmp_path / "log"
    log.touch()
    leaving = worker(url, log, "stay")
    wait_for(log, "waiting")
    leaving.terminate()
    assert next(line for line in leaving.stdout if line.startswith("left")).strip() == "left 1"
    with visiting(seats_of(url), 0) as free:
        assert not free
    leaving.kill()
    leaving.communicate(timeout=60)
    with visiting(seats_of(url), 0) as free:
        assert free
