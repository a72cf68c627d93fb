"""Roles by Slack user group: whoever of people.yaml is in a group that the file names has that group's roles too."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from bot.profile.people import People, Role
from bot.slack.askers import Askers
from bot.slack.directory import FRESH, SlackDirectory

_Seen = tuple[tuple[str, ...] | None, ...]


class GroupRoles:
    """People with the roles that groups give. Looked at again after ten minutes; while Slack does not say, none given.

    Only people of the file get a role: a name or an address that somebody else gives themselves in Slack gives none.
    """

    def __init__(self, *, directory: SlackDirectory, askers: Askers, clock: Callable[[], datetime]) -> None:
        self._directory = directory
        self._askers = askers
        self._clock = clock
        self._lock = threading.Lock()
        self._known: tuple[People, _Seen, datetime, People] | None = None

    def __call__(self, people: People) -> People:
        """These people, with what groups give them now."""
        if not people.groups:
            return people
        seen = tuple(self._directory.users(group) for group in people.groups)
        now = self._clock()
        with self._lock:
            known = self._known
        if known is not None and known[0] is people and known[1] == seen and now - known[2] < FRESH:
            return known[3]
        made = people.with_roles(self._given(people, seen))
        with self._lock:
            self._known = (people, seen, now, made)
        return made

    def _given(self, people: People, seen: _Seen) -> dict[str, frozenset[Role]]:
        given: dict[str, frozenset[Role]] = {}
        for roles, users in zip(people.groups.values(), seen, strict=True):
            for user in users or ():
                person = self._askers.person_behind(user, people)
                if person is not None:
                    given[person.key] = given.get(person.key, frozenset()) | roles
        return given
