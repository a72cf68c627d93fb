"""The `exceptions` part of a Deal Profile: how authorities are asked, when they are reminded, who is asked next."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bot.deals.wording import counted
from bot.profile.yaml_nodes import Problems, Table

WAIT = r"^[1-9][0-9]{0,2} (working )?days?$"
Wait_ = Annotated[str, StringConstraints(pattern=WAIT)]
Days_ = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,3} days?$")]
AuthorityName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]

USUAL_DAYS = 30
"""How long an approval holds where neither its band nor `exceptions` says: an approval always ends."""
_SATURDAY = 5
_DAY = timedelta(days=1)


class ExceptionsShape(BaseModel):
    """How exceptions are asked for and decided."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    order: Literal["together", "in order"] = Field(
        "together", description="Whether all authorities are asked at once, or each when the one before has approved."
    )
    remind_after: Wait_ | None = Field(None, description="When those who have not decided are reminded: 1 working day.")
    escalate_after: Wait_ | None = Field(None, description="When the request goes to `escalate_to` as well.")
    escalate_to: AuthorityName | None = Field(
        None, description="The authority that decides what others leave undecided, or may not decide themselves."
    )
    expires_in: Days_ | None = Field(None, description="How long an approval holds where its band does not say.")
    warn_before: Wait_ | None = Field(None, description="When the rep is warned that an approval ends: 3 working days.")
    closed_on: list[date] = Field([], description="Public holidays: days that are no working days, beside weekends.")


class Asking(StrEnum):
    """How several authorities are asked."""

    TOGETHER = "together"
    IN_ORDER = "in order"


@dataclass(frozen=True, slots=True)
class Wait:
    """A number of days to wait; of working days, weekends (UTC) and days on which we are closed do not count."""

    days: int
    working: bool = False

    def after(self, moment: datetime, closed: Collection[date] = ()) -> datetime:
        """When the wait is over that began at this moment."""
        if not self.working:
            return moment + self.days * _DAY
        if not _is_open(moment, closed):
            moment = _moved(datetime.combine(moment.date(), time(), moment.tzinfo), _DAY, closed)
        for _ in range(self.days):
            moment = _moved(moment + _DAY, _DAY, closed)
        return moment

    def before(self, moment: datetime, closed: Collection[date] = ()) -> datetime:
        """When to begin, so that the wait is over by this moment."""
        if not self.working:
            return moment - self.days * _DAY
        for _ in range(self.days):
            moment = _moved(moment - _DAY, -_DAY, closed)
        return moment

    def __str__(self) -> str:
        """In words: "2 working days"."""
        return counted(self.days, "working day" if self.working else "day")


def _is_open(moment: datetime, closed: Collection[date]) -> bool:
    return moment.weekday() < _SATURDAY and moment.date() not in closed


def _moved(moment: datetime, by: timedelta, closed: Collection[date]) -> datetime:
    """The moment on the next day, in this direction, that is a working day."""
    while not _is_open(moment, closed):
        moment += by
    return moment


@dataclass(frozen=True, slots=True)
class ExceptionsPlan:
    """How exceptions go. What the profile leaves out does not happen: no reminder, no escalation, no warning."""

    order: Asking = Asking.TOGETHER
    remind_after: Wait | None = None
    escalate_after: Wait | None = None
    escalate_to: str | None = None
    expires_in_days: int = USUAL_DAYS
    warn_before: Wait | None = None
    closed: frozenset[date] = frozenset()

    def after(self, wait: Wait | None, moment: datetime) -> datetime | None:
        """When a wait is over that begins at this moment; None where there is none."""
        return None if wait is None else wait.after(moment, self.closed)

    def warn_at(self, end: datetime, now: datetime) -> datetime | None:
        """When to warn of an end; None where nobody is, or where it would be at once: the end was just told."""
        moment = None if self.warn_before is None else self.warn_before.before(end, self.closed)
        return moment if moment is not None and moment > now else None


def read_exceptions(shape: ExceptionsShape | None, node: Table, problems: Problems) -> ExceptionsPlan:
    """The plan of a profile's `exceptions`; the usual one where there is none."""
    if shape is None:
        return ExceptionsPlan()
    remind, escalate = _wait(shape.remind_after), _wait(shape.escalate_after)
    if escalate is not None and shape.escalate_to is None:
        message = "`escalate_after` says when, and nobody says to whom."
        problems.add(node.key_place("escalate_after"), message, "Add `escalate_to: ` with an authority.")
    if remind and escalate and remind.working is escalate.working and remind.days >= escalate.days:
        message = f"After {remind} nobody waits for a reminder: the request has gone up after {escalate}."
        problems.add(node.key_place("remind_after"), message, "Remind earlier, or escalate later.")
    return ExceptionsPlan(
        order=Asking(shape.order),
        remind_after=remind,
        escalate_after=escalate,
        escalate_to=shape.escalate_to,
        expires_in_days=int(shape.expires_in.split()[0]) if shape.expires_in else USUAL_DAYS,
        warn_before=_wait(shape.warn_before),
        closed=frozenset(shape.closed_on),
    )


def _wait(text: str | None) -> Wait | None:
    return None if text is None else Wait(int(text.split()[0]), "working" in text)
