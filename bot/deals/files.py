"""A file of deals as records, whatever kind of file it is: each record with its place, one after the other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from io import BytesIO
from typing import Any, BinaryIO

from bot.deals.errors import DealsFileError, shorten

MAX_BYTES = 200_000_000
"""The most that is read at once: JSON, YAML, and files that are given as bytes."""

_SAMPLE = 200_000
_CHUNK = 1 << 20
_EMPTY = b" \t\r\n\0\xef\xbb\xbf"
_FOREIGN = {
    b"%PDF": "a PDF, not text. Save the deals as CSV (UTF-8) or Excel",
    b"\x1f\x8b": "a gzip archive, not text. Unpack it first",
    b"\xd0\xcf\x11\xe0": "an Excel workbook of the old kind (.xls). Save it as .xlsx or CSV",
}
_ZIP, _PARQUET = b"PK\x03\x04", b"PAR1"
_BY_BYTES = {"parquet": "Parquet file", "xlsx": "Excel workbook"}

Known = Callable[[str], bool]
"""Whether a column is one that we use."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a file: its cells in the order of `columns`, or what is wrong with the whole row.

    `line` is the line it begins on (the row, in a sheet or a Parquet file); `raw` its own text where it has one.
    """

    line: int
    columns: tuple[str, ...]
    values: Sequence[Any]
    error: str | None = None
    raw: str | None = None

    @property
    def text(self) -> str:
        """The row as it stands in its file; cells of a sheet as JSON."""
        if self.raw is not None:
            return self.raw.rstrip("\r\n")
        cells = {name: _plain(cell) for name, cell in zip(self.columns, self.values, strict=False)}
        return json.dumps(cells, ensure_ascii=False, default=str)


@dataclass(frozen=True, slots=True)
class Table:
    """A file's columns, in their order, and its records. `columns` is None where each record has its own (JSON, YAML).

    `share` says how much of the file was read, from 0 to 1. `place` names a record's cell, or the record.
    """

    columns: tuple[str, ...] | None
    records: Iterator[Record]
    place: Callable[[int, str | None], str]
    share: Callable[[], float]


def open_table(data: bytes | BinaryIO, filename: str, known: Known, sheet: str | None = None) -> Table:
    """The records of a file, by what it is and else by the ending of its name.

    CSV, Excel and Parquet are read on the way, in little memory, from a stream that can be rewound; JSON and YAML are
    read whole. `sheet` names the sheet of an Excel workbook. Raises DealsFileError for a file as a whole.
    """
    if isinstance(data, bytes) and len(data) > MAX_BYTES:
        raise _too_large(filename)
    stream = BytesIO(data) if isinstance(data, bytes) else data
    start = stream.read(4)
    stream.seek(0)
    for signature, kind in _FOREIGN.items():
        if start.startswith(signature):
            raise DealsFileError(f"{filename}: this is {kind}.")
    if start == _ZIP:
        from bot.deals.files_excel import open_workbook  # openpyxl is loaded for workbooks only

        return open_workbook(stream, filename, sheet)
    if sheet is not None:
        raise DealsFileError(f"{filename}: the sheet '{shorten(sheet)}' is named, but this is no Excel workbook.")
    if start == _PARQUET:
        from bot.deals.files_parquet import open_parquet  # pyarrow is loaded for Parquet only

        return open_parquet(stream, filename)
    return _open_text(stream, filename, known, limit=isinstance(data, bytes))


def _open_text(stream: BinaryIO, filename: str, known: Known, *, limit: bool) -> Table:
    ending = filename.rpartition(".")[2].lower()
    if ending in _BY_BYTES:
        raise DealsFileError(f"{filename}: this is no {_BY_BYTES[ending]}, whatever its name says. Export it again.")
    if ending in {"yaml", "yml", "json", "jsonl", "ndjson"}:
        return _open_whole(stream, filename, ending)
    first = check_text(stream, filename, MAX_BYTES if limit else None)
    if ending not in {"csv", "tsv"} and first in {b"{", b"["}:
        return _open_whole(stream, filename, "jsonl")
    from bot.deals.files_csv import open_csv  # it imports this module

    return open_csv(stream, filename, known)


def _open_whole(stream: BinaryIO, filename: str, ending: str) -> Table:
    from bot.deals.files_text import json_records, yaml_records  # it imports this module

    text = decode(stream.read(MAX_BYTES + 1), filename)
    records = yaml_records(text, filename) if ending in {"yaml", "yml"} else json_records(text, filename)
    return Table(None, records, lines(filename), lambda: 1.0)


def lines(filename: str) -> Callable[[int, str | None], str]:
    """Places in a file of lines: deals.csv:7: column 'beds'."""

    def place(line: int, column: str | None) -> str:
        where = f"{filename}:{line}"
        return where if column is None else f"{where}: column '{shorten(column)}'"

    return place


def decode(data: bytes, filename: str) -> str:
    """The text of a file of ours: UTF-8, with or without a byte-order mark."""
    check_text(BytesIO(data), filename, MAX_BYTES)
    return data.decode("utf-8-sig")


def check_text(stream: BinaryIO, filename: str, limit: int | None) -> bytes:
    """Read through the file once: it must be UTF-8 text and not empty. Gives its first visible byte; rewinds it."""
    import codecs  # for the one function

    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    read, newlines, first, before = 0, 0, b"", b""
    while chunk := stream.read(_CHUNK):
        if read == 0 and chunk.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise _not_utf8(stream, filename, 0, 1)
        if b"\0" in chunk and chunk.strip(_EMPTY):
            line = newlines + chunk.count(b"\n", 0, chunk.index(b"\0")) + 1
            raise DealsFileError(f"{filename}:{line}: the file is binary, not text. Save the deals as CSV (UTF-8).")
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            # The decoder counts from what was left over of the chunk before.
            at = max(0, error.start - len(before))
            raise _not_utf8(stream, filename, read + at, newlines + chunk.count(b"\n", 0, at) + 1) from None
        before = decoder.getstate()[0]
        first = first or chunk.strip(_EMPTY)[:1]
        newlines += chunk.count(b"\n")
        read += len(chunk)
        if limit is not None and read > limit:
            raise _too_large(filename)
    if before:
        raise _not_utf8(stream, filename, read - len(before), newlines + 1)
    if not first:
        raise DealsFileError(f"{filename}: the file is empty. It needs a header and a row for each deal.")
    stream.seek(0)
    return first


def _too_large(filename: str) -> DealsFileError:
    return DealsFileError(
        f"{filename}: more than {MAX_BYTES // 1_000_000} MB. Split it; `dealfit pipeline import` takes CSV, Excel "
        "and Parquet of any size."
    )


def _not_utf8(stream: BinaryIO, filename: str, bad: int, line: int) -> DealsFileError:
    from charset_normalizer import from_bytes  # needed for broken files only

    stream.seek(max(0, bad - _SAMPLE // 2))
    best = from_bytes(stream.read(_SAMPLE)).best()
    looks = best.encoding.replace("_", "-") if best is not None else "no encoding we know"
    return DealsFileError(f"{filename}:{line}: the file is not UTF-8; it looks like {looks}. Save it as UTF-8.")


def moment(value: datetime) -> Any:
    """A time at midnight is that day; another one is its text."""
    return value.date() if value.time() == time.min else value.isoformat(sep=" ")


def _plain(cell: Any) -> Any:
    if isinstance(cell, Decimal):
        return int(cell) if cell == cell.to_integral_value() else float(cell)
    return cell
