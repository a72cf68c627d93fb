"""Amounts in another currency than the profile's: the rates that sales operations keep, and what came of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

from bot.deals.money import money_words

_CENT = Decimal("0.01")
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of a currency is worth in the profile's currency, on which day it was, and where it stands."""

    rate: Decimal
    as_of: date
    place: tuple[int, int] = field(default=(1, 1), compare=False)


@dataclass(frozen=True, slots=True)
class Conversion:
    """How a figure was reached: `amount` of `currency` at `rate` of the day `as_of` is `value`, the fact's amount."""

    fact: str
    amount: Decimal
    currency: str
    rate: Decimal
    as_of: date
    value: Decimal

    def plain(self) -> dict[str, Any]:
        """As JSON data. Figures are texts, so that every digit stays."""
        return {
            "fact": self.fact, "amount": f"{self.amount:f}", "currency": self.currency, "rate": f"{self.rate:f}",
            "as_of": self.as_of.isoformat(), "value": f"{self.value:f}",
        }  # fmt: skip

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Conversion:
        """From JSON data."""
        return cls(
            fact=plain["fact"], amount=Decimal(plain["amount"]), currency=plain["currency"],
            rate=Decimal(plain["rate"]), as_of=date.fromisoformat(plain["as_of"]), value=Decimal(plain["value"]),
        )  # fmt: skip

    def words(self, label: str, currency: str) -> str:
        """How the figure was reached, in a sentence; `currency` is the profile's."""
        foreign, ours = _words(self.amount, self.currency), money_words(self.value, currency)
        return f"{label}: {foreign} is {ours}, at {self.rate:f} {currency} for 1 {self.currency} on {self.as_of}."


@dataclass(frozen=True, slots=True)
class Rates:
    """Exchange rates into `currency`. Without any, no amount of another currency is taken."""

    currency: str
    rates: Mapping[str, Rate] = field(default_factory=lambda: MappingProxyType({}))
    file: str = "rates.yaml"

    def convert(self, fact: str, amount: Decimal, currency: str) -> Conversion | None:
        """The amount in our currency, to the cent, half up; None without a rate."""
        known = self.rates.get(currency)
        if known is None:
            return None
        with localcontext(_EXACT):
            value = (amount * known.rate).quantize(_CENT)
        return Conversion(fact, amount, currency, known.rate, known.as_of, value)

    def missing(self, currency: str) -> str:
        """What to do where there is no rate."""
        file = PurePath(self.file).name
        return f"{file} has no rate for {currency}. Add it there, or write the amount in {self.currency}."


def conversions_of(plain: Iterable[Mapping[str, Any]]) -> tuple[Conversion, ...]:
    """Conversions from JSON data."""
    return tuple(Conversion.of(each) for each in plain)


def _words(amount: Decimal, currency: str) -> str:
    """An amount with its code: two currencies may have one sign."""
    return f"{currency} {amount:,f}"
