"""`--as`: a command asked for by somebody of people.yaml, who sees what they would see in Slack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cli.console import fail

if TYPE_CHECKING:
    from bot.bootstrap import Core
    from bot.checking.asker import Asker


def asker_of(rooms: Core, name: str | None) -> Asker:
    """The asker of this key, name or e-mail; the operator of the machine, who sees everything, without one."""
    from bot.checking.asker import OPERATOR, Asker

    if name is None:
        return OPERATOR
    people = rooms.people()
    person = people.by_name(name)
    if person is None:
        fail(f"--as {name}: nobody in people.yaml is called that. There are: {', '.join(p.key for p in people.all)}.")
    return Asker(user=person.slack or person.key, name=person.name, roles=person.roles, person=person)
