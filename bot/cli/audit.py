"""`dealfit audit`: the decision log: whether it is whole, its head, its rows, and texts that must go."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.console import count, fail, out, print_json, say
from bot.cli.wiring import core

if TYPE_CHECKING:
    from bot.store.records import Head

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="The decision log: check that nothing in it was changed, note its head, write it out, erase personal texts.",
)
NOT_WHOLE = 1
HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


@app.command("verify")
def verify(
    head: Annotated[
        str | None,
        typer.Option(help="A head that was noted earlier (id:sha256): with it, rows cut off the end are found too."),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="The report as JSON on standard output.")] = False,
) -> None:
    """Read the whole log and find the first row that is not as it was written.

    Also looked at: whether each exception stands as the log says that it was left.

    Exit status: 0 when all is whole, 1 when something was changed.

    For example: `dealfit audit verify --head 4711:9f86d081...`
    """
    noted = None if head is None else _head(head)
    with core() as rooms:
        report, altered = rooms.store.verify(noted), rooms.store.exceptions.altered()
    whole = report.ok and not altered
    if json_:
        said = {"ok": whole, "rows": report.rows, "head": report.head, "first_bad": report.first_bad}
        print_json({"schema": 1, **said, "reason": report.reason, "altered_exceptions": altered})
    elif whole:
        out().print(f"Whole: {count(report.rows, 'row')}, head {report.rows}:{report.head}", soft_wrap=True)
        if noted is None:
            say("Rows cut off the end are found only by comparing with a head that was noted: --head.")
    else:
        if report.reason:
            out().print(f"NOT WHOLE: {report.reason}", soft_wrap=True)
        for number in altered:
            out().print(f"NOT WHOLE: exception {number} is not as the log says that it was left.", soft_wrap=True)
    raise typer.Exit(0 if whole else NOT_WHOLE)


@app.command("head")
def head_(json_: Annotated[bool, typer.Option("--json", help="As JSON on standard output.")] = False) -> None:
    """Print the head of the log, id:sha256. Note it where nobody with access to the database can change it.

    For example: `dealfit audit head >> heads.txt`
    """
    with core() as rooms:
        last = rooms.store.head()
    if json_:
        print_json({"schema": 1, "id": last.id, "sha256": last.sha256})
    else:
        sys.stdout.write(f"{last.id}:{last.sha256}\n")


@app.command("export")
def export(
    after: Annotated[int, typer.Option(min=0, help="Only rows after this id.")] = 0,
    kind: Annotated[str | None, typer.Option(help="Only rows of this kind, such as exception.decided.")] = None,
) -> None:
    """Write the log as JSON lines to standard output, oldest first.

    Each line is a row: id, at, kind, actor, subject, body, sha256, previous. What was written in exceptions is not in
    the log, only its mark.

    For example: `dealfit audit export --kind exception.decided > decided.jsonl`
    """
    with core() as rooms:
        for row in rooms.store.each_decision(after=after, kind=kind):
            line = {
                "id": row.id,
                "at": row.at.isoformat(),
                "kind": row.kind,
                "actor": row.actor,
                "subject": row.subject,
                "body": row.body,
                "sha256": row.sha256,
                "previous": row.previous,
            }
            sys.stdout.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


@app.command("erase")
def erase(
    before: Annotated[str, typer.Option(help="What was written before this day, such as 2025-12-31.")],
    author: Annotated[str | None, typer.Option(help="Only of this person: their key in people.yaml.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Erase what people wrote in exceptions. It cannot be undone; the log stays whole, and says that it was done.

    For example: `dealfit audit erase --before 2025-12-31 --author dana`
    """
    day = _day(before)
    whose = f"of {author} " if author else ""
    if not yes and not typer.confirm(f"Erase what was written {whose}before {before} for good?", err=True):
        fail("Nothing was erased.")
    with core() as rooms:
        gone = rooms.store.exceptions.erase(before=day, author=author)
    out().print(f"{count(gone, 'text')} erased.")


def _head(text: str) -> Head:
    from bot.store.records import Head  # noqa: PLC0415

    match = HEAD.fullmatch(text.strip())
    if match is None:
        fail(f"{text!r} is no head. Write what `dealfit audit head` printed: id:sha256.")
    return Head(int(match[1]), match[2])


def _day(text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        fail(f"{text!r} is no day. Write it as year-month-day, such as 2025-12-31.")
