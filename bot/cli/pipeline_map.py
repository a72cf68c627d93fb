"""`dealfit pipeline map`: a mapping file proposed from a file's columns and first rows."""

from __future__ import annotations

import sys
from dataclasses import replace
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.console import fail, print_json, say
from bot.cli.deal_files import check_file
from bot.cli.wiring import core
from bot.cli.writing import write_file

if TYPE_CHECKING:
    from bot.deals.files import Record
    from bot.deals.proposing import Proposal
    from bot.deals.row_reader import RowDeal
    from bot.profile.model import Profile

LOOKED_AT = 10_000
SHOWN = 5


class Format(StrEnum):
    """How the proposal is printed."""

    YAML = "yaml"
    JSON = "json"


def map_(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, Excel, Parquet or JSON lines.", show_default=False)],
    write: Annotated[
        Path | None, typer.Option(help="Write the mapping to this file (it must not be there yet).")
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="The sheet of an Excel workbook, where it has several.")] = None,
    ask: Annotated[
        bool, typer.Option("--ask/--no-ask", help="Ask about each line that is not sure; on a terminal only.")
    ] = True,
    format_: Annotated[Format, typer.Option("--format", help="yaml for people, json for scripts.")] = Format.YAML,
) -> None:
    """Propose a mapping file: which column holds which fact, how sure that is, and what is left.

    It looks at the names and the first 10,000 rows, prints the mapping with its reasons on standard output, and shows
    on standard error the first deals as they would be read. Nothing is imported.

    For example:

      dealfit pipeline map examples/deals.csv

      dealfit pipeline map export.xlsx --sheet Deals --write map.yaml
    """
    from bot.deals.proposal_text import mapping_text
    from bot.deals.proposing import propose

    check_file(file)
    if write is not None and write.exists():
        fail(f"{write} is there already. Give --write another name, or move the file away.")
    with core() as rooms:
        profile = rooms.live.current().profile
    columns, records = _sample(file, profile, sheet)
    rows = [list(record.values) for record in records if record.error is None]
    proposal = propose(columns, rows, filename=file.name, facts=profile.facts, currency=profile.currency)
    if ask and format_ is Format.YAML and sys.stdin.isatty() and sys.stderr.isatty():
        proposal = _asked(proposal, columns, rows, profile)
    text = mapping_text(proposal)
    preview = _preview(text, file, columns, records, profile)
    if format_ is Format.JSON:
        print_json(_plain(proposal, text, preview))
    else:
        print(text, end="")
        _show(preview)
    if write is not None:
        write_file(write, text.encode(), option="--write")
        say(f"Written to {write}. Look it over, then: dealfit pipeline import {file} --mapping {write}")


def _sample(file: Path, profile: Profile, sheet: str | None) -> tuple[tuple[str, ...], list[Record]]:
    from bot.deals.errors import DealsFileError
    from bot.deals.files import open_table
    from bot.deals.guessing import FIELD_WORDS
    from bot.deals.text import key

    known = {key(name) for name in profile.facts}.union(*FIELD_WORDS.values())
    with file.open("rb") as stream:
        opened = open_table(stream, file.name, lambda column: key(column) in known, sheet)
        records = list(islice(opened.records, LOOKED_AT))
    columns = opened.columns or tuple(dict.fromkeys(name for record in records for name in record.columns))
    if not records:
        raise DealsFileError(f"{file.name}: there is a header, but no deal below it.")
    return columns, [_in_order(record, columns) for record in records]


def _in_order(record: Record, columns: tuple[str, ...]) -> Record:
    """The record with a cell for each of the file's columns."""
    if record.columns is columns or record.error is not None:
        return record
    cells = dict(zip(record.columns, record.values, strict=False))
    return replace(record, columns=columns, values=[cells.get(column) for column in columns])


def _asked(proposal: Proposal, columns: tuple[str, ...], rows: list[list[Any]], profile: Profile) -> Proposal:
    """The proposal after a person was asked about every line that is not sure."""
    from bot.deals.proposing import SURE, propose

    refused: set[tuple[str, str]] = set()
    agreed: set[tuple[str, str]] = set()
    while True:
        open_ones = [g for g in proposal.guesses if g.score < SURE and (g.column, g.target) not in agreed]
        if not open_ones:
            return proposal
        guess = open_ones[0]
        held = profile.facts[guess.target].label if guess.target in profile.facts else guess.target
        if typer.confirm(f"Does the column '{guess.column}' hold: {held}? ({guess.why})", default=True, err=True):
            agreed.add((guess.column, guess.target))
            continue
        refused.add((guess.column, guess.target))
        proposal = propose(
            columns, rows, filename=proposal.filename, facts=profile.facts, currency=profile.currency,
            refused=frozenset(refused),
        )  # fmt: skip


def _preview(
    text: str, file: Path, columns: tuple[str, ...], records: list[Record], profile: Profile
) -> list[RowDeal] | str:
    """The first deals as the mapping reads them, or why it cannot."""
    from bot.deals.errors import DealsFileError
    from bot.deals.files import lines
    from bot.deals.mapping import load_mapping
    from bot.deals.row_reader import RowReader

    try:
        mapping = load_mapping(text.encode(), filename="the proposal", facts=profile.facts, currency=profile.currency)
        reader = RowReader(file.name, profile.facts, profile.currency, mapping, lines(file.name))
        reader.check_columns(columns, twice=True)
    except DealsFileError as error:
        return str(error)
    return [row for record in records[:SHOWN] if (row := reader.row(record)) is not None]


def _show(preview: list[RowDeal] | str) -> None:
    if isinstance(preview, str):
        say(f"It cannot be used as it stands: {preview}")
        return
    say(f"The first {len(preview)} deals as they would be read:")
    for row in preview:
        if row.deal is not None:
            deal = row.deal
            known = [f"{name} {value}" for name, value in deal.facts.items() if not isinstance(value, tuple)]
            told = [deal.name, deal.customer, deal.owner, deal.stage, row.status, deal.close_date]
            say("  " + " | ".join(str(each) for each in told if each is not None) + (": " + ", ".join(known)))
        for error in row.errors:
            say(f"    {error}")


def _plain(proposal: Proposal, text: str, preview: list[RowDeal] | str) -> dict[str, Any]:
    from bot.deals.deal import plain_facts

    rows = [] if isinstance(preview, str) else preview
    return {
        "schema": 1,
        "file": proposal.filename,
        "rows": proposal.rows,
        "columns": [
            {"column": g.column, "target": g.target, "score": g.score, "sure": g.sure, "why": g.why}
            for g in proposal.guesses
        ],
        "unmapped": [
            {"column": each.column, "near": [{"target": g.target, "score": g.score} for g in each.near]}
            for each in proposal.unmapped
        ],
        "absent": list(proposal.absent),
        "problem": preview if isinstance(preview, str) else None,
        "preview": [
            {
                "line": row.line,
                "name": row.deal.name,
                "customer": row.deal.customer,
                "owner": row.deal.owner,
                "stage": row.deal.stage,
                "status": row.status,
                "facts": plain_facts(row.deal.facts),
                "errors": list(row.errors),
            }
            for row in rows
            if row.deal is not None
        ],
        "mapping": text,
    }
