from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.sentences import sentences, units


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("One thing. Another thing.", ["One thing.", "Another thing."]),
        ("Ask e.g. Dr. Smith at 9 a.m. today. Then go.", ["Ask e.g. Dr. Smith at 9 a.m. today.", "Then go."]),
        ('Say: "We help. We stay." Then wait.', ['Say: "We help. We stay."', "Then wait."]),
        ("Say: “We help. We stay.” Then wait.", ["Say: “We help. We stay.”", "Then wait."]),
        ("It is 8.5% now. Fine.", ["It is 8.5% now.", "Fine."]),
        ("It stops (see p. 4. There). Good.", ["It stops (see p. 4. There).", "Good."]),
        ("Really? Yes! 24 of them.", ["Really?", "Yes!", "24 of them."]),
        ('The tests. "OK" is not a reason.', ["The tests.", '"OK" is not a reason.']),
        ('An odd " quote. Is no quote.', ['An odd " quote.', "Is no quote."]),
        ("We sell in the U.S. to hospitals", ["We sell in the U.S. to hospitals"]),
        ("", []),
    ],
)
def test_prose_is_cut_where_a_reader_would(text: str, cut: list[str]) -> None:
    assert sentences(text) == cut


@given(st.text(max_size=300))
def test_no_word_is_lost(text: str) -> None:
    assert " ".join(sentences(text)).split() == text.split()


@given(st.text(alphabet="ab .|-*#>`[]()!\n1\t", max_size=200))
def test_any_markdown_can_be_read(text: str) -> None:
    found = units(text)
    assert [unit.position for unit in found] == list(range(len(found)))
    assert all(unit.text.strip() and "\n" not in unit.text for unit in found)


def test_lists_are_items_and_know_their_lead_in() -> None:
    found = units("Do three things:\n\n1. Send\n   the page\n2. Read\n\n3. Strike\n\nLater on.")
    assert [(one.text, one.kind, one.number) for one in found] == [
        ("Do three things:", "sentence", None),
        ("Send the page", "item", 1),
        ("Read", "item", 2),
        ("Strike", "item", 3),
        ("Later on.", "sentence", None),
    ]
    assert [one.leads for one in found] == [True, False, False, False, False]


def test_table_rows_are_joined_with_their_header() -> None:
    found = units("Choose one.\n\n| Metric | Unit | Owner |\n|---|:-:|---|\n| Time | days | CIO |\n| Cost | | CFO |")
    assert [one.text for one in found if one.kind == "row"] == ["Time (unit: days; owner: CIO)", "Cost (owner: CFO)"]


def test_headings_code_images_and_links_are_not_said() -> None:
    found = units("# Title\n\n![x](y.png)\n\n```\nrun it\n```\n\nSee [the page](http://x.example/y).\n\n---\n> Quoted.")
    assert [one.text for one in found] == ["See the page.", "Quoted."]


def test_a_number_in_brackets_cannot_be_taken_for_a_marker() -> None:
    assert units("As shown before [3], it holds.")[0].text == "As shown before (3), it holds."


@pytest.mark.parametrize(
    ("text", "dangling"),
    [
        ("However, ask first.", True),
        ("This shortens the sale.", True),
        ("Then wait.", True),
        ("Agree on that in writing.", True),
        ("Send this list early.", True),
        ("This playbook says how.", False),
        ("That said, ask.", False),
        ("Ask the CFO first.", False),
        ("It is the rep who calls.", False),
        ("Test an outcome before you write it down.", False),
    ],
)
def test_a_sentence_that_points_back_is_marked(text: str, *, dangling: bool) -> None:
    assert units(f"First. {text}")[1].dangling is dangling
