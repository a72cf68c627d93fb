"""Each limit of Slack: one below and at it pass, one above is refused, in Slack's own words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from inline_snapshot import snapshot

from bot.playground.limits import check_blocks, check_message, check_view, message_error, visible_characters

Json = dict[str, Any]
Make = Callable[[int], Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def option(number: int, text: str = "x", value: str = "v") -> Json:
    return {"text": plain(text), "value": f"{value}{number}"}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain("b"), **more}


def actions(*elements: Json) -> list[Json]:
    return [{"type": "actions", "elements": list(elements)}]


def in_input(element: Json) -> list[Json]:
    return [{"type": "input", "label": plain("l"), "element": element}]


def chart(**more: Any) -> Json:
    return {
        "type": "bar",
        "series": [{"name": "s", "data": [{"label": "a", "value": 1}]}],
        "axis_config": {"categories": ["a"]},
        **more,
    }


def drawn(chart_: Json, title: str = "t") -> list[Json]:
    return [{"type": "data_visualization", "title": title, "chart": chart_}]


def cells(count: int) -> list[Json]:
    return [{"type": "raw_text", "text": "c"}] * count


def points(count: int) -> Json:
    names = [f"n{number}" for number in range(count)]
    data = [{"label": name, "value": 1} for name in names]
    return chart(series=[{"name": "s", "data": data}], axis_config={"categories": names})


IN_MESSAGES: dict[str, tuple[int, Make]] = {
    "blocks in a message": (50, lambda n: [{"type": "divider"}] * n),
    "section text": (3000, lambda n: [{"type": "section", "text": mrkdwn("x" * n)}]),
    "section fields": (10, lambda n: [{"type": "section", "fields": [mrkdwn("x")] * n}]),
    "section field text": (2000, lambda n: [{"type": "section", "fields": [mrkdwn("x" * n)]}]),
    "header": (150, lambda n: [{"type": "header", "text": plain("x" * n)}]),
    "context elements": (10, lambda n: [{"type": "context", "elements": [mrkdwn("x")] * n}]),
    "actions": (25, lambda n: actions(*[button()] * n)),
    "button text": (75, lambda n: actions(button(text=plain("x" * n)))),
    "button value": (2000, lambda n: actions(button(value="x" * n))),
    "button link": (3000, lambda n: actions(button(url="x" * n))),
    "action id": (255, lambda n: actions(button(action_id="x" * n))),
    "block id": (255, lambda n: [{"type": "divider", "block_id": "x" * n}]),
    "select options": (
        100,
        lambda n: actions({"type": "static_select", "options": [option(i) for i in range(n)]}),
    ),
    "option text": (75, lambda n: actions({"type": "static_select", "options": [option(1, text="x" * n)]})),
    "option value": (150, lambda n: actions({"type": "static_select", "options": [option(1, value="x" * (n - 1))]})),
    "overflow options": (5, lambda n: actions({"type": "overflow", "options": [option(i) for i in range(n)]})),
    "radio buttons": (10, lambda n: actions({"type": "radio_buttons", "options": [option(i) for i in range(n)]})),
    "checkboxes": (10, lambda n: actions({"type": "checkboxes", "options": [option(i) for i in range(n)]})),
    "placeholder": (
        150,
        lambda n: actions({"type": "static_select", "placeholder": plain("x" * n), "options": [option(1)]}),
    ),
    "confirmation title": (
        100,
        lambda n: actions(
            button(confirm={"title": plain("x" * n), "text": plain("t"), "confirm": plain("y"), "deny": plain("n")})
        ),
    ),
    "confirmation text": (
        300,
        lambda n: actions(
            button(confirm={"title": plain("t"), "text": plain("x" * n), "confirm": plain("y"), "deny": plain("n")})
        ),
    ),
    "input label": (2000, lambda n: [{**in_input({"type": "plain_text_input"})[0], "label": plain("x" * n)}]),
    "markdown": (12_000, lambda n: [{"type": "markdown", "text": "x" * n}]),
    "markdown in two blocks": (
        12_000,
        lambda n: [{"type": "markdown", "text": "x" * 6000}, {"type": "markdown", "text": "x" * (n - 6000)}],
    ),
    "table rows": (100, lambda n: [{"type": "table", "rows": [cells(1)] * n}]),
    "table columns": (20, lambda n: [{"type": "table", "rows": [cells(n)]}]),
    "data table rows": (101, lambda n: [{"type": "data_table", "caption": "c", "rows": [cells(1)] * n}]),
    "data table columns": (20, lambda n: [{"type": "data_table", "caption": "c", "rows": [cells(n)] * 2}]),
    "characters of a table": (
        10_000,
        lambda n: [{"type": "table", "rows": [[{"type": "raw_text", "text": "x" * n}]]}],
    ),
    "characters of a data table": (
        10_000,
        lambda n: [
            {"type": "data_table", "caption": "c", "rows": [cells(1), [{"type": "raw_text", "text": "x" * (n - 1)}]]}
        ],
    ),
    "tables in a message": (1, lambda n: [{"type": "table", "rows": [cells(1)]}] * n),
    "data tables in a message": (1, lambda n: [{"type": "data_table", "caption": "c", "rows": [cells(1)] * 2}] * n),
    "charts in a message": (2, lambda n: drawn(chart()) * n),
    "chart title": (50, lambda n: drawn(chart(), title="x" * n)),
    "chart points": (20, lambda n: drawn(points(n))),
    "chart series": (
        6,
        lambda n: drawn(chart(series=[{"name": f"s{i}", "data": [{"label": "a", "value": 1}]} for i in range(n)])),
    ),
    "chart series name": (
        20,
        lambda n: drawn(chart(series=[{"name": "x" * n, "data": [{"label": "a", "value": 1}]}])),
    ),
    "chart category": (
        20,
        lambda n: drawn(
            chart(
                series=[{"name": "s", "data": [{"label": "x" * n, "value": 1}]}], axis_config={"categories": ["x" * n]}
            )
        ),
    ),
    "chart axis label": (50, lambda n: drawn(chart(axis_config={"categories": ["a"], "x_label": "x" * n}))),
    "pie segment label": (
        20,
        lambda n: drawn({"type": "pie", "segments": [{"label": "x" * n, "value": 1}]}),
    ),
    "pie segments": (
        6,
        lambda n: drawn({"type": "pie", "segments": [{"label": f"s{i}", "value": 1} for i in range(n)]}),
    ),
    "context actions": (
        5,
        lambda n: [
            {
                "type": "context_actions",
                "elements": [{"type": "icon_button", "icon": "trash", "text": plain("x")}] * n,
            }
        ],
    ),
    "feedback value": (
        2000,
        lambda n: [
            {
                "type": "context_actions",
                "elements": [
                    {
                        "type": "feedback_buttons",
                        "positive_button": {"text": plain("g"), "value": "x" * n},
                        "negative_button": {"text": plain("b"), "value": "y"},
                    }
                ],
            }
        ],
    ),
    "image alternative text": (2000, lambda n: [{"type": "image", "image_url": "u", "alt_text": "x" * n}]),
}


@pytest.mark.parametrize("name", IN_MESSAGES)
def test_a_message_may_hold_so_much_and_no_more(name: str) -> None:
    limit, make = IN_MESSAGES[name]
    assert check_blocks(make(limit - 1)) == [] or limit - 1 < 2
    assert check_blocks(make(limit)) == []
    assert check_blocks(make(limit + 1)) != []


def test_a_message_holds_one_table_of_either_kind_and_a_home_several() -> None:
    both = [{"type": "table", "rows": [cells(1)]}, {"type": "data_table", "caption": "c", "rows": [cells(1)] * 2}]
    assert [str(one) for one in check_blocks(both)] == ["only_one_table_allowed [json-pointer:/blocks/1]"]
    assert check_view({"type": "home", "blocks": both}) == []
    longer = [{"type": "table", "rows": [[{"type": "raw_text", "text": "x" * 5_001}]]}] * 2
    assert check_view({"type": "home", "blocks": longer}) != []


def modal(**more: Any) -> Json:
    return {"type": "modal", "title": plain("t"), "submit": plain("s"), "blocks": [{"type": "divider"}], **more}


IN_VIEWS: dict[str, tuple[int, Make]] = {
    "blocks in a modal": (100, lambda n: modal(blocks=[{"type": "divider"}] * n)),
    "blocks in a home": (100, lambda n: {"type": "home", "blocks": [{"type": "divider"}] * n}),
    "title": (24, lambda n: modal(title=plain("x" * n))),
    "submit": (24, lambda n: modal(submit=plain("x" * n))),
    "close": (24, lambda n: modal(close=plain("x" * n))),
    "private_metadata": (3000, lambda n: modal(private_metadata="x" * n)),
    "callback_id": (255, lambda n: modal(callback_id="x" * n)),
    "external_id": (255, lambda n: modal(external_id="x" * n)),
}


@pytest.mark.parametrize("name", IN_VIEWS)
def test_a_view_may_hold_so_much_and_no_more(name: str) -> None:
    limit, make = IN_VIEWS[name]
    assert check_view(make(limit - 1)) == []
    assert check_view(make(limit)) == []
    assert check_view(make(limit + 1)) != []


def test_text_as_a_whole() -> None:
    assert message_error("x" * 4000, None) is None
    assert message_error("x" * 4001, None) == "msg_too_long"
    rows = [{"type": "section", "text": mrkdwn("x" * 2640)} for _ in range(5)]
    assert visible_characters(rows) == 13_200
    assert message_error("", rows) is None
    rows[0]["text"]["text"] += "x"
    assert message_error("", rows) == "msg_blocks_too_long"
    assert [str(problem) for problem in check_message("x" * 4001, None)] == ["msg_too_long [json-pointer:/text]"]


@pytest.mark.parametrize(
    ("kind", "surfaces"),
    [
        ("markdown", {"message"}),
        ("context_actions", {"message"}),
        ("plan", {"message"}),
        ("task_card", {"message"}),
        ("table", {"message", "home"}),
        ("data_table", {"message", "home"}),
        ("data_visualization", {"message", "home"}),
        ("alert", {"modal"}),
        ("divider", {"message", "modal", "home"}),
    ],
)
def test_each_block_stands_where_slack_allows_it(kind: str, surfaces: set[str]) -> None:
    samples: dict[str, Json] = {
        "markdown": {"text": "x"},
        "context_actions": {"elements": [{"type": "icon_button", "icon": "trash", "text": plain("x")}]},
        "plan": {"title": "p", "tasks": []},
        "task_card": {"task_id": "1", "title": "t", "status": "complete"},
        "table": {"rows": [cells(2)]},
        "data_table": {"caption": "c", "rows": [cells(2), cells(2)]},
        "data_visualization": {"title": "t", "chart": chart()},
        "alert": {"text": plain("x"), "level": "info"},
        "divider": {},
    }
    allowed = {
        surface
        for surface in ("message", "modal", "home")
        if not check_blocks([{"type": kind, **samples[kind]}], surface)
    }
    assert allowed == surfaces


def test_problems_read_as_slacks_own() -> None:
    blocks = [
        {"type": "header", "text": plain("x" * 151)},
        {"type": "nonsense"},
        {"type": "section"},
        {"type": "header", "text": mrkdwn("x")},
        {"type": "divider", "block_id": "a"},
        {"type": "divider", "block_id": "a"},
        {"type": "actions", "elements": [button(action_id="same"), button(action_id="same")]},
        {"type": "actions", "elements": [{"type": "plain_text_input"}]},
        {"type": "section", "text": plain("")},
    ]
    assert [problem.as_message() for problem in check_blocks(blocks)] == snapshot(
        [
            "[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]",
            "[ERROR] unsupported type: nonsense [json-pointer:/blocks/1/type]",
            "[ERROR] missing required field: text [json-pointer:/blocks/2]",
            "[ERROR] must be one of: plain_text [json-pointer:/blocks/3/text/type]",
            "[ERROR] block_id must be unique [json-pointer:/blocks/5/block_id]",
            "[ERROR] action_id same already exists in this block [json-pointer:/blocks/6]",
            "[ERROR] unsupported type: plain_text_input [json-pointer:/blocks/7/elements/0/type]",
            "[ERROR] must be more than 0 characters [json-pointer:/blocks/8/text/text]",
        ]
    )


WRONG: dict[str, list[Any]] = {
    "an initial option that is no option": actions(
        {"type": "static_select", "options": [option(1)], "initial_option": option(2)}
    ),
    "initial options that are no options": actions(
        {"type": "checkboxes", "options": [option(1)], "initial_options": [option(2)]}
    ),
    "two options of one value": actions({"type": "static_select", "options": [option(1), option(1)]}),
    "a select without options": actions({"type": "static_select", "options": []}),
    "a number input that does not say whether decimals are allowed": in_input({"type": "number_input"}),
    "a smallest length over the greatest": in_input({"type": "plain_text_input", "min_length": 5, "max_length": 4}),
    "a button in an input": in_input(button()),
    "a data table with a ragged row": [{"type": "data_table", "caption": "c", "rows": [cells(2), cells(1)]}],
    "a data table without rows under its header": [{"type": "data_table", "caption": "c", "rows": [cells(2)]}],
    "a data table with a rich header": [
        {"type": "data_table", "caption": "c", "rows": [[{"type": "rich_text", "elements": []}], cells(1)]}
    ],
    "a chart with a point off its axis": drawn(chart(axis_config={"categories": ["b"]})),
    "a chart without a point for a category": drawn(chart(axis_config={"categories": ["a", "b"]})),
    "a chart with two points for a category": drawn(
        chart(series=[{"name": "s", "data": [{"label": "a", "value": 1}, {"label": "a", "value": 2}]}])
    ),
    "a chart of an unknown type": drawn({"type": "radar"}),
    "a chart of words": drawn(chart(series=[{"name": "s", "data": [{"label": "a", "value": "1"}]}])),
    "an image without alternative text": [{"type": "image", "image_url": "u"}],
    "a task of unknown status": [{"type": "task_card", "task_id": "1", "title": "t", "status": "done"}],
    "a block that is a string": ["section"],
    "blocks that are no list": {"type": "divider"},  # type: ignore[dict-item]
    "feedback with one button": [{"type": "context_actions", "elements": [{"type": "feedback_buttons"}]}],
}


@pytest.mark.parametrize("name", WRONG)
def test_malformed_blocks_are_refused(name: str) -> None:
    assert check_blocks(WRONG[name]) != []


def test_a_modal_with_an_input_needs_a_submit_button() -> None:
    view = modal(blocks=in_input({"type": "plain_text_input"}))
    assert check_view(view) == []
    del view["submit"]
    assert [problem.pointer for problem in check_view(view)] == ["/view/submit"]


def test_a_home_has_neither_submit_nor_close() -> None:
    assert check_view({"type": "home", "blocks": [], "submit": plain("x")}) != []
    assert check_view({"type": "home", "blocks": []}, "modal") != []
