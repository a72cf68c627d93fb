"""`dealfit pipeline sync | sources | activities`: CRMs kept in step, and calls to the buyers that matter."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.console import UNREADABLE, cell, err, out, print_json, say, table
from bot.cli.deal_files import check_file, read_mapping
from bot.cli.given import refuse_unused
from bot.cli.rejecting import rejects_file
from bot.cli.wiring import core
from bot.deals.wording import counted

if TYPE_CHECKING:
    from bot.pipeline.sources.calls import RepCalls

NOT_SET = (
    "No CRM is set up. Set DEALFIT_HUBSPOT_TOKEN, or DEALFIT_SALESFORCE_URL with DEALFIT_SALESFORCE_CLIENT_ID and "
    "DEALFIT_SALESFORCE_CLIENT_SECRET; docs/data-in.md says how. Files are imported with `dealfit pipeline import`."
)


class Format(StrEnum):
    """How results are printed."""

    TABLE = "table"
    JSON = "json"


def sync(
    name: Annotated[str | None, typer.Argument(help="hubspot or salesforce; all that are set up unless given.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="The reports as JSON on standard output.")] = False,
) -> None:
    """Bring in what changed in the CRM since the last sync, and keep how the pipeline stands then.

    A sync that broke off goes on where it stood. It needs a CRM that is set up: docs/data-in.md says how.

    Exit status: 0 when all went well, 2 otherwise.

    For example:

      dealfit pipeline sync

      dealfit pipeline sync hubspot --json
    """
    with core() as rooms:
        names = (name,) if name is not None else rooms.sources.names
        if not names:
            say(NOT_SET)
            raise typer.Exit(UNREADABLE)
        made: list[dict[str, Any]] = []
        with err().status("Syncing ...") as status:
            for each in names:
                report = rooms.sources.sync(
                    each,
                    actor="operator",
                    progress=lambda what, done, each=each: status.update(f"{each}: {done:,} {what}"),  # type: ignore[misc]
                )
                made.append(report.plain())
                deals, calls = report.deals, report.activities
                say(
                    f"{each}: {counted(deals['read'], 'deal')} read: {deals['imported']:,} imported, "
                    f"{deals['updated']:,} updated, {deals['unchanged']:,} unchanged; {report.gone:,} gone; "
                    f"{calls['imported']:,} calls and meetings imported; {report.written_back:,} verdicts written back."
                )
                for note in report.notes:
                    say(f"  {note}")
        if json_:
            print_json({"schema": 1, "synced": made})


def sources(
    json_: Annotated[bool, typer.Option("--json", help="As JSON on standard output.")] = False,
) -> None:
    """Show which CRMs are set up, and how their last sync went.

    For example:

      dealfit pipeline sources

      dealfit pipeline sources --json
    """
    with core() as rooms:
        states = rooms.sources.states()
        if json_:
            plain: dict[str, Any] = {
                each: None
                if state is None
                else {
                    "state": state.state,
                    "started": _iso(state.started_at),
                    "finished": _iso(state.finished_at),
                    "counts": dict(state.counts),
                    "problem": state.problem,
                }
                for each, state in states.items()
            }
            print_json({"schema": 1, "sources": plain, "schedule": rooms.settings.sync_schedule})
            return
        if not states:
            say(NOT_SET)
            return
        made = table("Source", "Last whole sync", "State", "What to know")
        for each, state in states.items():
            if state is None:
                made.add_row(each, "never", "", "`dealfit pipeline sync` begins")
            else:
                counted = ", ".join(f"{n.replace('_', ' ')} {k:,}" for n, k in state.counts.items() if k)
                made.add_row(each, _iso(state.finished_at) or "never", state.state, cell(state.problem or counted))
        out().print(made)
        when = rooms.settings.sync_schedule
        say(f"Schedule: {when} (UTC)." if when else "No schedule: set DEALFIT_SYNC_SCHEDULE, such as '0 * * * *'.")


def activities(
    file: Annotated[
        Path | None, typer.Argument(help="CSV, Excel or Parquet with a call or a meeting in each row, to import.")
    ] = None,
    mapping: Annotated[Path | None, typer.Option(help="Mapping file; its part `activities` is used.")] = None,
    source: Annotated[str | None, typer.Option(help="Where they come from; the file's name unless given.")] = None,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Count from this day.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Count up to this day.")] = None,
    format_: Annotated[Format, typer.Option("--format", help="table for people, json for scripts.")] = Format.TABLE,
) -> None:
    """Import calls and meetings, or show the calls to the buyers that matter, by rep and account.

    A buyer matters when the Deal Profile's checks accept their role as the sponsor. Without FILE it counts what there
    is, and names the accounts of each rep where nobody of those was met.

    For example:

      dealfit pipeline activities calls.csv --mapping map.yaml

      dealfit pipeline activities --since 2026-10-01
    """
    if file is not None:
        counting = "With a file, calls are imported; without one they are counted"
        refuse_unused(counting, since=since, until=until, format=None if format_ is Format.TABLE else format_)
        _import(file, mapping, source)
        return
    refuse_unused("It goes with a file to import", mapping=mapping, source=source)
    from bot.pipeline.sources.calls import buyers, calls_to_buyers

    with core() as rooms:
        profile = rooms.live.current().profile
        found = calls_to_buyers(
            rooms.store.activities,
            profile=profile,
            people=rooms.people(),
            deals=rooms.store.open_deals(),
            since=since.date() if since else None,
            until=until.date() if until else None,
        )
    if format_ is Format.JSON:
        print_json({"schema": 1, "buyers": sorted(buyers(profile)), "reps": [_plain(each) for each in found]})
        return
    if not any(each.calls for each in found):
        say("No calls or meetings yet. Import them with `dealfit pipeline activities FILE`, or sync a CRM.")
        return
    made = table("Rep", "Account", "Calls", "To buyers that matter", "Last", right=("Calls", "To buyers that matter"))
    for rep in found:
        met, assigned = rep.covered
        made.add_row(cell(rep.name), f"{met} of {assigned} accounts", f"{rep.calls:,}", f"{rep.to_buyers:,}", "")
        for account in rep.accounts:
            last = str(account.last_to_buyer or ("none yet" if account.assigned else ""))
            made.add_row("", cell(account.account), f"{account.calls:,}", f"{account.to_buyers:,}", last)
    out().print(made)


def _import(file: Path, mapping: Path | None, source: str | None) -> None:
    from bot.pipeline.sources.activity_files import import_activities

    check_file(file)
    with core() as rooms, ExitStack() as open_files:
        profile = rooms.live.current().profile
        given = read_mapping(mapping, profile, file)
        target = rooms.settings.data_dir / "rejects" / f"{file.stem}.rejected.csv"
        with file.open("rb") as stream:
            report = import_activities(
                stream,
                file.name,
                profile=profile,
                activities=rooms.store.activities,
                mapping=given.activities if given is not None else None,
                source=source,
                on_reject=rejects_file(target, open_files),
            )
    say(
        f"{counted(report.read, 'row')}: {report.imported:,} imported, {report.updated:,} updated, "
        f"{report.unchanged:,} unchanged, {report.rejected_rows:,} rejected."
    )
    if report.unread:
        say(f"Columns not used: {', '.join(report.unread)}.")
    if report.unknown_roles:
        some = sorted(report.unknown_roles.items(), key=lambda item: (-item[1], item[0]))[:10]
        titles = ", ".join(f"{title} ({number:,})" for title, number in some)
        say(f"Titles that are no role of the profile: {titles}. Say what they mean in the mapping (activities: roles).")
    if report.rejected_rows:
        say(f"The rejected rows are in {target}.")
        raise typer.Exit(UNREADABLE)


def _plain(rep: RepCalls) -> dict[str, Any]:
    return {
        "rep": rep.rep,
        "name": rep.name,
        "calls": rep.calls,
        "to_buyers": rep.to_buyers,
        "without": list(rep.without),
        "accounts": [
            {
                "account": each.account,
                "assigned": each.assigned,
                "calls": each.calls,
                "to_buyers": each.to_buyers,
                "unknown_role": each.unknown_role,
                "last_to_buyer": each.last_to_buyer.isoformat() if each.last_to_buyer else None,
                "roles": dict(each.roles),
            }
            for each in rep.accounts
        ],
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
