"""`dealfit profile diff`: what is different between two profiles, and whose verdict it changes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.console import NOT_ALL_FIT, cell, fail, out, print_json, say
from bot.cli.wiring import core

if TYPE_CHECKING:
    from bot.deals.deal import Deal
    from bot.profile.changes import ProfileChange
    from bot.profile.economics_figures import Figure
    from bot.profile.figures_moved import MovedFigure
    from bot.profile.judge import Judge
    from bot.profile.model import Profile
    from bot.profile.reach import VerdictChange


def diff(
    old: Annotated[Path, typer.Argument(help="The profile as it was.", show_default=False)],
    new: Annotated[
        Path | None, typer.Argument(help="The profile as it is to be; the live one unless given.", show_default=False)
    ] = None,
    deals: Annotated[Path | None, typer.Option(help="A file of deals: which of them are judged otherwise?")] = None,
    mapping: Annotated[Path | None, typer.Option(help="Mapping from that file's columns to facts.")] = None,
    cases: Annotated[Path | None, typer.Option(help="Folder of cases; cases/ beside NEW unless given.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="The differences as JSON on standard output.")] = False,
) -> None:
    """Say what is different between two profiles, and what it does to cases and deals.

    First the differences in words, then the cases (and with --deals the deals of a file) that are judged otherwise, and
    the figures that move: margins, the cost of the payment terms, commissions.

    Exit status: 0 when nothing differs, 1 when something does, 2 when something could not be read.

    For example:

      dealfit profile diff before.yaml

      dealfit profile diff before.yaml profile/deal-profile.yaml --deals examples/deals.csv
    """
    from bot.profile.changes import changes
    from bot.profile.figures_moved import moved_figures
    from bot.profile.judge import Judge
    from bot.profile.loading import load_profile
    from bot.profile.reach import verdict_changes

    if mapping is not None and deals is None:
        fail("--mapping goes with --deals.")
    if cases is not None and not cases.is_dir():
        fail(f"{cases}: there is no such folder.")
    with core() as rooms:
        path = new or rooms.settings.profile_path
    before, after = Judge(load_profile(old)), Judge(load_profile(path))
    found = changes(before.profile, after.profile)
    tried = _deals(before, after, cases or path.parent / "cases", deals, mapping)
    moved = {what: verdict_changes(before, after, each) for what, each in tried.items()}
    figures = {what: moved_figures(before, after, each) for what, each in tried.items()}
    if json_:
        print_json({**_plain(before.profile, after.profile, found, tried, moved), "figures": _figures(figures)})
    else:
        _show(found, moved)
        _show_figures(figures, tried)
    for what, each in tried.items():
        say(f"{len(moved[what])} of {len(each)} {what} are judged otherwise.")
    if not found:
        alike = before.profile.id.sha256 == after.profile.id.sha256
        say("The two files are the same." if alike else "Only comments or the layout differ.")
    raise typer.Exit(NOT_ALL_FIT if found else 0)


def _deals(
    before: Judge, after: Judge, folder: Path, file: Path | None, mapping: Path | None
) -> dict[str, list[tuple[str, Deal]]]:
    """The deals to judge twice: those of the cases, and those of the file."""
    from bot.cli.deal_files import read_file
    from bot.profile.reach import deals_of_cases

    tried: dict[str, list[tuple[str, Deal]]] = {}
    if folder.is_dir():
        tried["cases"] = deals_of_cases(before, after, folder)
    if file is not None:
        read = read_file(file, mapping, after.profile)
        for row in read.deals:
            for error in row.errors:
                say(f"{file.name}:{row.line}: {error}")
        tried["deals"] = [(f"{file.name}:{row.line}", row.deal) for row in read.deals if row.deal is not None]
    return tried


def _show(found: Sequence[ProfileChange], moved: dict[str, list[VerdictChange]]) -> None:
    for change in found:
        out().print(cell(change.text), soft_wrap=True)
    for what, each in moved.items():
        if each:
            out().print(f"\nJudged otherwise among the {what}:")
        for verdict in each:
            out().print(cell(f"  {verdict}"), soft_wrap=True)


def _show_figures(figures: dict[str, list[MovedFigure]], tried: dict[str, list[tuple[str, Deal]]]) -> None:
    from bot.profile.figures_moved import summary

    for what, each in figures.items():
        if each:
            out().print(f"\nFigures that move among the {what}:")
        for line in summary(each, len(tried[what]), what):
            out().print(cell(f"  {line}"), soft_wrap=True)


def _figures(figures: dict[str, list[MovedFigure]]) -> dict[str, Any]:
    from bot.deals.deal import plain_value

    def amount(figure: Figure | None) -> Any:
        return None if figure is None or figure.amount is None else plain_value(figure.amount)

    return {
        what: [
            {
                "name": moved.deal,
                "place": moved.place,
                "figure": moved.figure.name,
                "unit": moved.figure.unit,
                "from": amount(moved.before),
                "to": amount(moved.after),
            }
            for moved in each
        ]
        for what, each in figures.items()
    }


def _plain(
    before: Profile,
    after: Profile,
    found: Sequence[ProfileChange],
    tried: dict[str, list[tuple[str, Deal]]],
    moved: dict[str, list[VerdictChange]],
) -> dict[str, Any]:
    def named(profile: Profile) -> dict[str, str]:
        return {"title": profile.id.title, "version": profile.id.version, "sha256": profile.id.sha256}

    def told(each: VerdictChange) -> dict[str, Any]:
        sides = {"from": each.before, "to": each.after}
        plain = {k: {"verdict": v.judgement.value, "authorities": list(v.authorities)} for k, v in sides.items()}
        return {"name": each.name, "place": each.place, **plain}

    return {
        "schema": 1,
        "old": named(before),
        "new": named(after),
        "changes": [{"section": c.section, "id": c.id, "kind": c.kind, "what": c.what, "text": c.text} for c in found],
        "verdicts": {
            what: {"judged": len(each), "changed": [told(change) for change in moved[what]]}
            for what, each in tried.items()
        },
    }
