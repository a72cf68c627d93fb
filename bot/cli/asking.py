"""`--as`: a command asked for by somebody of people.yaml, who sees what they would see in Slack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cli.console import fail, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.bootstrap import Core
    from bot.checking.asker import Asker
    from bot.profile.people import Role

HELP = (
    "See what this person would see. Roles that people.yaml gives to Slack user groups are asked of Slack where "
    "SLACK_BOT_TOKEN is set, and are not known else."
)


def asker_of(rooms: Core, name: str | None) -> Asker:
    """The asker of this key, name or e-mail; the operator of the machine, who sees everything, without one."""
    from bot.checking.asker import OPERATOR, Asker

    if name is None:
        return OPERATOR
    people = rooms.people()
    person = people.by_name(name)
    if person is None:
        fail(f"--as {name}: nobody in people.yaml is called that. There are: {', '.join(p.key for p in people.all)}.")
    unknown = groups_not_known(rooms)
    person = rooms.people().by_key(person.key) or person  # with what Slack said of the groups
    if unknown:
        role = f"{person.name} has {_listed(person.roles)} without them"
        if not person.roles:
            fail(f"--as {name}: {unknown} {role}. Write roles for {person.key} in people.yaml, or look in Slack.")
        say(f"{unknown} {role}; in Slack it may be more.")
    return Asker(user=person.slack or person.key, name=person.name, roles=person.roles, person=person)


def groups_not_known(rooms: Core) -> str:
    """Ask Slack who is in the user groups that people.yaml gives roles to. What stays unknown, in words; else "".

    It counts from here on: who has a role by a group has it in everything that follows in this command.
    """
    groups = rooms.people().groups
    if not groups:
        return ""
    from bot.bootstrap.groups import ask_for_groups

    silent = ask_for_groups(rooms)
    if silent is None:
        return (
            f"people.yaml gives roles to members of {_groups(groups)}. Who they are is not known here: set "
            "SLACK_BOT_TOKEN, and Slack is asked."
        )
    if silent:
        return (
            f"people.yaml gives roles to members of {_groups(silent)}, and Slack did not say who they are: see "
            "`dealfit doctor`."
        )
    return ""


def _groups(groups: Iterable[str]) -> str:
    named = list(groups)
    return f"the Slack user group{'s' if len(named) > 1 else ''} {', '.join(named)}"


def _listed(roles: frozenset[Role]) -> str:
    return f"the roles {', '.join(sorted(role.value for role in roles))}" if roles else "no role"
