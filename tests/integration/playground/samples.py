"""Blocks, forms and hostile texts that the tests of the page show."""

from __future__ import annotations

from typing import Any

from bot.playground.server import Playground

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def rich(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text, "style": {"bold": True}}]}
    items = {"type": "rich_text_list", "style": "bullet", "elements": [section]}
    return {"type": "rich_text", "elements": [section, items]}


def field(block_id: str, label: str, kind: str, **more: Any) -> Json:
    element = {"type": kind, "action_id": "value", **more}
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element}


FORM: Json = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("A form"),
    "submit": plain("Save"),
    "blocks": [
        {"type": "alert", "level": "info", "text": mrkdwn("What is *unknown* may stay empty.")},
        field("name", "Name", "plain_text_input"),
        field("beds", "Beds", "number_input", is_decimal_allowed=False),
    ],
}

_SERIES = [{"name": "Fits", "data": [{"label": "Dana", "value": 12}, {"label": "Lee", "value": 7}]}]
_AXIS = {"categories": ["Dana", "Lee"], "x_label": "Rep", "y_label": "Deals"}
_OPTIONS = [{"text": plain("One"), "value": "1"}, {"text": plain("Two"), "value": "2"}]


def chart(kind: str) -> Json:
    if kind == "pie":
        body: Json = {
            "type": "pie",
            "segments": [{"label": "Hospitals", "value": 75}, {"label": "Clinics", "value": 25}],
        }
    else:
        body = {"type": kind, "series": _SERIES, "axis_config": _AXIS}
    return {"type": "data_visualization", "title": f"A {kind}", "chart": body}


def cell(text: str) -> Json:
    return {"type": "raw_text", "text": text}


def money(value: int) -> Json:
    return {"type": "raw_number", "value": value, "text": f"${value:,}"}


_TASK = {
    "type": "task_card",
    "task_id": "1",
    "title": "Read the profile",
    "status": "complete",
    "details": rich("done"),
}
_SOURCE = {"type": "url", "url": "https://alphatech.example/p", "text": "pricing.md"}

BLOCKS: dict[str, Any] = {
    "home": [{"type": "header", "text": plain("Your deals")}, {"type": "section", "text": mrkdwn("*2* wait")}],
    "confirm": [
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": "danger",
                    "style": "danger",
                    "value": "deal-7",
                    "text": plain("Delete"),
                    "confirm": {
                        "title": plain("Sure?"),
                        "text": plain("Gone."),
                        "confirm": plain("Yes"),
                        "deny": plain("No"),
                    },
                }
            ],
        }
    ],
    "messages": [
        [
            {"type": "header", "text": plain(":warning: Needs approval")},
            {
                "type": "section",
                "text": mrkdwn("*bold* _it_ ~no~ `x` <@U0DANA> <#C0DEALS> <!here> :tada:\n> quote\n• one"),
            },
            {
                "type": "section",
                "fields": [mrkdwn("*Beds*\n120")],
                "accessory": {"type": "button", "text": plain("Edit")},
            },
            {"type": "divider"},
            {
                "type": "context",
                "elements": [
                    mrkdwn("small"),
                    {"type": "image", "image_url": "https://a.example/i.png", "alt_text": "i"},
                ],
            },
            {
                "type": "actions",
                "elements": [
                    {"type": "button", "style": "primary", "text": plain("Go"), "action_id": "b"},
                    {"type": "static_select", "options": _OPTIONS, "action_id": "s"},
                    {"type": "overflow", "options": _OPTIONS, "action_id": "o"},
                    {"type": "datepicker", "initial_date": "2026-11-23", "action_id": "d"},
                    {"type": "radio_buttons", "options": _OPTIONS, "action_id": "r"},
                    {"type": "checkboxes", "options": _OPTIONS, "action_id": "c"},
                ],
            },
            field("name", "Name", "plain_text_input"),
            {"type": "image", "image_url": "https://a.example/i.png", "alt_text": "A picture", "title": plain("T")},
            rich("rich"),
            {
                "type": "context_actions",
                "elements": [
                    {
                        "type": "feedback_buttons",
                        "action_id": "f",
                        "positive_button": {"text": plain("Good"), "value": "up"},
                        "negative_button": {"text": plain("Bad"), "value": "down"},
                    }
                ],
            },
        ],
        [
            {
                "type": "markdown",
                "text": "# Title\n\n1. **one** [link](https://alphatech.example)\n2. two\n\n"
                "| a | b |\n|---|--:|\n| 1 | 2 |\n\n```\ncode\n```",
            },
            {"type": "table", "rows": [[cell("Check"), cell("Result")], [cell("Discount"), rich("fails")]]},
            _TASK,
            {
                "type": "plan",
                "title": "Plan",
                "tasks": [_TASK, {**_TASK, "task_id": "2", "status": "in_progress", "sources": [_SOURCE]}],
            },
        ],
        [
            {
                "type": "data_table",
                "caption": "Deals",
                "page_size": 3,
                "rows": [
                    [cell("Rep"), cell("Value")],
                    *(
                        [cell(name), money(value)]
                        for name, value in (("Dana", 85000), ("Lee", 120000), ("Ana", 42000), ("Kim", 9000))
                    ),
                ],
            },
        ],
        [chart("pie"), chart("bar")],
        [chart("line"), chart("area")],
    ],
}

HOSTILE = [
    "<img src=x onerror=hacked=1>",
    "<script>hacked=1</script>",
    "*<svg onload=hacked=1>* _<b>x</b>_ `</code><script>hacked=1</script>`",
    "<javascript:hacked=1|click> <data:text/html,x|click>",
    '<https://a.example/" onmouseover="hacked=1|label <i>>',
    "[click](javascript:hacked=1) ![x](https://a.example/x.png)",
    '&lt;script&gt;hacked=1&lt;/script&gt; <!channel> <@U0"><img src=x>',
]


def hostile_blocks() -> list[Json]:
    """Return hostile text in every place of a block that takes text."""
    evil = "<img src=x onerror=hacked=1>"
    markdown = f"# {evil}\n\n- {evil}\n\n> {evil}\n\n| {evil} | b |\n|---|---|\n| {evil} | [x](javascript:hacked=1) |\n\n```\n{evil}\n```\n[y](https://a.example)"
    return [
        {"type": "header", "text": plain(evil)},
        {"type": "section", "text": plain(evil), "fields": [mrkdwn(evil), plain(evil)]},
        {"type": "section", "text": mrkdwn(HOSTILE[3]), "accessory": {"type": "button", "text": plain(evil)}},
        {"type": "context", "elements": [mrkdwn(evil)]},
        {
            "type": "actions",
            "elements": [
                {"type": "static_select", "placeholder": plain(evil), "options": [{"text": plain(evil), "value": evil}]}
            ],
        },
        rich(evil),
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [{"type": "link", "url": "javascript:hacked=1", "text": evil}],
                }
            ],
        },
        {"type": "markdown", "text": markdown},
        {"type": "table", "rows": [[cell(evil)], [rich(evil)]]},
        {"type": "image", "image_url": "javascript:hacked=1", "alt_text": evil, "title": plain(evil)},
        {
            "type": "plan",
            "title": evil,
            "tasks": [
                {**_TASK, "title": evil, "sources": [{"type": "url", "url": "javascript:hacked=1", "text": evil}]}
            ],
        },
        {
            "type": "data_visualization",
            "title": evil,
            "chart": {
                "type": "bar",
                "series": [{"name": "<b>s</b>", "data": [{"label": "<i>x</i>", "value": 1}]}],
                "axis_config": {"categories": ["<i>x</i>"], "x_label": evil},
            },
        },
    ]


def hostile_table() -> list[Json]:
    """Return hostile text in a table of the other kind: a message holds one table."""
    evil = HOSTILE[0]
    return [{"type": "data_table", "caption": evil, "rows": [[cell(evil)], [cell(evil)]]}]


def sent(playground: Playground, name: str) -> list[Any]:
    """Return the deliveries of people's doings: what the app itself posted comes back as events too."""
    app = playground.workspace.app.user_id
    found = [one for one in playground.deliveries if one.name == name]
    return [one for one in found if one.payload.get("event", {}).get("user") != app]
