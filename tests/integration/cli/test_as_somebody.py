"""`--as` beside Slack user groups: what the command line does not ask, it says."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bot.cli.asking import HELP, asker_of
from bot.profile.people import Role, parse_people

PEOPLE = """\
people:
  dana: {name: Dana Reyes, email: dana@firm.example, roles: [rep]}
  nina: {name: Nina Lang, email: nina@firm.example}
groups:
  S0MANAGERS: [manager]
"""


def rooms(text: str) -> Any:
    people = parse_people(text.encode(), "people.yaml")
    return SimpleNamespace(people=lambda: people)


def test_somebody_whose_roles_a_group_gives_is_not_taken_for_nobody(capsys):
    with pytest.raises(SystemExit) as left:
        asker_of(rooms(PEOPLE), "nina")
    said = " ".join(capsys.readouterr().err.split())
    assert left.value.code == 2
    assert "people.yaml gives roles to Slack user groups too, which the command line does not ask" in said
    assert "Write roles for nina in people.yaml, or look in Slack." in said


def test_what_may_be_missing_is_said_and_only_where_groups_give_roles(capsys):
    assert asker_of(rooms(PEOPLE), "dana").roles == {Role.REP}
    assert "Dana Reyes has the roles rep there; in Slack it may be more." in " ".join(capsys.readouterr().err.split())
    alone = PEOPLE.partition("  nina")[0]
    assert asker_of(rooms(alone), "dana").roles == {Role.REP}
    assert capsys.readouterr().err == ""


def test_help_says_it_too(dealfit):
    assert "Slack user groups" in HELP
    shown = " ".join(dealfit("pipeline", "scorecard", "--help").out.split())
    assert "Slack user groups are" in shown
