"""`dealfit profile backtest`: what a profile would have said of past deals."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.cli.console import NOT_ALL_FIT, fail, print_json, say
from bot.cli.strategy import Deals, MappingFile, number
from bot.cli.strategy_deals import deals_of
from bot.cli.wiring import core

if TYPE_CHECKING:
    from bot.bootstrap import Core
    from bot.profile.model import Profile


class Format(StrEnum):
    """How results are printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def backtest(
    profile: Annotated[
        list[Path] | None,
        typer.Option("--profile", help="A profile; the live one unless given. Several are compared, a line each."),
    ] = None,
    deals: Deals = None,
    mapping: MappingFile = None,
    against: Annotated[
        Path | None, typer.Option("--against", help="A profile to compare with: who moves?", show_default=False)
    ] = None,
    selling_cost: Annotated[
        str | None,
        typer.Option("--selling-cost", help="What selling one lost deal costs, in the profile's currency."),
    ] = None,
    format_: Annotated[
        Format, typer.Option("--format", help="table for people, json for scripts, csv deal by deal.")
    ] = Format.TABLE,
) -> None:
    """Say what a profile would have said of closed deals: each rule's cost and gain, with confidence intervals.

    Exit status: 0 when it would have refused no won deal (with --against: when no verdict is another one), 1 when it
    would have, 2 when something could not be read. Several profiles: 0.

    For example:

      dealfit profile backtest --deals examples/closed-deals.csv --selling-cost 8000

      dealfit profile backtest --profile candidate.yaml --against profile/deal-profile.yaml
    """
    from bot.cli.strategy_backtest_tables import show_backtest
    from bot.pipeline.strategy.backtest import NothingClosed
    from bot.pipeline.strategy.backtest import backtest as look_back
    from bot.pipeline.strategy.outcomes import Outcome
    from bot.profile.loading import load_profile

    cost = number(selling_cost, "--selling-cost", least=0)
    with core() as rooms:
        several = [load_profile(path) for path in profile or ()]
        new = several[0] if several else rooms.live.current().profile
        old = load_profile(against) if against else None
        if len(several) > 1:
            if old is not None or cost is not None or format_ is Format.CSV:
                fail("--against, --selling-cost and --format csv go with one profile.")
            _compare(rooms, several, deals, mapping, format_)
        if old is not None and old.currency != new.currency:
            fail(f"One profile is in {new.currency} and the other in {old.currency}: their deals cannot be compared.")
        with deals_of(rooms, deals, mapping, *([new] if old is None else [new, old])) as book:
            try:
                found = look_back(book, new, against=old, selling_cost=cost)
            except NothingClosed as error:
                fail(str(error))
    if format_ is Format.JSON:
        print_json(found.plain())
    elif format_ is Format.CSV:
        from bot.deals.csv_text import csv_text
        from bot.pipeline.strategy.rows import HEAD, deal_rows

        sys.stdout.write(csv_text([HEAD, *deal_rows(found.judged, found.before)], end="\n"))
    else:
        show_backtest(found)
    refused = found.whole.refused[Outcome.WON].part.deals
    moved = refused if found.against is None else found.against.moved
    if format_ is not Format.TABLE:
        say(f"{refused:,} of {found.closed[Outcome.WON].deals:,} won deals would have been refused.")
    raise typer.Exit(NOT_ALL_FIT if moved else 0)


def _compare(
    rooms: Core, profiles: list[Profile], deals: Path | None, mapping: Path | None, format_: Format
) -> NoReturn:
    """Several profiles, a line each."""
    from bot.cli.strategy_backtest_tables import show_candidates
    from bot.pipeline.strategy.candidates import compare

    with deals_of(rooms, deals, mapping, *profiles) as book:
        found = compare(book, profiles)
    if not sum(found.closed.values()):
        fail("No deal is won, lost or churned: there is nothing to look back on.")
    if format_ is Format.JSON:
        print_json(found.plain())
    else:
        show_candidates(found)
    raise typer.Exit(0)
