"""What a CRM is to us: deals and activities in the order in which they changed, and a field to write the verdict to."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
ATTEMPTS = 6
LONGEST_WAIT = 60.0


class CrmError(Exception):
    """A CRM that cannot be read or written; the message says what to do."""


class DailyLimit(CrmError):
    """The day's calls are used up: the sync goes on from where it stands, tomorrow."""


class Passing(Exception):
    """A fault that trying again may mend. `wait` are the seconds that the CRM asked for."""

    def __init__(self, told: str, wait: float | None = None) -> None:
        """`told` is for the case that it does not pass."""
        super().__init__(told)
        self.wait = wait


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """How far a CRM was read: up to this change (ISO time, UTC) and, among changes of that moment, this id."""

    at: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class CrmDeal:
    """A deal as the CRM has it. `merged` are the ids of deals that were merged into this one."""

    id: str
    modified: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    status: str | None = None
    deleted: bool = False
    merged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CrmActivity:
    """A call or a meeting as the CRM has it; `titles` are the job titles of those who were met."""

    id: str
    modified: str
    kind: str
    day: date | None = None
    owner: str | None = None
    customer: str | None = None
    deal: str | None = None
    titles: tuple[str, ...] = ()
    outcome: str | None = None
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class CrmAccount:
    """An account, or company, as the CRM has it. `merged` are the ids of those that were merged into this one."""

    id: str
    modified: str
    name: str | None = None
    owner: str | None = None
    deleted: bool = False
    merged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Some records, and how far the CRM was read when they are kept."""

    records: tuple[Any, ...]
    mark: Mark


class Crm(Protocol):
    """A CRM. Every method raises CrmError; a fault that passes was waited for."""

    name: str
    defaults: Mapping[str, str]
    """The column of each fact and field, where the mapping file says nothing else."""
    verdict_field: str | None
    """The field that verdicts are written to; None for none."""

    def check(self) -> str:
        """Whose CRM it is, in words."""

    def deals(self, properties: Sequence[str], since: Mark) -> Iterator[Page]:
        """Pages of CrmDeal, those that changed first first."""

    def gone(self) -> Iterator[tuple[str, bool]]:
        """The ids of deals that were deleted and that the CRM still knows, and whether each was open then."""

    def accounts(self, since: Mark) -> Iterator[Page]:
        """Pages of CrmAccount, those that changed first first."""

    def activities(self, since: Mark) -> Iterator[Page]:
        """Pages of CrmActivity, those that changed first first."""

    def write(self, verdicts: Mapping[str, str]) -> Mapping[str, str]:
        """Write a text to the verdict's field of each deal. Gives why for each that did not take it."""


def patiently(do: Callable[[], T], sleep: Callable[[float], object]) -> T:
    """Do it, and again when it fails for now: as late as the CRM asks for, else with growing pauses."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return do()
        except Passing as fault:
            if attempt == ATTEMPTS:
                raise CrmError(f"{fault} It was tried {ATTEMPTS} times; the next sync goes on from here.") from None
            wait = fault.wait if fault.wait is not None else 2 ** (attempt - 1) * random.uniform(0.8, 1.2)  # noqa: S311
            sleep(min(wait, LONGEST_WAIT))
    raise AssertionError  # the loop returns or raises
