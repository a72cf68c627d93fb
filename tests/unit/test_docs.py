"""The documentation cannot drift: its settings, links, commands, JSON and dependency table are those of the code."""

from __future__ import annotations

import json
import pkgutil
import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import typer.main

from bot.answers.model import Answer, Citation
from bot.cli.app import app
from bot.profile.verdict import Finding, Judgement, Part, ProfileId, Result, Verdict
from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
OPERATING = ROOT / "docs" / "operating.md"
JSON = ROOT / "docs" / "json.md"
DEPENDENCIES = ROOT / "docs" / "decisions" / "0008-runtime-dependencies.md"

FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```\s*$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"!?\[(?:[^\]\[]|\[[^\]]*\])*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
HEADING = re.compile(r"^#{1,6} +(.*?)\s*#*$", re.MULTILINE)
ROW = re.compile(r"^\| `([^`]+)` \| (.*?) \|(?: (.*?) \|)?$", re.MULTILINE)
HELP = {"-h", "--help"}


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def prose(text: str) -> str:
    return FENCE.sub("", text)


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives the headings: small letters, words joined by hyphens, a number for a repeat."""
    found: set[str] = set()
    for title in HEADING.findall(prose(text)):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).replace("`", "")
        slug = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        number, made = 0, slug
        while made in found:
            number += 1
            made = f"{slug}-{number}"
        found.add(made)
    return found


def broken_links(page: Path, text: str) -> Iterator[str]:
    for target in LINK.findall(INLINE.sub("", prose(text))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists():
            yield f"{target}: there is no such file"
        elif not file.is_relative_to(ROOT):
            yield f"{target}: outside the repository"
        elif anchor and anchor not in anchors(text if file == page else file.read_text(encoding="utf-8")):
            yield f"{target}: there is no such heading"


def spoken_commands(text: str) -> Iterator[list[str]]:
    """The command lines in code fences, each as its arguments."""
    for _, body in FENCE.findall(text):
        joined = body.replace("\\\n", " ")
        for line in joined.splitlines():
            match = re.match(r"^\s*(?:\$ )?(?:\.venv/bin/)?dealfit (.+)$", line)
            if match:
                yield shlex.split(re.split(r"\s[>|&]|\s#\s", match[1])[0])


def mentioned_commands(text: str) -> Iterator[list[str]]:
    """The commands in running text, which need not be complete."""
    for code in INLINE.findall(prose(text)):
        match = re.match(r"^(?:\.venv/bin/)?dealfit (.+)$", code)
        if match:
            yield shlex.split(re.split(r"\s[>|&]", match[1])[0])


def options(command: Any) -> set[str]:
    return HELP | {name for param in command.params for name in (*param.opts, *param.secondary_opts)}


def refused(arguments: list[str], *, whole: bool) -> str | None:
    """Why the command line would not take these arguments. `whole`: they are everything that a person types."""
    command: Any = typer.main.get_command(app)
    left = list(arguments)
    while hasattr(command, "commands") and left:
        word = left.pop(0)
        if word.startswith("-"):
            return None if word in options(command) else f"there is no option {word}"
        if re.fullmatch(r"[A-Z]+|\.\.\.", word):
            return None
        if word not in command.commands:
            return f"there is no command {word}"
        command = command.commands[word]
    for word in left:
        option = word.partition("=")[0]
        if re.match(r"--?[a-z]", word) and option not in options(command):
            return f"there is no option {option}"
    if not whole or HELP & set(left):
        return None
    if hasattr(command, "commands") and not command.invoke_without_command:
        return "a command is missing"
    try:
        command.make_context(command.name, left)
    except Exception as error:  # noqa: BLE001 - whatever the parser says, the page is wrong
        return f"{type(error).__name__}: {error}"
    return None


def table(page: Path) -> dict[str, str]:
    return {key: first for key, first, _ in ROW.findall(page.read_text(encoding="utf-8"))}


def json_blocks(page: Path) -> list[Any]:
    return [json.loads(body) for kind, body in FENCE.findall(page.read_text(encoding="utf-8")) if kind == "json"]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_relative_link_leads_somewhere(page: Path):
    assert list(broken_links(page, page.read_text(encoding="utf-8"))) == []


def test_the_architecture_page_has_every_room_and_names_only_what_is_there() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    layers = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    rooms = [room.removeprefix("bot.") for layer in layers[0]["layers"] for room in layer.split(" | ")]
    rows = re.findall(r"^\| `(\w+)` \| .* \| `(bot/[\w/.]+)` \|$", text, re.MULTILINE)
    assert [room for room, _ in rows] == rooms
    for room, first in rows:
        assert first.startswith(f"bot/{room}")
        assert (ROOT / first).is_file()
    named = re.findall(rf"`((?:{'|'.join(rooms)})\.[\w.]+)`", prose(text))
    assert len(named) > 50
    assert [dotted for dotted in named if not stands(dotted)] == []


def stands(dotted: str) -> bool:
    """Whether `slack.inbox.Work` is a module of bot/, or what one holds."""
    try:
        pkgutil.resolve_name(f"bot.{dotted}")
    except (ImportError, AttributeError):
        return False
    return True


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_in_the_documentation_exists(page: Path):
    text = page.read_text(encoding="utf-8")
    wrong = [(c, why) for c in spoken_commands(text) if (why := refused(c, whole=True))]
    wrong += [(c, why) for c in mentioned_commands(text) if (why := refused(c, whole=False))]
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_make_target_in_the_documentation_exists(page: Path):
    text = page.read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    code = [*INLINE.findall(prose(text)), *(line for _, body in FENCE.findall(text) for line in body.splitlines())]
    asked = {m[1] for line in code if (m := re.match(r"^\s*(?:\$ )?make ([a-z]+)\b", line))}
    assert asked <= targets


def test_the_readme_shows_commands_and_pictures():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {c[0] for c in spoken_commands(text)} >= {"check", "ask", "profile", "pipeline"}
    assert len(re.findall(r"!\[[^\]]{20,}\]\(docs/images/\w+\.png\)", text)) >= 4


def test_every_setting_is_documented_and_nothing_else():
    documented = {key for key in table(OPERATING) if re.fullmatch(r"[A-Z][A-Z_]+", key)}
    assert documented == {str(field.alias) for field in Settings.model_fields.values()}


def test_documented_defaults_are_the_defaults():
    rows = table(OPERATING)
    plain = {
        str(field.alias): str(field.default)
        for field in Settings.model_fields.values()
        if field.default_factory is None and field.default is not None
    }
    assert {alias: rows[alias].strip("`") for alias in plain} == plain


def test_the_sample_names_only_settings():
    lines = (ROOT / ".env.sample").read_text(encoding="utf-8").splitlines()
    named = {m[1] for line in lines if (m := re.match(r"^#?([A-Z][A-Z_]+)=", line))}
    assert named
    assert named <= {str(field.alias) for field in Settings.model_fields.values()}
    assert not any(re.match(r"^[A-Z]", line) for line in lines), "a sample sets nothing"


def test_every_runtime_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[\[=<>~! ]", line)[0] for line in project["dependencies"]}
    reasons = table(DEPENDENCIES)
    assert set(reasons) == wanted
    assert all(len(reason) > 15 for reason in reasons.values())


def test_every_decision_is_in_the_list():
    folder = ROOT / "docs" / "decisions"
    listed = set(LINK.findall((folder / "README.md").read_text(encoding="utf-8")))
    assert listed == {page.name for page in folder.glob("0*.md")}


def test_every_number_that_the_linter_asks_about_has_its_reason():
    silent = re.compile(r"# noqa: PLR2004\s*$", re.MULTILINE)
    modules = [path for path in (ROOT / "bot").rglob("*.py") if silent.search(path.read_text(encoding="utf-8"))]
    assert modules == []


def test_the_documented_json_is_json_of_this_schema():
    blocks = json_blocks(JSON)
    assert len(blocks) == 17
    assert [block["schema"] for block in blocks if block["schema"] != 1] == [2], "the picture at a glance"


def test_the_documented_verdict_has_the_members_of_the_code():
    deal = json_blocks(JSON)[0]["deals"][0]
    finding = Finding("c", "l", Part.PRICE, Result.PASS, "b", "r")
    verdict = Verdict(Judgement.FITS, ProfileId("t", "v", "s"), "d", {}, (finding,))
    assert set(deal["findings"][0]) == set(finding.plain())
    beside = {"name", "unread", "conflicts", "no_offer", "economics", "coaching", "converted"}  # of `dealfit check`
    assert set(deal) == set(verdict.plain()) - {"profile"} | beside


def test_the_documented_answer_has_the_members_of_the_code():
    answer = json_blocks(JSON)[1]
    assert set(answer) == set(Answer("").plain())
    assert all(set(one) == {field.name for field in fields(Citation)} for one in answer["citations"])


def test_these_checks_find_what_they_look_for():
    page = ROOT / "README.md"
    text = "# One\n\n[a](LICENSE) [b](#one) [c](#two) [d](no.md) [e](docs/json.md#nowhere) [f](https://x.example/)\n"
    assert [found.partition(":")[0] for found in broken_links(page, text)] == ["#two", "no.md", "docs/json.md#nowhere"]
    fenced = '```console\n$ dealfit check "a b" --format json > out.json\n$ dealfit ask x | less\n```\n'
    assert list(spoken_commands(fenced)) == [["check", "a b", "--format", "json"], ["ask", "x"]]
    assert refused(["check", "a b", "--format", "json"], whole=True) is None
    assert refused(["check", "a b", "--form", "json"], whole=True)
    assert refused(["check", "a b", "--format", "xml"], whole=True)
    assert refused(["cheque"], whole=False)
    assert refused(["ask"], whole=True)
    assert refused(["ask"], whole=False) is None
    assert refused(["profile"], whole=True)
    assert refused(["pipeline"], whole=True) is None
    assert refused(["profile", "explain", "discount"], whole=True) is None
    assert anchors("# A `b` c: d!\n## A `b` c: d!\n") == {"a-b-c-d", "a-b-c-d-1"}
