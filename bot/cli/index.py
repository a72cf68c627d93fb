"""`dealfit index`: the playbooks, made searchable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.cli.console import err, print_json, say
from bot.cli.wiring import core
from bot.deals.wording import counted

if TYPE_CHECKING:
    from bot.bootstrap import Core
    from bot.knowledge.passages import IndexReport


def index(
    rebuild: Annotated[bool, typer.Option(help="Build a new index and put it in the place of the old one.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="The report as JSON on standard output.")] = False,
) -> None:
    """Index the playbooks: only what changed is read again, what is gone leaves the index.

    Exit status: 0 when every document was taken, 1 when some were refused (each is named with its remedy).

    For example:

      dealfit index

      dealfit index --rebuild --json
    """
    with core() as rooms:
        rooms.make_data_dir()
        report = refresh(rooms, rebuild=rebuild)
    if json_:
        print_json(
            {
                "schema": 1,
                "added": list(report.added),
                "updated": list(report.updated),
                "removed": list(report.removed),
                "unchanged": list(report.unchanged),
                "refused": [{"path": r.path, "reason": r.reason, "remedy": r.remedy} for r in report.refused],
                "passages": report.passages,
                "embedded": report.embedded,
            }
        )
    raise typer.Exit(1 if report.refused else 0)


def refresh(rooms: Core, *, rebuild: bool) -> IndexReport:
    """Bring the index up to date, with a progress bar on standard error."""
    bar = Progress(
        TextColumn("Indexing the playbooks"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
        console=err(),
        transient=True,
    )
    with bar:
        task = bar.add_task("", total=None)

        def step(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total or 1, description=what[:60])

        report = rooms.library.refresh(step, rebuild=rebuild)
    changed = [f"{len(paths)} {word}" for word, paths in _changes(report) if paths]
    what = ", ".join(changed) or "nothing changed"
    say(f"Index: {counted(report.passages, 'passage')} ({what}; {report.embedded} embedded).")
    for refusal in report.refused:
        say(f"  refused {refusal}")
    return report


def _changes(report: IndexReport) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (("added", report.added), ("updated", report.updated), ("removed", report.removed))
