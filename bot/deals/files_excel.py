"""An Excel sheet as records: read on the way, formulas by the value that Excel kept, percents as they are shown."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO

import openpyxl
from openpyxl.utils import get_column_letter

from bot.deals.errors import DealsFileError, shorten
from bot.deals.files import Record, Table, moment

LARGEST = 4_000_000_000
"""Bytes that a workbook may unpack to: a sheet of a million rows has about one thousand million."""
BOMB, DENSEST = 100_000_000, 300
"""A workbook of more bytes that was packed more densely than this holds one thing again and again, not deals."""
_LOOKED_AT = 200
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')


def open_workbook(stream: BinaryIO, filename: str, sheet: str | None) -> Table:
    """The records of one sheet; `stream` is read as the records are. Raises DealsFileError.

    The first row with a cell in it is the header. Without `sheet` the workbook must have one sheet with cells.
    """
    _check_size(stream, filename)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what openpyxl does not draw (charts, rules) does not concern us
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
    except Exception as error:  # noqa: BLE001 - openpyxl raises whatever its parts raise over a damaged file
        raise DealsFileError(
            f"{filename}: it begins as an Excel workbook, but cannot be opened as one ({shorten(error)}). "
            "Save it as .xlsx again, or as CSV (UTF-8)."
        ) from None
    chosen = _chosen(book, filename, sheet)
    name = f"{filename}:{shorten(chosen.title)}"
    header_row, header = _header(chosen, name)
    _check_header(chosen, header_row, header, name)
    _check_formulas(stream, chosen, header_row, name)
    columns = tuple(" ".join(str(cell).split()) if cell is not None else "" for cell in header)
    letters = {column: get_column_letter(at) for at, column in reversed(list(enumerate(columns, start=1)))}
    read = [header_row]
    last = max(1, _rows_of(chosen))

    def place(line: int, column: str | None) -> str:
        if column is None or column not in letters:
            return f"{name}!{line}"
        return f"{name}!{letters[column]}{line}: column '{shorten(column)}'"

    return Table(columns, _records(chosen, columns, header_row, read), place, lambda: min(1.0, read[0] / last))


def _check_size(stream: BinaryIO, filename: str) -> None:
    try:
        with zipfile.ZipFile(stream) as archive:
            size = sum(part.file_size for part in archive.infolist())
            packed = sum(part.compress_size for part in archive.infolist())
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        size, packed, names = 0, 0, ["xl/workbook.xml"]  # openpyxl says what is wrong with it
    stream.seek(0)
    if size > LARGEST:
        raise DealsFileError(f"{filename}: the workbook unpacks to more than 4 GB. Save the sheet as CSV or Parquet.")
    if size > max(BOMB, DENSEST * packed):
        raise DealsFileError(
            f"{filename}: the workbook unpacks to {size // packed if packed else size} times its size, as no sheet of "
            "deals does. Save the sheet as CSV or Parquet."
        )
    if "xl/workbook.xml" not in names:
        kind = "an Excel workbook of the binary kind (.xlsb)" if "xl/workbook.bin" in names else "an archive"
        raise DealsFileError(f"{filename}: this is {kind}, not an Excel workbook (.xlsx). Save it as .xlsx or CSV.")


def _chosen(book: Any, filename: str, sheet: str | None) -> Any:
    sheets = list(book.worksheets)
    for each in sheets:
        each.reset_dimensions()  # what a sheet says of its size is often wrong, and sometimes a trap
    names = ", ".join(shorten(each.title) for each in sheets)
    if sheet is not None:
        for each in sheets:
            if each.title.strip().casefold() == sheet.strip().casefold():
                return each
        raise DealsFileError(f"{filename}: there is no sheet '{shorten(sheet)}'. There are: {names}.")
    full = [each for each in sheets if next(_filled(each), None) is not None]
    if len(full) == 1:
        return full[0]
    if not full:
        raise DealsFileError(f"{filename}: the workbook is empty. It needs a header and a row for each deal.")
    raise DealsFileError(
        f"{filename}: there are {len(full)} sheets with cells: {', '.join(shorten(each.title) for each in full)}. "
        "Say which with --sheet, or `sheet:` in the mapping file."
    )


def _filled(sheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        if any(cell is not None and str(cell).strip() for cell in row):
            yield number, row


def _header(sheet: Any, name: str) -> tuple[int, list[Any]]:
    found = next(_filled(sheet), None)
    if found is None:
        raise DealsFileError(f"{name}: the sheet is empty. It needs a header and a row for each deal.")
    header = list(found[1])
    while header and (header[-1] is None or not str(header[-1]).strip()):
        header.pop()
    return found[0], header


def _check_header(sheet: Any, row: int, header: list[Any], name: str) -> None:
    """A header cell over several columns says what none of them holds: named, where it is why a column has no name."""
    gaps = any(cell is None or not str(cell).strip() for cell in header)
    below = next(islice(_filled(sheet), 1, None), None)
    if not gaps and (below is None or len([cell for cell in below[1] if cell is not None]) <= len(header)):
        return
    for left, top, right, bottom in _merged(sheet):
        if int(top) <= row <= int(bottom):
            raise DealsFileError(
                f"{name}!{left}{top}: the header cells {left}{top}:{right}{bottom} are merged, so their columns have "
                "no names of their own. Unmerge them (Home, Merge & Center), and name each column in one row."
            )


def _merged(sheet: Any) -> list[tuple[str, str, str, str]]:
    path = sheet._worksheet_path  # noqa: SLF001 - the read-only sheet knows its part, and not its merged cells
    found: list[tuple[str, str, str, str]] = []
    with sheet.parent._archive.open(path) as part:  # noqa: SLF001 - the same
        before = b""
        while chunk := part.read(1 << 20):
            text = before + chunk
            for match in _MERGED.finditer(text):
                left, top, right, bottom = (group.decode() for group in match.groups())
                found.append((left, top, right, bottom))
            before = text[-100:] if b"<mergeCell" in text[-100:] else b""
    return list(dict.fromkeys(found))


def _check_formulas(stream: BinaryIO, sheet: Any, header_row: int, name: str) -> None:
    """A formula that was never worked out has no value: a program wrote the file, and nobody opened it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        formulas = openpyxl.load_workbook(stream, read_only=True, data_only=False)[sheet.title]
    formulas.reset_dimensions()
    pairs = zip(formulas.iter_rows(), sheet.iter_rows(values_only=True), strict=False)
    for number, (row, kept) in enumerate(islice(pairs, header_row + _LOOKED_AT), start=1):
        for cell, value in zip(row, kept, strict=False):
            if cell.data_type == "f" and value is None:
                where = f"{name}!{get_column_letter(cell.column)}{number}"
                raise DealsFileError(
                    f"{where}: the formula was never worked out, so the file has no value for it. "
                    "Open the workbook in Excel, save it, and import it again."
                )


def _rows_of(sheet: Any) -> int:
    """How many rows the sheet says it has, for the progress bar only."""
    sheet._get_size()  # noqa: SLF001 - what reset_dimensions forgot
    rows = sheet.max_row or 0
    sheet.reset_dimensions()
    return int(rows)


def _records(sheet: Any, columns: tuple[str, ...], header_row: int, read: list[int]) -> Iterator[Record]:
    width = len(columns)
    percents: dict[int, bool] = {}
    for number, row in enumerate(sheet.iter_rows(), start=1):
        read[0] = number
        if number <= header_row:
            continue
        values = [_value(cell, percents) for cell in row[:width]]
        if not any(value is not None and value != "" for value in values):
            continue
        values += [None] * (width - len(values))
        yield Record(number, columns, values)


def _value(cell: Any, percents: dict[int, bool]) -> Any:
    """A cell as a person sees it: 8% and not 0.08, a day and not a moment."""
    value = cell.value
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int | float):
        style = cell._style_id  # noqa: SLF001 - cells of one style are asked about once
        if style not in percents:
            percents[style] = "%" in (cell.number_format or "")
        number = Decimal(value) if isinstance(value, int) else Decimal(repr(value))
        if percents[style]:
            return f"{(number * 100).normalize():f}%"
        return int(number) if number == number.to_integral_value() else number
    if isinstance(value, datetime):
        return moment(value)
    return value if isinstance(value, date) else str(value)
