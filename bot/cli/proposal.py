"""`dealfit proposal`: the standard proposal of a deal that fits, as a Word document, Markdown or JSON."""

from __future__ import annotations

import sys
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.cli.console import NOT_ALL_FIT, fail, print_json, say
from bot.cli.given import exact_facts, refuse_unused
from bot.cli.which_deal import key_of
from bot.cli.wiring import core
from bot.cli.writing import write_file
from bot.deals.wording import counted

if TYPE_CHECKING:
    from bot.bootstrap import Core
    from bot.deals.deal import Deal
    from bot.deals.exchange import Conversion
    from bot.pipeline.proposals.service import Made, NoProposal


class Format(StrEnum):
    """What is written to standard output where no file is named."""

    MARKDOWN = "markdown"
    JSON = "json"


def proposal(
    words: Annotated[
        str | None, typer.Argument(metavar="[DEAL]", help="The deal in words.", show_default=False)
    ] = None,
    *,
    deal: Annotated[
        str | None, typer.Option("--deal", metavar="DEAL", help="A saved deal, by its key or its name.")
    ] = None,
    fact: Annotated[
        list[str] | None, typer.Option("--facts", "-f", metavar="NAME=VALUE", help="A fact, exactly.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="The deal's name.")] = None,
    customer: Annotated[str | None, typer.Option(help="The customer's name, where it is not the deal's.")] = None,
    owner: Annotated[str | None, typer.Option(help="The rep: a key, a name or an e-mail of people.yaml.")] = None,
    close: Annotated[str | None, typer.Option(metavar="DATE", help="When it closes: the first day of service.")] = None,
    dated: Annotated[
        str | None, typer.Option(metavar="DATE", help="The date that the proposal bears; today unless given.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write it to this .docx or .md.")] = None,
    format_: Annotated[Format, typer.Option("--format", help="On standard output, without -o.")] = Format.MARKDOWN,
    record: Annotated[bool, typer.Option(help="Keep it in the decision log.")] = True,
    check_texts: Annotated[bool, typer.Option("--check-texts", help="Only check profile/proposal.yaml.")] = False,
    write_texts: Annotated[bool, typer.Option("--write-texts", help="Begin profile/proposal.yaml.")] = False,
) -> None:
    """Write the standard proposal of a deal that fits the Deal Profile.

    Every figure comes from the deal; what it does not say is a visible gap, listed at the end under open points. A deal
    that does not fit gets no proposal without an exception that holds, and the message says what to do instead.

    Exit status: 0 written, 1 the deal gets none, 2 something could not be read.

    For example:

      dealfit proposal --deal "Mercy Regional managed services" -o mercy.docx

      dealfit proposal "$(cat mercy.txt)" --owner dana --close 2026-12-15 --format json
    """
    if check_texts or write_texts:
        lone = "--check-texts and --write-texts go alone"
        both = "--write-texts" if check_texts and write_texts else None
        refuse_unused(lone, deal=deal or words, facts=fact, output=output, write_texts=both)
    with core() as rooms:
        if check_texts or write_texts:
            from bot.cli import proposal_texts

            (proposal_texts.check_texts if check_texts else proposal_texts.write_texts)(rooms)
            return
        if (bool((words or "").strip()) or bool(fact)) == (deal is not None):
            fail('Give the deal in words (or --facts), or a saved one with --deal DEAL. See "dealfit proposal --help".')
        if deal is not None:
            refuse_unused(
                "--deal: the deal is kept with its own facts", name=name, customer=customer, owner=owner, close=close
            )
        made = _made(rooms, words, deal, fact or [], (name, customer, owner), (close, dated), record=record)
    if output is not None:
        _write(output, made)
    elif format_ is Format.JSON:
        print_json(
            {**made.proposal.plain(), "document": {"name": made.name, "sha256": made.sha256, "bytes": len(made.docx)}}
        )
    else:
        sys.stdout.write(made.markdown)


def _made(
    rooms: Core,
    words: str | None,
    key: str | None,
    pairs: list[str],
    who: tuple[str | None, str | None, str | None],
    when: tuple[str | None, str | None],
    *,
    record: bool,
) -> Made:
    from bot.checking.asker import OPERATOR
    from bot.pipeline.proposals.service import NoProposal, NoSuchDeal

    issued = _date(when[1], "--dated")
    service = rooms.proposals if record or key is not None else rooms.proposals_with(None)
    try:
        if key is not None:
            return service.of_key(key_of(rooms, key), OPERATOR, issued=issued)
        return service.of_deal(_deal(rooms, words, pairs, who, _date(when[0], "--close")), OPERATOR, issued=issued)
    except NoSuchDeal:
        fail(f'There is no deal {key!r}. `dealfit pipeline ask "all deals"` lists the deals that are kept.')
    except NoProposal as refusal:
        _refused(refusal)


def _deal(
    rooms: Core, words: str | None, pairs: list[str], who: tuple[str | None, str | None, str | None], close: date | None
) -> Deal:
    from bot.checking.desk import UNNAMED
    from bot.deals.deal import Deal

    desk = rooms.desk_with(None)
    profile = desk.judge.profile
    converted: list[Conversion] = []
    given = exact_facts(pairs, profile, option="--facts", converted=converted)
    reading = desk.read(words) if words else None
    if reading is not None and not reading.facts and not given:
        fail(f'{desk.how_to_write()} A deal that is kept already is named with --deal "NAME".')
    if reading is not None and (reading.conflicts or reading.errors):
        for conflict in reading.conflicts:
            say(f"{profile.facts[conflict.fact].label}: said more than once, and differently; it stays unknown.")
        for error in reading.errors:
            say(str(error))
    name, customer, owner = who
    return Deal(
        name=name or (reading.name if reading else None) or customer or UNNAMED,
        customer=customer or (reading.customer if reading else None),
        owner=owner,
        close_date=close,
        currency=profile.currency,
        facts={**(reading.facts if reading else {}), **given},
        converted=(*converted, *((each for each in reading.converted if each.fact not in given) if reading else ())),
    )


def _date(text: str | None, option: str) -> date | None:
    from bot.deals.numbers import DateError, parse_date

    try:
        return None if text is None else parse_date(text)
    except DateError:
        fail(f"{option} {text}: write a date as year-month-day, such as 2026-12-15.")


def _write(path: Path, made: Made) -> None:
    if path.suffix.lower() not in {".docx", ".md"}:
        fail(f"{path}: name a .docx or a .md file.")
    write_file(path, made.docx if path.suffix.lower() == ".docx" else made.markdown.encode(), option="--output")
    gaps = made.proposal.gaps
    say(f"Wrote {path}. {counted(len(gaps), 'open point')}" + (":" if gaps else "."))
    for number, gap in enumerate(gaps, start=1):
        say(f"  {number}. {gap.words}")


def _refused(refusal: NoProposal) -> NoReturn:
    for line in (*refusal.reasons, *refusal.remedies):
        say(line)
    raise typer.Exit(NOT_ALL_FIT)
