"""Who a Slack user is: default deny."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.profile.people import Role, parse_people
from bot.slack.askers import FRESH, Askers
from tests.unit.slack.recording import Recording

PEOPLE = parse_people(
    b"""\
people:
  dana: {name: Dana Reyes, email: dana@firm.example, roles: [rep]}
  sam: {name: Sam Okafor, email: sam@firm.example, slack: U0SAM, roles: [rep]}
""",
    "people.yaml",
)
START = datetime(2026, 11, 23, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def askers(client: Recording, clock: Clock, **user: object) -> Askers:
    client.answers["users.info"] = {"ok": True, "user": user}
    return Askers(client=client, people=lambda: PEOPLE, clock=clock)


def test_a_person_is_known_by_mail_or_by_id():
    mail = {"real_name": "D.", "profile": {"email": "Dana@firm.example"}}
    dana = askers(Recording(), Clock(), **mail).of("U0DANA")
    assert (dana.name, dana.roles) == ("Dana Reyes", {Role.REP})
    assert askers(Recording(), Clock(), real_name="x").of("U0SAM").name == "Sam Okafor"


@pytest.mark.parametrize("flag", ["deleted", "is_bot", "is_stranger", "is_restricted", "is_ultra_restricted"])
def test_the_deactivated_bots_guests_and_strangers_have_no_role(flag):
    user = {"real_name": "Dana Reyes", "profile": {"email": "dana@firm.example"}, flag: True}
    asker = askers(Recording(), Clock(), **user).of("U0SAM")
    assert (asker.roles, asker.person, asker.guest) == (frozenset(), None, True)


def test_a_name_alone_makes_nobody_a_person():
    asker = askers(Recording(), Clock(), real_name="Dana Reyes").of("U0EVIL")
    assert (asker.roles, asker.person, asker.owner) == (frozenset(), None, "U0EVIL")


def test_who_is_who_is_asked_again_after_ten_minutes():
    client, clock = Recording(), Clock()
    known = askers(client, clock, real_name="x")
    known.of("U1")
    known.of("U1")
    assert client.methods == ["users.info"]
    clock.now += FRESH + timedelta(seconds=1)
    known.of("U1")
    assert client.methods == ["users.info", "users.info"]


def test_with_slack_away_a_stranger_gets_no_role():
    asker = askers(Recording(users_info=TimeoutError("slow")), Clock()).of("U0DANA")
    assert (asker.roles, asker.name) == (frozenset(), "U0DANA")
