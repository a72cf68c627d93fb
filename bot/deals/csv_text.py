"""Rows as CSV text that a spreadsheet shows and never runs: every CSV that leaves the product is written here."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

_RUN = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_text(rows: Iterable[Iterable[object]], *, end: str = "\r\n") -> str:
    """The rows as CSV, each ended by `end`. None is an empty cell.

    A text that a spreadsheet would run as a formula begins with an apostrophe; numbers stay numbers.
    """
    text = io.StringIO()
    csv.writer(text, lineterminator=end).writerows([_inert(cell) for cell in row] for row in rows)
    return text.getvalue()


def _inert(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(_RUN) else cell
