"""Who is who: people, their roles, their managers, and which authority each of them holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import Field, StringConstraints

from bot.profile.authorities import Authority, AuthorityShape, GroupId, Key, authority_of, check_authority
from bot.profile.problems import PeopleError, Problem
from bot.profile.shape import Id, Short, Strict
from bot.profile.shape_errors import did_you_mean, read_shape
from bot.profile.yaml_nodes import Node, Problems, Table
from bot.profile.yaml_reading import read_yaml
from bot.profile.yaml_text import content_bytes

__all__ = ["Authority", "People", "PeopleError", "Person", "Role", "load_people", "parse_people"]

Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
Roles_ = Annotated[list[Literal["rep", "manager", "approver"]], Field(min_length=1)]
SlackId = Annotated[str, StringConstraints(pattern=r"^[UW][A-Z0-9]{2,20}$")]


class Role(StrEnum):
    """What a person may see and do."""

    REP = "rep"
    MANAGER = "manager"
    APPROVER = "approver"


class PersonShape(Strict):
    """One person."""

    name: Short
    email: Email
    slack: SlackId | None = Field(None, description="The Slack user id. Left out: the e-mail is looked up in Slack.")
    roles: Roles_ | None = Field(None, description="What the person is. May be left out where `groups` give roles.")
    team: Short | None = None
    manager: Key | None = Field(None, description="The key of the person's manager.")
    zone: Short | None = Field(None, description="The person's time zone, such as Europe/Berlin: reminders keep to it.")


class PeopleShape(Strict):
    """A people file."""

    authorities: dict[Id, AuthorityShape] = Field({}, description="Who may approve what.")
    groups: dict[GroupId, Roles_] = Field({}, description="Slack user groups whose members have these roles as well.")
    people: Annotated[dict[Key, PersonShape], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Person:
    """One person. `authorities` are the authorities that this person holds, `manager` the manager's key.

    `zone` is the IANA name of their time zone, None where the file does not say.
    """

    key: str
    name: str
    email: str
    slack: str | None = None
    roles: frozenset[Role] = frozenset()
    team: str | None = None
    manager: str | None = None
    authorities: frozenset[str] = frozenset()
    zone: str | None = None

    def has(self, role: Role) -> bool:
        """Whether the person has this role."""
        return role in self.roles


class People:
    """Everybody in the file, found by e-mail, Slack id or name. Whoever is not in it is nobody: None."""

    def __init__(
        self,
        persons: tuple[Person, ...],
        authorities: Mapping[str, Authority],
        groups: Mapping[str, frozenset[Role]] = MappingProxyType({}),
    ) -> None:
        self.all = persons
        self.groups = MappingProxyType(dict(groups))
        self.authorities = MappingProxyType(dict(authorities))
        self._by_key = {person.key: person for person in persons}
        self._by_email = {person.email.casefold(): person for person in persons}
        self._by_slack = {person.slack: person for person in persons if person.slack}
        self._by_name = _unambiguous(persons)

    def with_roles(self, given: Mapping[str, frozenset[Role]]) -> People:
        """The same people, some with more roles: by key."""
        nothing: frozenset[Role] = frozenset()
        persons = tuple(replace(each, roles=each.roles | given.get(each.key, nothing)) for each in self.all)
        return People(persons, self.authorities, self.groups)

    def by_key(self, key: str) -> Person | None:
        """The person with this key."""
        return self._by_key.get(key)

    def by_email(self, email: str) -> Person | None:
        """The person with this e-mail address, in whatever case it is written."""
        return self._by_email.get(email.strip().casefold())

    def by_slack(self, user: str) -> Person | None:
        """The person with this Slack user id."""
        return self._by_slack.get(user)

    def by_name(self, owner: str) -> Person | None:
        """The person whom the text names: by key, e-mail or full name. A name that two people share names nobody."""
        words = " ".join(owner.split()).casefold()
        return self._by_key.get(words) or self._by_email.get(words) or self._by_name.get(words)

    def team_of(self, manager: Person) -> tuple[Person, ...]:
        """Those who report to this person, directly or through others, in the file's order; never the person."""
        below: set[str] = set()
        keys = {manager.key}
        while keys:
            keys = {p.key for p in self.all if p.manager in keys} - below - {manager.key}
            below |= keys
        return tuple(person for person in self.all if person.key in below)

    def authority_name(self, authority: str) -> str:
        """What people call the authority; its key where nobody has named it."""
        found = self.authorities.get(authority)
        return found.name if found else authority

    def holders(self, authority: str) -> tuple[Person, ...]:
        """Those who hold the authority; none when there is no such authority."""
        found = self.authorities.get(authority)
        return tuple(self._by_key[key] for key in found.people) if found else ()

    def deciders(self, authority: str, day: date) -> tuple[Person, ...]:
        """Those who may decide for the authority on this day: its holders, and who stands in for one who is away."""
        found = self.authorities.get(authority)
        return tuple(self._by_key[key] for key in found.deciders(day)) if found else ()

    def asked(self, authority: str, day: date) -> tuple[Person, ...]:
        """Those whom a request for the authority goes to on this day."""
        found = self.authorities.get(authority)
        return tuple(self._by_key[key] for key in found.asked(day)) if found else ()


def _unambiguous(persons: tuple[Person, ...]) -> dict[str, Person]:
    names: dict[str, Person | None] = {}
    for person in persons:
        name = " ".join(person.name.split()).casefold()
        names[name] = None if name in names else person
    return {name: person for name, person in names.items() if person is not None}


def load_people(path: Path) -> People:
    """Read a people file. Raises PeopleError for what it says and when there is none, OSError when it is shut."""
    try:
        data = content_bytes(path)
    except FileNotFoundError:
        message = "There is no such file. Beside the profile it says who is who, and who may approve what."
        remedy = "Write it, or start from the one that `dealfit profile init FOLDER` writes."
        raise PeopleError([Problem(str(path), 1, 1, message, remedy)]) from None
    return parse_people(data, str(path))


def parse_people(data: bytes, filename: str) -> People:
    """Read a people file's bytes. Raises PeopleError with every problem and its place."""
    root, problems = read_yaml(data, filename)
    people = None
    if root is not None:
        shape = read_shape(PeopleShape, root, problems)
        if shape is not None and isinstance(root, Table):
            _check(shape, root, problems)
            people = _people(shape)
    if people is None or problems.found:
        raise PeopleError(problems.in_order())
    return people


def _people(shape: PeopleShape) -> People:
    held: dict[str, set[str]] = {}
    for authority, each in shape.authorities.items():
        for key in each.people:
            held.setdefault(key, set()).add(authority)
    persons = tuple(
        Person(
            key=key,
            name=person.name,
            email=person.email,
            slack=person.slack,
            roles=frozenset(Role(role) for role in person.roles or ()),
            team=person.team,
            manager=person.manager,
            authorities=frozenset(held.get(key, ())),
            zone=person.zone,
        )
        for key, person in shape.people.items()
    )
    groups = {group: frozenset(Role(role) for role in roles) for group, roles in shape.groups.items()}
    return People(persons, {key: authority_of(key, each) for key, each in shape.authorities.items()}, groups)


def _check(shape: PeopleShape, root: Table, problems: Problems) -> None:
    _check_authorities(shape, root, problems)
    for name in ("email", "slack"):
        _check_unique(shape, root, name, problems)
    _check_zones(shape, root, problems)
    for key, person in shape.people.items():
        if person.roles is None and not shape.groups:
            remedy = "Add `roles: [rep]`, or `groups` whose members have a role."
            problems.refuse(_entry(root, "people", key), f"`{key}` has no role.", remedy)
        if person.manager is None:
            continue
        node = _entry(root, "people", key, "manager")
        if person.manager not in shape.people:
            remedy = did_you_mean(person.manager, tuple(shape.people))
            problems.refuse(node, f"The manager `{person.manager}` is not among the people.", remedy)
        elif _in_circle(shape, key):
            problems.refuse(node, f"`{key}` is their own manager, directly or through others.", "Break the circle.")


def _check_authorities(shape: PeopleShape, root: Table, problems: Problems) -> None:
    # Who is in a group is not known here: where one makes approvers, anybody may be one.
    by_group = {role for roles in shape.groups.values() for role in roles} & {"approver"}
    roles = {key: [*(person.roles or ()), *by_group] for key, person in shape.people.items()}
    for authority, each in shape.authorities.items():
        node = _entry(root, "authorities", authority)
        if isinstance(node, Table):
            check_authority(authority, each, node, roles, problems)


def _check_zones(shape: PeopleShape, root: Table, problems: Problems) -> None:
    stated = {key: person.zone for key, person in shape.people.items() if person.zone is not None}
    known = sorted(available_timezones()) if stated else []  # it looks through hundreds of files: once for everybody
    for key, zone in stated.items():
        if zone not in known:
            remedy = did_you_mean(zone, known) or "Write one such as Europe/Berlin."
            problems.refuse(_entry(root, "people", key, "zone"), f"`{zone}` is no time zone.", remedy)


def _check_unique(shape: PeopleShape, root: Table, name: str, problems: Problems) -> None:
    seen: dict[str, str] = {}
    for key, person in shape.people.items():
        value = getattr(person, name)
        if value is None:
            continue
        first = seen.setdefault(value.casefold(), key)
        if first != key:
            message = f"`{key}` and `{first}` have the same {name}."
            problems.refuse(_entry(root, "people", key, name), message, "Give each person their own.")


def _in_circle(shape: PeopleShape, key: str) -> bool:
    seen: set[str] = set()
    above = shape.people[key].manager
    while above in shape.people and above not in seen:
        if above == key:
            return True
        seen.add(above)
        above = shape.people[above].manager
    return False


def _entry(root: Node, *steps: str) -> Node:
    node = root
    for step in steps:
        node = node.entries[step] if isinstance(node, Table) else node
    return node
