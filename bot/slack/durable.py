"""The durable queue behind the inbox: work survives a crash, and happens once per key, in one process or in many.

DBOS keeps one registry per process; this class owns it between `start` and `stop`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import structlog

from bot.slack import effects
from bot.slack.inbox import Work
from bot.slack.lanes import OUTWARD, QUICK, Lanes
from bot.slack.leaving import GRACE_SECONDS, Running
from bot.slack.outages import is_temporary
from bot.slack.schedules import Schedules
from bot.slack.seats import first_free, seats_of, visiting
from bot.slack.work_file import WorkFile
from bot.store.errors import BusyError, UnreachableError

if TYPE_CHECKING:
    from dbos import DBOS

T = TypeVar("T")
REMEMBERED = timedelta(hours=72)
"""Slack was seen to deliver an event again after minutes; a key is remembered for three days."""
POLL_SECONDS = 0.1
FIRST_PAUSE, BACKOFF, LONGEST_PAUSE = 0.5, 1.6, 60.0
"""Seconds between two tries of a step, growing; never longer than somebody waits once Slack is there again."""
PATIENT = 190
"""Attempts for what must reach somebody: the pauses between them add up to three hours."""
HOUSEKEEPING_SECONDS = 3600.0
ADOPTING_SECONDS = 5.0
PORTION = 500
WORK_VERSION = "1"
"""The version of the work's shape, not of the app: an upgrade goes on with what waits. It changes when a handler can no
longer do work that an earlier one took in."""


class Steps(Protocol):
    """Runs one step of a piece of work; a step that was done is not done again after a crash."""

    def __call__(self, name: str, do: Callable[[], T], *, attempts: int = 1) -> T:
        """Do it, or give back what it gave when it was done.

        `attempts` above 1: again after what passes by itself. While the database is away it is always tried again.
        """
        ...


Handler = Callable[[Mapping[str, Any], Steps], None]


class StepFailed(RuntimeError):
    """A step that failed, in words that may be kept. The log has the place."""


class PassingFailure(StepFailed):
    """A step that failed for now; trying again may help."""


class DatabaseAway(PassingFailure):
    """A step that failed because the database is away or held: it has done nothing, and nobody could be told of it."""


class DurableQueue:
    """Work goes in with `put` and is done by the handler of its kind."""

    def __init__(
        self,
        *,
        database_url: str,
        handlers: Mapping[str, Handler],
        failed: Callable[[Work, BaseException], None],
        workers: int,
        clock: Callable[[], datetime],
        schedules: Schedules | None = None,
        patient: Collection[str] = (),
        outward: Collection[str] = (),
    ) -> None:
        self.schedules = schedules or Schedules()
        self._database_url = database_url
        self._handlers = dict(handlers)
        self._failed = failed
        self._lanes = Lanes(workers, patient=patient, outward=outward)
        self._clock = clock
        self._seats = seats_of(database_url)
        self._seat: int | None = None
        self._file: WorkFile | None = None
        self._dbos: type[DBOS] | None = None
        self._workflow: Callable[..., None] | None = None
        self._running = Running()
        self._stopping = threading.Event()
        self._house: threading.Thread | None = None
        self._seat_lost = False
        self._log = structlog.get_logger("dealfit.queue")

    def start(self) -> None:
        """Open the database, take up the work that a crash left, and begin."""
        from dbos import DBOS, DBOSConfig  # it takes seconds to import

        self._seat = first_free(self._seats)
        config: DBOSConfig = {
            "name": "dealfit",
            "system_database_url": self._database_url,
            "application_version": WORK_VERSION,
            "executor_id": _worker(self._seat),
            "log_level": "ERROR",
            "console_log_level": "ERROR",
        }
        if self._database_url.startswith("sqlite"):
            self._file = WorkFile(self._database_url)
            config["system_database_engine"] = self._file.engine
        _log_as_we_do()
        DBOS(config=config)

        def work(kind: str, key: str, payload: dict[str, Any]) -> None:
            self._do(kind, key, payload)

        def scheduled(due: datetime, job: dict[str, Any]) -> None:
            moment = due.astimezone(UTC).isoformat()
            payload = {**job["payload"], "job": job["name"], "due": moment}
            self._do(job["kind"], f"{job['name']}:{moment}", payload)

        self._workflow = DBOS.workflow(name="dealfit.work")(work)
        on_time = DBOS.workflow(name="dealfit.scheduled")(scheduled)
        DBOS.launch()
        for lane in self._lanes:
            DBOS.register_queue(lane.queue, worker_concurrency=lane.taken, polling_interval_sec=POLL_SECONDS)
        self._dbos = DBOS
        self.schedules.bind(DBOS, on_time, OUTWARD, self._clock)
        self._house = threading.Thread(target=self._keep_house, name="dealfit-housekeeping", daemon=True)
        self._house.start()

    def put(self, work: Work) -> None:
        """Put work away durably. A key that was seen in the last three days is not done again."""
        from dbos import SetWorkflowID  # loaded already by start

        if self._dbos is None or self._workflow is None:
            message = "the queue is not running"
            raise RuntimeError(message)
        with SetWorkflowID(work.key), self._file.surely() if self._file else nullcontext():
            queue = self._lanes.of(work.kind).queue
            self._dbos.enqueue_workflow(queue, self._workflow, work.kind, work.key, dict(work.payload))

    def waiting(self) -> int:
        """How many pieces of work are not finished."""
        if self._dbos is None:
            return 0
        return len(self._dbos.list_workflows(status=["ENQUEUED", "PENDING"], load_input=False, load_output=False))

    @property
    def running(self) -> bool:
        """Whether work is taken in and done, and the work of processes that died is taken up."""
        house = self._house is not None and self._house.is_alive()
        return self._dbos is not None and house and not self._stopping.is_set()

    @property
    def seat_lost(self) -> bool:
        """Whether another process has taken our seat: both then take up each other's work. Only a new start ends it."""
        return self._seat_lost

    @property
    def name(self) -> str:
        """What this process is called among those at the database; nobody else is, while it runs."""
        return _worker(-1 if self._seat is None else self._seat)

    def stop(self, seconds: float = GRACE_SECONDS, *, last: Callable[[], None] = lambda: None) -> int:
        """Finish the steps that run; the rest goes on at the next start, or in another process.

        `last` ends what else goes by our name: whoever takes the seat after us lets go of all that we still hold.
        Returns how many pieces still run after `seconds`. Then the seat stays ours until the process ends, so that
        nobody else begins what we may still finish.
        """
        self._stopping.set()
        self.schedules.unbind()
        left = self._running.leave(seconds)
        if self._dbos is not None:
            self._dbos.destroy()
            self._dbos = None
        if self._file is not None:
            self._file.close()
            self._file = None
        last()
        if left:
            self._log.warning("work_left_running", pieces=left)
        elif self._seat is not None:
            self._seats.leave(self._seat)
            self._seat = None
        return left

    def _do(self, kind: str, key: str, payload: dict[str, Any]) -> None:
        with self._running.piece():
            self._carry_out(kind, key, payload)

    def _carry_out(self, kind: str, key: str, payload: dict[str, Any]) -> None:
        try:
            with self._lanes.room(kind):
                self._handlers[kind](payload, self._step)
        except Exception as error:
            cause = error
            self._log.exception("work failed", kind=kind, key=key)
            self._step("tell", lambda: self._failed(Work(kind, key, payload), cause), attempts=3)
            raise

    def _step(self, name: str, do: Callable[[], T], *, attempts: int = 1) -> T:
        from dbos import DBOS  # loaded already by start

        return DBOS.run_step({"name": name}, lambda: self._tried(name, do, attempts))

    def _tried(self, name: str, do: Callable[[], T], attempts: int) -> T:
        """Do it, again after what passes by itself. The library's own way pauses for an hour, also while we leave."""
        tried, pause = 0, FIRST_PAUSE
        while True:
            try:
                return self._without_secrets(name, do)
            except PassingFailure as failure:
                tried += 1
                if tried >= (PATIENT if isinstance(failure, DatabaseAway) else attempts):
                    raise
            self._running.pause(pause)
            pause = min(pause * BACKOFF, LONGEST_PAUSE)

    def _without_secrets(self, name: str, do: Callable[[], T]) -> T:
        """Do it, and raise only the words of what fails.

        The queue's database keeps an error whole, and one of Slack's client holds the request with the token in it.
        """
        from dbos import DBOS  # loaded already by start

        from bot.slack.client import patience  # it is loaded with the client

        self._running.begin_step()
        try:
            with effects.step(f"{DBOS.workflow_id}:{DBOS.step_id}"), patience():
                return do()
        except Exception as error:  # noqa: BLE001 it is raised again, without what it holds
            reason = f"{type(error).__name__}: {error}"
            kind = PassingFailure if is_temporary(error) else StepFailed
            kind = DatabaseAway if isinstance(error, UnreachableError | BusyError) else kind
            self._log.warning("step failed", step=name, exc_info=True)
        raise kind(reason)

    def _keep_house(self) -> None:
        forgotten = time.monotonic()
        while not self._stopping.wait(ADOPTING_SECONDS):
            try:
                self._keep_seat()
                self.adopt()
                if time.monotonic() - forgotten > HOUSEKEEPING_SECONDS:
                    forgotten = time.monotonic()
                    self.forget()
            except Exception:  # noqa: BLE001 the next round tries again
                self._log.exception("housekeeping failed")

    def _keep_seat(self) -> None:
        """Take the seat again when the database dropped the connection that held it."""
        if self._seat is not None and not self._seats.holds(self._seat):
            again = self._seats.take(self._seat)
            self._seat_lost = not again
            self._log.warning("seat_lost", seat=self._seat, taken_again=again)

    def adopt(self) -> int:
        """Put the running work of processes that have died back into the queue. Returns how many pieces there were."""
        adopted = 0
        for seat in self._left():
            with visiting(self._seats, seat) as free:
                # Looked at anew with the seat in hand: another process may have been here, and it runs there now.
                for queue, pieces in self._left().get(seat, {}).items() if free else ():
                    if self._dbos is not None:
                        self._dbos.resume_workflows(pieces, queue_name=queue)
                        adopted += len(pieces)
        if adopted:
            self._log.warning("work_adopted", pieces=adopted)
        return adopted

    def _left(self) -> dict[int, dict[str, list[str]]]:
        """The pieces that run elsewhere, or did when their process died: by seat, by queue."""
        if self._dbos is None:
            return {}
        queues = [lane.queue for lane in self._lanes]
        running = self._dbos.list_workflows(status="PENDING", queue_name=queues, load_input=False, load_output=False)
        by_seat: dict[int, dict[str, list[str]]] = {}
        for workflow in running:
            seat = _seat_of(workflow.executor_id)
            if seat is not None and seat != self._seat:
                by_seat.setdefault(seat, {}).setdefault(workflow.queue_name or QUICK, []).append(workflow.workflow_id)
        return by_seat

    def forget(self) -> int:
        """Remove finished work older than three days, with the texts in it. Returns how many pieces went."""
        if self._dbos is None:
            return 0
        before = (self._clock().astimezone(UTC) - REMEMBERED).isoformat()
        gone = 0
        # In portions, so that nothing that is put away in the meantime waits long; until nothing old is left.
        while self._dbos is not None and not self._stopping.is_set():
            done = self._dbos.list_workflows(
                completed_before=before,
                status=["SUCCESS", "ERROR", "CANCELLED"],
                load_input=False,
                load_output=False,
                limit=PORTION,
            )
            self._dbos.delete_workflows([w.workflow_id for w in done])
            gone += len(done)
            if len(done) < PORTION:
                break
        return gone


def one_by_one(things: Iterable[T], do: Callable[[T], None]) -> None:
    """Do it for each of them, also behind one that fails; then raise what the first of those raised."""
    failed: Exception | None = None
    for thing in things:
        try:
            do(thing)
        except Exception as error:  # noqa: BLE001 it is raised at the end
            failed = failed or error
    if failed is not None:
        raise failed


def _worker(seat: int) -> str:
    return f"worker-{seat}"


def _seat_of(executor_id: str | None) -> int | None:
    name, _, number = (executor_id or "").partition("-")
    return int(number) if name == "worker" and number.isdigit() else None


def _log_as_we_do() -> None:
    """Keep the library from writing to the console past our formatter: it adds its own handler where there is none."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
