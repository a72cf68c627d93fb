"""CSV that a spreadsheet shows and never runs."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot
from bot.deals.csv_text import csv_text


def read_back(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "   @"])
def test_a_text_that_a_spreadsheet_would_run_begins_with_an_apostrophe(start: str) -> None:
    [[cell]] = read_back(csv_text([[f"{start}cmd|' /C calc'!A0"]]))
    assert cell == f"'{start}cmd|' /C calc'!A0"


def test_numbers_stay_numbers_and_nothing_is_an_empty_cell() -> None:
    assert csv_text([[-5, Decimal("-1.50"), None, "8% off"]], end="\n") == "-5,-1.50,,8% off\n"


@given(st.lists(st.lists(st.text(st.characters(exclude_characters="\x00")), min_size=1), min_size=1))
def test_what_is_read_back_is_what_was_written_but_for_the_apostrophe(rows: list[list[str]]) -> None:
    read = read_back(csv_text(rows))
    assert [[cell.removeprefix("'") for cell in row] for row in read] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]
    assert not any(cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for row in read for cell in row)


def test_no_other_module_writes_csv() -> None:
    root = Path(bot.__file__).parent
    writers = [str(path.relative_to(root)) for path in root.rglob("*.py") if "csv.writer(" in path.read_text("utf-8")]
    assert writers == ["deals/csv_text.py"]
