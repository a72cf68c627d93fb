from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from bot.slack.blocks.elements import (
    GOES_ON,
    MESSAGE_BLOCKS,
    MESSAGE_CHARACTERS,
    button,
    characters,
    clip,
    clip_escaped,
    context,
    escape,
    fit_message,
    flow_message,
    inert,
    inline,
    joined,
    mrkdwn,
    section,
    sections,
    split_message,
)
from bot.slack.blocks.rich_text import rich_text, rich_texts
from bot.slack.streaming import safe_markdown
from tests.unit.slack.test_limits import live

LIVE = re.compile(r"<[!@#a-z]", re.IGNORECASE)
NASTY = st.lists(
    st.sampled_from(
        ["<!channel>", "<!here>", "<@U123>", "<#C1|x>", "<http://evil.test|a>", "&", "<", ">", "*", "`", "é", " "]
    ),
    max_size=30,
).map("".join)


@given(NASTY | st.text(max_size=300), st.integers(5, 200))
def test_escaped_text_is_never_live_and_never_too_long(text, limit):
    made = clip_escaped(text, limit)
    assert len(made) <= limit
    assert "<" not in made
    assert re.search(r"&(?!amp;|lt;|gt;)", made) is None


@given(NASTY | st.text(max_size=300))
def test_inert_inline_and_streamed_text_have_no_live_mark(text):
    assert LIVE.search(inert(text)) is None
    assert "<" not in inline(text)
    assert LIVE.search(safe_markdown(text)) is None
    assert "://" not in safe_markdown(text)


def test_streamed_links_keep_their_words_and_lose_their_address():
    text = "see [the sheet](https://evil.test/x), https://evil.test and www.evil.test"
    assert safe_markdown(text) == "see the sheet, https:\u2060//evil.test and www\u2060.evil.test"


def test_clip_shortens_with_an_ellipsis():
    assert clip("abcdef", 4) == "abc…"
    assert clip("abc", 4) == "abc"


def test_mrkdwn_does_not_let_slack_guess_links():
    assert mrkdwn("x") == {"type": "mrkdwn", "text": "x", "verbatim": True}
    assert escape("<!here> & co") == "&lt;!here&gt; &amp; co"


def test_a_button_refuses_a_value_slack_would_refuse():
    with pytest.raises(ValueError, match="2000"):
        button("x", "id", "v" * 2001)


@given(st.lists(st.integers(0, 3000), max_size=80))
def test_a_message_always_fits_and_says_when_it_was_cut(sizes):
    blocks = [section("x" * size) for size in sizes]
    rest = context("more elsewhere")
    made = fit_message(blocks, rest)
    assert len(made) <= MESSAGE_BLOCKS
    assert characters(made) <= MESSAGE_CHARACTERS
    assert made == blocks or made[-1] == rest


@pytest.mark.parametrize(("count", "size"), [(3, 10), (49, 10), (60, 10), (9, 2900)])
def test_the_tail_stands_in_any_case_and_what_is_left_out_is_said(count, size):
    blocks, rest, tail = [section(f"{n}" + "x" * size) for n in range(count)], context("more"), [context("tail")]
    made = fit_message(blocks, rest, tail)
    assert len(made) <= MESSAGE_BLOCKS
    assert characters(made) <= MESSAGE_CHARACTERS
    assert made[-1:] == tail
    assert made[:-1] == blocks or made[-2] == rest


@pytest.mark.parametrize(("count", "size"), [(3, 10), (49, 10), (60, 10), (9, 2900), (120, 900)])
def test_what_goes_on_loses_no_block_and_the_tail_ends_the_first_message(count, size):
    blocks, tail = [section(f"{n:04}" + "x" * size) for n in range(count)], [context("tail")]
    first, *others = split_message(flow_message(blocks, tail))
    assert first[-1:] == tail
    going_on = first[-2] == context(GOES_ON)
    assert going_on == bool(others)
    held = first[: -2 if going_on else -1]
    assert [*held, *(block for part in others for block in part)] == blocks


def test_markdown_becomes_structure():
    assert rich_text("# Hi\n\nSome **bold** and [a link](http://evil.test) <!channel>\n\n1. one\n2. two\n\n> quote")[
        "elements"
    ] == snapshot(
        [
            {
                "type": "rich_text_section",
                "elements": [{"type": "text", "text": "Hi", "style": {"bold": True}}, {"type": "text", "text": "\n"}],
            },
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "Some "},
                    {"type": "text", "text": "bold", "style": {"bold": True}},
                    {"type": "text", "text": " and "},
                    {"type": "text", "text": "a link"},
                    {"type": "text", "text": " "},
                    {"type": "text", "text": "<\u2060!channel>"},
                    {"type": "text", "text": "\n"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "ordered",
                "indent": 0,
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]}],
            },
            {
                "type": "rich_text_list",
                "style": "ordered",
                "indent": 0,
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "two"}]}],
                "offset": 1,
            },
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "quote"}]},
        ]
    )


@given(NASTY | st.text(max_size=500))
def test_any_markdown_makes_a_block(text):
    block = rich_text(text)
    assert block["elements"]
    assert live([block]) == []


LINES = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n"), min_size=1, max_size=400), max_size=60)


@given(LINES)
def test_what_one_message_does_not_hold_goes_on_in_the_next_and_nothing_is_lost(lines):
    blocks = [section(line) for line in lines]
    parts = split_message(blocks)
    assert [block for part in parts for block in part] == blocks
    assert all(len(part) <= MESSAGE_BLOCKS and characters(part) <= MESSAGE_CHARACTERS for part in parts)


@given(LINES)
def test_a_list_is_whole_or_says_how_many_more_there_are(lines):
    assert "\n".join(block["text"]["text"] for block in sections(lines)) == "\n".join(lines)
    text = joined(lines, 1000)
    assert len(text) <= 1000
    shown = text.split("\n") if lines else []
    left = re.fullmatch(r"and ([\d,]+) more", shown[-1]) if shown else None
    if text != "\n".join(lines):
        assert left is not None
        assert len(shown) - 1 + int(left[1].replace(",", "")) == len(lines)


@given(st.lists(st.tuples(st.text("ab \U0001f600", max_size=20), st.integers(1, 700)), min_size=1, max_size=8))
def test_a_long_text_goes_on_in_further_blocks_without_losing_a_word(paragraphs):
    written = "\n\n".join(f"z{words * times}" for words, times in paragraphs)
    drawn = "".join(each["text"] for each in texts_of(rich_texts(written)))
    assert re.sub(r"\s", "", drawn) == re.sub(r"\s", "", written)


def texts_of(node):
    if isinstance(node, dict):
        return [node] if node.get("type") == "text" else [hit for value in node.values() for hit in texts_of(value)]
    return [hit for item in node for hit in texts_of(item)] if isinstance(node, list) else []


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("*bold* and _slanted_", "\u2217bold* and \u02cdslanted_"),
        ("**both** ~gone~ `code`", "\u2217\u2217both** \u223cgone~ \u02cbcode\u02cb"),
        ("(*here*)", "(\u2217here*)"),
        ("payment_days, 2*3 and a ~ b", "payment_days, 2*3 and a ~ b"),
    ],
)
def test_marks_that_people_type_do_not_format(typed, shown):
    assert inline(typed) == shown
