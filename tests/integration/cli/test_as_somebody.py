"""`--as` beside Slack user groups: Slack is asked where a token is set, and what stays unknown is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.bootstrap import Core
from bot.cli.asking import HELP, asker_of, groups_not_known
from bot.playground.model import User
from bot.playground.server import Playground
from bot.playground.workspace import UserGroup
from bot.profile.people import Role
from bot.settings import Settings, content_root
from tests.playgrounds import patient

PEOPLE = """\
people:
  dana: {name: Dana Reyes, email: dana@alphatech.example, roles: [rep]}
  nina: {name: Nina Lang, email: nina@alphatech.example}
groups:
  S0MANAGERS: [manager]
"""


@pytest.fixture(scope="module")
def slack() -> Iterator[Playground]:
    with patient() as ground:
        ground.workspace.add_user(User("U0NINA", "nina", "Nina Lang", "nina@alphatech.example"))
        yield ground


def rooms(folder: Path, text: str = PEOPLE, **settings: str) -> Core:
    (folder / "profile").mkdir(exist_ok=True)
    (folder / "profile" / "people.yaml").write_text(text, encoding="utf-8")
    shipped = (content_root() / "profile" / "deal-profile.yaml").read_bytes()
    (folder / "profile" / "deal-profile.yaml").write_bytes(shipped)
    given = {"DEALFIT_PROFILE_DIR": str(folder / "profile"), "DEALFIT_DATA_DIR": str(folder / "data"), **settings}
    return Core(Settings.load(given, env_file=None))


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().err.split())


def token(slack: Playground) -> dict[str, str]:
    return {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_API_URL": slack.api_url}


def test_with_a_token_slack_says_who_is_in_a_group(slack: Playground, tmp_path: Path, capsys) -> None:
    slack.workspace.usergroups["S0MANAGERS"] = UserGroup("S0MANAGERS", "managers", "Managers", ["U0NINA"])
    core = rooms(tmp_path, **token(slack))
    assert asker_of(core, "nina").roles == {Role.MANAGER}
    assert asker_of(core, "dana").roles == {Role.REP}
    assert core.people().by_key("nina").roles == {Role.MANAGER}, "the rooms see it too, not only the asker"
    assert said(capsys) == ""


def test_a_group_that_slack_does_not_tell_is_named(slack: Playground, tmp_path: Path, capsys) -> None:
    slack.workspace.usergroups.pop("S0MANAGERS", None)
    core = rooms(tmp_path, **token(slack))
    assert asker_of(core, "dana").roles == {Role.REP}
    words = said(capsys)
    assert "the Slack user group S0MANAGERS, and Slack did not say who they are" in words
    assert "Dana Reyes has the roles rep without them; in Slack it may be more." in words
    with pytest.raises(SystemExit):
        asker_of(core, "nina")


def test_without_a_token_somebody_whose_roles_a_group_gives_is_not_taken_for_nobody(tmp_path: Path, capsys) -> None:
    core = rooms(tmp_path)
    with pytest.raises(SystemExit) as left:
        asker_of(core, "nina")
    words = said(capsys)
    assert left.value.code == 2
    assert "members of the Slack user group S0MANAGERS. Who they are is not known here: set SLACK_BOT_TOKEN" in words
    assert "Nina Lang has no role without them. Write roles for nina in people.yaml, or look in Slack." in words
    assert asker_of(core, "dana").roles == {Role.REP}
    assert "Dana Reyes has the roles rep without them; in Slack it may be more." in said(capsys)


def test_nothing_is_said_where_no_group_gives_roles(tmp_path: Path, capsys) -> None:
    core = rooms(tmp_path, PEOPLE.partition("  nina")[0])
    assert asker_of(core, "dana").roles == {Role.REP}
    assert groups_not_known(core) == ""
    assert said(capsys) == ""


def test_help_says_it_too(dealfit) -> None:
    assert "SLACK_BOT_TOKEN" in HELP
    shown = " ".join(dealfit("pipeline", "scorecard", "--help").out.split())
    assert "Slack user groups" in shown
