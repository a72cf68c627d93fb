"""`dealfit pipeline scorecard`: a rep's figures with their counts, beside their past and the team's median."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.asking import HELP as AS_HELP
from bot.cli.asking import asker_of, groups_not_known
from bot.cli.console import cell, fail, out, print_json, say, table
from bot.cli.wiring import core
from bot.deals.wording import date_words

if TYPE_CHECKING:
    from bot.pipeline.scorecard.card import Line, Scorecard


class Format(StrEnum):
    """How results are printed."""

    TABLE = "table"
    JSON = "json"


def scorecard(
    rep: Annotated[
        str, typer.Argument(help="The rep: a key, a name or a first name. Oneself with --as.", show_default=False)
    ] = "",
    as_: Annotated[str | None, typer.Option("--as", metavar="PERSON", help=AS_HELP)] = None,
    days: Annotated[int, typer.Option(min=7, max=3650, help="The period's length; the one before is as long.")] = 90,
    format_: Annotated[Format, typer.Option("--format", help="table for people, json for scripts.")] = Format.TABLE,
) -> None:
    """Show a rep's scorecard: fit, margin, service mix, term, outcomes, exceptions and calls, and what to coach.

    A manager sees their team's, a rep their own. Every figure comes with the number of deals it rests on; small
    numbers are compared with nothing.

    For example:

      dealfit pipeline scorecard dana --as morgan

      dealfit pipeline scorecard dana --format json
    """
    from bot.pipeline.scorecard.service import NoSuchRep
    from bot.pipeline.view import AccessDenied

    with core() as rooms:
        asker = asker_of(rooms, as_)
        if as_ is None and (unknown := groups_not_known(rooms)):
            say(f"{unknown} Whoever is a rep only by them has no scorecard here and is in no team's median.")
        try:
            card = rooms.scorecards.of(asker, rep, days=days)
        except (AccessDenied, NoSuchRep) as error:
            fail(str(error))
    if format_ is Format.JSON:
        print_json(card.plain())
    else:
        _show(card)


def _show(card: Scorecard) -> None:
    from bot.pipeline.scorecard.card import LEAST, figure_words

    console = out()
    period, before = card.period, card.before
    console.print(f"[bold]{cell(card.person.name)}[/]: {date_words(period.since)} to {date_words(period.until)}")
    console.print(f"Before: {date_words(before.since)} to {date_words(before.until)}")
    made = table("Measure", "Now", "n", "of", "Before", "Team", right=("Now", "n", "Before", "Team"))
    for line in card.lines:
        few = line.now.value is not None and line.now.n < LEAST
        now = figure_words(line.now.value, line.measure.unit)
        made.add_row(
            line.measure.label,
            f"[dim]{now}[/]" if few else now,
            str(line.now.n),
            line.measure.of,
            _past(line),
            _team(line),
        )
    console.print(made)
    console.print("[bold]What to coach[/]")
    for step in card.coaching:
        console.print(f"  - {cell(step.text)} {cell(''.join(f'[{n}]' for n in step.sources))}")
    if not card.coaching:
        console.print("  Nothing stands out: no figure with enough deals is on the worse side.")
    for source in card.sources:
        console.print(f"[dim]{cell(f'[{source.n}] {source.heading} ({source.path})')}[/]")
        console.print(f"[dim]    {cell(source.says)}[/]")
    for note in card.notes:
        console.print(f"[dim]{cell(note)}[/]")


def _past(line: Line) -> str:
    from bot.pipeline.scorecard.card import figure_words

    before = line.before
    return "-" if before.value is None else f"{figure_words(before.value, line.measure.unit)} (n = {before.n})"


def _team(line: Line) -> str:
    from bot.pipeline.scorecard.card import figure_words

    return "-" if line.team is None else f"{figure_words(line.team, line.measure.unit)} ({line.reps} reps)"
