"""`dealfit check`: one deal in words or exact facts, or a whole file of deals."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.checked import document, plain_deal, show_table, write_csv
from bot.cli.console import NOT_ALL_FIT, UNREADABLE, fail, print_json, say
from bot.cli.given import exact_facts
from bot.cli.supposing import steps_of, supposed
from bot.cli.wiring import core

if TYPE_CHECKING:
    from bot.bootstrap import Core
    from bot.checking.desk import CheckedDeal
    from bot.deals.exchange import Conversion
    from bot.deals.facts import FactSpecs, FactValue

DEAL_FILES = frozenset({".csv", ".tsv", ".xlsx", ".parquet", ".yaml", ".yml", ".jsonl", ".ndjson", ".json"})
LONGEST_NAME = 1000
"""What is longer is a deal in words, not the name of a file."""


class Format(StrEnum):
    """How results are printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def check(
    deal: Annotated[
        str | None,
        typer.Argument(
            help="The deal in words, or a file of deals (.csv, .tsv, .xlsx, .parquet, .yaml, .jsonl).",
            show_default=False,
        ),
    ] = None,
    fact: Annotated[
        list[str] | None,
        typer.Option(
            "--facts", "-f", metavar="NAME=VALUE", help="A fact, exactly: --facts beds=120 --facts discount=8"
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="The deal's name, with --facts.")] = None,
    what_if: Annotated[
        list[str] | None,
        typer.Option(
            "--what-if",
            metavar="CHANGE",
            help="Show what this change would move: NAME=VALUE or words. Several build on each other.",
        ),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="Mapping from the file's columns to facts (see examples/us-hospitals.yaml).")
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="The sheet of an Excel workbook, where it has several.")] = None,
    format_: Annotated[
        Format, typer.Option("--format", help="table for people, json or csv for scripts.")
    ] = Format.TABLE,
    limit: Annotated[int, typer.Option(min=0, help="Rows of a file's table to show; 0 shows all.")] = 40,
    record: Annotated[bool, typer.Option(help="Keep the verdict in the decision log.")] = True,
) -> None:
    """Check a deal, or a file of deals, against the live Deal Profile.

    Exit status: 0 when all fit, 1 when some do not, 2 when something could not be read.

    For example:

      dealfit check "Mercy Regional: hospital, 120 beds, managed services for 6 months, 8% discount, net 30"

      dealfit check --facts beds=120 --facts discount=8 --format json

      dealfit check --facts service_months=2 --facts discount=8 --what-if "they take 6 months" --what-if discount=5

      dealfit check examples/deals.csv

      dealfit check hospitals.csv --mapping examples/us-hospitals.yaml --format csv > judged.csv
    """
    if not (deal or "").strip() and not fact:
        fail('Nothing to check. Give the deal in words, a file, or --facts NAME=VALUE. See "dealfit check --help".')
    with core() as rooms:
        path = Path(deal) if deal and len(deal) < LONGEST_NAME and "\n" not in deal else None
        if path is not None and _names_a_file(path):
            unused = [
                option for option, given in (("--what-if", what_if), ("--facts", fact), ("--name", name)) if given
            ]
            if unused:
                fail(f"{unused[0]} goes with one deal, in words or with --facts; {path} is a file of deals.")
            status = _file(rooms, path, (mapping, sheet), format_, limit, record=record)
        else:
            for option, given in (("--mapping", mapping), ("--sheet", sheet)):
                if given is not None:
                    fail(f"{option} goes with a file of deals.")
            status = _one(rooms, deal, fact or [], name, format_, what_if or [], record=record)
    raise typer.Exit(status)


def _names_a_file(path: Path) -> bool:
    """Whether the words are a file's name; a sentence may be longer than any name may be."""
    try:
        return path.suffix.lower() in DEAL_FILES or path.is_file() or (path.is_dir() and len(path.parts) > 1)
    except (OSError, ValueError):
        return False


def _one(
    rooms: Core,
    text: str | None,
    pairs: Sequence[str],
    name: str | None,
    format_: Format,
    changes: Sequence[str],
    *,
    record: bool,
) -> int:
    from bot.checking.asker import OPERATOR
    from bot.checking.desk import UNNAMED, UnreadableDeal
    from bot.deals.deal import Deal

    desk = rooms.desk_with(None)
    profile = desk.judge.profile
    converted: list[Conversion] = []
    given = exact_facts(pairs, profile, option="--facts", converted=converted)
    options = supposed(desk, changes)
    try:
        reading = desk.read(text) if text else None
    except UnreadableDeal as error:
        fail(str(error))
    facts: dict[str, FactValue] = {**(reading.facts if reading else {}), **given}
    if reading and not facts and not reading.conflicts:
        fail(desk.how_to_write())
    called = name or (reading.name if reading else None) or UNNAMED
    converted += [each for each in reading.converted if each.fact not in given] if reading else []
    customer = reading.customer if reading else None
    deal = Deal(called, facts, customer, currency=profile.currency, converted=tuple(converted))
    checked = desk.check(deal, asker=OPERATOR, reading=reading)
    moved = steps_of(desk, deal, options)
    recorded = _log(rooms, [checked]) if record else True
    troubles = [*_conflicts(reading, profile.facts), *[str(error) for error in (reading.errors if reading else ())]]
    if format_ is Format.JSON:
        print_json(document([{**plain_deal(checked), **({"what_if": moved.plain()} if moved else {})}], checked))
    elif format_ is Format.CSV:
        write_csv([checked], profile.facts)
    else:
        from bot.cli.economics import show_what_if
        from bot.cli.verdict import show

        show(checked, facts=profile.specs, people=rooms.people())
        if moved is not None:
            show_what_if(moved, profile.facts)
    for trouble in troubles:
        say(trouble)
    if troubles or not recorded:
        return UNREADABLE
    return 0 if checked.verdict.judgement.value == "fits" else NOT_ALL_FIT


def _file(
    rooms: Core, path: Path, how: tuple[Path | None, str | None], format_: Format, limit: int, *, record: bool
) -> int:
    from bot.cli.deal_files import read_file

    desk = rooms.desk_with(None)
    judge = desk.judge
    profile = judge.profile
    rows = read_file(path, how[0], profile, sheet=how[1])
    checked: list[CheckedDeal] = []
    bad = 0
    for row in rows.deals:
        for error in row.errors:
            say(str(error))
        bad += bool(row.errors)
        if row.deal is not None:
            checked.append(desk.judge_only(row.deal, judge))
    for note in rows.notes:
        say(f"{path.name}: {note}")
    if not checked and not bad:
        fail(f"{path.name}: there is no deal in the file" + (" that the mapping lets in." if how[0] else "."))
    if record:
        _log_file(rooms, path, rows.sha256, checked)
    if format_ is Format.JSON:
        print_json(document([plain_deal(c) for c in checked], checked[0] if checked else None, profile=profile))
    elif format_ is Format.CSV:
        write_csv(checked, profile.facts)
    else:
        show_table(checked, limit, profile.specs)
    if bad:
        return UNREADABLE
    return 0 if all(c.verdict.judgement.value == "fits" for c in checked) else NOT_ALL_FIT


def _conflicts(reading: Any, facts: FactSpecs) -> list[str]:
    if reading is None:
        return []
    return [
        f"{facts[c.fact].label}: said more than once, and differently ({', '.join(map(str, c.words))}). "
        "It stays unknown; say it once."
        for c in reading.conflicts
    ]


def _log(rooms: Core, checked: Sequence[CheckedDeal]) -> bool:
    """Record verdicts; a verdict is shown even where it cannot be recorded, but never in silence."""
    from bot.bootstrap import NotReady
    from bot.store.errors import StoreError

    try:
        for c in checked:
            rooms.desk.log_only(c)
    except (NotReady, StoreError) as error:
        say(f"The verdict was not recorded. {error}")
        return False
    return True


def _log_file(rooms: Core, path: Path, sha256: str, checked: Sequence[CheckedDeal]) -> None:
    from bot.bootstrap import NotReady
    from bot.store.errors import StoreError

    try:
        rooms.desk.log_file(path.name, sha256, checked)
    except (NotReady, StoreError) as error:
        fail(f"Nothing was recorded. {error} (`--no-record` checks without recording.)")
