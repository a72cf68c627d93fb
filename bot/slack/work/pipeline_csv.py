"""A table as CSV that a spreadsheet opens safely: numbers as numbers, and no text that it would run as a formula."""

from __future__ import annotations

import csv
from io import StringIO

from bot.pipeline.tables import Cell, Table

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table_csv(table: Table) -> bytes:
    """The rows with their labels above; UTF-8 with the mark by which Excel knows it."""
    made = StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow([_text(column.label) for column in table.columns])
    writer.writerows([_cell(cell) for cell in row] for row in table.rows)
    return made.getvalue().encode("utf-8-sig", "replace")


def _cell(cell: Cell) -> object:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return _text(cell) if isinstance(cell, str) else cell


def _text(text: str) -> str:
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text
