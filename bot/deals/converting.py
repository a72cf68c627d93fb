"""An amount in another currency as one in the profile's: converted where there is a rate, else refused."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from bot.deals.errors import FactError, ForeignAmount, shorten
from bot.deals.exchange import Conversion, Rates
from bot.deals.values import parse_value

if TYPE_CHECKING:
    from bot.deals.facts import FactSpec, FactValue


def convert(spec: FactSpec, amount: Decimal, currency: str, rates: Rates, raw: object = None) -> Conversion:
    """The amount of `currency` as an amount that the fact can hold.

    Raises FactError, with the remedy, where there is no rate, or where the fact cannot hold the amount.
    """
    made = rates.convert(spec.name, amount, currency)
    if made is None:
        shown = shorten(raw if raw is not None else f"{currency} {amount:,f}")
        problem = f"'{shown}' is not in {rates.currency}"
        raise FactError(fact=spec.name, label=spec.label, raw=shown, problem=problem, remedy=rates.missing(currency))
    parse_value(spec, made.value, rates.currency)
    return made


def read_value(spec: FactSpec, raw: object, currency: str, rates: Rates | None) -> tuple[FactValue, Conversion | None]:
    """What `parse_value` gives, and how the amount was reached where it was stated in another currency.

    Raises FactError as `parse_value` does.
    """
    try:
        return parse_value(spec, raw, currency), None
    except ForeignAmount as error:
        if rates is None:
            raise
        made = convert(spec, error.amount, error.currency, rates, raw)
        return made.value, made
