"""`dealfit reviews`: calls, Customer Business Reviews and renewals of won deals; their agendas, values and calendar."""

from __future__ import annotations

import sys
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.cli.asking import HELP as AS_HELP
from bot.cli.asking import asker_of
from bot.cli.console import cell, fail, out, print_json, say, table
from bot.cli.wiring import core
from bot.cli.writing import write_file
from bot.deals.wording import WEEKDAYS, counted, weekday_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.pipeline.reviews.agenda import Agenda
    from bot.pipeline.reviews.calendar import Event
    from bot.pipeline.reviews.service import Customer

As = Annotated[str | None, typer.Option("--as", metavar="PERSON", help=AS_HELP)]
AHEAD = 90
T = TypeVar("T")

app = typer.Typer(
    no_args_is_help=True,
    help="Monthly calls, Customer Business Reviews and renewals that won deals promise: "
    "dates, agendas, what was measured, and a calendar file.\n\nFor example:\n\n  dealfit reviews list --days 30",
)


class Format(StrEnum):
    """How results are printed."""

    TABLE = "table"
    JSON = "json"


@app.command("list")
def list_(
    days: Annotated[int, typer.Option(min=1, max=36500, help="How many days ahead.")] = AHEAD,
    as_: As = None,
    format_: Annotated[Format, typer.Option("--format", help="table for people, json for scripts.")] = Format.TABLE,
) -> None:
    """List the dates ahead, of all won deals that one may see.

    For example:

      dealfit reviews list --days 30

      dealfit reviews list --as dana --format json
    """
    with core() as rooms:
        asker = asker_of(rooms, as_)
        customers = _allowed(lambda: rooms.reviews.customers(asker))
        today = rooms.clock().date()
    if format_ is Format.JSON:
        print_json({"schema": 1, "today": today.isoformat(), "customers": [c.plain() for c in customers]})
        return
    until = today + timedelta(days=days)
    _show(customers, [(e, c) for c in customers for e in c.events if today <= e.on <= until], days)


@app.command("agenda")
def agenda(
    deal: Annotated[str, typer.Argument(help="A won deal: its key, its name or its customer's.")],
    as_: As = None,
    format_: Annotated[Format, typer.Option("--format", help="table for people, json for scripts.")] = Format.TABLE,
) -> None:
    """Show the agenda of the next call or review: outcomes with their latest values, and what to do next.

    For example:

      dealfit reviews agenda "Wakefield General Hospital" --as dana
    """
    from bot.pipeline.reviews.service import NoSuchCustomer

    with core() as rooms:
        asker = asker_of(rooms, as_)
        try:
            made = _allowed(lambda: rooms.reviews.agenda(asker, deal))
        except NoSuchCustomer as error:
            fail(str(error))
    if format_ is Format.JSON:
        print_json(made.plain())
    else:
        _show_agenda(made)


@app.command("record")
def record(
    deal: Annotated[str, typer.Argument(help="A won deal: its key, its name or its customer's.")],
    outcome: Annotated[str, typer.Argument(help="The outcome's metric, as the deal has it.")],
    value: Annotated[str, typer.Argument(help="What it was measured at, in the outcome's unit.")],
    on: Annotated[str | None, typer.Argument(metavar="[DATE]", help="The day; today unless given.")] = None,
    as_: As = None,
) -> None:
    """Note what an agreed outcome was measured at. A second value for the same day replaces the first.

    For example:

      dealfit reviews record "Wakefield General Hospital" "time to deploy" 12 2026-11-20
    """
    from bot.deals.numbers import DateError, NumberError, parse_date, parse_number
    from bot.pipeline.reviews.agenda import state_words
    from bot.pipeline.reviews.service import CannotNote, NoSuchCustomer

    try:
        number, day = parse_number(value.strip().removesuffix("%")), None if on is None else parse_date(on)
    except NumberError:
        fail(f"{value!r} is no number. Write digits alone, such as 12 or 98.6.")
    except DateError:
        fail(f"{on!r} is no date. Write it as year-month-day, such as 2027-02-26.")
    with core() as rooms:
        asker = asker_of(rooms, as_)
        try:
            state = _allowed(lambda: rooms.reviews.note(asker, deal, outcome, number, day))
        except (NoSuchCustomer, CannotNote) as error:
            fail(str(error))
    say(f"Noted. {state_words(state)}")


@app.command("ics")
def ics(
    deal: Annotated[str | None, typer.Argument(help="A won deal; all that one may see unless given.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write it to this .ics file.")] = None,
    as_: As = None,
) -> None:
    """Write the dates as an .ics file. Importing it again changes what moved and takes off what is gone.

    For example:

      dealfit reviews ics -o reviews.ics

      dealfit reviews ics --as dana > dana.ics
    """
    from bot.pipeline.reviews.service import NoSuchCustomer

    with core() as rooms:
        asker = asker_of(rooms, as_)
        try:
            data = _allowed(lambda: rooms.reviews.calendar(asker, deal))
        except NoSuchCustomer as error:
            fail(str(error))
    if output is None:
        sys.stdout.write(data.decode().replace("\r\n", "\n"))
        return
    write_file(output, data, option="--output")
    say(f"Wrote {output}: {counted(data.count(b'BEGIN:VEVENT'), 'date')} from today on.")


def _allowed(do: Callable[[], T]) -> T:
    from bot.pipeline.view import AccessDenied

    try:
        return do()
    except AccessDenied as error:
        fail(str(error))


def _show(customers: list[Customer], events: list[tuple[Event, Customer]], days: int) -> None:
    from bot.pipeline.reviews.agenda import TITLES

    if not customers:
        say("There are no won deals yet. A deal is won when its stage says so: see `dealfit pipeline import --help`.")
        return
    console = out()
    if events:
        made = table("When", "What", "Customer", "Owner", "")
        for event, customer in sorted(events, key=lambda pair: (pair[0].on, pair[1].name)):
            owner = customer.owner.name if customer.owner else customer.deal.owner or "nobody"
            moved = event.moved or ""
            day = f"{event.on} {WEEKDAYS[event.on.weekday()][:3]}"
            made.add_row(day, TITLES[event.kind], cell(customer.name), cell(owner), cell(moved))
        console.print(made)
    else:
        console.print(f"No date in the next {counted(days, 'day')}, for {counted(len(customers), 'won deal')}.")
    without = [customer for customer in customers if customer.missing]
    if without:
        wanted = "; ".join(f"{cell(c.name)} ({', '.join(c.missing)})" for c in without[:5])
        more = f" and {len(without) - 5} more" if len(without) > 5 else ""  # noqa: PLR2004 those named above
        console.print(f"[dim]No dates, because these are not known: {wanted}{more}[/]")


def _show_agenda(made: Agenda) -> None:
    from bot.pipeline.reviews.agenda import end_words, state_words

    console = out()
    console.print(f"[bold]{cell(made.title)}[/]")
    length = f", {cell(made.length)}" if made.length else ""
    console.print(f"{weekday_words(made.event.on)}{length}" + (f" ({made.event.moved})" if made.event.moved else ""))
    if made.customer_side:
        console.print(f"For them: {cell('; '.join(made.customer_side))}. For us: {cell('; '.join(made.our_side))}.")
    for number, item in enumerate(made.items, start=1):
        console.print(f"  {number}. {cell(item)}")
    console.print("[bold]Outcomes[/]")
    for state in made.states:
        console.print(f"  - {cell(state_words(state))}")
    console.print("[bold]Next[/]")
    for step in made.steps:
        console.print(f"  - {cell(step.text)} {cell(''.join(f'[{n}]' for n in step.sources))}")
    console.print(end_words(made) or "", end="\n" if made.ends_on else "")
    for source in made.sources:
        console.print(f"[dim]{cell(f'[{source.n}] {source.heading} ({source.path})')}[/]")
        console.print(f"[dim]    {cell(source.says)}[/]")
    for notice in made.notices:
        say(notice)
