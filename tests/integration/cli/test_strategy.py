"""A strategist at the command line: the documented output is the real one, and what goes wrong is said in words."""

from __future__ import annotations

import csv
import io
import re
import shlex
from pathlib import Path

import pytest

from .conftest import Dealfit

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "strategy.md"
CLOSED = ROOT / "examples" / "closed-deals.csv"
MAPPING = ROOT / "examples" / "closed-deals.yaml"
LIVE = ROOT / "profile" / "deal-profile.yaml"


def shown() -> list[tuple[str, list[list[str]]]]:
    """The commands of the page with the pieces of output that it shows."""
    text = PAGE.read_text(encoding="utf-8")
    found = []
    for body in re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        command, _, output = body.partition("\n")
        lines = [line.rstrip() for line in output.splitlines()]
        if output and not output.startswith("$ "):
            pieces = "\n".join(lines).split("\n...\n")
            found.append(
                (command.removeprefix("$ dealfit "), [piece.removesuffix("\n...").split("\n") for piece in pieces])
            )
    return found


@pytest.mark.parametrize(("command", "pieces"), shown(), ids=lambda each: each if isinstance(each, str) else "")
def test_the_documented_output_is_the_real_output(
    command: str, pieces: list[list[str]], dealfit: Dealfit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.chdir(ROOT)
    done = dealfit(*shlex.split(command))
    text = "\n".join(line.rstrip() for line in done.out.splitlines())
    for piece in pieces:
        wanted = "\n".join(piece)
        assert wanted in text, "copy the output of this command into docs/strategy.md again"
        text = text[text.index(wanted) + len(wanted) :]


def test_the_page_shows_every_command() -> None:
    assert [" ".join(command.split()[:2]) for command, _ in shown()] == [
        "pipeline money", "pipeline suggest", "profile backtest", "pipeline measure",
    ]  # fmt: skip


def test_what_was_imported_says_the_same_as_the_file(dealfit: Dealfit, tmp_path: Path) -> None:
    assert dealfit("pipeline", "import", str(CLOSED), "--mapping", str(MAPPING)).status == 0
    stored, read = dealfit("pipeline", "money", "--format", "json"), ("--deals", str(CLOSED))
    assert stored.json == dealfit("pipeline", "money", *read, "--format", "json").json
    one = dealfit("profile", "backtest", "--format", "json")
    other = dealfit("profile", "backtest", *read, "--mapping", str(MAPPING), "--format", "json")
    assert one.status == other.status == 1
    exact = [
        (rule["check"], rule["refused"]["won"]["deals"], rule["refused"]["won"]["margin"]) for rule in one.json["rules"]
    ]
    assert exact == [
        (rule["check"], rule["refused"]["won"]["deals"], rule["refused"]["won"]["margin"])
        for rule in other.json["rules"]
    ]
    changed = tmp_path / "other-facts.yaml"
    text = LIVE.read_text(encoding="utf-8").replace(
        "facts:\n", "facts:\n  rank: {type: integer, label: Rank, ask: Rank?}\n", 1
    )
    changed.write_text(text, encoding="utf-8")
    again = dealfit("profile", "backtest", "--profile", str(changed), "--against", str(LIVE), "--format", "json")
    assert (again.status, again.json["against"]["moved"]) == (0, 0)
    assert again.json["closed"] == one.json["closed"]
    measured = dealfit("pipeline", "measure", "--format", "json").json
    assert measured["all"]["won"] == 98
    assert sum(each["walked_away"] for each in measured["said_no"]) == 8


def test_deal_by_deal_and_several_profiles(dealfit: Dealfit, tmp_path: Path) -> None:
    tighter = tmp_path / "tighter.yaml"
    text = LIVE.read_text(encoding="utf-8").replace('require: {discount: "<= 10%"}', 'require: {discount: "<= 5%"}')
    tighter.write_text(text, encoding="utf-8")
    read = ("--deals", str(CLOSED))
    done = dealfit("profile", "backtest", "--profile", str(tighter), "--against", str(LIVE), *read, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert len(rows) == 156
    moved = sum(row["verdict"] != row["verdict_before"] for row in rows)
    several = dealfit(
        "profile", "backtest", "--profile", str(tighter), "--profile", str(LIVE), *read, "--format", "json"
    )
    refused = [each["refused"]["won"] for each in several.json["candidates"]]
    assert (several.status, refused[1]) == (0, 57)
    assert done.status == (1 if moved else 0)
    assert refused[0] == sum(row["verdict"] == "does_not_fit" and row["outcome"] == "won" for row in rows)


def test_what_goes_wrong_is_said_with_the_remedy(dealfit: Dealfit, tmp_path: Path) -> None:
    open_deals = str(ROOT / "examples" / "deals.csv")
    for command, words in (
        (("profile", "backtest"), "nothing to look back on"),
        (("profile", "backtest", "--deals", open_deals), "Closed Won"),
        (("pipeline", "money"), "dealfit pipeline import"),
        (("pipeline", "measure", "--deals", open_deals), "No deal is won"),
        (("pipeline", "money", "--deals", str(CLOSED), "--by", "beds"), "segment, term, industry"),
        (
            ("pipeline", "suggest", "--deals", str(CLOSED), "--fact", "outcomes"),
            "no fact that deals can be told apart by",
        ),
        (("pipeline", "suggest", "--deals", str(CLOSED), "--above", "much"), "is no number"),
        (("pipeline", "money", "--mapping", str(MAPPING)), "--mapping goes with --deals"),
        (("profile", "backtest", "--deals", str(tmp_path / "no.csv")), "there is no such file"),
    ):
        done = dealfit(*command)
        assert done.status == 2, command
        assert words in done.err, command
        assert "Traceback" not in done.err
    few = dealfit("pipeline", "suggest", "--deals", open_deals)
    assert few.status == 1
    assert "To tell a rule from luck" in few.out


def test_a_profile_in_another_currency_is_not_compared(dealfit: Dealfit, tmp_path: Path) -> None:
    euros = tmp_path / "euros.yaml"
    euros.write_text(LIVE.read_text(encoding="utf-8").replace("currency: USD", "currency: EUR"), encoding="utf-8")
    done = dealfit("profile", "backtest", "--against", str(euros), "--deals", str(CLOSED))
    assert done.status == 2
    assert "cannot be compared" in done.err


def test_the_curve_is_drawn(dealfit: Dealfit, tmp_path: Path) -> None:
    target = tmp_path / "whale.png"
    dealfit("pipeline", "money", "--deals", str(CLOSED), "--png", str(target))
    first = target.read_bytes()
    assert first.startswith(b"\x89PNG")
    dealfit("pipeline", "money", "--deals", str(CLOSED), "--png", str(target))
    assert target.read_bytes() == first
