"""Who somebody says they are: a profile of another workspace may show any name and any e-mail address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.profile.people import Role, parse_people
from bot.slack.askers import Askers
from tests.unit.slack.recording import Recording

PEOPLE = parse_people(b"people:\n  dana: {name: Dana Reyes, email: dana@firm.example, roles: [rep]}\n", "people.yaml")
DANA = {"real_name": "Dana Reyes", "profile": {"email": "dana@firm.example"}}


def roles(user: dict[str, Any], home: dict[str, Any] | None) -> frozenset[Role]:
    client = Recording() if home is not None else Recording(auth_test=TimeoutError("slow"))
    client.answers["users.info"] = {"ok": True, "user": {**DANA, **user}}
    client.answers["auth.test"] = {"ok": True, **(home or {})}
    askers = Askers(client=client, people=lambda: PEOPLE, clock=lambda: datetime(2026, 11, 23, tzinfo=UTC))
    return askers.of("U1").roles


@pytest.mark.parametrize(
    ("user", "home", "known"),
    [
        ({"team_id": "T1"}, {"team_id": "T1"}, True),
        ({"team_id": "T2"}, {"team_id": "T1"}, False),
        (
            {"team_id": "T2", "enterprise_user": {"enterprise_id": "E2"}},
            {"team_id": "T1", "enterprise_id": "E1"},
            False,
        ),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E1"}}, {"team_id": "T1", "enterprise_id": "E1"}, True),
        ({"team_id": "T2", "enterprise_user": {}}, {"team_id": "T1"}, False),
        ({"team_id": "T1"}, None, False),
    ],
    ids=["ours", "Slack Connect", "another organisation", "our organisation", "no organisation", "Slack away"],
)
def test_only_an_account_of_ours_is_one_of_our_people(user: dict[str, Any], home: dict[str, Any] | None, known: bool):
    assert bool(roles(user, home)) == known
