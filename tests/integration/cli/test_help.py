"""Each command's help: what it does, what each argument is, and examples that do what they show."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from bot.cli.app import app
from bot.settings import content_root
from tests.integration.cli.conftest import Dealfit
from tests.unit.test_docs import refused

EXAMPLE = re.compile(r"^ *(dealfit .+)$", re.MULTILINE)
NEEDS = {
    "dealfit run": "does not end",
    "dealfit pipeline sync": "needs a CRM",
    "dealfit audit erase": "asks first, and changes what is kept",
    "dealfit exceptions show 12": "needs an exception that was asked for in Slack",
    "dealfit reviews agenda": "the dates ahead depend on the day",
    "dealfit reviews record": "a day that is to come is refused",
    "dealfit pipeline import examples": "is run first",
    "dealfit pipeline map export.xlsx": "needs a workbook; the other example runs",
    "dealfit pipeline activities calls.csv": "needs calls; the other example runs",
    "dealfit pipeline suggest": "takes seconds; test_strategy.py runs it",
    "dealfit pipeline measure": "takes seconds; test_strategy.py runs it",
    "dealfit profile backtest": "takes seconds; test_strategy.py runs it",
    "dealfit pipeline fit": "is what `dealfit pipeline` alone does",
    "dealfit index --rebuild": "takes seconds; the other example runs",
}
"""Examples that are held against the parser only, and why."""
LOOKS = {
    "dealfit check examples/deals.csv": 1,
    "dealfit check --facts": 1,
    'dealfit check "Mercy': 1,
    "dealfit check hospitals.csv": 1,
    "dealfit profile diff before.yaml": 1,
}
"""Exit statuses that examples have as their help says; else 0."""
HOSPITALS = "ID,NAME,TYPE,STATUS,BEDS\n1,Mercy,GENERAL ACUTE CARE,OPEN,120\n"


def commands() -> Iterator[tuple[str, Any]]:
    """Every command and group, with the words that it is called by."""
    found = [("dealfit", typer.main.get_command(app))]
    while found:
        path, command = found.pop()
        yield path, command
        found += [(f"{path} {name}", each) for name, each in getattr(command, "commands", {}).items()]


ALL = dict(sorted(commands()))


def examples(text: str) -> list[str]:
    return EXAMPLE.findall(text.partition("For example:")[2])


def arguments(example: str) -> list[str]:
    """What the shell hands to the command."""
    return shlex.split(re.split(r" (?:>>?|\|) ", example)[0])[1:]


def test_there_are_as_many_commands_as_were_counted():
    assert len(ALL) >= 46


@pytest.mark.parametrize("path", [path for path in ALL if path != "dealfit"])
def test_help_says_what_it_does_what_each_argument_is_and_shows_an_example(path: str):
    command = ALL[path]
    assert re.match(r"[A-Z][^.]{15,}[.:]", command.help), "a first sentence"
    unexplained = [param.name for param in command.params if not getattr(param, "help", None)]
    assert unexplained == []
    shown = examples(command.help)
    assert shown, "no example"
    assert [one for one in shown if not one.startswith(path)] == [], "another command's example"
    assert [(one, why) for one in shown if (why := refused(arguments(one), whole=True))] == []


def test_the_page_of_scripts_has_every_exit_status_that_a_help_speaks_of():
    page = (content_root() / "docs" / "json.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`dealfit .*?) \| 0 ", page, re.MULTILINE)
    named = set()
    for row in rows:
        first, *more = re.findall(r"`([^`]+)`", row)
        named |= {first, *(f"{first.rpartition(' ')[0]} {word}" for word in more)}
    speaking = {path for path, command in ALL.items() if "Exit status" in (command.help or "")}
    assert speaking - {"dealfit pipeline fit"} <= named
    assert named <= set(ALL)


def test_examples_run_as_they_are_written(dealfit: Dealfit, tmp_path: Path):
    content = content_root()
    (tmp_path / "examples").symlink_to(content / "examples")
    (tmp_path / "profile").symlink_to(content / "profile")
    (tmp_path / "drafts").mkdir()
    live = (content / "profile" / "deal-profile.yaml").read_text(encoding="utf-8")
    stricter = live.replace("<= 10", "<= 9", 1)
    assert stricter != live
    for name in ("before.yaml", "candidate.yaml"):
        (tmp_path / name).write_text(stricter, encoding="utf-8")
    (tmp_path / "drafts" / "deal-profile.yaml").write_text(live, encoding="utf-8")
    (tmp_path / "accounts.csv").write_text("rep,account\nDana Reyes,Mercy Regional\n", encoding="utf-8")
    (tmp_path / "hospitals.csv").write_text(HOSPITALS, encoding="utf-8")
    page = (content / "docs" / "proposals-and-reviews.md").read_text(encoding="utf-8")
    first = examples(ALL["dealfit pipeline import"].help)
    assert [dealfit(*arguments(one)).status for one in first] == [0, 0]
    assert dealfit("check", "hospital, 120 beds").status == 1
    head = dealfit("audit", "head").out.strip()
    files = {"mercy.txt": page.partition("```text\n")[2].partition("\n")[0], "heads.txt": head}
    run, wrong = 0, []
    for one in [one for command in ALL.values() for one in examples(command.help or "")]:
        if one.startswith(tuple(NEEDS)):
            continue
        words = [next((files[name] for name in files if name in word), word) for word in arguments(one)]
        words = [head.partition(":")[0] if word == "42" else word for word in words]
        done = dealfit(*words)
        run += 1
        wanted = next((status for start, status in LOOKS.items() if one.startswith(start)), 0)
        if done.status != wanted or "error:" in done.err:
            wrong.append(f"{one}: status {done.status}, not {wanted}: {done.err[-300:]}")
    assert wrong == []
    assert run > 50
