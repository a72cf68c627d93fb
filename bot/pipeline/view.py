"""Whose deals somebody may see: everything that is not granted here is denied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.checking.access import AccessDenied, Action, Reach, denied, reaches
from bot.checking.asker import Asker
from bot.pipeline.records import owner_of
from bot.profile.people import People, Person
from bot.store.records import SavedDeal

__all__ = ["AccessDenied", "View", "view_of"]


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


def view_of(asker: Asker, people: People, action: Action = Action.PIPELINE) -> View:
    """Whose deals the asker may see for this action, as far as the table of `bot.checking.access` reaches.

    The operator of the machine and a manager without a team of their own (a sales director) see every deal, also those
    whose owner nobody knows. A manager with a team sees the deals of those who report to them, and their own. A rep
    sees their own. An approver as such sees none.

    Raises:
        AccessDenied: the table grants the asker nothing here.
    """
    now = asker
    if asker.person is not None:
        # Roles are read from people.yaml as it is now, not from what the asker brought along.
        person = people.by_key(asker.person.key)
        now = replace(asker, person=person, roles=frozenset() if person is None else person.roles)
    reach = reaches(now, action)
    if Reach.ALL in reach:
        return View(people.all, everything=True)
    if now.person is None or not reach:
        raise denied(replace(now, roles=now.roles if now.person else frozenset()), action)
    team = people.team_of(now.person) if Reach.TEAM in reach else ()
    return View((now.person, *team), everything=False)
