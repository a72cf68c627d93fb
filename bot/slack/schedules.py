"""Jobs that come round: kept in the queue's database, each turn done once, by one process, whatever restarts.

A job names the kind of work that does it (a handler, see `app.handlers`). When its time comes the work is put into the
durable queue under a key made of the job's name and the time: as many processes as there are see the time come, and
one does the work. A turn that came while nothing ran is done at the next start, once, however many were missed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from dbos import DBOS

WEEKLY = "0 8 * * 1"
"""Mondays at eight."""

Clock = Callable[[], datetime]


class ScheduleError(ValueError):
    """A schedule that cannot be kept; the message says what to write."""


@dataclass(frozen=True, slots=True)
class Job:
    """Work that comes round.

    `name` is unique; what stands before its first colon is its group ("digest:C0DEALS:fit"). `cron` has five fields
    (minute, hour, day, month, weekday), read in `timezone`. `kind` is the handler that does it, with `payload` (JSON
    data) and in it `job` (the name) and `due` (when it was to be done, ISO). `catch_up`: a missed turn is made good.
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

    def bind(self, dbos: type[DBOS], workflow: Callable[..., None], queue: str, clock: Clock) -> None:
        """Called by the queue once it runs. Makes good what was missed."""
        self._dbos, self._workflow, self._queue, self._clock = dbos, workflow, queue, clock
        for kept in self.all():
            self._catch_up(kept.job)

    def unbind(self) -> None:
        """Called by the queue when it stops."""
        self._dbos = None

    def put(self, job: Job) -> Kept:
        """Keep a job, or change the one of this name. Keeping the same again changes nothing.

        Raises ScheduleError for a time, a time zone or a name that cannot be.
        """
        _check(job)
        running, workflow = self._running(), self._workflow
        if workflow is None:
            raise ScheduleError("The queue is not running, so nothing can be scheduled. Start Dealfit first.")
        before = running.get_schedule(job.name)
        same = before is not None and (before["schedule"], before.get("cron_timezone")) == (job.cron, job.timezone)
        since = before["context"].get("since") if before is not None and same else self._clock().isoformat()
        context = {"name": job.name, "kind": job.kind, "payload": dict(job.payload), "since": since}
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
        kept = self.get(job.name)
        if kept is None:  # dropped by another process in between
            raise ScheduleError(f"The job '{job.name}' was removed while it was being kept. Keep it again.")
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
        running = self._running()
        row = running.get_schedule(job.name)
        if row is None or not job.catch_up:
            return
        known = row.get("last_fired_at") or row["context"].get("since")
        last = _turn(job, self._clock(), forward=False)
        if known and datetime.fromisoformat(known) < last:
            second = timedelta(seconds=1)
            running.backfill_schedule(job.name, last - second, last + second)


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
