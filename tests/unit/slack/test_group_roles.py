"""Roles by Slack user group: for people of the file alone, refreshed, and none while Slack does not say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.profile.people import People, PeopleError, Role, parse_people
from bot.slack.askers import FRESH, Askers
from bot.slack.directory import AGAIN, SlackDirectory
from bot.slack.group_roles import GroupRoles
from tests.unit.slack.recording import Recording

FILE = """\
groups:
  S0REPS: [rep]
  S0DESK: [approver, manager]
authorities:
  desk: {name: Desk, people: [alex]}
people:
  dana: {name: Dana Reyes, email: dana@firm.example}
  alex: {name: Alex Kim, email: alex@firm.example, slack: U0ALEX, roles: [rep]}
  gone: {name: Gone Guest, email: gone@firm.example}
"""
USERS: dict[str, dict[str, Any]] = {
    "U0DANA": {"profile": {"email": "Dana@firm.example"}},
    "U0ALEX": {"profile": {"email": "other@firm.example"}},
    "U0GONE": {"profile": {"email": "gone@firm.example"}, "is_restricted": True},
    "U0EVIL": {"real_name": "Dana Reyes", "profile": {"email": "evil@firm.example"}},
}


class Workspace(Recording):
    """A workspace with two user groups; `away` makes Slack refuse to tell who is in them."""

    def __init__(self) -> None:
        super().__init__()
        self.groups = {"S0REPS": ["U0DANA", "U0GONE", "U0EVIL"], "S0DESK": ["U0ALEX"]}
        self.away = False
        self.asked = 0

    def usergroups_users_list(self, *, usergroup: str) -> dict[str, Any]:
        self.asked += 1
        if self.away:
            raise TimeoutError("slow")
        return {"users": self.groups[usergroup]}

    def users_info(self, *, user: str) -> dict[str, Any]:
        return {"user": USERS[user]}


class Office:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, tzinfo=UTC)
        self.slack = Workspace()
        self.file = parse_people(FILE.encode(), "people.yaml")
        self.askers = Askers(client=self.slack, people=self.people, clock=lambda: self.now)  # type: ignore[arg-type]
        directory = SlackDirectory(client=self.slack, askers=self.askers, clock=lambda: self.now)  # type: ignore[arg-type]
        self.given = GroupRoles(directory=directory, askers=self.askers, clock=lambda: self.now)

    def people(self) -> People:
        return self.given(self.file)

    def roles(self, key: str) -> set[Role]:
        person = self.people().by_key(key)
        assert person is not None
        return set(person.roles)


def test_members_of_a_group_have_its_roles_beside_their_own_and_only_people_of_the_file() -> None:
    office = Office()
    assert office.roles("dana") == {Role.REP}
    assert office.roles("alex") == {Role.REP, Role.APPROVER, Role.MANAGER}
    assert office.roles("gone") == set(), "a guest is nobody of ours, whatever group they are in"
    assert len(office.people().all) == 3
    assert office.askers.of("U0DANA").roles == {Role.REP}
    assert office.askers.of("U0EVIL").roles == frozenset()
    assert [person.key for person in office.people().holders("desk")] == ["alex"]


def test_who_leaves_a_group_loses_the_role_after_ten_minutes() -> None:
    office = Office()
    assert office.roles("dana") == {Role.REP}
    office.slack.groups["S0REPS"] = []
    asked = office.slack.asked
    assert office.roles("dana") == {Role.REP}
    assert office.slack.asked == asked
    office.now += FRESH + timedelta(seconds=1)
    assert office.roles("dana") == set()


def test_while_slack_does_not_say_nothing_is_given_and_what_was_known_stays() -> None:
    office = Office()
    office.slack.away = True
    assert office.roles("dana") == set()
    assert office.roles("alex") == {Role.REP}
    asked = office.slack.asked
    office.people()
    assert office.slack.asked == asked, "not asked again at once: somebody waits"
    office.slack.away = False
    office.now += AGAIN
    assert office.roles("dana") == {Role.REP}
    office.slack.away = True
    office.now += FRESH + timedelta(seconds=1)
    assert office.roles("dana") == {Role.REP}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("groups:\n  S0REPS: [rep]\n  S0DESK: [approver, manager]\n", "", "`dana` has no role"),
        ("S0DESK: [approver, manager]", "S0DESK: [manager]", "without the role approver"),
        ("S0REPS", "reps", "reps"),
        ("[rep]\n  S0DESK", "[boss]\n  S0DESK", "boss"),
    ],
)
def test_a_fault_in_the_file_is_told(old: str, new: str, message: str) -> None:
    assert old in FILE
    with pytest.raises(PeopleError, match=message):
        parse_people(FILE.replace(old, new, 1).encode(), "people.yaml")
