"""Sections become passages, long ones are cut where a reader would cut them, and nothing is lost on the way."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from bot.knowledge.folder import anchors_in
from bot.knowledge.slugs import Slugs, slug
from bot.knowledge.splitting import WORDS

from .helpers import passages_of, split_text, write

if TYPE_CHECKING:
    from pathlib import Path

PLAYBOOK = """---
title: Price conversations
part: price
audience: [rep, manager]
owner: Dana Reyes
updated: 2026-11-02
---
# Price conversations

Why we talk about price last.

## Discounts come with services

A discount needs three months of services.

### Edge cases

Two months is no trial.

## What to say

"Let us look at the term first."
"""


def _sentences(count: int, words: int = 10) -> str:
    return " ".join(f"Sentence {number} {'word ' * (words - 3)}ends." for number in range(count))


def test_a_section_is_a_passage_with_its_trail_and_front_matter() -> None:
    found = passages_of(PLAYBOOK)
    assert [(one.id, one.heading, one.text) for one in found] == snapshot(
        [
            ("pricing.md#price-conversations/1", "Price conversations", "Why we talk about price last."),
            (
                "pricing.md#discounts-come-with-services/1",
                "Price conversations > Discounts come with services",
                "A discount needs three months of services.",
            ),
            (
                "pricing.md#edge-cases/1",
                "Price conversations > Discounts come with services > Edge cases",
                "Two months is no trial.",
            ),
            ("pricing.md#what-to-say/1", "Price conversations > What to say", '"Let us look at the term first."'),
        ]
    )
    one = found[1]
    assert (one.path, one.title, one.anchor, one.position) == (
        "pricing.md",
        "Price conversations",
        "discounts-come-with-services",
        1,
    )
    assert (one.part, one.audience, one.owner, one.updated) == (
        "price",
        frozenset({"rep", "manager"}),
        "Dana Reyes",
        date(2026, 11, 2),
    )
    assert one.sha256 == hashlib.sha256(one.text.encode()).hexdigest()
    assert one.link == "pricing.md#discounts-come-with-services"


def test_text_before_the_first_heading_has_no_anchor() -> None:
    one = passages_of("Just a note.\n\n# Later\n\nMore.\n", "notes/first-call.md")[0]
    assert (one.id, one.anchor, one.heading, one.link) == (
        "notes/first-call.md#/1",
        "",
        "Later",
        "notes/first-call.md",
    )


def test_a_document_without_any_heading_takes_its_title_from_the_file_name() -> None:
    assert passages_of("A note.\n", "first-call.md")[0].title == "First call"
    assert passages_of("A note.\n\nAnother.\n", "first_call.txt")[0].title == "First call"


def test_ids_stay_when_another_section_changes() -> None:
    before = {one.id: one.sha256 for one in passages_of(PLAYBOOK)}
    changed = PLAYBOOK.replace("Two months is no trial.", _sentences(40)).replace(
        "## What", "## Something new\n\nYes.\n\n## What"
    )
    after = {one.id: one.sha256 for one in passages_of(changed)}
    kept = set(before) - {"pricing.md#edge-cases/1"}
    assert {key: after[key] for key in kept} == {key: before[key] for key in kept}
    assert len(after) > len(before)


def test_a_long_section_is_cut_between_paragraphs_into_even_parts() -> None:
    paragraphs = [_sentences(6) for _ in range(6)]
    found = passages_of("# T\n\n" + "\n\n".join(paragraphs))
    assert [one.id for one in found] == ["pricing.md#t/1", "pricing.md#t/2"]
    assert [len(one.text.split()) for one in found] == [180, 180]
    assert "\n\n".join(one.text for one in found) == "\n\n".join(paragraphs)


def test_a_long_list_is_cut_between_its_items() -> None:
    items = [f"- {_sentences(3)}" for _ in range(10)]
    found = passages_of("# T\n\n" + "\n".join(items))
    assert len(found) == 2
    assert "\n".join(one.text for one in found) == "\n".join(items)
    assert all(one.text.startswith("- ") for one in found)


def test_a_paragraph_that_is_too_long_by_itself_is_cut_between_sentences() -> None:
    text = _sentences(50)
    found = passages_of("# T\n\n" + text)
    assert len(found) == 3
    assert all(one.text.endswith("ends.") for one in found)
    assert " ".join(one.text for one in found) == text


def test_a_table_and_a_fence_stay_whole_however_long() -> None:
    table = "| a | b |\n|---|---|\n" + "\n".join(f"| {n} | {'word ' * 5}|" for n in range(60))
    fence = "```\n" + "\n".join(f"line {n} # not a heading" for n in range(80)) + "\n```"
    found = passages_of(f"# T\n\nBefore.\n\n{table}\n\n{fence}\n\nAfter.\n")
    assert sum(table in one.text for one in found) == 1
    assert sum(fence in one.text for one in found) == 1


def test_a_short_table_stays_with_the_sentence_that_introduces_it() -> None:
    found = passages_of("# T\n\nThe terms:\n\n| days | cost |\n|---|---|\n| 30 | 0 |\n")
    assert [one.text for one in found] == ["The terms:\n\n| days | cost |\n|---|---|\n| 30 | 0 |"]


def test_link_definitions_stay_and_comments_and_rules_go() -> None:
    found = passages_of(
        "# T\n\nSee [the terms][t].\n\n[t]: payment-terms.md\n\n<!-- ask\nlegal -->\n\n---\n\nEnd<!-- x -->.\n"
    )
    assert [one.text for one in found] == ["See [the terms][t].\n\n[t]: payment-terms.md\n\nEnd."]


def test_headings_inside_fences_and_quotations_are_no_sections() -> None:
    found = split_text("# T\n\n```\n# no\n```\n\n> ## nor this\n")
    assert list(found.anchors) == ["t"]


def test_a_heading_without_text_leads_to_its_first_subsection() -> None:
    found = split_text("# T\n\n## Terms\n\n### Net 30\n\nThirty.\n\n## Empty\n\n## Last\n\nText.\n")
    assert found.anchors == {
        "t": "pricing.md#net-30/1",
        "terms": "pricing.md#net-30/1",
        "net-30": "pricing.md#net-30/1",
        "empty": None,
        "last": "pricing.md#last/1",
    }


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Discounts come with services", "discounts-come-with-services"),
        ("What's next? (Q&A)", "whats-next-qa"),
        ("Up-time & cost", "up-time--cost"),
        ("net_60 days", "net_60-days"),
        ("Café à Zürich", "café-à-zürich"),
        ("5% to 10%", "5-to-10"),
    ],
)
def test_anchors_are_githubs(heading: str, anchor: str) -> None:
    assert slug(heading) == anchor


def test_repeated_headings_are_numbered() -> None:
    slugs = Slugs()
    assert [slugs.anchor(name) for name in ("Say", "Say", "Say 1", "Say", "???")] == [
        "say",
        "say-1",
        "say-1-1",
        "say-2",
        "section",
    ]


def test_markup_in_a_heading_is_no_part_of_its_anchor() -> None:
    assert list(split_text("## The *CFO* and `net 30` [terms](x.md)\n\nText.\n").anchors) == [
        "the-cfo-and-net-30-terms"
    ]


def test_the_anchors_of_the_folder_are_those_of_the_passages(tmp_path: Path) -> None:
    folder = tmp_path
    write(folder, pricing=PLAYBOOK, other="# Other\n\n## Empty\n")
    (folder / "broken.md").write_bytes(b"\xff\xfe\x00")
    anchors = anchors_in(folder)
    assert anchors == {"pricing.md", *(f"pricing.md#{anchor}" for anchor in split_text(PLAYBOOK).anchors)}


_WORD = st.text(alphabet="abcdefghij", min_size=1, max_size=8)
_SENTENCE = st.lists(_WORD, min_size=1, max_size=60).map(lambda words: " ".join(words) + ".")
_PARAGRAPH = st.lists(_SENTENCE, min_size=1, max_size=12).map(" ".join)
_LIST = st.lists(_SENTENCE, min_size=1, max_size=20).map(lambda items: "\n".join(f"- {item}" for item in items))
_HEADING = st.tuples(st.integers(1, 4), _WORD).map(lambda pair: f"{'#' * pair[0]} {pair[1]}")


@settings(max_examples=150)
@given(st.lists(st.one_of(_PARAGRAPH, _LIST, _HEADING), min_size=1, max_size=15))
def test_no_word_is_lost_and_no_id_is_given_twice(blocks: list[str]) -> None:
    blocks = ["Begin.", *blocks]
    found = split_text("\n\n".join(blocks))
    words = [word for block in blocks if not block.startswith("#") for word in block.split() if word != "-"]
    assert [word for one in found.passages for word in one.text.split() if word != "-"] == words
    assert len({one.id for one in found.passages}) == len(found.passages)
    assert [one.position for one in found.passages] == list(range(len(found.passages)))
    assert all(len(one.text.split()) <= WORDS for one in found.passages)
    assert {one.anchor for one in found.passages} <= {"", *found.anchors}
