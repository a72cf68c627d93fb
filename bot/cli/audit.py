"""`dealfit audit`: the decision log: whether it is whole, its head, its rows, and texts that must go."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Annotated

import typer

from bot.bootstrap.erasing import erase_everywhere
from bot.cli.console import fail, out, print_json, say
from bot.cli.wiring import core
from bot.deals.wording import counted

if TYPE_CHECKING:
    from bot.bootstrap import Core
    from bot.bootstrap.erasing import Everywhere
    from bot.store.records import Head

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help=(
        "The decision log: check that nothing in it was changed, note its head, write it out, erase personal texts.\n\n"
        "For example:\n\n  dealfit audit verify"
    ),
)
NOT_WHOLE = 1
LARGEST_ID = 2**63 - 1
HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


@app.command("verify")
def verify(
    head: Annotated[
        str | None,
        typer.Option(help="A head that was noted earlier (id:sha256): with it, rows cut off the end are found too."),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="The report as JSON on standard output.")] = False,
) -> None:
    """Read the whole log and find the first row that is not as it was written.

    Also looked at: whether each exception stands as the log says that it was left, and whether each text beside the log
    is the one that was logged, or was erased by an entry of the log.

    Exit status: 0 when all is whole, 1 when something was changed.

    For example:

      dealfit audit verify

      dealfit audit verify --head "$(tail -n 1 heads.txt)"
    """
    noted = None if head is None else _head(head)
    with core() as rooms:
        report, altered = rooms.store.verify(noted), rooms.store.exceptions.altered()
        texts, old = rooms.store.personal.altered(), rooms.store.personal.in_the_log()
    whole = report.ok and not altered and not texts
    if json_:
        said = {"ok": whole, "rows": report.rows, "head": report.head, "first_bad": report.first_bad}
        print_json(
            {"schema": 1, **said, "reason": report.reason, "altered_exceptions": altered, "altered_texts": texts}
            | {"texts_in_the_log": len(old)}
        )
    elif whole:
        out().print(f"Whole: {counted(report.rows, 'row')}, head {report.rows}:{report.head}", soft_wrap=True)
        if noted is None:
            say("Rows cut off the end are found only by comparing with a head that was noted: --head.")
    else:
        if report.reason:
            out().print(f"NOT WHOLE: {report.reason}", soft_wrap=True)
        for where in texts:
            out().print(f"NOT WHOLE: beside the log, {where}: not the text that was logged.", soft_wrap=True)
        for number in altered:
            out().print(f"NOT WHOLE: exception {number} is not as the log says that it was left.", soft_wrap=True)
    if old and not json_:
        say(_in_the_log(old))
    raise typer.Exit(0 if whole else NOT_WHOLE)


@app.command("head")
def head_(json_: Annotated[bool, typer.Option("--json", help="As JSON on standard output.")] = False) -> None:
    """Print the head of the log, id:sha256. Note it where nobody with access to the database can change it.

    For example:

      dealfit audit head >> heads.txt
    """
    with core() as rooms:
        last = rooms.store.head()
    if json_:
        print_json({"schema": 1, "id": last.id, "sha256": last.sha256})
    else:
        sys.stdout.write(f"{last.id}:{last.sha256}\n")


@app.command("export")
def export(
    after: Annotated[int, typer.Option(min=0, max=LARGEST_ID, help="Only rows after this id.")] = 0,
    kind: Annotated[str | None, typer.Option(help="Only rows of this kind, such as exception.decided.")] = None,
    texts: Annotated[
        bool, typer.Option("--texts", help="With what stands beside the log, such as facts and answers, under `texts`.")
    ] = False,
) -> None:
    """Write the log as JSON lines to standard output, oldest first.

    Each line is a row as the hash covers it: id, at, kind, actor, subject, body, sha256, previous. The facts and
    findings of verdicts, the words of questions and answers, and what was written in exceptions are not in the log,
    only their marks (`beside`): with `--texts` those of verdicts and answers are written too, unless they were erased.

    For example:

      dealfit audit export --kind exception.decided > decided.jsonl
    """
    with core() as rooms:
        row = None
        for row in rooms.store.each_decision(after=after, kind=kind):
            line = {
                "id": row.id,
                "at": row.at.isoformat(),
                "kind": row.kind,
                "actor": row.actor,
                "subject": row.subject,
                "body": row.body,
                "sha256": row.sha256,
                "previous": row.previous,
            }
            if texts and "beside" in row.body:
                whole = rooms.store.decision(row.id)
                beside = {} if whole is None else {k: v for k, v in whole.body.items() if row.body.get(k) != v}
                line["texts"] = None if beside.get("erased") else beside
            sys.stdout.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
        if row is None:
            kinds = sorted({each.kind for each in rooms.store.each_decision()})
            say(
                f"No row was written. The log has rows of the kinds {', '.join(kinds)}."
                if kinds
                else "The log is empty."
            )


@app.command("erase")
def erase(
    before: Annotated[
        str | None, typer.Option(help="What was written before this day, such as 2025-12-31. Left out: of any day.")
    ] = None,
    author: Annotated[
        str | None, typer.Option(help="Only of this person: their key in people.yaml, or a Slack user id.")
    ] = None,
    deal: Annotated[str | None, typer.Option(help="Only about this deal: its key, or its name.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Erase what people wrote, asked and were told, for good. The log stays whole, and says that it was done.

    Erased are, beside the log: the facts and findings of recorded verdicts, questions and answers, names in proposals,
    and what was written in exceptions. A request for an exception on the deal, or by the person, loses its deal, its
    figures and its names; one that waits or holds is taken back with that. Turns of threads and feedback go too. With
    `--deal` alone, the deal as it stands loses its name and its facts as well, and counts nowhere; erase it at its
    source first, or the next import brings it back. With `--author` alone, the person's name as an owner goes from
    deals, calls, accounts and snapshots of the pipeline, which stay without an owner: the same holds for the source.

    What does not say whose it is goes whatever is erased: the texts of finished work in the queue, and the questions
    behind the buttons of pipeline answers, which then say that they are too old. Questions that the person saved, or
    that name the deal, are not posted any more.

    The setting DEALFIT_RETENTION_DAYS does this by itself, each day, for what is older and not in force.

    For example:

      dealfit audit erase --author dana --before 2025-12-31
    """
    if any(given is not None and not given.strip() for given in (before, author, deal)):
        fail("--before, --author and --deal need something behind them; what is empty erases nothing.")
    if before is None and author is None and deal is None:
        fail("Say what to erase: --before a day, --author a person, --deal a deal, or several of them.")
    day = None if before is None else _day(before)
    with core() as rooms:
        key = None if deal is None else _deal(rooms, deal)
        parts = ((author, "of"), (deal, "about"), (before, "before"))
        what = " ".join(f"{word} {value}" for value, word in parts if value is not None)
        if author is not None and day is None and deal is None:
            what += ", and their name where they own a deal, a call or an account,"
        if not yes and not typer.confirm(f"Erase what was written {what} for good?", err=True):
            fail("Nothing was erased.")
        names = None if author is None else _names(rooms, author)
        done = erase_everywhere(rooms, before=day, authors=names, deal=key)
        folder = rooms.settings.data_dir / "rejects"
        rejected = any(folder.glob("*.csv"))
    gone = done.store
    said = [counted(gone.texts, "text")]
    said += [counted(gone.turns, "turn") + " of threads"] if gone.turns else []
    said += [counted(gone.feedback, "word") + " of feedback"] if gone.feedback else []
    said += [counted(gone.requests, "request") + " for exceptions"] if gone.requests else []
    said += [counted(gone.questions, "question") + " about the pipeline"] if gone.questions else []
    said += [counted(done.queue.finished, "piece") + " of finished work"] if done.queue.finished else []
    said += [counted(done.queue.saved, "saved question")] if done.queue.saved else []
    said += ["the deal as it stood"] if gone.deals else []
    said += ["the owner's name of " + counted(gone.owned, "deal or call", "deals and calls")] if gone.owned else []
    said += ["the one who looks after " + counted(gone.accounts, "account")] if gone.accounts else []
    said += ["what stood in " + counted(done.snapshots, "snapshot")] if done.snapshots else []
    out().print(f"{', '.join(said)} erased.")
    _left(done)
    if rejected:
        say(f"No erasing reads the rejected rows of imports. Delete what must go of them yourself: {folder}.")


def _left(done: Everywhere) -> None:
    """What the operator must know about what could not go, or not yet."""
    if done.in_the_log:
        say(_in_the_log(done.in_the_log))
    if done.queue.waiting:
        say(
            f"{counted(done.queue.waiting, 'piece')} of work not finished yet, with the texts in it. "
            "Do the same again once it is: dealfit doctor shows what waits."
        )
    if not done.clean:
        say(
            "Others at the database keep its file from being cleaned: what was erased cannot be read any more through "
            "Dealfit, but may still be found in the file. Do the same again when nothing else runs."
        )


def _in_the_log(rows: list[int]) -> str:
    """What is to be said of rows of the log that hold their texts themselves."""
    where = f"row {rows[0]}" if len(rows) == 1 else f"rows {rows[0]} to {rows[-1]}"
    return (
        f"Written by an earlier version, with texts in them: {counted(len(rows), 'row')} of the log ({where}). "
        "No erasing reaches these: the hash of each row covers its bytes. To be rid of them, note the head and keep an "
        "export where it may be kept (dealfit audit head, dealfit audit export), then begin anew with an empty "
        "database (DEALFIT_DATABASE_URL), import the deals, and delete the old one with its backups."
    )


def _names(rooms: Core, author: str) -> list[str]:
    """What an author may be recorded under: the key, and the Slack user id. What else the log knows is added later."""
    person = rooms.people().by_key(author) or rooms.people().by_slack(author)
    if person is None:
        say(f"{author} is not in people.yaml: only what is recorded under that very name is erased.")
        return [author]
    return [person.key, *([person.slack] if person.slack else [])]


def _deal(rooms: Core, text: str) -> str:
    """The key of the deal that is meant."""
    if rooms.store.deal(text) is not None:
        return text
    wanted = " ".join(text.split()).casefold()
    found = [each.key for each in rooms.store.deals() if " ".join(each.name.split()).casefold() == wanted]
    if len(found) > 1:
        fail(f"{len(found)} deals are called {text!r}. Say which by its key: {', '.join(found[:5])}.")
    if not found:
        say(f"No deal is kept under {text!r}; what was recorded about a deal of that key is erased all the same.")
    return found[0] if found else text


def _head(text: str) -> Head:
    from bot.store.records import Head

    match = HEAD.fullmatch(text.strip())
    if match is None:
        fail(f"{text!r} is no head. Write what `dealfit audit head` printed: id:sha256.")
    return Head(int(match[1]), match[2])


def _day(text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        fail(f"{text!r} is no day. Write it as year-month-day, such as 2025-12-31.")
