"""`--as`: a command asked for by somebody of people.yaml, who sees what they would see in Slack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cli.console import fail, say

if TYPE_CHECKING:
    from bot.bootstrap import Core
    from bot.checking.asker import Asker
    from bot.profile.people import Role

HELP = "See what this person would see. Only roles that stand in people.yaml count: Slack user groups are not asked."
GROUPS = "people.yaml gives roles to Slack user groups too, which the command line does not ask"


def asker_of(rooms: Core, name: str | None) -> Asker:
    """The asker of this key, name or e-mail; the operator of the machine, who sees everything, without one."""
    from bot.checking.asker import OPERATOR, Asker

    if name is None:
        return OPERATOR
    people = rooms.people()
    person = people.by_name(name)
    if person is None:
        fail(f"--as {name}: nobody in people.yaml is called that. There are: {', '.join(p.key for p in people.all)}.")
    if people.groups:
        role = f"{person.name} has {_listed(person.roles)} there"
        if not person.roles:
            fail(f"--as {name}: {GROUPS}, and {role}. Write roles for {person.key} in people.yaml, or look in Slack.")
        say(f"{GROUPS[0].upper()}{GROUPS[1:]}. {role}; in Slack it may be more.")
    return Asker(user=person.slack or person.key, name=person.name, roles=person.roles, person=person)


def _listed(roles: frozenset[Role]) -> str:
    return f"the roles {', '.join(sorted(role.value for role in roles))}" if roles else "no role"
