"""A request for an exception as data: its parts, one for each authority, and what was decided on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.profile.exceptions_language import Asking
from bot.store.exceptions import WrittenText


class PartState(StrEnum):
    """Where one authority's part stands."""

    WAITING = "waiting"
    OPEN = "open"
    APPROVED = "approved"
    CONDITIONS = "approved with conditions"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"

    @property
    def undecided(self) -> bool:
        """Whether somebody still has to decide."""
        return self in {PartState.WAITING, PartState.OPEN}

    @property
    def granted(self) -> bool:
        """Whether the authority said yes, and its yes has not ended."""
        return self in {PartState.APPROVED, PartState.CONDITIONS}


class RequestState(StrEnum):
    """Where the whole request stands."""

    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


class Choice(StrEnum):
    """What an approver can decide."""

    APPROVE = "approve"
    CONDITIONS = "approve with conditions"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class Who:
    """A person as the record knows them. `user` is how the surface knows them, `key` their key in `people.yaml`."""

    user: str
    key: str
    name: str
    email: str

    def is_same(self, other: Who) -> bool:
        """Whether the two are one person, by account, by key or by e-mail address."""
        same_mail = bool(self.email) and self.email.casefold() == other.email.casefold()
        return self.user == other.user or self.key == other.key or same_mail


@dataclass(frozen=True, slots=True)
class AskedFinding:
    """A finding that somebody is asked to approve, in the words of the day on which it was asked."""

    check: str
    label: str
    actual: str
    limit: str
    gap: str
    because: str
    days: int
    far: str | None = None
    """`days` is how long an approval of it holds, `far` the gap as a number."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided, in which right (`as_`), and by check when each approval ends."""

    choice: Choice
    by: Who
    at: datetime
    as_: str
    origin: str
    ends: Mapping[str, datetime] = field(default_factory=dict)
    words: WrittenText | None = None
    """The conditions, or the reason."""

    @property
    def until(self) -> datetime | None:
        """When the first of its approvals ends; None for one that granted nothing."""
        return min(self.ends.values(), default=None)


@dataclass(frozen=True, slots=True)
class Part:
    """What one authority is asked."""

    authority: str
    name: str
    findings: tuple[AskedFinding, ...]
    state: PartState
    opened_at: datetime | None = None
    decision: Decision | None = None
    remind_at: datetime | None = None
    reminders: int = 0
    escalate_at: datetime | None = None
    escalated_to: str | None = None
    warn_at: datetime | None = None
    """When the one who asked is told that the approval ends soon."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A question of an approver to the one who asked, or the answer."""

    authority: str
    by: Who
    at: datetime
    text: WrittenText
    asks: bool
    origin: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What the request is about, as it was judged: the deal, the profile, and what the approver needs to see."""

    deal_key: str
    deal: str
    customer: str | None
    owner: str | None
    currency: str
    segment: str | None
    deal_sha256: str
    facts: Mapping[str, Any]
    profile_title: str
    profile_version: str
    profile_sha256: str
    facts_words: tuple[tuple[str, str], ...] = ()
    offers: tuple[str, ...] = ()
    worth: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ExceptionRequest:
    """A request. `number` is 0, and `version` too, until it is kept."""

    origin: str
    subject: Subject
    requester: Who
    owner_key: str | None
    why: WrittenText
    gives: WrittenText
    order: Asking
    asked_at: datetime
    parts: tuple[Part, ...]
    talk: tuple[Remark, ...] = ()
    replaces: int | None = None
    replaced_by: str | None = None
    number: int = 0
    version: int = 0
    salt: str = ""
    """A random text that keeps the hash of what is kept from being guessed, once names and facts were erased."""
    erased: bool = False
    """Whether what it said of the deal and of people was erased."""

    @property
    def state(self) -> RequestState:
        """Where the whole stands: open until all have approved or one has not."""
        states = {part.state for part in self.parts}
        for state, whole in _WHOLES:
            if state in states:
                return whole
        if states & {PartState.OPEN, PartState.WAITING}:
            return RequestState.OPEN
        return RequestState.EXPIRED if PartState.EXPIRED in states else RequestState.GRANTED

    def part(self, authority: str) -> Part | None:
        """The part of this authority."""
        return next((part for part in self.parts if part.authority == authority), None)

    @property
    def due_at(self) -> datetime | None:
        """When something must be done next: a reminder, an escalation, the end of an approval."""
        moments: list[datetime] = []
        for part in self.parts:
            if part.state is PartState.OPEN:
                moments += [moment for moment in (part.remind_at, part.escalate_at) if moment is not None]
            elif part.state.granted and part.decision is not None and part.decision.ends:
                moments += [max(part.decision.ends.values()), *([part.warn_at] if part.warn_at is not None else [])]
        return min(moments, default=None)


_WHOLES = (
    (PartState.DECLINED, RequestState.DECLINED),
    (PartState.WITHDRAWN, RequestState.WITHDRAWN),
    (PartState.SUPERSEDED, RequestState.SUPERSEDED),
)


class NotThere(LookupError):
    """There is no such request or deal, or it is not theirs to see: both read alike."""

    def __init__(self) -> None:
        super().__init__("There is no such exception, or it is not yours to see.")


class Refused(ValueError):
    """What was asked cannot be done; the message says why, and what can."""
