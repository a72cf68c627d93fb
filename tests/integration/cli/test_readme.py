"""The README as a newcomer follows it: its commands are run in their order, and print what it shows.

With UPDATE_README=1 in the environment what they print now is written into it, as far as it was shown before.
"""

from __future__ import annotations

import os
import re
import shlex

import pytest

from bot.settings import content_root
from tests.integration.cli.conftest import Dealfit

README = content_root() / "README.md"
BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ dealfit (.+)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
TODAY = re.compile(r"\d{1,2} [A-Z][a-z]+ 20\d\d")
NOT_RUN = ("run", "profile init", "check hospitals.csv")
"""What does not end, what writes into the checkout, and what needs a file that is not here (test_check.py runs it)."""


def lines(text: str) -> list[str]:
    """The lines without trailing blanks, and without what another day or an edit of the profile's comments changes."""
    masked = re.sub(r"\([0-9a-f]{8}\)|(?<=\.yaml:)\d+", "#", text)
    read = [line.rstrip() for line in TODAY.sub("DAY", masked).strip("\n").splitlines()]
    # Which of the nearest titles stands first hangs on the last digits of a vector, which differ between processors.
    nearest = [n for n, line in enumerate(read) if re.fullmatch(r"  \w.* > .*\.md\)", line)]
    for n, line in zip(nearest, sorted(read[n] for n in nearest), strict=True):
        read[n] = line
    return read


def as_shown(said: str, shown: str) -> str:
    """What a command printed, as far as the page shows it: from the line with which a piece begins, as many lines."""
    if not shown.strip():
        return shown
    told = [line.rstrip() for line in said.strip("\n").splitlines()]
    body = shown.strip("\n").removesuffix("\n...")
    whole, kept = body == shown.strip("\n") and "\n...\n" not in body, list[str]()
    for piece in body.split("\n...\n"):
        first = next((n for n, line in enumerate(told) if lines(line) == lines(piece.splitlines()[0])), 0)
        kept += told if whole else [*told[first : first + len(piece.splitlines())], "..."]
        told = told[first + len(piece.splitlines()) :]
    return "\n".join(kept) + shown[len(shown.rstrip("\n")) :]


def test_every_command_of_the_readme_prints_what_the_readme_shows(dealfit: Dealfit, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.chdir(content_root())
    page, wrong, compared = README.read_text(encoding="utf-8"), [], 0

    def run(match: re.Match[str]) -> str:
        nonlocal compared
        command, shown = match[1], match[2]
        if command.startswith(NOT_RUN):
            return match[0]
        done = dealfit(*shlex.split(command))
        now = as_shown(done.out + done.err, shown)
        compared += bool(shown.strip())
        if lines(now) != lines(shown):
            wrong.append(f"$ dealfit {command}\n{now}")
        return f"$ dealfit {command}\n{now}"

    new = BLOCK.sub(lambda block: COMMAND.sub(run, block[0]), page)
    if os.environ.get("UPDATE_README"):
        README.write_text(new, encoding="utf-8")
        return
    assert wrong == [], "the README shows something else: run this test with UPDATE_README=1"
    assert compared >= 6
