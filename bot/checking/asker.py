"""Who asks: a person with roles, known before anything is looked up for them."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.profile.people import Person, Role


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who asks for a verdict or an answer.

    `user` is how the surface knows them (a Slack user id, or "operator" on the command line). A person who is not in
    `people.yaml` has no roles, sees only what they check themselves, and reads no playbook. A `guest` is nobody of ours
    (a guest of the workspace, somebody of another one, a deactivated account, a bot) and may do nothing. `unknown` is
    somebody who could not be looked up: they may do nothing either, and are told to try again. What each may do stands
    in `bot.checking.access`.
    """

    user: str
    name: str
    roles: frozenset[Role] = frozenset()
    person: Person | None = field(default=None, compare=False)
    guest: bool = False
    unknown: bool = False

    @property
    def audience(self) -> frozenset[str]:
        """The roles by the names that a playbook's front matter uses."""
        return frozenset(role.value for role in self.roles)

    @property
    def owner(self) -> str:
        """The owner of the deals they check: the name in `people.yaml`, else the user id, which nobody can choose."""
        return self.person.name if self.person is not None else self.user

    @property
    def sees_all(self) -> bool:
        """A manager without a team of their own (a sales director) sees every deal."""
        return Role.MANAGER in self.roles and (self.person is None or self.person.team is None)


OPERATOR = Asker(user="operator", name="operator", roles=frozenset(Role))
"""Who runs the command line: the owner of the machine, its data folder and its database."""
