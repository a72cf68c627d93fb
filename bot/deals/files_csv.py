"""CSV as records: the delimiter is found by the columns we know, and a row that is broken stops no other."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from bot.deals.errors import DealsFileError
from bot.deals.files import Known, Record, Table, lines

DELIMITERS = (",", ";", "\t")


def open_csv(stream: BinaryIO, filename: str, known: Known) -> Table:
    """The records of a CSV file whose text was checked; `stream` can be rewound, and is read as the records are."""
    size = stream.seek(0, io.SEEK_END)
    delimiter, header, first = _header(stream, filename, known)
    columns = tuple(header)
    records = _records(stream, columns, delimiter, first, filename)
    return Table(columns, records, lines(filename), lambda: stream.tell() / max(1, size))


class _Lines(Iterator[str]):
    """The lines of a stream; `taken` are those since it was last emptied, so that a row's own text is at hand."""

    def __init__(self, stream: BinaryIO) -> None:
        stream.seek(0)
        self._text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
        self.taken: list[str] = []

    def __next__(self) -> str:
        line = next(self._text)
        self.taken.append(line)
        return line

    def let_go(self) -> None:
        """Leave the stream open for whoever gave it."""
        self._text.detach()


def _header(stream: BinaryIO, filename: str, known: Known) -> tuple[str, list[str], int]:
    """The delimiter that gives the most columns we know, the header, and the line it ends on."""
    best: tuple[tuple[int, int], str, list[str], int] | None = None
    for delimiter in DELIMITERS:
        text = _Lines(stream)
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        try:
            header = next((row for row in reader if any(cell.strip() for cell in row)), [])
        except csv.Error:
            continue
        finally:
            text.let_go()
        header = [" ".join(cell.split()) for cell in header]
        rank = (sum(known(cell) for cell in header), len(header))
        if best is None or rank > best[0]:
            best = (rank, delimiter, header, reader.line_num)
    if best is None:
        raise DealsFileError(f"{filename}:1: the header cannot be read as CSV. Check its quotation marks.")
    return best[1], best[2], best[3]


def _records(stream: BinaryIO, columns: tuple[str, ...], delimiter: str, first: int, filename: str) -> Iterator[Record]:
    text = _Lines(stream)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    width, begins = len(columns), 1
    shown = "a tab" if delimiter == "\t" else delimiter
    while True:
        text.taken.clear()
        try:
            row = next(reader)
        except StopIteration:
            text.let_go()
            return
        except csv.Error as error:
            line, begins = begins, reader.line_num + 1
            told = f"{filename}:{line}: {error}. Check the quotation marks of this row."
            yield Record(line, columns, (), told, "".join(text.taken))
            continue
        line, begins = begins, reader.line_num + 1
        if reader.line_num <= first or not any(row) or not any(cell.strip() for cell in row):
            continue
        raw = text.taken[0] if len(text.taken) == 1 else "".join(text.taken)
        if len(row) != width:
            told = f"{len(row)} cells, but the header has {width}"
            told = f"{filename}:{line}: {told}. Quote a cell that contains '{shown}'."
            yield Record(line, columns, row, told, raw)
            continue
        yield Record(line, columns, row, None, raw)
