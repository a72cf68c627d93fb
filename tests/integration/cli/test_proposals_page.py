"""The page on proposals and reviews: its commands are run as they stand, and its output is theirs."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import docx
import icalendar
import pytest

from bot.settings import content_root
from tests.integration.cli.conftest import Dealfit, Done

PAGE = content_root() / "docs" / "proposals-and-reviews.md"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OF_ITS_DAY = {"list", "agenda", "ics"}
"""Commands whose output depends on the day they are run on: of these only lines without a figure are compared."""


def blocks(kind: str) -> list[str]:
    return [body for found, body in FENCE.findall(PAGE.read_text(encoding="utf-8")) if found == kind]


def commands() -> Iterator[tuple[str, list[str]]]:
    for body in blocks("console"):
        for command, shown in re.findall(r"^\$ dealfit (.+)\n((?:(?!\$ ).*\n)*)", body, re.MULTILINE):
            yield command, [line.rstrip() for line in shown.splitlines()]


def words(command: str, text: str) -> list[str]:
    """The arguments as a shell would make them of the two substitutions that the page uses."""
    plain = command.replace('"$(cat mercy.txt)"', "WORDS")
    plain = plain.replace("\"$(sed 's/8% discount/12% discount/' mercy.txt)\"", "FURTHER")
    given = {"WORDS": text, "FURTHER": text.replace("8% discount", "12% discount")}
    return [given.get(word, word) for word in shlex.split(plain)]


@pytest.fixture
def ran(dealfit: Dealfit, tmp_path: Path) -> dict[str, tuple[Done, list[str]]]:
    (text,) = blocks("text")
    (tmp_path / "won.csv").write_text(blocks("csv")[0], encoding="utf-8")
    return {command: (dealfit(*words(command, text.strip())), shown) for command, shown in commands()}


def test_every_command_of_the_page_gives_what_the_page_shows(ran: dict[str, tuple[Done, list[str]]], tmp_path: Path):
    assert len(ran) >= 10
    for command, (done, shown) in ran.items():
        refused = "12%" in command
        assert done.status == (1 if refused else 0), f"{command}: {done.err}"
        said = [line.rstrip() for line in (done.out + done.err).splitlines()]
        lasting = [line for line in shown if not (OF_ITS_DAY & set(command.split()) and re.search(r"\d", line))]
        assert [line for line in lasting if line not in said] == [], command
    assert docx.Document(tmp_path / "mercy.docx").paragraphs[0].text == "Proposal for Mercy Regional"
    entries = icalendar.Calendar.from_ical((tmp_path / "reviews.ics").read_bytes()).walk("VEVENT")
    assert 0 < len(entries) <= 15
    yesterday = datetime.now(UTC).date() - timedelta(days=1)  # midnight may have come since
    assert min(entry["dtstart"].dt for entry in entries) >= yesterday, "what has passed is left out"


def members(command: str) -> set[str]:
    """The names at the top of a command's JSON, as the page lists them."""
    (row,) = re.findall(rf"^\| `dealfit {command}` \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    flat: Any = row
    while re.search(r"[\[{][^\[\]{}]*[\]}]", flat):
        flat = re.sub(r"[\[{][^\[\]{}]*[\]}]", "", flat)
    return {"schema", *re.findall(r"`(\w+)`", flat)}


@pytest.mark.usefixtures("ran")
def test_the_documented_json_has_the_members_of_the_code(dealfit: Dealfit):
    for command, arguments in (
        ("proposal", ("--deal", "Mercy Regional")),
        ("reviews list", ()),
        ("reviews agenda", ("Mercy Regional",)),
        ("pipeline scorecard", ("dana",)),
    ):
        made = json.loads(dealfit(*command.split(), *arguments, "--format", "json").out)
        assert set(made) == members(command), command
        assert made["schema"] == 1


def test_what_is_not_there_or_not_theirs_says_what_to_do(dealfit: Dealfit):
    assert "There are no won deals yet" in dealfit("reviews", "list").err
    for arguments, says in (
        (("proposal",), "Give the deal in words"),
        (("proposal", "--deal", "Nobody"), "There is no deal 'Nobody'"),
        (("proposal", "Mercy: hospital", "--close", "soon"), "write a date as year-month-day"),
        (("proposal", "hm"), "Write it like this"),
        (("proposal", "Mercy"), '--deal "NAME"'),
        (("reviews", "agenda", "Nobody"), "There is no won deal"),
        (("reviews", "record", "Nobody", "up-time", "much"), "is no number"),
        (("reviews", "record", "Nobody", "up-time", "1", "soon"), "is no date"),
        (("reviews", "list", "--as", "nobody"), "nobody in people.yaml"),
        (("reviews", "list", "--as", "alex"), "for reps and their managers"),
        (("pipeline", "scorecard", "lena", "--as", "morgan"), "whose scorecard you may see"),
    ):
        done = dealfit(*arguments)
        assert done.status == 2, arguments
        assert says in done.err
        assert "Traceback" not in done.err


def test_broken_texts_are_a_message_with_the_place(dealfit: Dealfit, own_profile: Path):
    texts = own_profile / "proposal.yaml"
    texts.write_text(texts.read_text(encoding="utf-8").replace("firm: Alphatech", "frim: Alphatech"), encoding="utf-8")
    done = dealfit("proposal", "--check-texts", DEALFIT_PROFILE_DIR=str(own_profile))
    assert (done.status, "proposal.yaml:" in done.err, "Did you mean firm?" in done.err) == (2, True, True)
    lint = dealfit("profile", "lint")
    assert (lint.status, "proposal.yaml:" in lint.out, "Did you mean firm?" in lint.out) == (2, True, True)
    assert "✗ proposals" in dealfit("doctor").out
    texts.unlink()
    done = dealfit("reviews", "list", DEALFIT_PROFILE_DIR=str(own_profile))
    assert (done.status, "Begin one with `dealfit proposal --write-texts`" in done.err) == (2, True)


def test_a_firm_begins_its_texts_with_the_facts_that_its_profile_has(dealfit: Dealfit, tmp_path: Path):
    folder = tmp_path / "firm"
    assert dealfit("profile", "init", folder).status == 0
    own = {"DEALFIT_PROFILE_DIR": str(folder)}
    assert dealfit("proposal", "--check-texts", **own).status == 0, "what init wrote is good"
    (folder / "proposal.yaml").unlink()
    done = dealfit("proposal", "--write-texts", **own)
    assert done.status == 0, done.err
    assert "Alphatech" not in (folder / "proposal.yaml").read_text(encoding="utf-8")
    assert "exists already" in dealfit("proposal", "--write-texts", **own).err
    assert "grace" not in dealfit("proposal", "--check-texts", **own).err
