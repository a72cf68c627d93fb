"""`dealfit pipeline`: many deals: import, fit, and questions in words."""

from __future__ import annotations

import csv
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from bot.cli.console import UNREADABLE, cell, count, err, out, print_json, say, table
from bot.cli.deal_files import read_bytes
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


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="CSV, TSV, YAML or JSON lines with a deal in each row.", show_default=False)
    ],
    mapping: Annotated[Path | None, typer.Option(help="Mapping from the file's columns to facts.")] = None,
    source: Annotated[
        str | None,
        typer.Option(help="Where the deals come from; a deal's id counts within it. The file's name unless given."),
    ] = None,
    rejected: Annotated[
        Path | None, typer.Option(help="Where rejected rows go; FILE.rejected.csv unless given.")
    ] = None,
) -> None:
    """Import open deals into the pipeline. Importing the same file again changes nothing.

    Exit status: 0 when every row was taken, 2 when some were rejected (they are written to a file with the reason).
    """
    from bot.deals.mapping import load_mapping  # noqa: PLC0415
    from bot.pipeline.importing import import_deals  # noqa: PLC0415

    data = read_bytes(file)
    with core() as rooms, Progress(console=err(), transient=True) as bar:
        judge = rooms.live.current()
        columns = None
        if mapping is not None:
            columns = load_mapping(
                read_bytes(mapping), filename=str(mapping), facts=judge.profile.facts, currency=judge.profile.currency
            )
        task = bar.add_task("Importing", total=None)
        report = import_deals(
            data,
            file.name,
            judge=judge,
            store=rooms.store,
            people=rooms.people(),
            mapping=columns,
            actor="operator",
            source=source,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    say(
        f"{report.read} rows: {report.imported} imported, {report.updated} updated, {report.unchanged} unchanged, "
        f"{len(report.rejected)} rejected."
    )
    for note in report.notes:
        say(note)
    if report.unknown_owners:
        say(f"Owners not in people.yaml: {', '.join(report.unknown_owners)}. Their deals are in no manager's team.")
    if report.rejected:
        target = rejected or file.with_suffix(f"{file.suffix}.rejected.csv")
        with target.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(["line", "reason"])
            writer.writerows(report.rejected)
        say(f"The rejected rows are in {target}.")
        raise typer.Exit(UNREADABLE)


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
