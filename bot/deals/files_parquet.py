"""Parquet as records, a batch at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from bot.deals.errors import DealsFileError, shorten
from bot.deals.files import Record, Table, moment

BATCH = 5_000


def open_parquet(stream: BinaryIO, filename: str) -> Table:
    """The records of a Parquet file; `stream` is read as the records are. Raises DealsFileError for a damaged file."""
    try:
        file = pq.ParquetFile(stream)
    except (pa.ArrowException, OSError) as error:
        raise DealsFileError(
            f"{filename}: this cannot be read as Parquet ({shorten(error)}). Export it again."
        ) from None
    columns = tuple(str(name) for name in file.schema_arrow.names)
    if not columns or file.metadata.num_rows == 0:
        raise DealsFileError(f"{filename}: there are no rows in it.")
    read = [0]
    total = max(1, file.metadata.num_rows)
    return Table(columns, _records(file, columns, filename, read), _place(filename), lambda: read[0] / total)


def _place(filename: str) -> Callable[[int, str | None], str]:
    def place(line: int, column: str | None) -> str:
        where = f"{filename}: row {line}"
        return where if column is None else f"{where}: column '{shorten(column)}'"

    return place


def _records(file: pq.ParquetFile, columns: tuple[str, ...], filename: str, read: list[int]) -> Iterator[Record]:
    row = 0
    try:
        for batch in file.iter_batches(batch_size=BATCH):
            cells = [_cells(column) for column in batch.columns]
            for values in zip(*cells, strict=True):
                row += 1
                yield Record(row, columns, values)
            read[0] = row
    except (pa.ArrowException, OSError) as error:
        told = f"{filename}: row {row + 1}: the file is damaged from here ({shorten(error)}). Export it again."
        raise DealsFileError(told) from None


def _cells(column: pa.Array) -> list[Any]:
    """A column's values as a sheet would give them: no NaN, whole numbers as such, days without a time."""
    kind = column.type
    values: list[Any] = column.to_pylist()
    if pa.types.is_floating(kind):
        return [None if value is None or math.isnan(value) else _number(value) for value in values]
    if pa.types.is_decimal(kind):
        return [None if value is None else _whole(value) for value in values]
    if pa.types.is_timestamp(kind):
        return [None if value is None else moment(value) for value in values]
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return [None if value is None else value.decode("utf-8", "replace") for value in values]
    return values


def _number(value: float) -> int | float | Decimal:
    return value if math.isinf(value) else _whole(Decimal(repr(value)))


def _whole(value: Decimal) -> int | Decimal:
    return int(value) if value == value.to_integral_value() else value
