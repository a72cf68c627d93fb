"""What after `/pipeline` is a command of its own, and what is a question."""

from __future__ import annotations

import re

import pytest

from bot.slack import subcommands
from bot.slack.subcommands import Subcommand, pipeline_help, subcommand_of

MONEY = Subcommand("money", "shows where the margin comes from.", "pipeline.money")
CARD = Subcommand("scorecard", "shows a rep's scorecard.", "pipeline.scorecard", takes="[rep]", fits=re.compile(r".*"))
TEST = Subcommand("backtest", "judges past deals.", "backtest", takes="[year]", fits=re.compile(r"(20\d\d)?"))


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subcommands, "ALL", (MONEY, CARD, TEST))


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("money", (MONEY, "")),
        ("  Money ", (MONEY, "")),
        ("money at risk by rep", None),
        ("moneybags", None),
        ("scorecard Dana Reyes", (CARD, "Dana Reyes")),
        ("scorecard", (CARD, "")),
        ("backtest 2025", (TEST, "2025")),
        ("backtest", (TEST, "")),
        ("backtest all of last year", None),
        ("", None),
        ("which deals need money", None),
    ],
)
def test_a_subcommand_is_told_from_a_question(text: str, expected: tuple[Subcommand, str] | None) -> None:
    assert subcommand_of(text) == expected


@pytest.mark.usefixtures("three")
def test_help_names_each_with_its_usage() -> None:
    said = pipeline_help()
    assert "*/pipeline scorecard [rep]* shows a rep's scorecard." in said
    assert "*/pipeline money* shows where" in said


def test_no_two_subcommands_share_a_name() -> None:
    names = [one.name for one in subcommands.ALL]
    assert len(set(names)) == len(names)
    assert all(name == name.casefold() and " " not in name for name in names)
