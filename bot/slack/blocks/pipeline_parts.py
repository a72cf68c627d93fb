"""What pipeline messages are made of: tables, charts, and selects that lead from a figure to its deals."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from bot.slack import pipeline_ids as ids
from bot.slack.blocks.elements import Block, clip, inert, option, plain

TABLE_ROWS = 99
"""Rows under the header; Slack's own limit is one more."""
TABLE_COLUMNS = 20
CELL = 120
TABLES_CHARACTERS = 8_000
"""What all tables of one message may hold together, so that the rest of the message finds room beside them."""
CHART_TITLE, CHART_LABEL, CHART_POINTS, CHART_SERIES = 50, 20, 20, 6
OPTIONS = 100
OPTION_VALUE = 150
DIGEST = "#"

Cells = Sequence[str]


def cell(text: object) -> str:
    """A table's cell: never empty, never too long. Slack reads no markup in it."""
    return clip(" ".join(inert(text).split()), CELL) or "–"


def rows_that_fit(head: Cells, rows: Sequence[Cells], room: int = TABLES_CHARACTERS, most: int = TABLE_ROWS) -> int:
    """How many of the rows a table holds within so many characters."""
    room -= sum(len(cell(text)) for text in head[:TABLE_COLUMNS])
    for number, row in enumerate(rows[:most]):
        room -= sum(len(cell(text)) for text in row[:TABLE_COLUMNS])
        if room < 0:
            return number
    return min(len(rows), most)


def table_block(head: Cells, rows: Sequence[Cells], right: Sequence[bool] | None = None) -> Block:
    """A table of plain words."""
    aligned = (right or [False] + [True] * (len(head) - 1))[:TABLE_COLUMNS]
    return {
        "type": "table",
        "column_settings": [{"align": "right" if flag else "left", "is_wrapped": not flag} for flag in aligned],
        "rows": [
            [{"type": "raw_text", "text": cell(text)} for text in row[:TABLE_COLUMNS]]
            for row in [head, *rows[:TABLE_ROWS]]
        ],
    }


def stacked_table(head: Cells, parts: Sequence[tuple[str, Sequence[Cells]]]) -> Block:
    """Tables with the same columns as one, each under a heading row of its own: a message may hold one table."""
    first, *rest = [(title, rows) for title, rows in parts if rows]
    made = table_block([first[0], *head], first[1])
    for title, rows in rest:
        bold = [
            {"type": "text", "text": cell(text), "style": {"bold": True}} for text in [title, *head][:TABLE_COLUMNS]
        ]
        made["rows"].append([{"type": "rich_text", "elements": [_run(one)]} for one in bold])
        made["rows"] += table_block([], rows)["rows"][1:]
    made["rows"] = made["rows"][: TABLE_ROWS + 1]
    return made


def _run(element: Block) -> Block:
    return {"type": "rich_text_section", "elements": [element]}


def data_table(caption: str, head: Cells, rows: Sequence[Sequence[tuple[str, Decimal | int | None]]]) -> Block:
    """A table that sorts and turns pages; each cell is what stands there, and its number where it is one."""
    made: list[list[Block]] = [[{"type": "raw_text", "text": cell(text)} for text in head[:TABLE_COLUMNS]]]
    made += [[_data_cell(*one) for one in row[:TABLE_COLUMNS]] for row in rows[:TABLE_ROWS]]
    return {"type": "data_table", "caption": clip(inert(caption), 200) or "Table", "page_size": 15, "rows": made}


def _data_cell(text: str, number: Decimal | int | None) -> Block:
    if number is None:
        return {"type": "raw_text", "text": cell(text)}
    return {"type": "raw_number", "value": plain_number(number), "text": cell(text)}


def plain_number(number: Decimal | float) -> int | float:
    """A number as JSON has it: whole ones without a fraction, none of those that JSON has not."""
    if isinstance(number, Decimal) and number == number.to_integral_value():
        return int(number)
    found = float(number)
    return found if math.isfinite(found) else 0


def bar_chart(
    title: str,
    labels: Sequence[str],
    series: Sequence[tuple[str, Sequence[Decimal | int]]],
    *,
    x_label: str,
    y_label: str,
) -> Block | None:
    """A bar chart of a few series; None of nothing. What has no room is put together under "others"."""
    shown = series[:CHART_SERIES]
    if not labels or not shown:
        return None
    left = len(labels) - (CHART_POINTS - 1) if len(labels) > CHART_POINTS else 0
    keep = len(labels) - left
    names = unique([*labels[:keep], *([f"{left} others"] if left else [])])
    titles = unique([name for name, _ in shown])
    data = []
    for name, (_, values) in zip(titles, shown, strict=True):
        points = [plain_number(value) for value in values[:keep]]
        if left:
            points.append(plain_number(Decimal(sum(Decimal(value) for value in values[keep:]))))
        data.append(
            {"name": name, "data": [{"label": label, "value": v} for label, v in zip(names, points, strict=True)]}
        )
    axis = {"categories": names, "x_label": clip(inert(x_label), CHART_TITLE)}
    axis["y_label"] = clip(inert(y_label), CHART_TITLE)
    chart = {"type": "bar", "series": data, "axis_config": axis}
    return {"type": "data_visualization", "title": clip(inert(title), CHART_TITLE) or "Chart", "chart": chart}


def unique(names: Iterable[str], limit: int = CHART_LABEL) -> list[str]:
    """Names on one line, short enough for a chart, no two alike."""
    made: list[str] = []
    for name in names:
        base = clip(" ".join(inert(name).split()), limit) or "not known"
        found, times = base, 1
        while found in made:
            times += 1
            mark = f" {times}"
            found = clip(base, limit - len(mark)) + mark
        made.append(found)
    return made


def select(action_id: str, placeholder: str, options: Sequence[tuple[str, str]]) -> dict[str, Any] | None:
    """A select of words and values; None where there is nothing to choose. What Slack has no room for is left off."""
    unlike: dict[str, str] = {}
    for text, value in options:
        if value and len(value) <= OPTION_VALUE:
            unlike.setdefault(value, text)
    made = [option(text, value) for value, text in unlike.items()][:OPTIONS]
    if not made:
        return None
    return {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, 150),
        "options": made,
    }


def deal_value(key: str) -> str:
    """What stands for a deal in an option: its key, or where that is too long, a digest of it."""
    if len(key) <= OPTION_VALUE and not key.startswith(DIGEST):
        return key
    return DIGEST + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def deals_select(deals: Sequence[tuple[str, str]], placeholder: str = "Open a deal") -> dict[str, Any] | None:
    """A select of deals, by (name, key)."""
    return select(ids.DEAL, placeholder, [(name, deal_value(key)) for name, key in deals])


def drill_select(
    figures: Sequence[tuple[str, str | None]], placeholder: str, place: int | None = None
) -> dict[str, Any] | None:
    """A select of figures, by (words, mark of the question that asks for their deals); `place` tells it from others."""
    name = ids.DRILL if place is None else f"{ids.DRILL}.{place}"
    return select(name, placeholder, [(words, mark) for words, mark in figures if mark])
