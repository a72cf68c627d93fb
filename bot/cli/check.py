"""`dealfit check`: one deal in words or exact facts, or a whole file of deals."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.console import NOT_ALL_FIT, UNREADABLE, cell, fail, out, print_json, say, table
from bot.cli.given import exact_facts
from bot.cli.supposing import steps_of, supposed
from bot.cli.wiring import core

if TYPE_CHECKING:
    from bot.bootstrap import Core
    from bot.checking.desk import CheckedDeal
    from bot.deals.exchange import Conversion
    from bot.deals.facts import FactSpecs, FactValue

SCHEMA = 1
MOST_FACTS = 6
MOST_LABELS = 2
DEAL_FILES = frozenset({".csv", ".tsv", ".xlsx", ".parquet", ".yaml", ".yml", ".jsonl", ".ndjson", ".json"})
LONGEST_NAME = 1000
"""What is longer is a deal in words, not the name of a file."""
MARKS = {
    "fits": "[green]fits[/]",
    "needs_approval": "[yellow]needs approval[/]",
    "does_not_fit": "[red]does not fit[/]",
    "incomplete": "[blue]incomplete[/]",
}


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
            status = _file(rooms, path, mapping, format_, limit, record=record)
        else:
            if mapping is not None:
                fail("--mapping goes with a file of deals.")
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
        print_json(_document([{**plain_deal(checked), **({"what_if": moved.plain()} if moved else {})}], checked))
    elif format_ is Format.CSV:
        _csv([checked], profile.facts)
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


def _file(rooms: Core, path: Path, mapping: Path | None, format_: Format, limit: int, *, record: bool) -> int:
    from bot.cli.deal_files import read_file

    desk = rooms.desk_with(None)
    judge = desk.judge
    profile = judge.profile
    rows = read_file(path, mapping, profile)
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
        fail(f"{path.name}: there is no deal in the file" + (" that the mapping lets in." if mapping else "."))
    if record:
        _log_file(rooms, path, rows.sha256, checked)
    if format_ is Format.JSON:
        print_json(_document([plain_deal(c) for c in checked], checked[0] if checked else None, profile=profile))
    elif format_ is Format.CSV:
        _csv(checked, profile.facts)
    else:
        _table(checked, limit, profile.specs)
    if bad:
        return UNREADABLE
    return 0 if all(c.verdict.judgement.value == "fits" for c in checked) else NOT_ALL_FIT


def _document(deals: list[dict[str, Any]], checked: CheckedDeal | None, profile: Any = None) -> dict[str, Any]:
    identity = checked.verdict.profile if checked is not None else profile.id
    return {
        "schema": SCHEMA,
        "profile": {"title": identity.title, "version": identity.version, "sha256": identity.sha256},
        "deals": deals,
    }


def plain_deal(checked: CheckedDeal) -> dict[str, Any]:
    """One checked deal as JSON data."""
    from bot.answers.coaching import coach

    verdict = checked.verdict.plain()
    verdict.pop("profile")
    reading = checked.reading
    conflicts = reading.conflicts if reading else ()
    return {
        "name": checked.deal.name,
        **verdict,
        "ask": [
            {"fact": q.fact, "question": q.question, "settles": [v.value for v in checked.settles.get(q.fact, ())]}
            for q in checked.verdict.ask
        ],
        "unread": list(reading.unread) if reading else [],
        "conflicts": [conflict.fact for conflict in conflicts],
        "no_offer": checked.no_offer,
        "coaching": [one.plain() for one in coach(checked.verdict, checked.guidance)],
        "economics": None if checked.economics is None else checked.economics.plain(),
        "converted": [each.plain() for each in checked.deal.converted],
    }


def _conflicts(reading: Any, facts: FactSpecs) -> list[str]:
    if reading is None:
        return []
    return [
        f"{facts[c.fact].label}: said more than once, and differently ({', '.join(map(str, c.words))}). "
        "It stays unknown; say it once."
        for c in reading.conflicts
    ]


def _csv(checked: Sequence[CheckedDeal], facts: FactSpecs) -> None:
    from bot.deals.csv_text import csv_text
    from bot.deals.deal import plain_facts

    rows: list[list[object]] = [["name", "customer", "verdict", "segment", "fails", "unknown", "ask", *facts]]
    for c in checked:
        plain = plain_facts(c.deal.facts)
        fails, unknown = _ids(c, "fail"), _ids(c, "unknown")
        row = [c.deal.name, c.deal.customer or "", c.verdict.judgement.value, c.verdict.segment or "", fails, unknown]
        asks = " ".join(question.fact for question in c.verdict.ask)
        rows.append([*row, asks, *[_flat(plain.get(name)) for name in facts]])
    sys.stdout.write(csv_text(rows, end="\n"))


def _ids(checked: CheckedDeal, result: str) -> str:
    return " ".join(f.check for f in checked.verdict.findings if f.counted and f.result.value == result)


def _flat(value: Any) -> Any:
    import json

    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else "" if value is None else value


def _table(checked: Sequence[CheckedDeal], limit: int, facts: FactSpecs) -> None:
    from bot.profile.verdict import Judgement

    counts = Counter(c.verdict.judgement.value for c in checked)
    segments = Counter(c.verdict.segment or "not known yet" for c in checked)
    shown = checked if limit == 0 else checked[:limit]
    made = table("Deal", "Verdict", "Segment", "Fails", "Ask first")
    for c in shown:
        fails = _first([f.label for f in c.verdict.findings if f.counted and f.result.value == "fail"])
        # Where nobody may approve what fails, no answer to a question changes the verdict.
        first = c.verdict.ask[0].question if c.verdict.ask and c.verdict.judgement is Judgement.INCOMPLETE else ""
        made.add_row(
            cell(c.deal.name),
            MARKS[c.verdict.judgement.value],
            cell(c.verdict.segment or "?"),
            cell(fails),
            cell(first),
        )
    console = out()
    console.print(made)
    if len(shown) < len(checked):
        console.print(f"... and {len(checked) - len(shown)} more; --limit 0 shows all, --format csv is for a file.")
    console.print()
    console.print(
        f"{len(checked)} {'deal' if len(checked) == 1 else 'deals'}: "
        + ", ".join(f"{n} {MARKS[v]}" for v, n in counts.most_common())
    )
    console.print("Segments: " + ", ".join(f"{n} {cell(s)}" for s, n in segments.most_common()))
    asked = Counter(q.fact for c in checked if c.verdict.judgement is Judgement.INCOMPLETE for q in c.verdict.ask)
    if asked:
        label = {q.fact: facts[q.fact].label for c in checked for q in c.verdict.ask}
        wanted = ", ".join(f"{cell(label[fact])} ({n})" for fact, n in asked.most_common(MOST_FACTS))
        console.print(f"To find out about the incomplete ones: {wanted}")


def _first(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - MOST_LABELS} more" if len(labels) > MOST_LABELS else ""
    return ", ".join(labels[:MOST_LABELS]) + more


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
