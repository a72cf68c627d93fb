"""Which column holds what, and a row of cells as a deal: each row by itself, so that a bad cell stops nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from bot.deals.arithmetic import figure_maker
from bot.deals.cells import Bad, Cells
from bot.deals.converting import convert
from bot.deals.deal import Deal
from bot.deals.errors import DealsFileError, FactError, shorten
from bot.deals.exchange import Conversion, Rates
from bot.deals.facts import FactSpec, FactSpecs, FactType, FactValue
from bot.deals.files import Record
from bot.deals.mapping import FIELDS, Mapping, Status
from bot.deals.mapping_yaml import did_you_mean
from bot.deals.numbers import CURRENCY_CODES
from bot.deals.text import key
from bot.deals.units import names
from bot.deals.values import parse_value

FIELD_NAMES = {
    "name": ("name", "deal", "deal name", "opportunity", "opportunity name"),
    "customer": ("customer", "customer name", "account", "account name", "company"),
    "owner": ("owner", "deal owner", "rep", "sales rep"),
    "stage": ("stage", "deal stage"),
    "close_date": ("close date", "closing date", "expected close"),
    "currency": ("currency",),
    "id": ("id", "deal id", "record id"),
}

Place = Callable[[int, str | None], str]


@dataclass(frozen=True, slots=True)
class RowDeal:
    """One row. `deal` is None when nothing of it can be trusted; otherwise what could not be read is unknown in it.

    `errors` name place, column and remedy. `unread` are columns that nobody asked for: they stand in the file's first
    row only. `status` is what the mapping's `stages` say, None where it has none. `record` is the row as it was read.
    """

    line: int
    deal: Deal | None
    errors: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    status: Status | None = None
    record: Record | None = field(default=None, repr=False, compare=False)


@dataclass(slots=True)
class Plan:
    """What to do with the cells of rows that have the same columns."""

    takes: list[tuple[int, str, Cells]] = field(default_factory=list)
    twice: list[tuple[str, str]] = field(default_factory=list)
    only: list[tuple[int | None, frozenset[str]]] = field(default_factory=list)
    currency: tuple[int, str] | None = None
    lookups: list[tuple[int, int | None]] = field(default_factory=list)


class RowReader:
    """What stays the same from row to row. Raises DealsFileError for a mapping that does not fit the profile."""

    def __init__(
        self,
        filename: str,
        facts: FactSpecs,
        currency: str,
        mapping: Mapping,
        place: Place,
        rates: Rates | None = None,
    ) -> None:
        if problems := list(mapping.problems(facts, currency)):
            raise DealsFileError("\n".join(problems))
        self.filename = filename
        self.facts = facts
        self.specs = mapping.specs(facts)
        self.currency = currency
        self.rates = rates or Rates(currency)
        self.mapping = mapping
        self.place = place
        self._cells: dict[str, Cells] = {}
        self._foreign_cells: dict[tuple[str, str], Cells] = {}
        self._plans: dict[tuple[str, ...], Plan] = {}
        self._targets: dict[str, str | None] = {}
        self._ignored = frozenset(key(column) for column in mapping.ignore)
        self._of_column = {key(column): target for target, column in mapping.column_of().items()}
        self._of_name = self._guesses()
        self.stages = {key(word): status for status, words in mapping.stages.items() for word in words}
        self.constants = [(target, self.cells(target).stated(value)) for target, value in mapping.constants.items()]
        self.figures = [
            (facts[name], figure_maker(expression, facts[name].type))
            for name, expression in mapping.formulas(facts).items()
        ]
        self._found: list[dict[str, dict[str, Any]]] = [
            {
                word: {target: self.cells(target)(cell) for target, cell in cells.items()}
                for word, cells in mapping.table(at).items()
            }
            for at in range(len(mapping.lookups))
        ]

    def _guesses(self) -> dict[str, str]:
        given = self.mapping.given()
        found: dict[str, str] = {}
        for target, spellings in (
            *((name, FIELD_NAMES[name]) for name in FIELDS),
            *((spec.name, names(spec)) for spec in self.facts.values()),
        ):
            if target not in given:
                # A fact's own name beats a field's or another fact's further name.
                for spelling in spellings:
                    found.setdefault(spelling, target)
        found.update({key(name): name for name in self.facts if name not in given})
        return found

    def target(self, column: str) -> str | None:
        """The fact or field that a column holds, or None."""
        if column not in self._targets:
            spelled = key(column)
            found = self._of_column.get(spelled) or self._of_name.get(spelled)
            self._targets[column] = None if spelled in self._ignored else found
        return self._targets[column]

    def cells(self, target: str) -> Cells:
        """The reader of a target's cells."""
        if target not in self._cells:
            self._cells[target] = Cells(target, self.specs.get(target), self.currency, self.mapping)
        return self._cells[target]

    def foreign_cells(self, target: str, currency: str) -> Cells:
        """The reader of an amount's cells in a row of another currency; the profile's range is not for these."""
        if (target, currency) not in self._foreign_cells:
            spec = replace(self.specs[target], minimum=None, maximum=None)
            self._foreign_cells[target, currency] = Cells(target, spec, currency, self.mapping)
        return self._foreign_cells[target, currency]

    def knows(self, column: str) -> bool:
        """Whether the column is used."""
        return self.target(column) is not None

    def check_columns(self, columns: Sequence[str], *, twice: bool) -> tuple[str, ...]:
        """The columns that are not used; DealsFileError when none is, when one is missing, or when two say the same."""
        mapping = self.mapping
        spelled = {key(column) for column in columns}
        looked_up = [each.by for each in mapping.lookups if each.by not in self.specs and each.by not in FIELDS]
        absent = [c for c in (*mapping.column_of().values(), *mapping.only, *looked_up) if key(c) not in spelled]
        found = ", ".join(shorten(column) for column in columns if column) or "none"
        where = self.place(1, None)
        if absent and twice:
            hint = did_you_mean(absent[0], [column for column in columns if column]).partition("There ")[0].strip()
            told = f"{where}: the mapping names the column '{absent[0]}', which is not there. Found: {found}."
            raise DealsFileError(f"{told} {hint}".strip())
        targets: dict[str, str] = {}
        for column in columns if twice else ():
            target = self.target(column)
            if target in targets:
                raise DealsFileError(
                    f"{where}: the columns '{targets[target]}' and '{column}' both hold {target}. "
                    "Remove or rename one, or say which in a mapping file (columns)."
                )
            if target is not None:
                targets[target] = column
        used = {self.target(column) for column in columns}
        if not (used | mapping.given()) & set(self.facts):
            raise DealsFileError(
                f"{where}: no column holds a fact of the Deal Profile. Found: {found}. "
                f"Expected some of: {', '.join(self.facts)}. Rename the columns, or write a mapping file "
                "(columns: {beds: BEDS}) and give it with --mapping; `dealfit pipeline map` proposes one."
            )
        wanted = {key(column) for column in (*mapping.only, *mapping.ignore, *looked_up)}
        return tuple(c for c in dict.fromkeys(columns) if c and self.target(c) is None and key(c) not in wanted)

    def row(self, record: Record, unread: tuple[str, ...] = ()) -> RowDeal | None:
        """A deal from a record, with an error for each cell that cannot be read; None where the mapping drops it."""
        if record.error is not None:
            return RowDeal(record.line, None, (record.error,), unread, None, record)
        plan = self.plan(record.columns)
        values = record.values
        for at, words in plan.only:
            if key(str(values[at] if at is not None and values[at] is not None else "")) not in words:
                return None
        work = _Row(self, record)
        work.take(plan, self.constants, values)
        for at, column in plan.lookups:
            work.look_up(at, self._found[at], None if column is None else values[column])
        for spec, make in self.figures:
            work.work_out(spec, make)
        status = work.status(self.stages)
        return RowDeal(record.line, work.deal(), tuple(work.errors), unread, status, record)

    def plan(self, columns: tuple[str, ...]) -> Plan:
        """What to do with the cells of rows that have these columns."""
        return self._plans.get(columns) or self._planned(columns)

    def _planned(self, columns: tuple[str, ...]) -> Plan:
        plan = Plan()
        seen: set[str] = set()
        by_key = {key(column): at for at, column in reversed(list(enumerate(columns)))}
        for at, column in enumerate(columns):
            target = self.target(column)
            if target is None:
                continue
            if target in seen:
                plan.twice.append((column, target))
                continue
            seen.add(target)
            if target == "currency":
                plan.currency = (at, column)
            plan.takes.append((at, column, self.cells(target)))
        for column, words in self.mapping.only.items():
            plan.only.append((by_key.get(key(column)), frozenset(key(word) for word in words)))
        for at, lookup in enumerate(self.mapping.lookups):
            named = lookup.by in self.specs or lookup.by in FIELDS
            plan.lookups.append((at, None if named else by_key.get(key(lookup.by))))
        if len(self._plans) < 1000:  # noqa: PLR2004 - JSON whose every row has other columns
            self._plans[columns] = plan
        return plan


class _Row:
    """One row while it is read."""

    __slots__ = ("close_date", "converted", "errors", "facts", "fields", "foreign", "reader", "record")

    def __init__(self, reader: RowReader, record: Record) -> None:
        self.reader = reader
        self.record = record
        self.facts: dict[str, FactValue] = {}
        self.fields: dict[str, str] = {}
        self.close_date: date | None = None
        self.errors: list[str] = []
        self.foreign: str | None = None
        self.converted: list[Conversion] = []

    def error(self, column: str, told: str) -> None:
        self.errors.append(f"{self.reader.place(self.record.line, column)}: {told}")

    def take(self, plan: Plan, constants: list[tuple[str, Any]], values: Sequence[Any]) -> None:
        """Take what stands in the row and in the mapping."""
        if plan.currency is not None:
            self._currency(*plan.currency, values)
        for target, value in constants:
            self.put(target, value, f"constant {target}", self.reader.specs.get(target))
        facts, foreign = self.facts, self.foreign
        for at, column, cells in plan.takes:
            cell = values[at]
            if foreign is not None and cells.spec is not None and cells.spec.type is FactType.MONEY:
                self._foreign(cells.target, cell, column, foreign)
                continue
            try:
                value = cells.memo[cell]
            except (KeyError, TypeError):
                value = cells(cell)
            if value is None:
                continue
            if cells.spec is not None and type(value) is not Bad:
                facts[cells.target] = value  # as `put` does, for nearly every cell of nearly every file
            else:
                self.put(cells.target, value, column, cells.spec)
        for column, target in plan.twice:
            self.error(column, f"another column holds {target} too. Remove one of them.")

    def put(self, target: str, value: Any, column: str, spec: FactSpec | None) -> None:
        """Take a value for a fact or a field; what a mapping or a second file states is in the profile's currency."""
        if type(value) is Bad:
            if value.foreign is None or spec is None:
                self.error(column, value.told)
            else:
                self._convert(spec, *value.foreign, column)
        elif spec is not None:
            self.facts[target] = value
        elif target == "close_date":
            self.close_date = value
        elif value is not None:
            self.fields[target] = value

    def _foreign(self, target: str, cell: Any, column: str, currency: str) -> None:
        """Take an amount of a row that is in another currency; of a currency that is not known that was told."""
        if currency not in CURRENCY_CODES:
            return
        value = self.reader.foreign_cells(target, currency)(cell)
        if type(value) is Bad:
            self.error(column, value.told if value.foreign is None else f"the row is in {currency}, and this is not.")
        elif isinstance(value, int | Decimal):
            self._convert(self.reader.specs[target], Decimal(value), currency, column)

    def _convert(self, spec: FactSpec, amount: Decimal, currency: str, column: str) -> None:
        try:
            made = convert(spec, amount, currency, self.reader.rates)
        except FactError as error:
            self.error(column, str(error))
        else:
            self.facts[spec.name] = made.value
            self.converted.append(made)

    def _currency(self, at: int, column: str, values: Sequence[Any]) -> None:
        """The deal's currency, when it is not the profile's."""
        cell = self.reader.cells("currency")(values[at])
        code = cell.strip().upper() if isinstance(cell, str) else ""
        if code not in {"", self.reader.currency}:
            if code not in CURRENCY_CODES:
                self.error(column, f"'{shorten(code)}' is not a currency. Write a code such as USD.")
            self.foreign = code

    def look_up(self, at: int, table: dict[str, dict[str, Any]], cell: Any) -> None:
        """Take what the second file knows."""
        lookup = self.reader.mapping.lookups[at]
        known = cell if cell is not None else self.facts.get(lookup.by, self.fields.get(lookup.by))
        if known is None or not (word := key(str(known))):
            return
        found = table.get(word)
        if found is None:
            self.error(
                lookup.by, f"'{shorten(known)}' is not in {lookup.file}. Add it there, or mend the word (values)."
            )
            return
        for target, value in found.items():
            if value is not None:
                self.put(target, value, f"{target} in {lookup.file}", self.reader.specs.get(target))

    def work_out(self, spec: FactSpec, make: Callable[[dict[str, FactValue]], FactValue | None]) -> None:
        """Take what follows from the rest."""
        value = make(self.facts)
        if value is None:
            return
        try:
            self.facts[spec.name] = parse_value(spec, value, self.reader.currency)
        except FactError as error:
            self.errors.append(f"{self.reader.place(self.record.line, None)}: worked out: {error}")

    def status(self, stages: dict[str, Status]) -> Status | None:
        """What the mapping says of the stage."""
        if not stages:
            return None
        stage = self.fields.get("stage")
        if stage is None:
            return "open"
        found = stages.get(key(stage))
        if found is None:
            self.error("stage", f"'{shorten(stage)}' is in none of the mapping's stages, so the deal counts as open.")
        return found or "open"

    def deal(self) -> Deal:
        """The deal; without a name it is called by its customer, its id or its line."""
        fields, reader = self.fields, self.reader
        fallback = fields.get("customer") or fields.get("id") or f"line {self.record.line}"
        facts = self.facts
        source = reader.mapping.source
        return Deal(
            name=fields.get("name") or fallback,
            facts=MappingProxyType({name: facts[name] for name in reader.facts if name in facts}),
            customer=fields.get("customer"),
            owner=fields.get("owner"),
            stage=fields.get("stage"),
            close_date=self.close_date,
            currency=reader.currency,
            source=source or f"file:{reader.filename}",
            source_id=fields.get("id"),
            converted=tuple(each for each in self.converted if each.fact in reader.facts),
        )
