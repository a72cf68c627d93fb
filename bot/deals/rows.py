"""A file of deals as deals, one after the other or all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import PurePath
from typing import BinaryIO

from bot.deals.errors import DealsFileError
from bot.deals.exchange import Rates
from bot.deals.facts import FactSpecs
from bot.deals.files import Record, Table, lines, open_table
from bot.deals.mapping import Mapping
from bot.deals.plain_rows import PlainRow, PlainRows
from bot.deals.row_reader import RowDeal, RowReader

__all__ = ["DealRows", "DealStream", "DealsFileError", "PlainRow", "RowDeal", "open_deals", "read_deals"]


class DealRows(list[RowDeal]):
    """The rows of a file. `left_out` counts those that the mapping did not want, `unread` names the unused columns."""

    def __init__(self, rows: Iterable[RowDeal] = (), *, left_out: int = 0, unread: tuple[str, ...] = ()) -> None:
        """Keep the rows and what is to be said of the file as a whole."""
        super().__init__(rows)
        self.left_out = left_out
        self.unread = unread


class DealStream(Iterator[RowDeal]):
    """The rows of a file, read on the way. `left_out` grows as they are read; `share` says how far, from 0 to 1."""

    def __init__(
        self,
        rows: Iterator[RowDeal | None],
        batches: Callable[[int], Iterator[Sequence[RowDeal | PlainRow | None]]],
        unread: tuple[str, ...],
        share: Callable[[], float],
        filename: str,
    ) -> None:
        self._rows = rows
        self._batches = batches
        self.unread = unread
        self.share = share
        self.filename = filename
        self.left_out = 0

    def __next__(self) -> RowDeal:
        """The next row that the mapping wants."""
        for row in self._rows:
            if row is not None:
                return row
            self.left_out += 1
        raise StopIteration

    def batches(self, size: int) -> Iterator[list[RowDeal | PlainRow]]:
        """The rest of the rows, about so many at a time: plain rows as plain values, the others as deals.

        A row says the same in either form; see `PlainRows`.
        """
        for made in self._batches(size):
            kept = [row for row in made if row is not None]
            self.left_out += len(made) - len(kept)
            if kept:
                yield kept


def open_deals(
    data: bytes | BinaryIO,
    *,
    filename: str,
    facts: FactSpecs,
    currency: str,
    mapping: Mapping | None = None,
    sheet: str | None = None,
    rates: Rates | None = None,
) -> DealStream:
    """The deals of a CSV, Excel, Parquet, YAML or JSON-lines file; the kind is told by the file, else by its name.

    Columns are matched to facts by name, label or further name, and to the deal's own fields; `mapping` says otherwise.
    `currency` is the profile's; amounts in others need one of the `rates`. `sheet` is the sheet of a workbook. CSV,
    Excel and Parquet are read in little memory, and from a stream that can be rewound. Raises DealsFileError when the
    file as a whole cannot be read.
    """
    name = PurePath(filename).name
    mapping = mapping or Mapping()
    reader = RowReader(name, facts, currency, mapping, lines(name), rates)
    table = open_table(data, name, reader.knows, sheet or mapping.sheet)
    reader.place = table.place
    records, columns, good = _begun(table)
    first = next(records, None)
    if first is None:
        raise DealsFileError(f"{name}: there is a header, but no deal below it.")
    unread = reader.check_columns(columns, twice=table.columns is not None) if good or table.columns else ()

    def rows() -> Iterator[RowDeal | None]:
        made = reader.row(first, unread)
        yield made
        told = made is not None
        for record in records:
            made = reader.row(record, () if told else unread)
            told = told or made is not None
            yield made

    def batches(size: int) -> Iterator[Sequence[RowDeal | PlainRow | None]]:
        plain, left = PlainRows(reader), chain((first,), records)
        while some := list(islice(left, size)):
            yield plain.read(some)

    return DealStream(rows(), batches, unread, table.share, name)


def _begun(table: Table) -> tuple[Iterator[Record], tuple[str, ...], bool]:
    """The records, their columns, and whether one of them can be read. Rows with columns of their own are all read."""
    if table.columns is not None:
        return table.records, table.columns, True
    records = list(table.records)
    columns = tuple(dict.fromkeys(name for record in records for name in record.columns))
    return iter(records), columns, any(record.error is None for record in records)


def read_deals(
    data: bytes,
    *,
    filename: str,
    facts: FactSpecs,
    currency: str,
    mapping: Mapping | None = None,
    sheet: str | None = None,
    rates: Rates | None = None,
) -> DealRows:
    """All deals of a file at once, as `open_deals` reads them."""
    stream = open_deals(
        data, filename=filename, facts=facts, currency=currency, mapping=mapping, sheet=sheet, rates=rates
    )
    rows = [replace(row, record=None) for row in stream]
    return DealRows(rows, left_out=stream.left_out, unread=stream.unread)
