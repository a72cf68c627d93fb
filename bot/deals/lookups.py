"""A mapping's second file, by the word that is looked up in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.deals.errors import DealsFileError, shorten
from bot.deals.files import open_table
from bot.deals.text import key

if TYPE_CHECKING:
    from bot.deals.mapping import Lookup


def read_lookup(lookup: Lookup, data: bytes) -> dict[str, dict[str, Any]]:
    """The cells of each row by target, under the key of the word in the key column. Raises DealsFileError."""
    wanted = {target: key(column) for target, column in lookup.columns.items()}
    used = {*wanted.values(), key(lookup.key or lookup.by)}
    by = key(lookup.key or lookup.by)
    table = open_table(data, lookup.file, lambda column: key(column) in used, lookup.sheet)
    found: dict[str, dict[str, Any]] = {}
    lines: dict[str, int] = {}
    checked = False
    for record in table.records:
        if record.error is not None:
            raise DealsFileError(record.error)
        cells = {key(column): cell for column, cell in zip(record.columns, record.values, strict=False)}
        if not checked:
            _check(
                lookup, record.columns, {by: lookup.key or lookup.by, **{key(c): c for c in lookup.columns.values()}}
            )
            checked = True
        word = key(str(cells.get(by, "") or ""))
        if not word:
            continue
        if word in found:
            raise DealsFileError(
                f"{lookup.file}:{record.line}: '{shorten(cells[by])}' stands in line {lines[word]} already. Keep one."
            )
        lines[word] = record.line
        found[word] = {target: cells.get(column) for target, column in wanted.items()}
    if not found:
        raise DealsFileError(f"{lookup.file}: there are no rows to look up.")
    return found


def _check(lookup: Lookup, columns: tuple[str, ...], wanted: dict[str, str]) -> None:
    there = {key(column) for column in columns}
    for spelled, column in wanted.items():
        if spelled not in there:
            shown = ", ".join(shorten(name) for name in columns)
            raise DealsFileError(f"{lookup.file}:1: there is no column '{shorten(column)}'. Found: {shown}.")
