"""`dealfit pipeline snapshots | snapshot`: how the pipeline stood, listed and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.console import cell, out, print_json, say, table
from bot.cli.wiring import core
from bot.deals.wording import counted

if TYPE_CHECKING:
    from bot.pipeline.deal_table.snapshots import Snapshot

SCHEMA = 1
NONE_YET = "No snapshot yet. `dealfit pipeline snapshot` keeps one; each sync with a CRM keeps one too."


def snapshots(
    json_: Annotated[bool, typer.Option("--json", help="As JSON on standard output.")] = False,
) -> None:
    """List how the pipeline stood: what `measure`, scorecards and "since last week" compare with, oldest first.

    For example:

      dealfit pipeline snapshots

      dealfit pipeline snapshots --json
    """
    with core() as rooms:
        kept = rooms.tables.snapshots()
    if json_:
        print_json({"schema": SCHEMA, "snapshots": [each.plain() for each in kept]})
        return
    if not kept:
        say(NONE_YET)
        return
    numbers = ("Deals", "Open", "Fit")
    made = table("Taken (UTC)", "Why", *numbers, "Profile", "Id", right=numbers, whole=("Taken (UTC)", *numbers, "Id"))
    for each in kept:
        figures = (f"{each.deals:,}", f"{sum(each.verdicts.values()):,}", f"{each.verdicts.get('fits', 0):,}")
        made.add_row(f"{each.at:%Y-%m-%d %H:%M}", cell(each.reason), *figures, cell(each.profile_version), each.id)
    out().print(made)


def snapshot(
    reason: Annotated[str, typer.Option(help="Why it is kept; it stands in the list.")] = "by hand",
    json_: Annotated[bool, typer.Option("--json", help="As JSON on standard output.")] = False,
) -> None:
    """Keep how the pipeline stands now, deal by deal with its verdict.

    The picture at a glance, scorecards and `dealfit pipeline measure` compare with it later. One a day or a week is
    enough; a sync with a CRM keeps one by itself.

    For example:

      dealfit pipeline snapshot

      dealfit pipeline snapshot --reason "before the new profile"
    """
    with core() as rooms:
        kept = rooms.tables.take_snapshot(reason)
    if json_:
        print_json({"schema": SCHEMA, **kept.plain()})
    else:
        say(f"Kept {kept.id}: {_words(kept)}.")


def _words(kept: Snapshot) -> str:
    verdicts: dict[str, Any] = dict(kept.verdicts)
    still = sum(verdicts.values())
    judged = ", ".join(f"{number:,} {verdict.replace('_', ' ')}" for verdict, number in verdicts.items())
    return f"{counted(kept.deals, 'deal')}, {still:,} of them open" + (f" ({judged})" if judged else "")
