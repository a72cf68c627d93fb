"""The answer to a question about the pipeline: how it was understood, as chips to change; the table; and the way on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.deals.wording import counted
from bot.pipeline.service import PipelineAnswer
from bot.pipeline.tables import Cell, ColumnType, Table, cell_words
from bot.profile.verdict import Judgement
from bot.slack import pipeline_ids as ids
from bot.slack.blocks.elements import (
    BUTTON_VALUE,
    Block,
    actions,
    button,
    context,
    fit_message,
    inline,
    section,
)
from bot.slack.blocks.pipeline_parts import (
    CHART_POINTS,
    TABLE_COLUMNS,
    bar_chart,
    data_table,
    deals_select,
    drill_select,
    rows_that_fit,
    select,
)
from bot.slack.blocks.titles import TITLES

MOST_ROWS = 50
"""Rows that one message shows; the buttons under it turn the pages."""
MOST_CHIPS = 20
MOST_UNKNOWN = 6
MOST_NOTES = 8
NUMBERS = frozenset({ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.PERCENT, ColumnType.MONEY})


@dataclass(frozen=True, slots=True)
class Choice:
    """A part of the question as it was understood, with what it could be instead, by (words, value of the option)."""

    text: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """What the message shows beside the answer itself.

    `mark` finds the question again; `first` is the first row shown; `row_marks` find, for a table of groups, the
    question behind each row. `previous` finds the question that these words were to change. With `shared_by` everybody
    in a channel reads it, and nothing in it changes it.
    """

    mark: str
    choices: tuple[Choice, ...] = ()
    first: int = 0
    row_marks: tuple[str | None, ...] = ()
    title: str = ""
    shared_by: str | None = None
    previous: str = ""


def answer_blocks(answer: PipelineAnswer, shown: Shown) -> list[Block]:
    """The message."""
    blocks = _understood(answer, shown) + _unknown(answer, shown)
    blocks += [context(note) for note in _some(answer.notes, MOST_NOTES)]
    tail = [context(inline(answer.profile_words))]
    if answer.table is not None:
        blocks += _table(answer, answer.table, shown)
        tail = [*_on(answer.table, shown), *tail]
    return fit_message(blocks, context("This is longer than one message: ask for less, or take the file."), tail)


def _some(notes: Sequence[str], most: int) -> list[str]:
    """Notes in mrkdwn of ours; where there are more than have room, that is said."""
    more = [f"and {len(notes) - most} more notes"] if len(notes) > most else []
    return [*(inline(note, 800) for note in notes[:most]), *more]


def answer_words(answer: PipelineAnswer) -> str:
    """What a phone shows."""
    asked = inline(answer.question, 150)
    if answer.table is None:
        return f"About your question: {asked}"
    deals = counted(answer.table.matched, "deal")
    asked = asked or inline(", ".join(chip.text for chip in answer.understood), 150) or "all open deals"
    return f"{deals}: {asked}"


def _understood(answer: PipelineAnswer, shown: Shown) -> list[Block]:
    parts = [choice.text for choice in shown.choices] or [chip.text for chip in answer.understood]
    said = " · ".join(f"`{inline(text, 120)}`" for text in parts[:MOST_CHIPS]) or "all open deals"
    heading = f"*{inline(shown.title, 120)}*\n" if shown.title else ""
    who = f"\nShared by {inline(shown.shared_by)}, who may see these deals." if shown.shared_by else ""
    if len(parts) > MOST_CHIPS:
        said += f" and {len(parts) - MOST_CHIPS} more parts"
    blocks = [section(f"{heading}*Understood as*: {said}{who}")]
    if shown.shared_by is None:
        selects = [_chip(place, choice) for place, choice in enumerate(shown.choices[:MOST_CHIPS]) if choice.options]
        if selects:
            blocks.append({**actions(*selects), "block_id": f"{ids.CHIP}|{shown.mark}"})
    return blocks


def _chip(place: int, choice: Choice) -> dict[str, Any]:
    found = select(f"{ids.CHIP}.{place}", choice.text, [(choice.text, ids.AS_IT_IS), *choice.options])
    return {**found, "initial_option": found["options"][0]} if found else {}


def _unknown(answer: PipelineAnswer, shown: Shown) -> list[Block]:
    blocks: list[Block] = []
    left = answer.unknown[:MOST_UNKNOWN]
    if left:
        words = ", ".join(
            f"“{inline(unknown.words, 120)}”{f' ({inline(unknown.why)})' if unknown.why else ''}" for unknown in left
        )
        more = len(answer.unknown) - len(left)
        blocks.append(section(f"⚠️ Not understood, and not used: {words}{f' and {more} more' if more else ''}"))
    if shown.shared_by is not None:
        return blocks
    offers = [(unknown.words, near) for unknown in left for near in unknown.near]
    offers += [(ask.words, near) for ask in answer.asks for near in ask.options]
    buttons: list[dict[str, Any]] = []
    for words, near in dict.fromkeys(offers):
        question = instead(answer.question, words, near)
        if question is not None and len(buttons) < 10:  # noqa: PLR2004 more would be no help
            label = f"Ask again with {near} in place of {words}"
            buttons.append(button(near, f"{ids.NEAR}.{len(buttons)}", question, label=label))
    if buttons:
        follows = {"block_id": f"{ids.NEAR}|{shown.previous}"} if shown.previous else {}
        blocks += [context("Did you mean:"), {**actions(*buttons), **follows}]
    return blocks


def instead(question: str, words: str, near: str) -> str | None:
    """The question with other words in place of those; None where they do not stand in it or it grows too long."""
    at = question.casefold().find(words.casefold()) if words else -1
    # Folding changes the length of a few letters: then the place would be another one.
    if at < 0 or len(question.casefold()) != len(question):
        return None
    made = f"{question[:at]}{near}{question[at + len(words) :]}"
    return made if made.strip() and len(made) <= BUTTON_VALUE else None


def _table(answer: PipelineAnswer, table: Table, shown: Shown) -> list[Block]:
    if not table.rows:
        return [section("No deal matches. Change a part above, or `/pipeline` alone for the whole picture.")]
    columns = table.columns[:TABLE_COLUMNS]
    head = [column.label for column in columns]
    page = table.rows[shown.first : shown.first + MOST_ROWS]
    words = [[_words(table, row[place], place) for place in range(len(columns))] for row in page]
    kept = rows_that_fit(head, words)
    cells = [
        [(text, _number(row[place], columns[place].type)) for place, text in enumerate(line)]
        for row, line in zip(page[:kept], words[:kept], strict=True)
    ]
    grouped = answer.query is not None and len(answer.query.group_by) == 1
    chart = _chart(table) if grouped and not shown.first else None
    blocks = [chart] if chart is not None else []
    if cells:
        blocks.append(data_table(_caption(table, shown, kept), head, cells))
    return blocks


def _words(table: Table, cell: Cell, place: int) -> str:
    column = table.columns[place]
    if column.type is ColumnType.VERDICT and isinstance(cell, str) and cell in set(Judgement):
        return TITLES[Judgement(cell)]
    return cell_words(cell, column, table.currency)


def _number(cell: Cell, kind: ColumnType) -> Decimal | int | None:
    if kind in NUMBERS and isinstance(cell, int | Decimal) and not isinstance(cell, bool):
        return cell
    return None


def page_of(table: Table, first: int) -> int:
    """How many rows one message shows from `first` on."""
    columns = table.columns[:TABLE_COLUMNS]
    head = [column.label for column in columns]
    page = table.rows[first : first + MOST_ROWS]
    return rows_that_fit(head, [[_words(table, row[place], place) for place in range(len(columns))] for row in page])


def _caption(table: Table, shown: Shown, kept: int) -> str:
    rows = len(table.rows) + table.cut
    deals = counted(table.matched, "deal matches", "deals match")
    if kept == rows:
        return f"{deals}."
    return f"{deals}. Rows {shown.first + 1:,} to {shown.first + kept:,} of {rows:,}."


def _chart(table: Table) -> Block | None:
    """A picture of what is counted, summed or averaged by one thing."""
    figures = [place for place, column in enumerate(table.columns) if place and column.type in NUMBERS]
    if not figures or not 1 < len(table.rows) <= CHART_POINTS:
        return None
    shown = {column.name: place for place, column in enumerate(table.columns)}
    pair = [shown[name] for name in ("fits", "deals") if name in shown and "fits" in shown]
    places = pair or [figures[-1]]
    if any(row[place] is None for row in table.rows for place in places):
        return None
    names = [_words(table, row[0], 0) or "not known" for row in table.rows]
    series = [
        (table.columns[place].label, [_number(row[place], table.columns[place].type) or 0 for row in table.rows])
        for place in places
    ]
    label = table.columns[places[-1]].label
    by = table.columns[0].label
    return bar_chart(f"{label} by {by.lower()}", names, series, x_label=by, y_label=label)


def _on(table: Table, shown: Shown) -> list[Block]:
    """Totals, what is left off, and the buttons that lead on."""
    kept = page_of(table, shown.first)
    notes = [f"*In all*: {_totals(table)}"] if table.totals and table.rows else []
    if table.cut:
        notes.append(f"The question asks for the first {len(table.rows):,} of {len(table.rows) + table.cut:,} rows.")
    if len(table.columns) > TABLE_COLUMNS:
        notes.append(f"The first {TABLE_COLUMNS} of {len(table.columns)} columns; the CSV has all.")
    notes += _some(table.notes, MOST_NOTES - 2)
    blocks = [context(*notes)] if notes else []
    rows = range(shown.first, shown.first + kept)
    wanted = _selects(table, shown, rows)
    if wanted:
        blocks.append(actions(*wanted))
    row = _pages(table, shown, kept)
    row.append(button("Export CSV", ids.CSV, shown.mark))
    if shown.shared_by is None:
        row.append(button("Share in channel", ids.SHARE, shown.mark))
        row.append(button("Weekly in a channel", ids.SAVE, shown.mark))
    return [*blocks, actions(*row)] if table.rows else blocks


def _selects(table: Table, shown: Shown, rows: Sequence[int]) -> list[dict[str, Any]]:
    names = [_words(table, table.rows[place][0], 0) or "not known" for place in rows]
    if shown.row_marks:
        figures = [(name, shown.row_marks[place]) for name, place in zip(names, rows, strict=True)]
        found = drill_select(figures, "Show the deals of…")
    else:
        deals = [
            (name, table.keys[place][0])
            for name, place in zip(names, rows, strict=True)
            if place < len(table.keys) and len(table.keys[place]) == 1
        ]
        found = deals_select(deals)
    return [found] if found else []


def _pages(table: Table, shown: Shown, kept: int) -> list[dict[str, Any]]:
    row = []
    if shown.first:
        row.append(button("First rows", f"{ids.PAGE}.0", f"{shown.mark}|0"))
    after = shown.first + max(kept, 1)
    if after < len(table.rows):
        row.append(button(f"Rows from {after + 1:,}", f"{ids.PAGE}.1", f"{shown.mark}|{after}", style="primary"))
    return row


def _totals(table: Table) -> str:
    columns = {column.name: column for column in table.columns}
    said = [
        f"{columns[name].label} {cell_words(cell, columns[name], table.currency)}"
        for name, cell in table.totals.items()
        if name in columns and cell is not None
    ]
    return inline(" · ".join(said), 600) or counted(table.matched, "deal")
