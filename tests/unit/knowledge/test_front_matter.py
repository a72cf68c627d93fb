"""Front matter is strict: what cannot be meant is refused at its line, with what to write instead."""

from __future__ import annotations

from datetime import date

import pytest

from bot.knowledge.passages import DEFAULT_AUDIENCE, PARTS, DocumentRefused
from bot.knowledge.readers.document import FrontMatter
from bot.knowledge.readers.frontmatter import split_front_matter
from bot.profile.verdict import Part


def test_all_keys_are_read() -> None:
    front, body, lines = split_front_matter(
        "---\ntitle: 'Price: the talk'\npart: price\naudience: [manager]\nowner: Dana\nupdated: 2026-11-02\n---\n# T\n"
    )
    assert front == FrontMatter("Price: the talk", "price", frozenset({"manager"}), "Dana", date(2026, 11, 2))
    assert (body, lines) == ("# T\n", 7)


def test_without_front_matter_the_people_of_the_firm_may_read() -> None:
    front, body, lines = split_front_matter("# T\n")
    assert (front, body, lines) == (FrontMatter(), "# T\n", 0)
    assert front.audience == DEFAULT_AUDIENCE == {"rep", "manager", "approver"}


def test_empty_front_matter_is_none() -> None:
    assert split_front_matter("---\n# only a comment\n---\ntext")[0] == FrontMatter()


def test_the_parts_are_those_of_the_profile() -> None:
    assert tuple(part.value for part in Part) == PARTS


@pytest.mark.parametrize(
    ("block", "line", "reason", "remedy"),
    [
        ("title: A", 1, "never closed", "Close it"),
        ("title: A\naudiance: [rep]\n---", 3, "unknown key `audiance`", "Did you mean `audience`?"),
        ("zzz: 1\n---", 2, "unknown key `zzz`", "The keys are title, part"),
        ("title: A\nowner: B\ntitle: C\n---", 4, "`title` twice, first on line 2", "Keep one"),
        ("title: A\nowner: no\n---", 3, "`owner` must be text, and is False", "in quotes"),
        ("title: [a]\n---", 2, "`title` must be text", "in quotes"),
        ("title: ''\n---", 2, "`title` must be text", "in quotes"),
        (f"title: {'long ' * 60}\n---", 2, "longer than 200 characters", "Shorten"),
        ("title: Price: the talk\n---", 2, "not valid YAML", "in quotes"),
        ("- a\n- b\n---", 2, "not a list of `key: value` lines", "title: Price"),
        ("part: pricing\n---", 2, "no part of the Deal Profile", "Use one of customer"),
        ("title: A\naudience: []\n---", 3, "must be a list of roles", "approver, manager, rep"),
        ("audience: {rep: 1}\n---", 2, "must be a list of roles", "approver, manager, rep"),
        ("audience:\n---", 2, "must be a list of roles", "approver, manager, rep"),
        ("audience: [rep, everybody]\n---", 2, "'everybody', which is no role", "approver, manager, rep"),
        ("updated: yesterday\n---", 2, "`updated` must be a date", "2026-11-02"),
        ("updated: 2026-11-02 10:00:00\n---", 2, "`updated` must be a date", "2026-11-02"),
        ("title: A\nupdated: 2026-13-40\n---", 3, "`updated` cannot be read", "2026-11-02"),
        ("title: !!python/object:os.system x\n---", 2, "not valid YAML", "in quotes"),
        ("title: a\x00\n---", 1, "cannot be read", "no plain text"),
        ("owner: " + "x" * 17_000 + "\n---", 1, "longer than 16384", "Keep it to"),
    ],
)
def test_a_bad_block_is_refused_at_its_line(block: str, line: int, reason: str, remedy: str) -> None:
    with pytest.raises(DocumentRefused) as caught:
        split_front_matter(f"---\n{block}\n# T\n")
    assert caught.value.line == line
    assert reason in caught.value.reason
    assert remedy in caught.value.remedy


def test_one_role_may_stand_without_brackets() -> None:
    assert split_front_matter("---\naudience: manager\n---\n")[0].audience == {"manager"}
