"""What other processes do to a store in the tests of several processes at once."""

from __future__ import annotations

import multiprocessing
import multiprocessing.context
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bot.store.database import open_store

PROCESSES = 4


def now() -> datetime:
    return datetime.now(UTC)


def together(task: Callable[..., Any], url: str, *more: Any) -> list[Any]:
    """Runs `task(url, worker, *more)` in several fresh processes that start at once, and gives what each gave."""
    context = multiprocessing.get_context("forkserver" if hasattr(os, "fork") else "spawn")
    if isinstance(context, multiprocessing.context.ForkServerContext):
        # What each of them would import is imported once, in a fresh process that they are forked from.
        context.set_forkserver_preload([__name__, "tests.integration.exceptions.test_at_once"])
    barrier, results = context.Barrier(PROCESSES), context.SimpleQueue()
    workers = [
        context.Process(target=_work, args=(task, barrier, results, url, worker, more), daemon=True)
        for worker in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    found = [results.get() for _ in workers]
    for worker in workers:
        worker.join()
    failed = [outcome for outcome in found if isinstance(outcome, Exception)]
    assert not failed, failed
    return found


def _work(task: Callable[..., Any], barrier: Any, results: Any, url: str, worker: int, more: tuple[Any, ...]) -> None:
    try:
        barrier.wait()
        results.put(task(url, worker, *more))
    except Exception as error:  # noqa: BLE001 - whatever it is, the test that waits must hear of it
        results.put(RuntimeError(f"worker {worker}: {error!r}"))


def append(url: str, worker: int, count: int) -> list[int]:
    store = open_store(url, now)
    ids = [store.record(kind="k", actor=f"worker {worker}", subject="s", body={"n": n}).id for n in range(count)]
    store.close()
    return ids


def converse(url: str, worker: int, count: int) -> None:
    store = open_store(url, now)
    for n in range(count):
        store.remember_turn("C1", "1.0", "user", f"{worker}.{n}")
    store.close()


def main() -> None:
    """Appends until it is killed, and says each id once the store has acknowledged it."""
    store = open_store(sys.argv[1], now)
    while True:
        made = store.record(kind="k", actor="main", subject="s", body={"text": "x" * 2000})
        sys.stdout.write(f"{made.id} {made.sha256}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
