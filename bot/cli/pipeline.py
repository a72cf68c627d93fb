"""`dealfit pipeline`: many deals: import, fit, and questions in words."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import pipeline_data, pipeline_deals, pipeline_snapshots, strategy
from bot.cli.asking import asker_of
from bot.cli.console import UNREADABLE, cell, fail, out, print_json, say, table
from bot.cli.pipeline_deals import As
from bot.cli.wiring import core
from bot.deals.wording import counted

if TYPE_CHECKING:
    from bot.pipeline.service import PipelineAnswer
    from bot.pipeline.tables import Cell, Column, Table

_NARROWEST = 8

app = typer.Typer(
    invoke_without_command=True,
    rich_markup_mode="markdown",
    help=(
        "Many deals: how much of the pipeline fits, import, and questions in words.\n\n"
        "Alone it prints the picture at a glance of the open deals, as `/pipeline` does in Slack. "
        "Exit status: 0 with a picture, also of no deals; 2 when something could not be read.\n\n"
        "For example:\n\n  dealfit pipeline --as morgan"
    ),
)


class Format(StrEnum):
    """How results are printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


Printed = Annotated[Format, typer.Option("--format", help="table for people, json or csv for scripts.")]
Json = Annotated[bool, typer.Option("--json", help="The same as --format json.")]


@app.callback()
def glance(
    context: typer.Context,
    format_: Printed = Format.TABLE,
    json_: Json = False,
    as_: As = None,
) -> None:
    """Show how much of the open pipeline fits, unless a command is named."""
    if context.invoked_subcommand is None:
        _glance(Format.JSON if json_ else format_, as_)
    elif json_ or format_ is not Format.TABLE or as_ is not None:
        fail(f"Write options after the command: dealfit pipeline {context.invoked_subcommand} ...")


pipeline_data.register(app)
strategy.register(app)
app.command("show")(pipeline_deals.show)
app.command("export")(pipeline_deals.export)
app.command("snapshots")(pipeline_snapshots.snapshots)
app.command("snapshot")(pipeline_snapshots.snapshot)


@app.command("fit")
def fit(format_: Printed = Format.TABLE, json_: Json = False, as_: As = None) -> None:
    """Show the picture at a glance, as `dealfit pipeline` alone does: how many open deals fit, and what fails.

    For example:

      dealfit pipeline fit

      dealfit pipeline fit --as morgan --format csv
    """
    _glance(Format.JSON if json_ else format_, as_)


def _glance(format_: Format, as_: str | None) -> None:
    from bot.pipeline.view import AccessDenied

    with core() as rooms:
        try:
            overview = rooms.pipeline.overview(asker_of(rooms, as_))
        except AccessDenied as error:
            fail(str(error))
    if format_ is Format.JSON:
        print_json(overview.plain())
    elif format_ is Format.CSV:
        from bot.pipeline.exporting import overview_csv

        sys.stdout.buffer.write(overview_csv(overview))
        sys.stdout.flush()
    else:
        from bot.cli.pipeline_glance import show_glance

        show_glance(overview)


@app.command("ask")
def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotes.", show_default=False)],
    format_: Printed = Format.TABLE,
    as_: As = None,
) -> None:
    """Ask about the pipeline in words, such as "which of Dana's deals break the payment terms".

    The answer begins with how the question was understood; words that were not understood are named, never guessed.
    Exit status: 0 with an answer, 2 when words were not understood or something is asked back.

    For example:

      dealfit pipeline ask "which of Dana's deals break the payment terms"

      dealfit pipeline ask "fit by region" --format csv
    """
    from bot.pipeline.view import AccessDenied

    with core() as rooms:
        try:
            answer = rooms.pipeline.ask(question, asker_of(rooms, as_))
        except AccessDenied as error:
            fail(str(error))
    for unknown in answer.unknown:
        say(f"Not understood, and not used: {unknown.words_for_people}")
    if format_ is Format.JSON:
        print_json(answer.plain())
    elif format_ is Format.CSV:
        _csv(answer)
    else:
        _table(answer)
    raise typer.Exit(UNREADABLE if answer.unknown or answer.asks else 0)


def _csv(answer: PipelineAnswer) -> None:
    from bot.pipeline.exporting import table_csv

    for note in answer.notes:
        say(note)
    if answer.table is not None:
        sys.stdout.buffer.write(table_csv(answer.table))
        sys.stdout.flush()


def _table(answer: PipelineAnswer) -> None:
    from bot.pipeline.tables import ColumnType, cell_words

    console, found = out(), answer.table
    console.print("Understood as: " + (cell(" · ".join(c.text for c in answer.understood)) or "all open deals"))
    for note in answer.notes:
        console.print(cell(note))
    if found is None:
        return
    cells = [[cell_words(value, column, found.currency) for value in values] for column, values in _columns(found)]
    heads = [_head(column.label, words) for column, words in zip(found.columns, cells, strict=True)]
    kinds = [each.type for each in found.columns]
    figures = {ColumnType.TEXT, ColumnType.VERDICT, ColumnType.DATE}
    made = table(
        *heads,
        right=tuple(head for head, kind in zip(heads, kinds, strict=True) if kind not in figures),
        whole=tuple(
            head for head, kind in zip(heads, kinds, strict=True) if kind not in {ColumnType.TEXT, ColumnType.VERDICT}
        ),
    )
    for row in zip(*cells, strict=True):
        made.add_row(*map(cell, row))
    if found.rows:
        console.print(made)
    for note in found.notes:
        console.print(f"[dim]{cell(note)}[/]")
    if not found.rows:
        console.print("No deal matches. Change the question, or `dealfit pipeline` alone for the whole picture.")
        return
    cut = f"; {found.cut:,} rows left off: `dealfit pipeline export` writes all" if found.cut else ""
    console.print(f"[dim]{counted(found.matched, 'deal')} matched{cut}.[/]")


def _columns(found: Table) -> Iterator[tuple[Column, list[Cell]]]:
    for place, column in enumerate(found.columns):
        yield column, [row[place] for row in found.rows]


def _head(label: str, cells: Sequence[str]) -> str:
    """The label in lines that are no wider than what stands under it: figures make a table wide, not their names."""
    widest = max((len(line) for line in cells), default=0)
    return "\n".join(wrap(label, max(widest, _NARROWEST), break_long_words=False))
