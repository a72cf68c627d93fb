from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.answers.draft import Draft
from bot.answers.flow import Flow, Piece, pieces
from tests.unit.answers.helpers import citation

ANSWER = (
    "Open with a number the CFO reports. [1] Then wait [2]. See Dr. Smith [1][3].\n\n"
    '## A heading\n- Ask first. [2]\n- Ask again [2]\n\n1. Send it [1].\n"Quote. Here." said she. [2] The end'
)


def test_text_comes_out_as_it_is_added() -> None:
    heard: list[str] = []
    draft = Draft(heard.append)
    one, two = citation("a", 7), citation("b", 9)
    draft.add("First", (one,))
    draft.add("Second.", (two, one))
    draft.paragraph()
    draft.add("A list:", (two,))
    draft.add("An item", (two,), layout="item")
    draft.add("Another", (two,), layout="item", number=2)
    draft.add("After.", (one,))
    assert draft.text == "First. [1] Second. [2][1]\n\nA list: [2]\n- An item [2]\n2. Another [2]\n\nAfter. [1]"
    assert "".join(heard) == draft.text
    assert [one.n for one in draft.citations] == [1, 2]
    assert [claim.citations for claim in draft.claims] == [(1,), (2, 1), (2,), (2,), (2,), (1,)]


def test_a_claim_without_a_source_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="needs a source"):
        Draft().add("Trust me.", ())


def test_markers_stay_with_their_sentence() -> None:
    assert list(pieces([ANSWER])) == [
        Piece("Open with a number the CFO reports [1]."),
        Piece("Then wait [2]."),
        Piece("See Dr. Smith [1][3]."),
        Piece("Ask first. [2]", "item"),
        Piece("Ask again [2]", "item"),
        Piece("Send it [1].", "item", 1),
        Piece('"Quote. Here." said she [2].', starts=True),
        Piece("The end"),
    ]


@example([1] * len(ANSWER))
@given(st.lists(st.integers(1, 9), min_size=1, max_size=80))
def test_how_the_text_is_cut_on_the_wire_changes_nothing(sizes: list[int]) -> None:
    portions, at = [], 0
    for size in sizes:
        portions.append(ANSWER[at : at + size])
        at += size
    assert list(pieces([*portions, ANSWER[at:]])) == list(pieces([ANSWER]))


@given(st.text(alphabet="aA .![]1\n-#<>", max_size=120), st.integers(1, 6))
def test_any_text_flows_and_none_of_its_letters_is_said_twice(text: str, size: int) -> None:
    said = "".join(piece.text for piece in pieces(text[at : at + size] for at in range(0, len(text), size)))
    assert said.count("a") <= text.count("a")


def test_a_sentence_waits_for_the_marker_that_may_follow() -> None:
    flow = Flow()
    assert list(flow.add("Open with a number. ")) == []
    assert list(flow.add("[1")) == []
    assert list(flow.add("] Then")) == [Piece("Open with a number [1].")]
    assert list(flow.end()) == [Piece("Then")]


def test_thoughts_of_a_model_are_not_said() -> None:
    said = pieces(["<thi", "nk>I may say anything. Yes.", "</think>\nAsk", " first [1]."])
    assert [piece.text for piece in said] == ["Ask first [1]."]
