"""Pipeline fit as a message: the picture at a glance, and the table that answers a question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.deals.money import money_words
from bot.pipeline.fit import Fit, FitGroup, Tally
from bot.pipeline.service import Overview, PipelineAnswer
from bot.pipeline.tables import Cell, ColumnType, Table, cell_words
from bot.profile.verdict import Judgement
from bot.slack.blocks.elements import Block, clip, context, divider, fit_message, header, inert, inline, section
from bot.slack.blocks.titles import TITLES

TABLE_ROWS = 99
TABLE_COLUMNS = 20
MOST_GROUPS = 15
MOST_CHECKS = 10
CHART_TITLE = 50
CHART_LABEL = 20
RIGHT = frozenset({ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.PERCENT, ColumnType.MONEY})


def overview_blocks(overview: Overview) -> list[Block]:
    """How many of the deals fit, in deals and money, by rep and by failing check."""
    fit, currency = overview.fit, overview.currency
    if fit.empty:
        return _empty()
    share = fit.split.share_of_deals
    money = fit.split.share_of_money
    blocks = [
        header("Pipeline fit"),
        section(
            f"*{fit.split.fits.deals} of {fit.split.total.deals}* open deals fit"
            + (f" (*{share}%*)" if share is not None else "")
            + f", worth *{inline(money_words(fit.split.fits.money, currency))}* of "
            f"{inline(money_words(fit.split.total.money, currency))}"
            + (f" (*{money}%*)" if money is not None else "")
            + "."
        ),
        _verdict_chart(fit),
        section("*By rep*"),
        table_block(_group_rows("Rep", fit.by_owner, currency)),
    ]
    if fit.failing:
        rows = [["Check", "Deals", "Money", "May be approved", "Not known for"]]
        rows += [
            [c.label, str(c.tally.deals), money_words(c.tally.money, currency), str(c.approvable), str(c.unknown)]
            for c in fit.failing[:MOST_CHECKS]
        ]
        blocks += [section("*By failing check*"), table_block(rows)]
    if fit.facts_to_get:
        wanted = ", ".join(f"{inline(overview.label_of(fact))} ({n})" for fact, n in fit.facts_to_get[:6])
        blocks.append(section(f"*Facts to get for {len(fit.incomplete)} incomplete deals*: {wanted}"))
    blocks.append(context(*[inline(note, 500) for note in overview.notes], _footer(overview.profile_words, fit)))
    blocks.append(context("Ask in words: `/pipeline which of Dana's deals break the payment terms`"))
    return fit_message(blocks, context("The picture is larger than one message; ask for a part of it in words."))


def answer_blocks(answer: PipelineAnswer) -> list[Block]:
    """A question's table, beginning with how it was understood."""
    chips = " · ".join(f"`{inline(chip.text, 120)}`" for chip in answer.understood) or "all open deals"
    blocks: list[Block] = [section(f"*Understood as*: {chips}")]
    if answer.unknown:
        words = "; ".join(inline(unknown.words_for_people, 200) for unknown in answer.unknown[:8])
        blocks.append(context(f"⚠️ Not understood, and not used: {words}"))
    blocks += [context(inline(note, 800)) for note in answer.notes]
    table = answer.table
    if table is not None:
        blocks += _table(table)
    blocks.append(context(inline(answer.profile_words)))
    return fit_message(blocks, context("The table is longer than one message; narrow the question."))


def table_block(rows: Sequence[Sequence[str]], right: Sequence[bool] | None = None) -> Block:
    """A table of plain words; the first row is the header. Cells are raw text: nothing in them is parsed."""
    shown = [list(row[:TABLE_COLUMNS]) for row in rows[: TABLE_ROWS + 1]]
    aligned = right or [False] + [True] * (len(shown[0]) - 1)
    return {
        "type": "table",
        "column_settings": [{"align": "right" if flag else "left", "is_wrapped": not flag} for flag in aligned],
        "rows": [[{"type": "raw_text", "text": clip(inert(cell), 300) or "-"} for cell in row] for row in shown],
    }


def notification_of(fit: Fit) -> str:
    """What a phone shows."""
    return f"Pipeline fit: {fit.split.fits.deals} of {fit.split.total.deals} open deals fit"


def _table(table: Table) -> list[Block]:
    if not table.rows:
        return [section("No deal matches. Ask for less, or `/pipeline` alone for the whole picture.")]
    columns = table.columns[:TABLE_COLUMNS]
    rows = [[column.label for column in columns]]
    rows += [[_cell(table, row[n], n) for n in range(len(columns))] for row in table.rows]
    blocks = [table_block(rows, [column.type in RIGHT for column in columns])]
    left = len(rows) - 1 - TABLE_ROWS
    notes = [f"{table.matched} deals match."]
    if table.cut or left > 0:
        notes.append(f"{table.cut + max(left, 0)} rows are not shown; `dealfit pipeline ask --format csv` gives all.")
    if table.undecided:
        notes.append(f"For {table.undecided} further deals a fact is missing that this depends on.")
    notes += [inline(note, 500) for note in table.notes]
    return [*blocks, context(*notes[:10])]


def _cell(table: Table, cell: Cell, number: int) -> str:
    column = table.columns[number]
    if column.type is ColumnType.VERDICT and isinstance(cell, str) and cell in set(Judgement):
        return TITLES[Judgement(cell)]
    return cell_words(cell, column, table.currency)


def _group_rows(name: str, groups: Sequence[FitGroup], currency: str) -> list[list[str]]:
    rows = [[name, "Deals", "Fit", "Need approval", "Do not fit", "Incomplete", "Money", "Money that fits"]]
    for group in groups[:MOST_GROUPS]:
        split = group.split
        counts = [str(split.by[judgement].deals) for judgement in Judgement]
        rows.append(
            [
                group.label or "not known",
                str(split.total.deals),
                *counts,
                money_words(split.total.money, currency),
                money_words(split.fits.money, currency),
            ]
        )
    return rows


def _verdict_chart(fit: Fit) -> Block:
    segments: list[dict[str, Any]] = [
        {"label": clip(TITLES[judgement].split(" ", 1)[1], CHART_LABEL), "value": tally.deals}
        for judgement, tally in fit.split.by.items()
        if tally.deals
    ]
    return {
        "type": "data_visualization",
        "title": clip("Open deals by verdict", CHART_TITLE),
        "chart": {"type": "pie", "segments": segments},
    }


def _footer(profile: str, fit: Fit) -> str:
    without = _without_value(fit.split.total)
    return inline(f"{profile}. {without}".strip())


def _without_value(tally: Tally) -> str:
    return f"{tally.without_value} deals have no contract value and count in deals only." if tally.without_value else ""


def _empty() -> list[Block]:
    return [
        header("Pipeline fit"),
        section(
            "No open deals yet. They come from deals that are checked with `/deal-check`, and from a file:\n"
            "> dealfit pipeline import deals.csv"
        ),
        divider(),
        context("A manager sees the deals of their own team; a rep sees their own."),
    ]
