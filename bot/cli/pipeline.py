"""`dealfit pipeline`: many deals: import, fit, and questions in words."""

from __future__ import annotations

import csv
import sys
from enum import StrEnum
from typing import Annotated

import typer

from bot.cli import pipeline_data, strategy
from bot.cli.console import UNREADABLE, cell, count, out, print_json, say, table
from bot.cli.wiring import core

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Many deals: import them, see how much of the pipeline fits, and ask about it in words.",
)


class Format(StrEnum):
    """How results are printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


pipeline_data.register(app)
strategy.register(app)


@app.command("fit")
def fit(
    json_: Annotated[bool, typer.Option("--json", help="The picture as JSON on standard output.")] = False,
) -> None:
    """How many open deals fit, in deals and money, by rep and by failing check."""
    from bot.checking.asker import OPERATOR  # noqa: PLC0415
    from bot.cli.pipeline_tables import overview_plain, show_overview  # noqa: PLC0415

    with core() as rooms:
        overview = rooms.pipeline.overview(OPERATOR)
        if json_:
            print_json(overview_plain(overview))
        else:
            show_overview(overview)


@app.command("ask")
def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotes.", show_default=False)],
    format_: Annotated[
        Format, typer.Option("--format", help="table for people, json or csv for scripts.")
    ] = Format.TABLE,
) -> None:
    """Ask about the pipeline in words, such as "which of Dana's deals break the payment terms".

    The answer begins with how the question was understood; words that were not understood are named, never guessed.
    Exit status: 0 with an answer, 2 when words were not understood or something is asked back.
    """
    from bot.checking.asker import OPERATOR  # noqa: PLC0415
    from bot.pipeline.tables import cell_words  # noqa: PLC0415

    with core() as rooms:
        answer = rooms.pipeline.ask(question, OPERATOR)
        for unknown in answer.unknown:
            say(f"Not understood, and not used: {unknown.words_for_people}")
        if format_ is Format.JSON:
            print_json(answer.plain())
        elif format_ is Format.CSV and answer.table is not None:
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow([column.name for column in answer.table.columns])
            writer.writerows(answer.table.plain_rows())
        else:
            console = out()
            console.print("Understood as: " + (cell(" · ".join(c.text for c in answer.understood)) or "all open deals"))
            for note in answer.notes:
                console.print(cell(note))
            if answer.table is not None:
                made = table(*[column.label for column in answer.table.columns])
                for row in answer.table.rows:
                    words = zip(row, answer.table.columns, strict=True)
                    made.add_row(*[cell(cell_words(value, column, answer.table.currency)) for value, column in words])
                console.print(made)
                console.print(f"[dim]{count(answer.table.matched, 'deal')} matched.[/]")
    raise typer.Exit(UNREADABLE if answer.unknown or answer.asks else 0)
