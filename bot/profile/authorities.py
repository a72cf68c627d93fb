"""Who may approve in one matter, who stands in while they are away, and where requests are announced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from bot.profile.shape import Short, Strict
from bot.profile.shape_errors import did_you_mean
from bot.profile.yaml_nodes import Listing, Node, Problems, Table

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,59}$")]
GroupId = Annotated[str, StringConstraints(pattern=r"^S[A-Z0-9]{2,20}$")]
ChannelId = Annotated[str, StringConstraints(pattern=r"^[CG][A-Z0-9]{2,20}$")]


class AbsenceShape(Strict):
    """Somebody who is away, both days included."""

    person: Key
    from_: date = Field(alias="from", description="The first day of the absence.")
    to: date = Field(description="The last day of the absence.")
    stand_in: Key | None = Field(None, description="Who decides meanwhile. Left out: the authority's stand-in.")


class AuthorityShape(Strict):
    """Who may approve in one matter."""

    name: Short
    people: list[Key] = Field([], description="Those who may decide.")
    group: GroupId | None = Field(None, description="A Slack user group whose approvers may decide as well.")
    channel: ChannelId | None = Field(None, description="A channel where requests are announced, instead of messages.")
    stand_in: Key | None = Field(None, description="Who decides for somebody who is away.")
    away: list[AbsenceShape] = Field([], description="Who is away, and from when to when.")


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is away from the first to the last day, both included; `stand_in` decides meanwhile."""

    person: str
    first: date
    last: date
    stand_in: str | None

    def on(self, day: date) -> bool:
        """Whether the person is away on this day."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority, what people call it, and the keys of those who hold it."""

    key: str
    name: str
    people: tuple[str, ...]
    group: str | None = None
    channel: str | None = None
    stand_in: str | None = None
    away: tuple[Absence, ...] = ()

    def is_away(self, person: str, day: date) -> Absence | None:
        """The absence of the person on this day; None when they are there."""
        return next((each for each in self.away if each.person == person and each.on(day)), None)

    def stand_ins(self, day: date, people: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Those who decide on this day for holders who are away: a stand-in who is away is stood in for as well."""
        found = (self._instead(person, day) for person in (self.people if people is None else people))
        return tuple(dict.fromkeys(person for person in found if person is not None))

    def _instead(self, person: str, day: date) -> str | None:
        seen = {person}
        absence = self.is_away(person, day)
        while absence is not None:
            instead = absence.stand_in or self.stand_in
            if instead is None or instead in seen:
                return None
            seen.add(instead)
            person, absence = instead, self.is_away(instead, day)
        return person if len(seen) > 1 else None

    def asked(self, day: date) -> tuple[str, ...]:
        """Those whom a request goes to on this day: who is there, and who stands in; everybody when that is nobody."""
        there = tuple(person for person in self.people if self.is_away(person, day) is None)
        return tuple(dict.fromkeys((*there, *self.stand_ins(day)))) or self.people

    def deciders(self, day: date) -> tuple[str, ...]:
        """Those who may decide on this day. Who is away may still decide: an absence takes no right away."""
        return tuple(dict.fromkeys((*self.people, *self.stand_ins(day))))


def authority_of(key: str, shape: AuthorityShape) -> Authority:
    """An authority as the file has it."""
    away = tuple(Absence(each.person, each.from_, each.to, each.stand_in) for each in shape.away)
    return Authority(key, shape.name, tuple(shape.people), shape.group, shape.channel, shape.stand_in, away)


def check_authority(
    name: str, shape: AuthorityShape, node: Table, roles: Mapping[str, list[Any]], problems: Problems
) -> None:
    """Everybody whom the authority names must be known and an approver, and absences must make sense."""
    if not shape.people and shape.group is None:
        problems.add(node.place, f"Nobody holds `{name}`.", "Add `people: [...]`, or a Slack user `group`.")
    for key, place, does in _named(shape, node):
        if key not in roles:
            problems.refuse(
                place, f"`{key}` is not among the people, but {does} `{name}`.", did_you_mean(key, [*roles])
            )
        elif "approver" not in roles[key]:
            message = f"`{key}` {does} `{name}` without the role approver."
            problems.refuse(place, message, f"Add approver to the roles of `{key}`.")
    for absence, item in zip(shape.away, _items(node, "away"), strict=False):
        _check_absence(name, shape, absence, item, problems)


def _check_absence(name: str, shape: AuthorityShape, absence: AbsenceShape, node: Table, problems: Problems) -> None:
    if absence.person not in shape.people and shape.group is None:
        message = f"`{absence.person}` does not hold `{name}`, so nobody stands in for them."
        problems.refuse(node.entries["person"], message, did_you_mean(absence.person, shape.people))
    if absence.to < absence.from_:
        message = f"The absence ends on {absence.to}, before it begins on {absence.from_}."
        problems.refuse(node.entries["to"], message, "Write the last day in `to`.")
    instead = absence.stand_in or shape.stand_in
    if instead is None:
        remedy = "Add `stand_in` here, or one for the whole authority."
        problems.refuse(node, f"Nobody stands in for `{absence.person}`.", remedy)
    elif instead == absence.person:
        problems.refuse(node, f"`{instead}` cannot stand in for themselves.", "Name somebody else.")


def _named(shape: AuthorityShape, node: Table) -> Iterator[tuple[str, Node, str]]:
    people = node.get("people")
    if isinstance(people, Listing):
        yield from ((key, each, "holds") for key, each in zip(shape.people, people.items, strict=False))
    if shape.stand_in is not None:
        yield shape.stand_in, node.entries["stand_in"], "stands in for"
    for absence, item in zip(shape.away, _items(node, "away"), strict=False):
        if absence.stand_in is not None:
            yield absence.stand_in, item.entries["stand_in"], "stands in for"


def _items(node: Table, key: str) -> list[Table]:
    inner = node.get(key)
    return [each for each in inner.items if isinstance(each, Table)] if isinstance(inner, Listing) else []
