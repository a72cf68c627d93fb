"""A file of deals as deals: each row by itself, so that one bad row or cell never stops the others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from bot.deals.deal import Deal
from bot.deals.errors import DealsFileError, FactError, shorten
from bot.deals.facts import FactSpecs, FactType, FactValue
from bot.deals.files import Record, open_table
from bot.deals.mapping import FIELDS, Mapping
from bot.deals.numbers import CURRENCY_CODES, DateError, parse_date
from bot.deals.text import key, plain_text
from bot.deals.units import names
from bot.deals.values import parse_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

_MAX_FIELD = 200
_UNKNOWN = frozenset({"", "n/a", "na", "#n/a", "null", "unknown", "?", "tbd", "not available"})
_FIELD_NAMES = {
    "name": ("name", "deal", "deal name", "opportunity", "opportunity name"),
    "customer": ("customer", "customer name", "account", "account name", "company"),
    "owner": ("owner", "deal owner", "rep", "sales rep"),
    "stage": ("stage", "deal stage"),
    "close_date": ("close date", "closing date", "expected close"),
    "currency": ("currency",),
    "id": ("id", "deal id", "record id"),
}

__all__ = ["DealRows", "DealsFileError", "RowDeal", "read_deals"]


@dataclass(frozen=True, slots=True)
class RowDeal:
    """One row. `deal` is None when nothing of it can be trusted; otherwise what could not be read is unknown in it.

    `errors` name file, line, column and remedy. `unread` are columns that nobody asked for: they stand in the file's
    first row only.
    """

    line: int
    deal: Deal | None
    errors: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


class DealRows(list[RowDeal]):
    """The rows of a file. `left_out` counts those that the mapping did not want, `unread` names the unused columns."""

    def __init__(self, rows: Iterable[RowDeal] = (), *, left_out: int = 0, unread: tuple[str, ...] = ()) -> None:
        """Keep the rows and what is to be said of the file as a whole."""
        super().__init__(rows)
        self.left_out = left_out
        self.unread = unread


def read_deals(
    data: bytes, *, filename: str, facts: FactSpecs, currency: str, mapping: Mapping | None = None
) -> DealRows:
    """The deals of a CSV, YAML or JSON-lines file; the kind is told by the name's ending.

    Columns are matched to facts by name, label or further name, and to the deal's own fields; `mapping` says otherwise.
    `currency` is the profile's. Raises DealsFileError when the file as a whole cannot be read.
    """
    reader = _Reader(PurePath(filename).name, facts, currency, mapping or Mapping())
    if problems := list(reader.mapping.problems(facts, currency)):
        raise DealsFileError("\n".join(problems))
    table = open_table(data, reader.filename, lambda column: reader.target(column) is not None)
    rows: list[RowDeal] = []
    records = list(table.records)
    columns = table.columns or tuple(dict.fromkeys(name for record in records for name in record.cells))
    if not records:
        msg = f"{reader.filename}: there is a header, but no deal below it."
        raise DealsFileError(msg)
    good = any(record.error is None for record in records)
    unread = reader.check_columns(columns, twice=table.columns is not None) if good or table.columns else ()
    left_out = 0
    for record in records:
        if not reader.wanted(record):
            left_out += 1
            continue
        rows.append(reader.row(record, unread if not rows else ()))
    return DealRows(rows, left_out=left_out, unread=unread)


class _Reader:
    """What stays the same from row to row: which column is which fact."""

    def __init__(self, filename: str, facts: FactSpecs, currency: str, mapping: Mapping) -> None:
        self.filename = filename
        self.facts = facts
        self.currency = currency
        self.mapping = mapping
        self._of_column = {key(column): target for target, column in mapping.column_of().items()}
        self._targets: dict[str, str | None] = {}
        self._words: dict[tuple[str, str], str | bool | None] = {}
        self._ignored = frozenset(key(column) for column in mapping.ignore)
        given = set(mapping.column_of()) | set(mapping.constants)
        self._of_name: dict[str, str] = {}
        for target, spellings in (
            *((field, _FIELD_NAMES[field]) for field in FIELDS),
            *((spec.name, names(spec)) for spec in facts.values()),
        ):
            if target not in given:
                # A fact's own name beats a field's or another fact's further name.
                for spelling in spellings:
                    self._of_name.setdefault(spelling, target)
        self._of_name.update({key(name): name for name in facts if name not in given})

    def target(self, column: str) -> str | None:
        """The fact or field that a column holds, or None."""
        if column not in self._targets:
            spelled = key(column)
            found = self._of_column.get(spelled) or self._of_name.get(spelled)
            self._targets[column] = None if spelled in self._ignored else found
        return self._targets[column]

    def translated(self, target: str, text: str) -> str | bool | None:
        """The mapping's word for a cell. The words of one column repeat, so each is looked up once."""
        if (target, text) not in self._words:
            self._words[target, text] = self.mapping.translated(target, text)
        return self._words[target, text]

    def check_columns(self, columns: Sequence[str], *, twice: bool) -> tuple[str, ...]:
        """The columns that are not used; DealsFileError when none is, when one is missing, or when two say the same."""
        spelled = {key(column) for column in columns}
        absent = [c for c in (*self.mapping.column_of().values(), *self.mapping.only) if key(c) not in spelled]
        found = ", ".join(shorten(column) for column in columns if column) or "none"
        if absent and twice:
            msg = f"{self.filename}:1: the mapping names the column '{absent[0]}', which is not there. Found: {found}."
            raise DealsFileError(msg)
        targets: dict[str, str] = {}
        for column in columns if twice else ():
            target = self.target(column)
            if target in targets:
                msg = (
                    f"{self.filename}:1: the columns '{targets[target]}' and '{column}' both hold {target}. "
                    "Remove or rename one, or say which in a mapping file (columns)."
                )
                raise DealsFileError(msg)
            if target is not None:
                targets[target] = column
        used = {self.target(column) for column in columns}
        if not used & set(self.facts):
            msg = (
                f"{self.filename}:1: no column holds a fact of the Deal Profile. Found: {found}. "
                f"Expected some of: {', '.join(self.facts)}. Rename the columns, or write a mapping file "
                "(columns: {beds: BEDS}) and give it with --mapping."
            )
            raise DealsFileError(msg)
        wanted = {key(column) for column in (*self.mapping.only, *self.mapping.ignore)}
        return tuple(c for c in dict.fromkeys(columns) if c and self.target(c) is None and key(c) not in wanted)

    def wanted(self, record: Record) -> bool:
        """Whether the mapping's `only` keeps the record; a broken record is kept, so that its error is seen."""
        if record.error is not None or not self.mapping.only:
            return True
        cells = {key(column): cell for column, cell in record.cells.items()}
        for column, words in self.mapping.only.items():
            cell = _cell_text(cells.get(key(column)))
            if key(cell) not in {key(word) for word in words}:
                return False
        return True

    def row(self, record: Record, unread: tuple[str, ...]) -> RowDeal:
        """A deal from a record, with an error for each cell that cannot be read."""
        if record.error is not None:
            return RowDeal(record.line, None, (record.error,), unread)
        work = _Row(self, record)
        for target, constant in self.mapping.constants.items():
            work.take(target, constant, f"constant {target}")
        seen: set[str] = set()
        for column, cell in record.cells.items():
            held = self.target(column)
            if held is not None and held in seen:
                work.error(column, f"another column holds {held} too. Remove one of them.")
            elif held is not None:
                seen.add(held)
                work.cell(held, cell, column)
        return RowDeal(record.line, work.deal(), tuple(work.errors), unread)


class _Row:
    """One row while it is read."""

    def __init__(self, reader: _Reader, record: Record) -> None:
        self.reader = reader
        self.record = record
        self.facts: dict[str, FactValue] = {}
        self.fields: dict[str, str] = {}
        self.close_date: date | None = None
        self.errors: list[str] = []
        self.foreign = self._foreign()

    def _foreign(self) -> str | None:
        """The deal's currency, when it is not the profile's."""
        for column, cell in self.record.cells.items():
            if self.reader.target(column) == "currency":
                code = _cell_text(cell).strip().upper()
                if code not in {"", self.reader.currency}:
                    if code not in CURRENCY_CODES:
                        self.error(column, f"'{shorten(code)}' is not a currency. Write a code such as USD.")
                    return code
        return None

    def error(self, column: str, told: str) -> None:
        self.errors.append(f"{self.reader.filename}:{self.record.line}: column '{shorten(column)}': {told}")

    def cell(self, target: str, cell: Any, column: str) -> None:
        """Take one cell, after the mapping's words for it."""
        value = cell
        mapped = target in self.reader.mapping.values or target in self.reader.mapping.missing
        if mapped and isinstance(cell, str | int | float | Decimal) and not isinstance(cell, bool):
            text = _cell_text(cell)
            value = self.reader.translated(target, text)
            if value == text:
                value = cell
        if value is None or (isinstance(value, str) and plain_text(value).strip().casefold() in _UNKNOWN):
            return
        factor = self.reader.mapping.multiply.get(target)
        try:
            if factor is not None and target in self.reader.facts:
                loose = parse_value(_unbounded(self.reader.facts, target), value, self.reader.currency)
                value = Decimal(loose) * Decimal(factor) if isinstance(loose, int | Decimal) else value
        except FactError as error:
            self.error(column, str(error))
            return
        self.take(target, value, column)

    def take(self, target: str, value: Any, column: str) -> None:
        """Take a value for a fact or a field."""
        spec = self.reader.facts.get(target)
        try:
            if spec is None:
                self._field(target, value)
            elif spec.type is FactType.MONEY and self.foreign:
                self.error(column, f"the profile is in {self.reader.currency}; convert {self.foreign} amounts first.")
            else:
                self.facts[target] = parse_value(spec, value, self.reader.currency)
        except FactError as error:
            self.error(column, str(error))
        except DateError as error:
            self.error(column, f"cannot read '{shorten(value)}'. {error}")

    def _field(self, target: str, value: Any) -> None:
        text = " ".join(plain_text(_cell_text(value)).split())[:_MAX_FIELD]
        if target == "close_date":
            self.close_date = parse_date(text)
        elif text:
            self.fields[target] = text

    def deal(self) -> Deal:
        """The deal; without a name it is called by its customer, its id or its line."""
        fields = self.fields
        fallback = fields.get("customer") or fields.get("id") or f"line {self.record.line}"
        ordered = {name: self.facts[name] for name in self.reader.facts if name in self.facts}
        return Deal(
            name=fields.get("name") or fallback,
            facts=MappingProxyType(ordered),
            customer=fields.get("customer"),
            owner=fields.get("owner"),
            stage=fields.get("stage"),
            close_date=self.close_date,
            currency=self.reader.currency,
            source=f"file:{self.reader.filename}",
            source_id=fields.get("id"),
        )


def _unbounded(facts: FactSpecs, target: str) -> Any:

    spec = facts[target]
    kind = FactType.NUMBER if spec.type is FactType.INTEGER else spec.type
    return replace(spec, type=kind, minimum=None, maximum=None)


def _cell_text(cell: object) -> str:
    return "" if cell is None else str(cell)
