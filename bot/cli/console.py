"""Printing: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
from typing import Any, Literal, NoReturn

from rich.console import Console
from rich.markup import escape

from bot.cli.tables import PlainTable

UNREADABLE = 2
NOT_ALL_FIT = 1


def out() -> Console:
    """Where results go. Nothing in a result is read as markup unless we wrote it."""
    return Console(highlight=False, emoji=False, soft_wrap=not sys.stdout.isatty())


def err() -> Console:
    """Where messages and progress go."""
    return Console(stderr=True, highlight=False, emoji=False)


def say(message: str) -> None:
    """One message for the person, on standard error."""
    err().print(escape(message), soft_wrap=True)


def fail(message: str, status: int = UNREADABLE) -> NoReturn:
    """Say what is wrong and what to do, and end."""
    err().print(f"[bold red]error:[/] {escape(message)}", soft_wrap=True)
    sys.exit(status)


def print_json(data: Any) -> None:
    """JSON on standard output, and nothing else."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def table(
    *columns: str, title: str | None = None, right: tuple[str, ...] = (), whole: tuple[str, ...] = ()
) -> PlainTable:
    """A plain table. The cells of the columns in `whole` are never broken, nor are the figures of those in `right`."""
    made = PlainTable(title=title)
    for number, column in enumerate(columns):
        justify: Literal["left", "right"] = "right" if column in right else "left"
        made.add_column(column, justify=justify, overflow="fold")
        if column in whole:
            made.whole.add(number)
    return made


def cell(text: object) -> str:
    """Text of others in a table: never markup, never a control character of the terminal."""
    return escape("".join(c if c.isprintable() or c == "\n" else " " for c in str(text)))
