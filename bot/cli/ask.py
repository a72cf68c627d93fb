"""`dealfit ask`: a question, answered from the live Deal Profile and the playbooks."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from bot.cli.console import cell, fail, out, print_json, say
from bot.cli.wiring import core


class Format(StrEnum):
    """How the answer is printed."""

    TEXT = "text"
    JSON = "json"


def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotes.", show_default=False)],
    role: Annotated[
        str | None, typer.Option(help="Answer as for a rep, manager or approver; all of them unless given.")
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="text for people, json for scripts.")] = Format.TEXT,
    record: Annotated[bool, typer.Option(help="Keep the answer in the decision log.")] = True,
) -> None:
    """Ask how to sell the way the Deal Profile means it; every sentence cites its source.

    Exit status: 0 with an answer, 1 when the playbooks do not say, 2 when it could not be answered.

    For example:

      dealfit ask "what discount can I give on a two-month deal?"

      dealfit ask "how do I open a conversation with a CFO?" --format json
    """
    from bot.checking.asker import OPERATOR, Asker
    from bot.pipeline.deciding import could_ask_of_deals
    from bot.profile.people import Role

    if not question.strip():
        fail('The question is empty. Write it in quotes: dealfit ask "when should I walk away?"')
    if role is not None and role not in set(Role):
        fail(f"--role {role}: there is no such role. The roles are {', '.join(Role)}.")
    asker = OPERATOR if role is None else Asker(user="operator", name="operator", roles=frozenset({Role(role)}))
    with core() as rooms:
        status = rooms.library.status()
        if not status.exists:
            say("Building the index of the playbooks first (once) ...")
            from bot.cli.index import refresh

            refresh(rooms, rebuild=False)
        service = rooms.answers if record else rooms.answers_with(None)
        answer = service.answer(question, asker=asker, private=True)
        if format_ is Format.JSON:
            print_json(answer.plain())
        else:
            console = out()
            console.print(cell(answer.text))
            sources = answer.nearest if answer.refused else answer.citations
            if sources:
                console.print("\nNearest:" if answer.refused else "\nSources:")
            for citation in sources:
                mark = "" if answer.refused else f"[{citation.n}] "
                console.print(cell(f"  {mark}{citation.heading} ({citation.path})"))
            if answer.ask_whom:
                console.print(f"\nAsk {cell(answer.ask_whom)}.")
            if answer.notice:
                say(answer.notice)
        if could_ask_of_deals(question) and rooms.pipeline.is_asked_at_all(question):
            say("This reads like a question about the deals: `dealfit pipeline ask` answers those.")
    raise typer.Exit(1 if answer.refused else 0)
