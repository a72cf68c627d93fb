"""What brings data into the pipeline: `dealfit pipeline import`, and the commands that stand beside it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from bot.cli.console import UNREADABLE, err, print_json, say
from bot.cli.deal_files import check_file, read_mapping
from bot.cli.pipeline_accounts import accounts
from bot.cli.pipeline_map import map_
from bot.cli.pipeline_sources import activities, sources, sync
from bot.cli.rejecting import rejects_file
from bot.cli.wiring import core
from bot.deals.wording import counted

if TYPE_CHECKING:
    from bot.pipeline.importing import ImportReport

MOST_OWNERS = 10
"""So many unknown owners are named."""


def register(app: typer.Typer) -> None:
    """Add the commands that bring data in."""
    app.command("import")(import_)
    app.command("map")(map_)
    app.command("sync")(sync)
    app.command("sources")(sources)
    app.command("activities")(activities)
    app.command("accounts")(accounts)


def import_(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV, TSV, Excel, Parquet, YAML or JSON lines with a deal in each row.", show_default=False
        ),
    ],
    mapping: Annotated[
        Path | None, typer.Option(help="Mapping from the file's columns to facts; `dealfit pipeline map` proposes one.")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(help="Where the deals come from; a deal's id counts within it. The file's name unless given."),
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="The sheet of an Excel workbook, where it has several.")] = None,
    rejects: Annotated[
        Path | None,
        typer.Option(
            "--rejects",
            "--rejected",
            help="Where rejected rows go; rejects/FILE.rejected.csv in the data folder unless given.",
        ),
    ] = None,
    remove_missing: Annotated[
        bool,
        typer.Option(
            "--remove-missing",
            help="Take out open deals of this source that the file does not have: neither won nor lost.",
        ),
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="The report as JSON on standard output.")] = False,
) -> None:
    """Import deals into the pipeline: open, won and lost ones. Importing the same file again changes nothing.

    A row that changed updates its deal. A cell that cannot be read leaves its fact unknown, and is named. Rows without
    a name, or that say the same deal twice, are rejected: they go to a file with the line, the reason and their text.

    Exit status: 0 when every row was taken, 2 when some were rejected.

    For example:

      dealfit pipeline import examples/deals.csv

      dealfit pipeline import examples/closed-deals.csv --mapping examples/closed-deals.yaml
    """
    from bot.pipeline.importing import import_deals

    check_file(file)
    with core() as rooms, ExitStack() as open_files:
        judge = rooms.live.current()
        columns = read_mapping(mapping, judge.profile, file)
        target = rejects or rooms.settings.data_dir / "rejects" / f"{file.stem}.rejected.csv"
        bar = open_files.enter_context(progress_bar())
        task = bar.add_task("Importing", total=None, about="?")
        with file.open("rb") as stream:
            report = import_deals(
                stream,
                file.name,
                judge=judge,
                store=rooms.store,
                people=rooms.people(),
                mapping=columns,
                actor="operator",
                source=source,
                sheet=sheet,
                remove_missing=remove_missing,
                on_reject=rejects_file(target, open_files),
                progress=lambda done, total: bar.update(task, completed=done, total=total, about=f"{total:,}"),
            )
    if json_:
        print_json(report.plain())
    tell(report)
    if report.rejected_rows:
        say(f"The rejected rows are in {target}: mend them there, and import that file's `row` text again.")
        raise typer.Exit(UNREADABLE)


def progress_bar() -> Progress:
    """A bar on standard error that goes when it is done."""
    console = err()
    counts = TextColumn("{task.completed:,.0f} of about {task.fields[about]}")
    columns = (TextColumn("{task.description}"), BarColumn(), counts, TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def tell(report: ImportReport) -> None:
    """The report in words."""
    say(
        f"{counted(report.read, 'row')}: {report.imported:,} imported, {report.updated:,} updated, "
        f"{report.unchanged:,} unchanged, {report.rejected_rows:,} rejected."
    )
    if report.statuses:
        say(
            "Of these "
            + ", ".join(f"{report.statuses.get(each, 0):,} {each}" for each in ("open", "won", "lost"))
            + "."
        )
    for note in report.notes:
        say(note)
    if report.unknown_owners:
        owners = list(report.unknown_owners)
        left_off = len(owners) - MOST_OWNERS
        some = ", ".join(owners[:MOST_OWNERS]) + (f" and {left_off:,} more" if left_off > 0 else "")
        say(f"Owners not in people.yaml: {some}. Their deals are in no manager's team.")
