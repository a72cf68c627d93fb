"""Who decides a part of a request, in which right, and whom it goes to. Nobody decides their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from bot.checking.access import Action, Reach, may, reaches
from bot.checking.asker import Asker
from bot.exceptions.model import ExceptionRequest, Part, Who
from bot.profile.authorities import Authority
from bot.profile.people import People, Person

HOLDER, MEMBER, STAND_IN, ESCALATION = "holder", "group", "stand-in", "escalation"


class Directory(Protocol):
    """Who is in a user group, as the surface knows it."""

    def members(self, group: str) -> tuple[Asker, ...] | None:
        """The members of a group, each as an asker; None while that cannot be told."""
        ...


class NoDirectory:
    """Where there are no user groups: on the command line."""

    def members(self, group: str) -> tuple[Asker, ...] | None:
        """Nobody can tell."""
        del group
        return None


def who_is(asker: Asker) -> Who | None:
    """The asker as the record knows them; None for somebody who is not in `people.yaml`."""
    person = asker.person
    return None if person is None else Who(asker.user, person.key, person.name, person.email)


class Routing:
    """Rights over requests, by the people file and the user groups as they are at the moment of asking."""

    def __init__(self, people: Callable[[], People], directory: Directory) -> None:
        self._people = people
        self._directory = directory

    @property
    def people(self) -> People:
        """Who is who now."""
        return self._people()

    def is_own(self, request: ExceptionRequest, person: Person, user: str = "") -> bool:
        """Whether the person asked for it, or owns the deal: by key, by account, by e-mail address."""
        who = Who(user or person.slack or f"key:{person.key}", person.key, person.name, person.email)
        return request.requester.is_same(who) or person.key == request.owner_key

    def right(self, part: Part, asker: Asker, now: datetime) -> str | None:
        """In which right the asker may decide the part now; None when they may not.

        Whose request or deal it is plays no part here: see `is_own`.
        """
        person = asker.person
        if person is None or not may(asker, Action.DECIDE):
            return None
        for name in (part.authority, part.escalated_to):
            authority = self.people.authorities.get(name) if name else None
            found = self._right_in(authority, asker, person, now) if authority is not None else None
            if found is not None:
                return found if name == part.authority else ESCALATION
        return None

    def _right_in(self, authority: Authority, asker: Asker, person: Person, now: datetime) -> str | None:
        if person.key in authority.people:
            return HOLDER
        members = self._members(authority)
        if any(member.user == asker.user for member in members):
            return MEMBER
        keys = tuple(m.person.key for m in members if m.person is not None)
        if person.key in authority.stand_ins(now.date(), (*authority.people, *keys)):
            return STAND_IN
        return None

    def deciders(self, request: ExceptionRequest, part: Part, now: datetime) -> tuple[Person, ...]:
        """Those whom the part goes to now: who is there or stands in, with the escalation's where it has gone up.

        The one who asked and the deal's owner are never among them.
        """
        found: dict[str, Person] = {}
        for name in (part.authority, part.escalated_to):
            for person in self.asked(name, now) if name else ():
                if not self.is_own(request, person):
                    found.setdefault(person.key, person)
        return tuple(found.values())

    def asked(self, name: str, now: datetime) -> tuple[Person, ...]:
        """Everybody whom a request for the authority goes to on this day."""
        authority = self.people.authorities.get(name)
        if authority is None:
            return ()
        day = now.date()
        members = [m.person for m in self._members(authority) if m.person is not None]
        there = [m for m in members if authority.is_away(m.key, day) is None]
        instead = [self.people.by_key(key) for key in authority.stand_ins(day, tuple(m.key for m in members))]
        people = [*self.people.asked(name, day), *there, *(each for each in instead if each is not None)]
        return tuple({person.key: person for person in people}.values())

    def can_be_told(self, name: str) -> bool:
        """Whether it is known who holds the authority: not while a group's members cannot be had."""
        authority = self.people.authorities.get(name)
        return authority is None or authority.group is None or self._directory.members(authority.group) is not None

    def channel(self, name: str) -> str | None:
        """The channel where requests for the authority are announced."""
        authority = self.people.authorities.get(name)
        return None if authority is None else authority.channel

    def may_see(self, request: ExceptionRequest, asker: Asker, now: datetime) -> bool:
        """Whether the asker may know of the request: their own, their team's, or one that they decide or decided."""
        person, reach = asker.person, reaches(asker, Action.SEE_EXCEPTIONS)
        if Reach.ALL in reach:
            return True
        if person is None or not reach:
            return False
        if self.is_own(request, person, asker.user):
            return True
        if Reach.TEAM in reach and self._is_below(person, request):
            return True
        decided = (part.decision.by.key for part in request.parts if part.decision is not None)
        if person.key in decided:
            return True
        return any(self.right(part, asker, now) is not None for part in request.parts)

    def _is_below(self, manager: Person, request: ExceptionRequest) -> bool:
        below = {person.key for person in self.people.team_of(manager)}
        return request.requester.key in below or request.owner_key in below

    def _members(self, authority: Authority) -> tuple[Asker, ...]:
        if authority.group is None:
            return ()
        members = self._directory.members(authority.group) or ()
        return tuple(m for m in members if m.person is not None and may(m, Action.DECIDE))
