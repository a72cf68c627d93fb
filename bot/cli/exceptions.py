"""`dealfit exceptions`: reading what was asked for and decided. Deciding is done in Slack, where people are known."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.console import cell, fail, out, print_json, table
from bot.cli.wiring import core
from bot.deals.wording import counted

if TYPE_CHECKING:
    from bot.exceptions.digest import Digest, Tally
    from bot.exceptions.model import ExceptionRequest

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help=(
        "What was asked for outside the Deal Profile, and what was decided.\n\n"
        "There is no command to decide: whoever runs the command line has no identity that an approval could name, so "
        "exceptions are asked for and decided in Slack (or in the playground).\n\n"
        "For example:\n\n  dealfit exceptions list --state open"
    ),
)
DAY = "%Y-%m-%d"
FIRST_YEAR, LAST_YEAR = 1000, 9999
"""A year is written with four digits; what lies outside was mistyped, and no month follows its last one."""
STATES = ("open", "granted", "declined", "withdrawn", "expired", "superseded")


@app.command("list")
def list_(
    state: Annotated[str | None, typer.Option(help=f"Only those that are {', '.join(STATES)}.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="At most so many, the newest first.")] = 50,
    json_: Annotated[bool, typer.Option("--json", help="As JSON on standard output.")] = False,
) -> None:
    """List exceptions, the newest first.

    For example:

      dealfit exceptions list --state open
    """
    from bot.exceptions.plain import from_row

    if state is not None and state not in STATES:
        fail(f"There is no state {state!r}. States are {', '.join(STATES)}.")
    with core() as rooms:
        found = [from_row(row) for row in rooms.store.exceptions.find(state=state, limit=limit)]
    if json_:
        print_json({"schema": 1, "exceptions": [plain(request) for request in found]})
        return
    if not found:
        out().print("None. A rep asks for one from a verdict card that needs approval, with the button.")
        return
    made = table("No.", "Deal", "Asked by", "On", "State", "Authorities", right=("No.",))
    for request in found:
        parts = "; ".join(f"{part.name}: {part.state.value}" for part in request.parts)
        asked = request.asked_at.strftime(DAY)
        row = (request.number, request.subject.deal, request.requester.name, asked, request.state.value, parts)
        made.add_row(*map(cell, row))
    out().print(made)


@app.command("show")
def show(
    number: Annotated[int, typer.Argument(help="The exception's number.", show_default=False)],
    json_: Annotated[bool, typer.Option("--json", help="As JSON on standard output.")] = False,
) -> None:
    """Show one exception: the deal, each finding, who decided what, and why.

    For example:

      dealfit exceptions show 12
    """
    with core() as rooms:
        request = rooms.exceptions.known(number)
    if request is None:
        fail(f"There is no exception {number}. `dealfit exceptions list` lists them.")
    if json_:
        print_json({"schema": 1, **plain(request)})
        return
    console = out()
    subject = request.subject
    console.print(f"[bold]Exception {request.number}[/]: {cell(subject.deal)} ({request.state.value})")
    asked = request.asked_at.strftime(DAY)
    console.print(f"Asked by {cell(request.requester.name)} on {asked}, under {cell(subject.profile_version)}")
    console.print(cell(" · ".join(f"{label} {value}" for label, value in subject.facts_words)))
    console.print(f"Why: {cell(_said(request.why.text))}")
    console.print(f"In return: {cell(_said(request.gives.text))}")
    for part in request.parts:
        console.print(f"\n[bold]{cell(part.name)}[/]: {part.state.value}")
        for finding in part.findings:
            gap = f", gap {finding.gap}" if finding.gap else ""
            console.print(f"  {cell(finding.label)}: {cell(finding.actual)}, limit {cell(finding.limit)}{cell(gap)}")
        decision = part.decision
        if decision is not None:
            until = f", until {decision.until.strftime(DAY)}" if decision.until is not None else ""
            console.print(f"  {cell(decision.by.name)} on {decision.at.strftime(DAY)} ({decision.as_}){until}")
            if decision.words is not None:
                console.print(f"  {cell(_said(decision.words.text))}")
    for remark in request.talk:
        console.print(
            f"\n{cell(remark.by.name)} {'asked' if remark.asks else 'answered'}: {cell(_said(remark.text.text))}"
        )


@app.command("digest")
def digest(
    month: Annotated[str | None, typer.Option(help="The month, such as 2026-11. Left out: this month.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="As JSON on standard output.")] = False,
) -> None:
    """Exceptions of a month by rule, rep and authority, and those that became a habit.

    A habit is one check that was approved three times or more in the month, for one rep or in one segment.

    For example:

      dealfit exceptions digest --month 2026-11
    """
    from bot.exceptions.digest import digest as summed
    from bot.exceptions.digest import month_of

    with core() as rooms:
        start, end = month_of(_month(month) if month else rooms.clock())
        made = summed(rooms.exceptions.between(start, end), start, end)
    if json_:
        print_json(made.plain())
        return
    _show_digest(made)


def _month(text: str) -> datetime:
    try:
        found = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        found = None
    if found is None or not FIRST_YEAR <= found.year < LAST_YEAR:
        fail(f"{text!r} is no month of an exception. Write year and month, such as 2026-11.")
    return found


def _show_digest(made: Digest) -> None:
    console = out()
    console.print(
        f"[bold]Exceptions of {made.start.strftime('%Y-%m')}[/]: {counted(made.requests, 'exception')} asked for"
    )
    if not made.requests:
        return
    if made.hours_to_decide is not None:
        from bot.exceptions.digest import took_words

        console.print(f"Half of the decisions took {took_words(made.hours_to_decide)}.")
    for title, tallies in (("Rule", made.rules), ("Rep", made.reps), ("Authority", made.authorities)):
        console.print(_tally_table(title, tallies))
    for habit in made.habits:
        who = f"for {habit.who}" if habit.of == "rep" else f"in the segment {habit.who}"
        numbers = ", ".join(map(str, habit.exceptions))
        console.print(f"A habit: {cell(habit.label)} was approved {habit.times} times {cell(who)} ({numbers}).")


def _tally_table(title: str, tallies: tuple[Tally, ...]) -> object:
    made = table(title, "Asked", "Granted", "Declined", "Open", right=("Asked", "Granted", "Declined", "Open"))
    for tally in tallies:
        made.add_row(cell(tally.name), str(tally.asked), str(tally.granted), str(tally.declined), str(tally.open))
    return made


def plain(request: ExceptionRequest) -> dict[str, object]:
    """A request as JSON data, in the documented shape (schema 1)."""
    subject = request.subject
    return {
        "exception": request.number,
        "state": request.state.value,
        "deal": subject.deal,
        "deal_key": subject.deal_key,
        "deal_sha256": subject.deal_sha256,
        "profile": {
            "title": subject.profile_title,
            "version": subject.profile_version,
            "sha256": subject.profile_sha256,
        },
        "asked_by": request.requester.name,
        "asked_at": request.asked_at.isoformat(),
        "why": request.why.text,
        "gives": request.gives.text,
        "parts": [
            {
                "authority": part.authority,
                "state": part.state.value,
                "checks": [finding.check for finding in part.findings],
                "decided_by": None if part.decision is None else part.decision.by.name,
                "decided_at": None if part.decision is None else part.decision.at.isoformat(),
                "as": None if part.decision is None else part.decision.as_,
                "until": None
                if part.decision is None or part.decision.until is None
                else part.decision.until.isoformat(),
                "words": None if part.decision is None or part.decision.words is None else part.decision.words.text,
            }
            for part in request.parts
        ],
        "replaces": request.replaces,
    }


def _said(text: str | None) -> str:
    return "(erased)" if text is None else text
