"""`dealfit pipeline show | export`: one deal with its verdict, and what a question finds as a file."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from bot.cli.asking import HELP as AS_HELP
from bot.cli.asking import asker_of
from bot.cli.console import cell, fail, out, print_json, say
from bot.cli.wiring import core
from bot.cli.writing import write_file
from bot.deals.wording import counted

if TYPE_CHECKING:
    from bot.bootstrap import Core
    from bot.checking.desk import CheckedDeal
    from bot.pipeline.finding import Found
    from bot.store.records import SavedDeal

As = Annotated[str | None, typer.Option("--as", metavar="PERSON", help=AS_HELP)]
SCHEMA = 1
EVERY_OPEN_DEAL = "open deals"


def show(
    key: Annotated[str, typer.Argument(help="The deal's key, or its name where only one has it.", show_default=False)],
    as_: As = None,
    json_: Annotated[bool, typer.Option("--json", help="The deal as JSON on standard output.")] = False,
) -> None:
    """Show one deal with the verdict of the live Deal Profile: what fails, who may approve, what to ask next.

    Nothing is recorded. Exit status: 0 when it is shown, 2 when there is no such deal; near ones are named then.

    For example:

      dealfit pipeline show "Mercy Regional managed services"

      dealfit pipeline show file:deals.csv:D-2601 --as dana --json
    """
    from bot.pipeline.view import AccessDenied

    with core() as rooms:
        asker = asker_of(rooms, as_)
        try:
            found = rooms.pipeline.find(key, asker)
            shown = None if found.key is None else rooms.pipeline.show(found.key, asker)
        except AccessDenied as error:
            fail(str(error))
        if shown is None:
            _not_found(key, found)
        saved = shown.saved
        checked = rooms.desk.check(shown.deal, asker=asker, key=saved.key, record=False)
        checked = replace(checked, key=saved.key, decision_id=saved.decision_id)
        if json_:
            print_json(_plain(saved, checked))
        else:
            _print(rooms, saved, checked)


def _not_found(text: str, found: Found) -> NoReturn:
    if found.several:
        keys = "\n".join(f"  {each.words}" for each in found.several)
        fail(f"Several deals are called {text!r}. Give one of their keys:\n{keys}")
    if found.near:
        keys = "\n".join(f"  {each.words}" for each in found.near)
        fail(f"There is no deal {text!r}. Near to it are:\n{keys}")
    fail(f"There is no deal {text!r}. `dealfit pipeline` shows what there is; `dealfit pipeline import` brings deals.")


def _print(rooms: Core, saved: SavedDeal, checked: CheckedDeal) -> None:
    from bot.cli.verdict import show as show_verdict

    closes = "" if saved.close_date is None else f"closes {saved.close_date.isoformat()}"
    stage = saved.status if saved.stage is None else f"{saved.status} ({saved.stage})"
    parts = (saved.customer or "no customer", saved.owner or "no owner", stage, closes, saved.key)
    out().print(f"[dim]{cell(' · '.join(part for part in parts if part))}[/]")
    show_verdict(checked, facts=checked.judged_by.specs if checked.judged_by else {}, people=rooms.people())


def _plain(saved: SavedDeal, checked: CheckedDeal) -> dict[str, Any]:
    from bot.cli.checked import plain_deal

    profile = checked.verdict.profile
    return {
        "schema": SCHEMA,
        "profile": {"title": profile.title, "version": profile.version, "sha256": profile.sha256},
        "deal": {
            "key": saved.key,
            "customer": saved.customer,
            "owner": saved.owner,
            "stage": saved.stage,
            "status": saved.status,
            "close_date": None if saved.close_date is None else saved.close_date.isoformat(),
            "currency": saved.currency,
            "source": saved.source,
            "source_id": saved.source_id,
            "updated_at": saved.updated_at.astimezone(UTC).isoformat(timespec="seconds"),
            "decision": saved.decision_id,
            **plain_deal(checked),
        },
    }


def export(
    question: Annotated[
        str, typer.Argument(help="The question, in quotes; all open deals unless given.", show_default=False)
    ] = EVERY_OPEN_DEAL,
    to: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Write it there; to standard output unless given."),
    ] = None,
    as_: As = None,
) -> None:
    """Write everything that a question finds as CSV: deals with every fact and their verdict, or groups.

    A cell that a spreadsheet would run as a formula begins with an apostrophe. A file says nothing of words that were
    left out: where some were not understood, nothing is written.

    Exit status: 0 when it is written, 2 when words were not understood or the file cannot be written.

    For example:

      dealfit pipeline export "Dana's deals that need approval" --out dana.csv

      dealfit pipeline export "fit by region" | head
    """
    from bot.pipeline.view import AccessDenied

    with core() as rooms:
        asker = asker_of(rooms, as_)
        try:
            answer = rooms.pipeline.ask(question, asker)
        except AccessDenied as error:
            fail(str(error))
        if answer.unknown or answer.query is None or answer.table is None:
            told = [f"Not understood: {unknown.words_for_people}" for unknown in answer.unknown]
            fail("\n".join([*told, *answer.notes, "Nothing was written. Say it in other words."]))
        pieces = rooms.pipeline.export(answer.query, asker)
        if to is None:
            for piece in pieces:
                sys.stdout.buffer.write(piece)
            sys.stdout.flush()
            return
        write_file(to, pieces, option="--out")
    understood = " · ".join(chip.text for chip in answer.understood) or "all deals"
    table = answer.table
    many = counted(table.matched, "deal") if table.keys or not table.rows else counted(len(table.rows), "group")
    say(f"Understood as: {understood}. {many} in {to}.")
