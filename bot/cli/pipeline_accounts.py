"""`dealfit pipeline accounts`: which rep looks after which account, for the calls that a scorecard counts."""

from __future__ import annotations

from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.console import UNREADABLE, cell, fail, out, print_json, say, table
from bot.cli.deal_files import check_file
from bot.cli.given import refuse_unused
from bot.cli.rejecting import rejects_file
from bot.cli.wiring import core
from bot.deals.wording import counted

if TYPE_CHECKING:
    from bot.bootstrap import Core

NOBODY = (
    "No account is assigned: no file was imported, and no open deal names its customer and its owner. Import a file "
    "with the columns `rep` and `account`: dealfit pipeline accounts FILE."
)


class Format(StrEnum):
    """How results are printed."""

    TABLE = "table"
    JSON = "json"


def accounts(
    file: Annotated[
        Path | None, typer.Argument(help="CSV, Excel or Parquet with the columns `rep` and `account`, to import.")
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="The sheet of an Excel workbook, where it has several.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take all assignments away; open deals say it then.")] = False,
    format_: Annotated[Format, typer.Option("--format", help="table for people, json for scripts.")] = Format.TABLE,
) -> None:
    """Show which rep looks after which account, or import a file that says so.

    Scorecards and `dealfit pipeline activities` count calls to the buyers that matter at these accounts. Without a
    file, a rep's accounts are the customers of the open deals that they own, as the CRM or an import says. A rep whom
    the file names has the accounts of the file instead. A file takes the place of the one before it.

    Exit status: 0 when every row was taken, 2 when some were rejected.

    For example:

      dealfit pipeline accounts

      dealfit pipeline accounts accounts.csv

      dealfit pipeline accounts --format json
    """
    if clear and file is not None:
        fail("--clear goes without a file: a file takes the place of all assignments anyway.")
    if file is None:
        refuse_unused("It goes with a workbook to import", sheet=sheet)
    with core() as rooms:
        if clear:
            _clear(rooms)
        elif file is not None:
            _import(rooms, file, sheet, format_)
        else:
            _show(rooms, format_)


def _clear(rooms: Core) -> None:
    from bot.pipeline.sources.account_files import DECISION

    before = len(rooms.store.activities.assigned())
    rooms.store.activities.assign([])
    rooms.store.record(kind=DECISION, actor="operator", subject="accounts", body={"assigned": 0, "gone": before})
    say(f"{counted(before, 'assignment')} taken away. A rep's accounts are the customers of their open deals now.")


def _import(rooms: Core, file: Path, sheet: str | None, format_: Format) -> None:
    from bot.pipeline.sources.account_files import DECISION, import_accounts
    from bot.profile.columns.names import CUSTOMER

    check_file(file)
    rooms.tables.refresh()
    deals = rooms.tables.deals.table
    known = {row["customer"] for row in rooms.tables.rows(deals.select(customer=deals[CUSTOMER]).distinct())} - {None}
    known |= {call.customer for call in rooms.store.activities.find() if call.customer}
    target = rooms.settings.data_dir / "rejects" / f"{file.stem}.rejected.csv"
    with ExitStack() as open_files, file.open("rb") as stream:
        report = import_accounts(
            stream,
            file.name,
            keeper=rooms.store.activities,
            people=rooms.people(),
            known=known,
            on_reject=rejects_file(target, open_files),
            sheet=sheet,
        )
    counts = {"assigned": report.assigned, "new": report.new, "gone": report.gone}
    rooms.store.record(kind=DECISION, actor="operator", subject=file.name, body=counts)
    if format_ is Format.JSON:
        print_json(report.plain())
    say(
        f"{counted(report.read, 'row')}: {counted(report.assigned, 'account')} of {counted(report.reps, 'rep')} "
        f"assigned ({report.new:,} new, {report.gone:,} no longer), {report.rejected_rows:,} rejected."
    )
    if report.unknown_reps:
        say(f"Reps not in people.yaml, who have no scorecard: {', '.join(report.unknown_reps[:10])}.")
    for account, near in report.unmet:
        hint = f" Is it {near!r}?" if near is not None else ""
        say(f"No deal and no call is known of {account!r}.{hint}")
    if report.unread:
        say(f"Columns not used: {', '.join(report.unread)}.")
    if report.rejected_rows:
        say(f"The rejected rows are in {target}.")
        raise typer.Exit(UNREADABLE)


def _show(rooms: Core, format_: Format) -> None:
    from bot.pipeline.records import owner_of
    from bot.pipeline.sources.calls import calls_to_buyers
    from bot.store.records import folded

    people, kept = rooms.people(), rooms.store.activities
    found = calls_to_buyers(kept, profile=rooms.live.current().profile, people=people, deals=rooms.store.open_deals())
    by_file = {folded(each.rep) for each in kept.assigned()}
    by_file |= {person.key for each in kept.assigned() if (person := owner_of(each.rep, people)) is not None}
    rows: list[dict[str, Any]] = [
        {
            "rep": rep.rep,
            "name": rep.name,
            "account": account.account,
            "from": "file" if rep.rep in by_file else "open deals",
            "calls": account.calls,
            "to_buyers": account.to_buyers,
            "last_to_buyer": account.last_to_buyer.isoformat() if account.last_to_buyer else None,
        }
        for rep in sorted(found, key=lambda each: each.name.casefold())
        for account in sorted(rep.accounts, key=lambda each: each.account.casefold())
        if account.assigned
    ]
    if format_ is Format.JSON:
        print_json({"schema": 1, "accounts": rows})
        return
    if not rows:
        say(NOBODY)
        return
    numbers = ("Calls", "To buyers that matter")
    made = table("Rep", "Account", "Said by", *numbers, "Last", right=numbers, whole=("Said by", "Calls", "Last"))
    for row in rows:
        last = row["last_to_buyer"] or "none yet"
        made.add_row(
            cell(row["name"]), cell(row["account"]), row["from"], str(row["calls"]), str(row["to_buyers"]), last
        )
    out().print(made)
