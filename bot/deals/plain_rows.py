"""Rows of plain cells, read a column at a time: the words of a column repeat, so most cells are only looked up.

A row in which anything has to be looked at by itself (a cell that cannot be read, another currency, a stage that the
mapping does not know) is left to the row reader. What a row says does not depend on who reads it: a test holds that.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from math import isfinite
from typing import Any, NamedTuple

from bot.deals.cells import Bad, Cells
from bot.deals.deal import CLOSE_DATE, plain_value
from bot.deals.files import Record
from bot.deals.mapping import Status
from bot.deals.row_reader import Plan, RowDeal, RowReader
from bot.deals.text import key

_REMEMBERED = 50_000
_OWN_WORDS = frozenset({"id", "name"})
_FIELDS = ("name", "customer", "owner", "stage", "id")
_TEXTS = frozenset({str, type(None)})


class PlainRow(NamedTuple):
    """A row of which everything could be read. `facts` is canonical JSON: names in order, no spaces.

    Every text is one that a database can hold. `status` is what the mapping's `stages` say, None where it has none.
    """

    line: int
    name: str
    customer: str | None
    owner: str | None
    stage: str | None
    close_date: date | None
    source_id: str | None
    facts: str
    status: Status | None
    record: Record


class _Odd:
    """Stands for a cell that the row reader must look at."""


_ODD = _Odd()


class _Column:
    """The cells of one column as values: each different one is read once, and remembered."""

    def __init__(self, read: Callable[[Any], Any]) -> None:
        self._read = read
        self._known: dict[Any, Any] = {}
        self._odd: set[Any] = set()

    def values(self, cells: Sequence[Any], odd: set[int]) -> list[Any]:
        """The values of cells; the places of those that are odd are added to `odd`."""
        words = set(cells)
        if new := words - self._known.keys():
            if len(self._known) + len(new) > _REMEMBERED:
                self._known.clear()
                self._odd.clear()
                new = words
            for cell in new:
                value = self._known[cell] = self._read(cell)
                if value is _ODD:
                    self._odd.add(cell)
        if self._odd and not self._odd.isdisjoint(words):
            odd.update(at for at, cell in enumerate(cells) if cell in self._odd)
        return list(map(self._known.__getitem__, cells))


class _OwnWords:
    """The cells of a column in which hardly a word comes twice: each is read by itself."""

    def __init__(self, read: Callable[[Any], Any]) -> None:
        self._read = read

    def values(self, cells: Sequence[Any], odd: set[int]) -> list[Any]:
        """As the method of `_Column`."""
        made = list(map(self._read, cells))
        if _ODD in made:
            odd.update(at for at, value in enumerate(made) if value is _ODD)
        return made


class _Shape:
    """How rows with the same columns are read."""

    def __init__(self, reader: RowReader, plan: Plan) -> None:
        # What stands in one row and looks at another, or is worked out, is the row reader's.
        self.plain = not (plan.twice or plan.lookups or reader.figures)
        fields, facts = dict.fromkeys((*_FIELDS, CLOSE_DATE)), dict.fromkeys(sorted(reader.facts), "")
        for target, value in reader.constants:
            if type(value) is Bad:
                self.plain = False
            elif target in reader.specs:
                facts.update({target: _fragment(target, value)} if target in facts and value is not None else {})
                self.plain = self.plain and target != CLOSE_DATE
            else:
                fields[target] = value
        self.usual_facts, self.usual = facts, fields
        self.only = [(at, _Column(_wanted(words))) for at, words in plan.only]
        self.currency = None if plan.currency is None else (plan.currency[0], _Column(_ours(reader)))
        self.facts: dict[str, tuple[int, _Column]] = {}
        self.unused: list[tuple[int, _Column]] = []
        self.fields: dict[str, tuple[int, _Column | _OwnWords]] = {}
        for at, _, cells in plan.takes:
            target = cells.target
            if cells.spec is None:
                if target != "currency":
                    own = target in _OWN_WORDS
                    read = _field(cells.words if own else cells, fields.get(target))
                    self.fields[target] = at, _OwnWords(read) if own else _Column(read)
            elif target == CLOSE_DATE:
                self.plain = False
            elif target in facts:
                self.facts[target] = at, _Column(_fact(cells, facts[target]))
            else:
                self.unused.append((at, _Column(_fact(cells, ""))))
        self.status = _Column(lambda stage: _status(reader, stage)) if reader.stages else None


class PlainRows:
    """Reads records in batches, as `RowReader.row` reads each."""

    def __init__(self, reader: RowReader) -> None:
        self._reader = reader
        self._shapes: dict[tuple[str, ...], _Shape] = {}

    def read(self, records: Sequence[Record]) -> list[RowDeal | PlainRow | None]:
        """The rows in their order; None for one that the mapping does not want."""
        made: list[RowDeal | PlainRow | None] = [None] * len(records)
        columns = records[0].columns if records else ()
        shape = self._shape(columns)
        alike: list[int] = []
        apart: list[int] = []
        for at, record in enumerate(records):
            whole = record.error is None and record.columns == columns and len(record.values) == len(columns)
            (alike if whole and shape.plain else apart).append(at)
        if alike:
            by_column = list(zip(*(records[at].values for at in alike), strict=True))
            if all(_TEXTS.issuperset(map(type, column)) for column in by_column):
                apart += self._plain(shape, by_column, [records[at] for at in alike], alike, made)
            else:  # cells of a sheet or a Parquet file: numbers and days that are no texts
                apart += alike
        for at in apart:
            made[at] = self._reader.row(records[at])
        return made

    def _shape(self, columns: tuple[str, ...]) -> _Shape:
        found = self._shapes.get(columns)
        if found is None:
            if len(self._shapes) >= 100:  # noqa: PLR2004 - JSON whose every row has other columns
                self._shapes.clear()
            found = self._shapes[columns] = _Shape(self._reader, self._reader.plan(columns))
        return found

    def _plain(
        self,
        shape: _Shape,
        columns: Sequence[Sequence[Any]],
        records: Sequence[Record],
        places: Sequence[int],
        made: list[RowDeal | PlainRow | None],
    ) -> list[int]:
        """Put plain rows into their places of `made`. Gives the places of the rows that are odd."""
        odd: set[int] = set()
        dropped: set[int] = set()
        nothing = (None,) * len(records)
        for at, column in shape.only:
            wanted = column.values(nothing if at is None else columns[at], odd)
            dropped.update(number for number, each in enumerate(wanted) if not each)
        if shape.currency is not None:
            shape.currency[1].values(columns[shape.currency[0]], odd)
        for at, column in shape.unused:
            column.values(columns[at], odd)
        fields: dict[str, Iterable[Any]] = {}
        for name, usual in shape.usual.items():
            place = shape.fields.get(name)
            fields[name] = (usual,) * len(records) if place is None else place[1].values(columns[place[0]], odd)
        parts: list[Iterable[Any]] = []
        for name, text in shape.usual_facts.items():
            place = shape.facts.get(name)
            if place is not None:
                parts.append(place[1].values(columns[place[0]], odd))
            elif text:
                parts.append((text,) * len(records))
        status = nothing if shape.status is None else shape.status.values(tuple(fields["stage"]), odd)
        if odd:  # an odd cell has no text to join: the row is not made here
            parts = [["" if value is _ODD else value for value in part] for part in parts]
        facts = map("".join, zip(*parts, strict=True)) if parts else ("",) * len(records)
        said = zip(*(fields[name] for name in (*_FIELDS, CLOSE_DATE)), facts, status, strict=True)
        for number, (name, customer, owner, stage, source_id, day, text, ended) in enumerate(said):
            if number in dropped or number in odd:
                continue
            record = records[number]
            called = name or customer or source_id or f"line {record.line}"
            told = "{" + text[:-1] + "}"
            made[places[number]] = PlainRow(
                record.line, called, customer, owner, stage, day, source_id, told, ended, record
            )
        return [places[number] for number in sorted(odd - dropped)]


def _fragment(name: str, value: Any) -> Any:
    """A fact's part of the JSON of all facts, with a comma after it; odd where it is no text that can be kept."""
    kind = type(value)
    if kind is bool:
        return f'"{name}":{"true" if value else "false"},'
    if kind is Decimal and value.is_finite():
        value = plain_value(value)
        kind = type(value)
    if kind is int or (kind is float and isfinite(value)):
        return f'"{name}":{value!r},'
    try:
        text = json.dumps(
            plain_value(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
        text.encode()
    except (ValueError, ArithmeticError):  # no number, or half a character
        return _ODD
    return _ODD if "\\u0000" in text else f"{json.dumps(name, ensure_ascii=False)}:{text},"


def _fact(cells: Cells, usual: str) -> Callable[[Any], Any]:
    def read(cell: Any) -> Any:
        value = cells(cell)
        if value is None:
            return usual
        return _ODD if type(value) is Bad else _fragment(cells.target, value)

    return read


def _field(cells: Callable[[Any], Any], usual: Any) -> Callable[[Any], Any]:
    def read(cell: Any) -> Any:
        value = None if cell is None else cells(cell)
        if value is None:
            return usual
        return _ODD if type(value) is Bad or (isinstance(value, str) and not _sound(value)) else value

    return read


def _sound(text: str) -> bool:
    """Whether every database can hold the text: no NUL, and no half of a character."""
    if text.isascii():
        return "\0" not in text
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def _wanted(words: frozenset[str]) -> Callable[[Any], bool]:
    return lambda cell: key("" if cell is None else str(cell)) in words


def _ours(reader: RowReader) -> Callable[[Any], Any]:
    """Whether a row is in the profile's currency: else, or where that cannot be read, it is odd."""

    def read(cell: Any) -> Any:
        value = reader.cells("currency")(cell)
        if type(value) is Bad:
            return _ODD
        code = value.strip().upper() if isinstance(value, str) else ""
        return None if code in {"", reader.currency} else _ODD

    return read


def _status(reader: RowReader, stage: Any) -> Any:
    if stage is None or stage is _ODD:  # an odd one makes its row odd by itself
        return "open"
    return reader.stages.get(key(stage)) or _ODD
