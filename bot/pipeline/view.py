"""Whose deals somebody may see: everything that is not granted here is denied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.checking.asker import Asker
from bot.pipeline.records import owner_of
from bot.profile.people import People, Person, Role
from bot.store.records import SavedDeal

_STRANGER = "The pipeline is for the people in people.yaml, and you are not among them. Ask your sales operations."
_APPROVER = "The pipeline is for reps and their managers; an approver sees the deals that come up for approval."


class AccessDenied(PermissionError):
    """Somebody asked who may see no pipeline at all. The message is for them."""


@dataclass(frozen=True, slots=True)
class View:
    """What one asker may see. With `everything`, `persons` are all people; else the owners whose deals are seen."""

    persons: tuple[Person, ...]
    everything: bool

    def of(self, saved: Iterable[SavedDeal], people: People) -> list[SavedDeal]:
        """The deals among these that the asker may see."""
        if self.everything:
            return list(saved)
        keys = {person.key for person in self.persons}
        owners: dict[str | None, Person | None] = {}
        seen: list[SavedDeal] = []
        for deal in saved:
            if deal.owner not in owners:
                owners[deal.owner] = owner_of(deal.owner, people)
            owner = owners[deal.owner]
            if owner is not None and owner.key in keys:
                seen.append(deal)
        return seen


def view_of(asker: Asker, people: People) -> View:
    """What the asker may see.

    The operator of the machine and a manager without a team of their own (a sales director) see every deal, also those
    whose owner nobody knows. A manager with a team sees the deals of those who report to them, and their own. A rep
    sees their own. An approver as such sees none.

    Raises:
        AccessDenied: the asker is none of these.
    """
    if asker.person is None and asker.sees_all:
        return View(people.all, everything=True)
    # Roles are read from people.yaml as it is now, not from what the asker brought along.
    person = people.by_key(asker.person.key) if asker.person is not None else None
    if person is None:
        raise AccessDenied(_STRANGER)
    if person.has(Role.MANAGER):
        if person.team is None:
            return View(people.all, everything=True)
        return View((person, *people.team_of(person)), everything=False)
    if person.has(Role.REP):
        return View((person,), everything=False)
    raise AccessDenied(_APPROVER)
