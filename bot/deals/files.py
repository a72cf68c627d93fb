"""A file of deals as records: CSV, YAML or JSON lines, decoded strictly, each record with the line it begins on."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import yaml

from bot.deals.errors import DealsFileError, shorten
from bot.deals.yaml_events import has_aliases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MAX_BYTES = 200_000_000
_MAX_YAML = 20_000_000
_SAMPLE = 200_000
_KINDS = {b"PK\x03\x04": "an Excel workbook or another archive", b"%PDF": "a PDF", b"\x1f\x8b": "a gzip archive"}


@dataclass(frozen=True, slots=True)
class Record:
    """One deal as its file has it: cells by column, or what is wrong with the whole record."""

    line: int
    cells: dict[str, Any]
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a file, in their order, and its records. Columns are known beforehand for CSV only."""

    columns: tuple[str, ...] | None
    records: Iterator[Record]


def open_table(data: bytes, filename: str, known: Callable[[str], bool]) -> Table:
    """The records of a file by the ending of its name, or by its first character. `known` says which columns we use.

    Raises DealsFileError for a file that is empty, too large, not text, or not UTF-8.
    """
    text = decode(data, filename)
    ending = filename.rpartition(".")[2].lower()
    start = text.lstrip()[:1]
    if ending in {"yaml", "yml"}:
        return Table(None, _yaml_records(text, filename))
    if ending in {"json", "jsonl", "ndjson"} or (ending not in {"csv", "tsv"} and start in {"{", "["}):
        whole = start == "["
        return Table(None, _json_array(text, filename) if whole else _json_lines(text, filename))
    return _csv_table(text, filename, known)


def decode(data: bytes, filename: str) -> str:
    """The text of a file of ours: UTF-8, with or without a byte-order mark."""
    if len(data) > MAX_BYTES:
        msg = f"{filename}: {len(data) // 1_000_000} MB is more than 200 MB. Split the file."
        raise DealsFileError(msg)
    if not data.strip(b" \t\r\n\0\xef\xbb\xbf"):
        msg = f"{filename}: the file is empty. It needs a header and a row for each deal."
        raise DealsFileError(msg)
    for start, kind in _KINDS.items():
        if data.startswith(start):
            msg = f"{filename}: this is {kind}, not text. Save the sheet as CSV (UTF-8)."
            raise DealsFileError(msg)
    if not data.startswith((b"\xff\xfe", b"\xfe\xff")) and b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        msg = f"{filename}:{line}: the file is binary, not text. Save the deals as CSV (UTF-8)."
        raise DealsFileError(msg)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        msg = (
            f"{filename}:{line}: the file is not UTF-8; it looks like {_encoding(data, error.start)}. Save it as UTF-8."
        )
        raise DealsFileError(msg) from None


def _encoding(data: bytes, bad: int) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - needed for broken files only

    first = max(0, bad - _SAMPLE // 2) if bad > _SAMPLE else 0
    best = from_bytes(data[first : first + _SAMPLE]).best()
    return best.encoding.replace("_", "-") if best is not None else "no encoding we know"


def _csv_table(text: str, filename: str, known: Callable[[str], bool]) -> Table:
    delimiter, header, first = _header(text, filename, known)
    return Table(tuple(header), _csv_records(text, header, delimiter, first, filename))


def _header(text: str, filename: str, known: Callable[[str], bool]) -> tuple[str, list[str], int]:
    """The delimiter that gives the most columns we know, the header, and the line it ends on."""
    best: tuple[tuple[int, int], str, list[str], int] | None = None
    for delimiter in (",", ";", "\t"):
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        try:
            header = next((row for row in reader if any(cell.strip() for cell in row)), [])
        except csv.Error:
            continue
        header = [" ".join(cell.split()) for cell in header]
        rank = (sum(known(cell) for cell in header), len(header))
        if best is None or rank > best[0]:
            best = (rank, delimiter, header, reader.line_num)
    if best is None:
        msg = f"{filename}:1: the header cannot be read as CSV. Check its quotation marks."
        raise DealsFileError(msg)
    return best[1], best[2], best[3]


def _csv_records(text: str, header: Sequence[str], delimiter: str, first: int, filename: str) -> Iterator[Record]:
    stream = io.StringIO(text, newline="")
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    begins = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            line, begins = begins, reader.line_num + 1
            yield Record(line, {}, f"{filename}:{line}: {error}. Check the quotation marks of this row.")
            continue
        line, begins = begins, reader.line_num + 1
        if reader.line_num <= first or not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            told = f"{len(row)} cells, but the header has {len(header)}"
            yield Record(line, {}, f"{filename}:{line}: {told}. Quote a cell that contains '{_shown(delimiter)}'.")
            continue
        yield Record(line, dict(zip(header, row, strict=True)))


def _shown(delimiter: str) -> str:
    return "a tab" if delimiter == "\t" else delimiter


def _json_lines(text: str, filename: str) -> Iterator[Record]:
    for line, row in enumerate(text.split("\n"), start=1):
        if row.strip():
            yield _json_record(row, line, filename)


def _json_record(row: str, line: int, filename: str) -> Record:
    try:
        data = json.loads(row, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        return Record(line, {}, f"{filename}:{line}: not JSON: {shorten(error)}. Each line is one deal.")
    return _as_record(data, line, filename)


def _json_array(text: str, filename: str) -> Iterator[Record]:
    try:
        data = json.loads(text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        msg = f"{filename}:{error.lineno}:{error.colno}: not JSON: {error.msg}."
        raise DealsFileError(msg) from None
    except (ValueError, RecursionError) as error:
        msg = f"{filename}: not JSON: {shorten(error)}."
        raise DealsFileError(msg) from None
    # A list has no lines of its own: its deals are counted instead.
    for number, item in enumerate(data, start=1):
        yield _as_record(item, number, filename)


def _no_constant(name: str) -> Any:
    msg = f"{name} is not a number"
    raise ValueError(msg)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            msg = f"'{shorten(name)}' stands twice"
            raise ValueError(msg)
        found[name] = value
    return found


def _as_record(data: Any, line: int, filename: str) -> Record:
    """A deal's cells; `facts` may stand in a mapping of their own."""
    if not isinstance(data, dict):
        return Record(line, {}, f"{filename}:{line}: a deal is a list of names and values, not '{shorten(data)}'.")
    facts = data.get("facts")
    if not isinstance(facts, dict):
        return Record(line, data)
    rest = {name: value for name, value in data.items() if name != "facts"}
    if twice := sorted(set(rest) & set(facts)):
        return Record(line, {}, f"{filename}:{line}: '{shorten(twice[0])}' stands twice. Keep one.")
    return Record(line, {**rest, **facts})


def _yaml_records(text: str, filename: str) -> Iterator[Record]:
    if len(text) > _MAX_YAML:
        msg = f"{filename}: more than 20 MB of YAML. Save so many deals as CSV or JSON lines."
        raise DealsFileError(msg)
    try:
        if has_aliases(text):
            msg = f"{filename}: a file of deals has no aliases (*name). Write the values out."
            raise DealsFileError(msg)
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{filename}:{mark.line + 1}:{mark.column + 1}" if mark else filename
        msg = f"{where}: not YAML: {getattr(error, 'problem', None) or 'nested too deep'}."
        raise DealsFileError(msg) from None
    if isinstance(root, yaml.MappingNode):
        root = next((value for name, value in root.value if name.value == "deals"), root)
    if not isinstance(root, yaml.SequenceNode):
        msg = f"{filename}:1: a YAML file of deals is a list: each deal begins with a dash."
        raise DealsFileError(msg)
    for node in root.value:
        line = node.start_mark.line + 1
        try:
            yield _as_record(_yaml_plain(node), line, filename)
        except ValueError as error:
            yield Record(line, {}, f"{filename}:{line}: {error}. Keep one.")


def _yaml_plain(node: yaml.Node) -> Any:
    """The node with every scalar as the text that stands in the file; the fact's type says what it means."""
    if isinstance(node, yaml.SequenceNode):
        return [_yaml_plain(item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return _once([(str(name.value), _yaml_plain(value)) for name, value in node.value])
    empty = isinstance(node, yaml.ScalarNode) and node.style is None and node.value in {"", "~", "null"}
    return None if empty else str(node.value)
