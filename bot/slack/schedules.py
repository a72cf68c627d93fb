"""Jobs that come round: kept in the queue's database, each turn done once, by one process, whatever restarts.

A job names the kind of work that does it (a handler, see `app.handlers`). When its time comes the work is put into the
durable queue under a key made of the job's name and the time: as many processes as there are see the time come, and
one does the work. A turn that came while nothing ran is done at the next start, once, however many were missed; so is
one that comes before the queue's own scheduler has seen a new job.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Timer
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import structlog

if TYPE_CHECKING:
    from dbos import DBOS

WEEKLY = "0 8 * * 1"
"""Mondays at eight."""

STALE = timedelta(hours=12)
"""How late a turn is done of a job that does not ask for every turn: a restart at its hour must not cost a week."""
SEEN_WITHIN = timedelta(minutes=1)
"""The queue's scheduler looks for new jobs each half minute: a turn that comes sooner is done by a timer of ours."""

Clock = Callable[[], datetime]


class ScheduleError(ValueError):
    """A schedule that cannot be kept; the message says what to write."""


@dataclass(frozen=True, slots=True)
class Job:
    """Work that comes round.

    `name` is unique; what stands before its first colon is its group ("digest:C0DEALS:fit"). `cron` has five fields
    (minute, hour, day, month, weekday), read in `timezone`. `kind` is the handler that does it, with `payload` (JSON
    data) and in it `job` (the name) and `due` (when it was to be done, ISO). `catch_up`: a missed turn is made good
    however late; else only within `STALE`.
    """

    name: str
    cron: str
    kind: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    timezone: str = "UTC"
    catch_up: bool = True


@dataclass(frozen=True, slots=True)
class Kept:
    """A job as it is kept, with its last turn and its next."""

    job: Job
    last: datetime | None
    next: datetime


class Schedules:
    """The jobs of all processes at one queue. The queue binds it when it starts; before that nothing can be kept."""

    def __init__(self) -> None:
        self._dbos: type[DBOS] | None = None
        self._workflow: Callable[..., None] | None = None
        self._queue = ""
        self._clock: Clock = lambda: datetime.now(UTC)
        self._timers: list[Timer] = []

    def bind(self, dbos: type[DBOS], workflow: Callable[..., None], queue: str, clock: Clock) -> None:
        """Called by the queue once it runs. Makes good what was missed."""
        self._dbos, self._workflow, self._queue, self._clock = dbos, workflow, queue, clock
        for kept in self.all():
            self._catch_up(kept.job)

    def unbind(self) -> None:
        """Called by the queue when it stops."""
        self._dbos = None
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def put(self, job: Job) -> Kept:
        """Keep a job, or change the one of this name. Keeping the same again changes nothing.

        Raises ScheduleError for a time, a time zone or a name that cannot be.
        """
        _check(job)
        before = self._running().get_schedule(job.name)
        same = before is not None and (before["schedule"], before.get("cron_timezone")) == (job.cron, job.timezone)
        since = before["context"].get("since") if before is not None and same else self._clock().isoformat()
        self._apply(job, since)
        kept = self.get(job.name)
        if kept is None:  # dropped by another process in between
            raise ScheduleError(f"The job '{job.name}' was removed while it was being kept. Keep it again.")
        left = kept.next - self._clock()
        if left <= SEEN_WITHIN:
            timer = Timer(left.total_seconds(), self._due, (job.name, kept.next))
            timer.daemon = True
            self._timers = [each for each in self._timers if each.is_alive()] + [timer]
            timer.start()
        return kept

    def keep_only(self, group: str, *jobs: Job) -> None:
        """Make these the only jobs of a group: for jobs that stand in the settings."""
        wanted = {job.name for job in jobs}
        for kept in self.all(group):
            if kept.job.name not in wanted:
                self.drop(kept.job.name)
        for job in jobs:
            self.put(job)

    def drop(self, name: str) -> bool:
        """Remove a job; whether there was one."""
        running = self._running()
        if running.get_schedule(name) is None:
            return False
        running.delete_schedule(name)
        return True

    def get(self, name: str) -> Kept | None:
        """The job of this name."""
        found = self._running().get_schedule(name)
        return None if found is None else self._kept(found)

    def all(self, group: str | None = None) -> list[Kept]:
        """Every job, or those of a group, by name."""
        found = self._running().list_schedules(schedule_name_prefix=None if group is None else f"{group}:")
        return sorted((self._kept(each) for each in found), key=lambda kept: kept.job.name)

    def run_now(self, name: str) -> None:
        """Do a job now, beside its turns."""
        self._running().trigger_schedule(name)

    def _running(self) -> type[DBOS]:
        if self._dbos is None:
            raise ScheduleError("The queue is not running, so nothing can be scheduled. Start Dealfit first.")
        return self._dbos

    def _kept(self, row: Mapping[str, Any]) -> Kept:
        context = row["context"]
        job = Job(
            name=row["schedule_name"],
            cron=row["schedule"],
            kind=context["kind"],
            payload=context["payload"],
            timezone=row.get("cron_timezone") or "UTC",
            catch_up=context["catch_up"],
        )
        fired = row.get("last_fired_at")
        return Kept(job, datetime.fromisoformat(fired) if fired else None, _turn(job, self._clock(), forward=True))

    def _catch_up(self, job: Job) -> None:
        """Do the last turn that was missed, under the key that it would have had."""
        row = self._running().get_schedule(job.name)
        now = self._clock()
        last = _turn(job, now, forward=False)
        if row is None or (not job.catch_up and now - last > STALE):
            return
        known = [
            datetime.fromisoformat(each) for each in (row.get("last_fired_at"), row["context"].get("since")) if each
        ]
        if known and max(known) < last:
            self._do(job.name, last)
            # It is not remembered as fired, and its key is forgotten after some days: it would be done again then.
            self._apply(job, last.isoformat())

    def _due(self, name: str, turn: datetime) -> None:
        """What the timer of a job that was kept just before its turn does; a job that is gone by then is left."""
        if self._dbos is None:
            return
        try:
            if self.get(name) is not None:
                self._do(name, turn)
        except Exception:  # noqa: BLE001 - nobody hears a timer; the turn is made good at the next start
            structlog.get_logger("dealfit.schedules").warning("turn_missed", job=name, exc_info=True)

    def _do(self, name: str, turn: datetime) -> None:
        """Put a turn into the queue, under its key: whoever else does it too adds nothing."""
        second = timedelta(seconds=1)
        self._running().backfill_schedule(name, turn - second, turn + second)

    def _apply(self, job: Job, since: str | None) -> None:
        running, workflow = self._running(), self._workflow
        if workflow is None:
            raise ScheduleError("The queue is not running, so nothing can be scheduled. Start Dealfit first.")
        context: dict[str, Any] = {"name": job.name, "kind": job.kind, "payload": dict(job.payload), "since": since}
        context["catch_up"] = job.catch_up
        running.apply_schedules(
            [
                {
                    "schedule_name": job.name,
                    "workflow_fn": workflow,
                    "schedule": job.cron,
                    "context": context,
                    "cron_timezone": job.timezone,
                    "queue_name": self._queue,
                }
            ]
        )


def _turn(job: Job, now: datetime, *, forward: bool) -> datetime:
    from croniter import croniter  # the scheduler's own reading of the five fields

    turns = croniter(job.cron, now.astimezone(ZoneInfo(job.timezone)), second_at_beginning=True)
    found: datetime = turns.get_next(datetime) if forward else turns.get_prev(datetime)
    return found.astimezone(UTC)


def _check(job: Job) -> None:
    from croniter import croniter  # as above

    if not croniter.is_valid(job.cron, second_at_beginning=True):
        raise ScheduleError(
            f"'{job.cron}' is no schedule. Write five fields: minute hour day month weekday ({WEEKLY})."
        )
    try:
        ZoneInfo(job.timezone)
    except (KeyError, ValueError, OSError):
        raise ScheduleError(f"'{job.timezone}' is no time zone. Write one such as UTC or Europe/Berlin.") from None
    if not job.name.strip() or len(job.name) > 200:  # noqa: PLR2004 - the key of each turn is made of it
        raise ScheduleError("A job has a name of 1 to 200 characters.")
