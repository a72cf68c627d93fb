"""Several processes, and processes that die: one chain, one effect, nothing lost that was acknowledged."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

from bot.store.connections import connect
from bot.store.database import Store, open_store
from bot.store.errors import StoreError
from bot.store.urls import read_url, sqlite_url
from tests.integration.store import workers
from tests.integration.store.outside import FixedClock, raw


def test_four_processes_append_to_one_chain(url: str, clock: FixedClock) -> None:
    """None of them finds a database: they also create it at the same moment."""
    ids = workers.together(workers.append, url, 100)
    assert sorted(number for each in ids for number in each) == list(range(1, 401))
    assert all(each == sorted(each) for each in ids)
    store = open_store(url, clock)
    report = store.verify()
    assert (report.ok, report.rows) == (True, 400)
    by_actor = Counter(made.actor for made in store.decisions(limit=400))
    assert by_actor == {f"worker {n}": 100 for n in range(4)}
    store.close()


def test_four_processes_talk_in_one_thread(store: Store, url: str) -> None:
    workers.together(workers.converse, url, 15)
    said = [turn.text for turn in store.thread("C1", "1.0").turns]
    assert len(said) == len(set(said)) == 20
    assert raw(url, "SELECT said FROM threads") == [(60,)]
    for worker in range(workers.PROCESSES):
        own = [int(text.split(".")[1]) for text in said if text.startswith(f"{worker}.")]
        assert own == sorted(own)


def test_nothing_acknowledged_is_lost_when_a_process_is_killed(store: Store, url: str) -> None:
    acknowledged: dict[int, str] = {}
    for _ in range(3):
        command = [sys.executable, "-m", "tests.integration.store.workers", url]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(40):
                number, sha256 = process.stdout.readline().split()
                acknowledged[int(number)] = sha256
            process.kill()
    report = store.verify()
    assert report.ok
    assert report.rows >= len(acknowledged) == 120
    for number, sha256 in acknowledged.items():
        made = store.decision(number)
        assert made is not None
        assert made.sha256 == sha256
    assert store.record(kind="k", actor="a", subject="s", body={}).id == report.rows + 1


def test_threads_share_a_store(store: Store) -> None:
    ids: list[int] = []

    def work() -> None:
        for _ in range(25):
            made = store.record(kind="k", actor="a", subject="s", body={})
            assert store.decision(made.id) == made
            ids.append(made.id)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ids) == list(range(1, 201))
    assert store.verify().ok


def test_many_meet_on_a_new_file(tmp_path: Path) -> None:
    """Of two that turn on the write-ahead log at the same moment, SQLite refuses one at once, and we try again."""
    barrier, failed = threading.Barrier(4), []

    def work() -> None:
        for n in range(60):
            database = connect(read_url(sqlite_url(tmp_path / f"{n}.sqlite")))
            barrier.wait()
            try:
                with database.writing():
                    pass
            except StoreError as error:
                failed.append(error)
            barrier.wait()
            database.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
