"""Which deals a strategist's command looks at: those of a file, or those of the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.console import fail, say

if TYPE_CHECKING:
    from bot.bootstrap import Core
    from bot.deals.facts import FactSpec
    from bot.pipeline.strategy.book import Book
    from bot.profile.model import Profile

SHOWN = 5


@contextmanager
def deals_of(rooms: Core, file: Path | None, mapping: Path | None, *profiles: Profile) -> Iterator[Book]:
    """The deals of a file, read for all these profiles at once, the first one's words first; else the store's."""
    from bot.checking.asker import OPERATOR

    if file is None:
        if mapping is not None:
            fail("--mapping goes with --deals.")
        with rooms.strategy.book(OPERATOR) as stored:
            yield stored
        return
    from bot.cli.deal_files import read_file
    from bot.pipeline.strategy.book import DealBook

    first = profiles[0]
    facts: dict[str, FactSpec] = {name: spec for each in reversed(profiles) for name, spec in each.facts.items()}
    read = read_file(file, mapping, replace(first, facts=facts))
    rows = [row for row in read.deals if row.deal is not None]
    broken = [error for row in read.deals for error in row.errors]
    for error in broken[:SHOWN]:
        say(error)
    if len(broken) > SHOWN:
        say(
            f"... and {len(broken) - SHOWN:,} more cells or rows that could not be read: they are unknown, or left out."
        )
    notes = list(read.notes)
    if rejected := len(read.deals) - len(rows):
        notes.append(f"{rejected:,} of {len(read.deals):,} rows could not be read and are left out.")
    statuses = [row.status for row in rows]
    book = DealBook((row.deal for row in rows if row.deal is not None), statuses=statuses, notes=notes)
    try:
        yield book
    finally:
        book.close()
