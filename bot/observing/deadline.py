"""Asking in time: a database that is away lets whoever asks wait for long, and a page must answer all the same."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Deadline(Generic[T]):
    """Asks in a thread and waits for so many seconds. While one asking hangs, nobody else begins another."""

    def __init__(self, ask: Callable[[], T], seconds: float) -> None:
        self._ask = ask
        self._seconds = seconds
        self._lock = threading.Lock()
        self._asked: Future[T] | None = None

    def begin(self) -> Future[T]:
        """Ask, without waiting; or join the asking that has not come back yet."""
        with self._lock:
            if self._asked is None or self._asked.done():
                self._asked = Future()
                threading.Thread(target=self._run, args=(self._asked,), name="dealfit-asking", daemon=True).start()
            return self._asked

    def __call__(self) -> T:
        """What was answered. Raises what was raised, and TimeoutError where nothing came in time."""
        return self.wait(self.begin())

    def wait(self, asked: Future[T], waited: float = 0.0) -> T:
        """The same of an asking that was begun; `waited` is for how many seconds it has had already."""
        try:
            return asked.result(max(0.0, self._seconds - waited))
        except TimeoutError:
            if asked.done():
                raise
            message = f"does not answer within {self._seconds:g} seconds."
            raise TimeoutError(message) from None

    def _run(self, asked: Future[T]) -> None:
        try:
            asked.set_result(self._ask())
        except BaseException as error:  # noqa: BLE001 it is raised where somebody waits
            asked.set_exception(error)
