"""Cells of one fact or field as values. The words of a column repeat, so each is read once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from bot.deals.errors import FactError, ForeignAmount, shorten
from bot.deals.facts import FactSpec, FactType
from bot.deals.local_cells import COMMA_HINT, DATE_HINT, iso_day, pointed
from bot.deals.mapping import Mapping
from bot.deals.numbers import DateError, NumberError, parse_date, tidy
from bot.deals.text import plain_text
from bot.deals.values import parse_value

MAX_FIELD = 200
_UNKNOWN = frozenset({"", "n/a", "na", "#n/a", "null", "unknown", "?", "tbd", "not available"})
_SHEET_ERRORS = frozenset({"#ref!", "#div/0!", "#value!", "#name?", "#num!", "#null!"})
_NO_WORDS = _UNKNOWN | _SHEET_ERRORS
_NUMERAL = re.compile(r"(?:0|-?[1-9]\d{0,11})(?:\.\d{1,2})?")
_FIGURES = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_EUROPEAN = re.compile(r"\d,\d{1,2}(?!\d)|\d\.\d{3}(?!\d)")
_REMEMBERED = 50_000
_LONG = 200
_EACH_ITS_OWN = frozenset({"id", "name"})


@dataclass(frozen=True, slots=True)
class Bad:
    """What cannot be read, and why."""

    told: str
    foreign: tuple[Decimal, str] | None = None
    """The amount and its currency, where that is all that is wrong with it."""


class Cells:
    """Reads the cells of one target: `spec` is None for a field of the deal.

    A call gives a value, None for what is unknown, or Bad.
    """

    def __init__(self, target: str, spec: FactSpec | None, currency: str, mapping: Mapping) -> None:
        self.target = target
        self.spec = spec
        self._currency = currency
        self._mapping = mapping
        self._mapped = target in mapping.values or target in mapping.missing
        factor = mapping.multiply.get(target)
        self._factor = Decimal(factor) if factor is not None and spec is not None else None
        plain = not self._mapped and self._factor is None and mapping.decimal == "point"
        self._plain_number = plain and spec is not None and spec.type.is_numeric
        self.memo: dict[str, Any] = {}
        self._parse: Callable[[Any], Any] = self._fact if spec is not None else self._field
        if target == "close_date":
            self._parse = _day

    def __call__(self, cell: Any) -> Any:
        """The value of a cell."""
        if type(cell) is not str:
            return None if cell is None else self._read(cell)
        try:
            return self.memo[cell]
        except KeyError:
            value = self._read(cell)
            if len(cell) <= _LONG:
                if len(self.memo) >= _REMEMBERED:
                    self.memo.clear()
                if self.target not in _EACH_ITS_OWN:
                    self.memo[cell] = value
            return value

    def words(self, cell: str) -> Any:
        """A call on a cell of a field whose words do not repeat: plain ones are taken on a shorter way."""
        if self._mapped or len(cell) >= _LONG or not cell.isascii() or not cell.isprintable():
            return self(cell)
        text = " ".join(cell.split())
        return self(cell) if text.casefold() in _NO_WORDS else text

    def stated(self, value: Any) -> Any:
        """A value that the mapping states: no words are translated."""
        return self._tried(value)

    def _read(self, cell: Any) -> Any:
        if self._plain_number and self.spec is not None and isinstance(cell, str) and _NUMERAL.fullmatch(cell):
            quick = _quick(self.spec, cell)
            if quick is not None:
                return quick
        value = cell
        if self._mapped and isinstance(cell, str | int | float | Decimal) and not isinstance(cell, bool):
            text = str(cell)
            value = self._mapping.translated(self.target, text)
            if value == text:
                value = cell
        if value is None:
            return None
        if isinstance(value, str):
            word = plain_text(value).strip().casefold() if len(value) < _LONG else value
            if word in _UNKNOWN:
                return None
            if word in _SHEET_ERRORS:
                return Bad(f"the sheet has the error {word.upper()} here. Mend its formula.")
            if value is cell:
                try:
                    value = self._local(value)
                except (NumberError, DateError) as error:
                    return Bad(f"cannot read '{shorten(cell)}'. {error}")
        found = self._tried(value, self._factor)
        return self._hinted(found, value) if isinstance(found, Bad) and isinstance(value, str) else found

    def _local(self, text: str) -> str:
        """The text of a cell with its numbers and dates as we write them, where the mapping says how the file does."""
        mapping, kind = self._mapping, self.spec.type if self.spec is not None else None
        if kind is FactType.DATE or self.target == "close_date":
            return iso_day(text, mapping.dates) if mapping.dates else text
        return pointed(text) if mapping.decimal == "comma" and kind is not None and kind.is_numeric else text

    def _hinted(self, bad: Bad, text: str) -> Bad:
        """What is wrong, with the word for the mapping where the whole file may be written so."""
        kind = self.spec.type if self.spec is not None else None
        if (kind is FactType.DATE or self.target == "close_date") and _FIGURES.fullmatch(text.strip()):
            return replace(bad, told=f"{bad.told} {DATE_HINT}") if not self._mapping.dates else bad
        if kind is not None and kind.is_numeric and self._mapping.decimal == "point" and _EUROPEAN.search(text):
            return replace(bad, told=f"{bad.told} {COMMA_HINT}")
        return bad

    def _tried(self, value: Any, factor: Decimal | None = None) -> Any:
        try:
            if factor is not None and self.spec is not None:
                loose = parse_value(_unbounded(self.spec), value, self._currency)
                value = Decimal(loose) * factor if isinstance(loose, int | Decimal) else value
            return self._parse(value)
        except ForeignAmount as error:
            return Bad(str(error), (error.amount if factor is None else error.amount * factor, error.currency))
        except FactError as error:
            return Bad(str(error))
        except DateError as error:
            return Bad(f"cannot read '{shorten(value)}'. {error}")

    def _fact(self, value: Any) -> Any:
        spec = self.spec
        if spec is None:
            return None
        kind = spec.type
        if isinstance(value, str):
            if kind.is_numeric and _NUMERAL.fullmatch(value) and (quick := _quick(spec, value)) is not None:
                return quick
        elif kind in {FactType.TEXT, FactType.CHOICE} and not isinstance(value, bool):
            value = _cell_text(value)
        return parse_value(spec, value, self._currency)

    @staticmethod
    def _field(value: Any) -> str | None:
        return " ".join(plain_text(_cell_text(value)).split())[:MAX_FIELD] or None


def _quick(spec: FactSpec, text: str) -> int | Decimal | None:
    """A plain numeral within the fact's range, as `parse_value` reads it; None for all that it must look at."""
    if "." in text:
        if spec.type is FactType.INTEGER:
            return None
        number: int | Decimal = tidy(Decimal(text))
    else:
        number = int(text) if spec.type is FactType.INTEGER else Decimal(text)
    if (spec.minimum is not None and number < spec.minimum) or (spec.maximum is not None and number > spec.maximum):
        return None
    return number


def _day(value: Any) -> date | None:
    text = " ".join(plain_text(_cell_text(value)).split())[:MAX_FIELD]
    return parse_date(text) if text else None


def _unbounded(spec: FactSpec) -> FactSpec:
    kind = FactType.NUMBER if spec.type is FactType.INTEGER else spec.type
    return replace(spec, type=kind, minimum=None, maximum=None)


def _cell_text(cell: object) -> str:
    return "" if cell is None else str(cell)
