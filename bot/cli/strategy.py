"""`dealfit pipeline money`, `suggest` and `measure`: what past deals say about the strategy."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.console import NOT_ALL_FIT, fail, print_json, say
from bot.cli.strategy_deals import deals_of
from bot.cli.wiring import core
from bot.cli.writing import write_file

MOST_DIGITS = 15
"""No amount in any currency has more before the point; sums of such amounts stay exact."""


class Format(StrEnum):
    """How results are printed."""

    TABLE = "table"
    JSON = "json"


class Scope(StrEnum):
    """Which deals are looked at."""

    WON = "won"
    OPEN = "open"
    LOST = "lost"
    CHURNED = "churned"


class What(StrEnum):
    """What is added up."""

    MARGIN = "margin"
    REVENUE = "revenue"


class By(StrEnum):
    """By what a past deal was good."""

    MARGIN = "margin"
    PERCENT = "percent"
    VALUE = "value"
    WON = "won"


class Period(StrEnum):
    """How long a period is."""

    MONTH = "month"
    QUARTER = "quarter"


Deals = Annotated[
    Path | None, typer.Option("--deals", help="A file of deals; those of the store unless given.", show_default=False)
]
MappingFile = Annotated[
    Path | None, typer.Option("--mapping", help="Mapping from that file's columns to facts.", show_default=False)
]
Printed = Annotated[Format, typer.Option("--format", help="table for people, json for scripts.")]
ProfileFile = Annotated[
    Path | None, typer.Option("--profile", help="A profile; the live one unless given.", show_default=False)
]


def money(
    deals: Deals = None,
    mapping: MappingFile = None,
    profile: ProfileFile = None,
    of: Annotated[
        Scope | None, typer.Option("--of", help="Which deals; won unless given, open where none is won.")
    ] = None,
    measure: Annotated[
        What | None, typer.Option("--measure", help="margin where it is known of half the deals, else revenue.")
    ] = None,
    by: Annotated[
        list[str] | None, typer.Option("--by", help="segment, term, or a fact; several times for several.")
    ] = None,
    png: Annotated[Path | None, typer.Option("--png", help="Also draw the curve into this file.")] = None,
    format_: Printed = Format.TABLE,
) -> None:
    """Show where the money comes from: how few deals and customers bring how much, and of which kind they are.

    Exit status: 0 with a picture, 2 when there is no deal with money in it, or something could not be read.

    For example:

      dealfit pipeline money --deals examples/closed-deals.csv

      dealfit pipeline money --of open --by segment --by offer --png money.png
    """
    if png is not None and png.suffix.lower() != ".png":
        fail(f"--png {png}: name a .png file.")
    from bot.cli.strategy_tables import show_sources
    from bot.pipeline.strategy.outcomes import Outcome
    from bot.pipeline.strategy.sources import Measure, Unreadable, money_sources
    from bot.profile.loading import load_profile

    with core() as rooms:
        judged_by = load_profile(profile) if profile else rooms.live.current().profile
        with deals_of(rooms, deals, mapping, judged_by) as book:
            try:
                found = money_sources(
                    book,
                    judged_by,
                    scope=None if of is None else Outcome(of.value),
                    measure=None if measure is None else Measure(measure.value),
                    by=tuple(by or ()),
                )
            except Unreadable as error:
                fail(str(error))
    if format_ is Format.JSON:
        print_json(found.plain())
    if not found.deals.count:
        fail(
            f"No {found.scope} deal with a known {found.measure.value}: there is nothing to add up. Give closed deals "
            "with --deals, or import some with `dealfit pipeline import`."
        )
    if format_ is Format.TABLE:
        show_sources(found)
    if png is not None:
        from bot.pipeline.strategy.whale_chart import whale_png

        write_file(png, whale_png(found), option="--png")
        say(f"The curve is drawn in {png}.")


def suggest(
    deals: Deals = None,
    mapping: MappingFile = None,
    profile: ProfileFile = None,
    good: Annotated[
        By | None,
        typer.Option("--good", help="What makes a deal good: margin in money unless given, value where it is unknown."),
    ] = None,
    above: Annotated[
        str | None, typer.Option("--above", help="The least that a good deal exceeds; the middle of the won ones.")
    ] = None,
    fact: Annotated[
        list[str] | None, typer.Option("--fact", help="Use only these facts; several times for several.")
    ] = None,
    format_: Printed = Format.TABLE,
) -> None:
    """Suggest segments: which customers the good deals came from, as profile language to copy. Nothing is applied.

    Exit status: 0 with a suggestion, 1 when there is nothing to find or too few deals, 2 when something could not be
    read.

    For example:

      dealfit pipeline suggest --deals examples/closed-deals.csv

      dealfit pipeline suggest --deals examples/closed-deals.csv --good won --fact beds --fact it_staff
    """
    from bot.cli.strategy_tables import show_suggestion
    from bot.pipeline.strategy.labels import Good
    from bot.pipeline.strategy.sources import Unreadable
    from bot.pipeline.strategy.suggesting import suggest as look
    from bot.profile.loading import load_profile

    limit = number(above, "--above")
    with core() as rooms:
        judged_by = load_profile(profile) if profile else rooms.live.current().profile
        with deals_of(rooms, deals, mapping, judged_by) as book:
            say("Looking for rules, and trying them on customers that they have not seen ...")
            try:
                by = None if good is None else Good(good.value)
                found = look(book, judged_by, by=by, above=limit, facts=tuple(fact or ()))
            except Unreadable as error:
                fail(str(error))
    if format_ is Format.JSON:
        print_json(found.plain())
    else:
        show_suggestion(found)
    raise typer.Exit(0 if found.found else NOT_ALL_FIT)


def measure(
    deals: Deals = None,
    mapping: MappingFile = None,
    profile: ProfileFile = None,
    by: Annotated[Period, typer.Option("--by", help="month or quarter of the close date.")] = Period.QUARTER,
    format_: Printed = Format.TABLE,
) -> None:
    """Measure fit against results: win rate, margin, churn and payment days, over time and by verdict.

    Exit status: 0 with figures, 2 when no deal is closed, or something could not be read.

    For example:

      dealfit pipeline measure --deals examples/closed-deals.csv

      dealfit pipeline measure --by month --format json
    """
    from bot.checking.asker import OPERATOR
    from bot.cli.strategy_tables import show_measured
    from bot.pipeline.strategy.measuring import measure as look
    from bot.pipeline.strategy.periods import Length
    from bot.profile.loading import load_profile

    length = Length(by.value)
    with core() as rooms:
        if deals is None and profile is None and mapping is None:
            found = rooms.strategy.measure(OPERATOR, length=length)
        else:
            judged_by = load_profile(profile) if profile else rooms.live.current().profile
            with deals_of(rooms, deals, mapping, judged_by) as book:
                found = look(book, judged_by, length=length)
    if format_ is Format.JSON:
        print_json(found.plain())
    else:
        show_measured(found)
    if not found.whole.won + found.whole.lost + found.whole.churned:
        fail("No deal is won, lost or churned. Give closed deals with --deals, or import some.")


def number(text: str | None, option: str, *, least: int | None = None) -> Decimal | None:
    """A number given on the command line, with or without its thousands' commas."""
    if text is None:
        return None
    try:
        value = Decimal(text.replace(",", "").removesuffix("%").removeprefix("$"))
    except InvalidOperation:
        fail(f"{option}: {text!r} is no number. Write it like 25000 or 12.5.")
    if not value.is_finite() or value.adjusted() > MOST_DIGITS:
        fail(f"{option}: {text!r} is no number. Write it like 25000 or 12.5.")
    if least is not None and value < least:
        fail(f"{option}: {text!r} is less than {least}. Write it like 25000 or 12.5.")
    return value


def register(app: typer.Typer) -> None:
    """Add the commands to `dealfit pipeline`."""
    app.command("money")(money)
    app.command("suggest")(suggest)
    app.command("measure")(measure)
