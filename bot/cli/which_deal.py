"""Which saved deal is meant on the command line: by its key, or by its name where only one has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from bot.cli.console import fail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.bootstrap import Core
    from bot.store.records import SavedDeal

MOST = 8


def key_of(rooms: Core, text: str) -> str:
    """The key of the deal that is meant. Ends the command with the near ones where that is not one deal."""
    from bot.store.records import folded

    if rooms.store.deal(text) is not None:
        return text
    saved = rooms.store.deals()
    named = [deal for deal in saved if folded(text) in {folded(deal.name), folded(deal.customer)}]
    if len(named) != 1:
        _fail_to_find(text, named, [deal.name for deal in saved])
    return named[0].key


def _fail_to_find(text: str, named: Sequence[SavedDeal], names: list[str]) -> NoReturn:
    if named:
        keys = "\n".join(f"  {deal.key}  {deal.name} ({deal.owner or 'no owner'})" for deal in named[:MOST])
        fail(f"{len(named)} deals are called {text!r}. Give one of their keys:\n{keys}")
    near = _near(text, names)
    hint = f" Did you mean {near!r}?" if near else " Check or import it first: see `dealfit pipeline import --help`."
    fail(f"There is no deal {text!r}.{hint}")


def _near(text: str, names: list[str]) -> str | None:
    from rapidfuzz import process

    found = process.extractOne(text, names, score_cutoff=60)
    return str(found[0]) if found else None
