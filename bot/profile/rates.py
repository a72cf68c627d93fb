"""`rates.yaml` beside the profile: what other currencies are worth in the profile's, read as strictly as it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

from pydantic import Field

from bot.deals.exchange import Rate, Rates
from bot.deals.numbers import CURRENCY_CODES
from bot.profile.problems import Problem, ProfileError
from bot.profile.shape import Currency, Number, Strict
from bot.profile.shape_errors import did_you_mean, read_shape
from bot.profile.yaml_nodes import Node, Problems, Table
from bot.profile.yaml_reading import read_yaml

FILE = "rates.yaml"
OLD = timedelta(days=92)
"""A rate that is older than a quarter is worth a second look."""


class RateShape(Strict):
    """The rate of one currency."""

    rate: Number = Field(description="What one unit of it is worth in the profile's currency.")
    as_of: date = Field(description="The day of the rate.")


class RatesShape(Strict):
    """A rates.yaml."""

    currency: Currency = Field(description="The profile's currency, into which the rates lead.")
    rates: dict[Currency, RateShape] = Field({}, description="The other currencies, by their ISO codes.")


def rates_path(profile: Path) -> Path:
    """Where the rates of a profile's file stand."""
    return profile.parent / FILE


def load_rates(profile: Path, currency: str) -> Rates:
    """The rates beside a profile's file, none where there is no such file. Raises ProfileError, or OSError."""
    path = rates_path(profile)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Rates(currency, file=str(path))
    return parse_rates(data, str(path), currency)


def parse_rates(data: bytes, filename: str, currency: str) -> Rates:
    """Rates from a file's bytes; `currency` is the profile's. Raises ProfileError with every problem and its place."""
    root, problems = read_yaml(data, filename)
    shape = None if root is None else read_shape(RatesShape, root, problems)
    if shape is not None and isinstance(root, Table):
        _check(shape, root, currency, problems)
    if shape is None or problems.found:
        raise ProfileError(problems.in_order())
    table = root.get("rates") if isinstance(root, Table) else None
    places = table.entries if isinstance(table, Table) else {}
    rates = {code: Rate(Decimal(each.rate), each.as_of, places[code].place) for code, each in shape.rates.items()}
    return Rates(currency, MappingProxyType(rates), filename)


def look_over(rates: Rates, today: date) -> Iterator[Problem]:
    """What loads and is hardly meant: rates of a day to come, and rates that are old."""
    for code, each in rates.rates.items():
        if each.as_of > today:
            message = f"The rate of {code} is of {each.as_of}, which is still to come."
            remedy = "Write the day that it is of."
        elif today - each.as_of > OLD:
            message = f"The rate of {code} is of {each.as_of}, {(today - each.as_of).days} days ago."
            remedy = "Look whether it still holds, and write the new rate with its day."
        else:
            continue
        yield Problem(rates.file, *each.place, message, remedy, severity="warning")


def _check(shape: RatesShape, root: Table, currency: str, problems: Problems) -> None:
    if shape.currency != currency:
        message = f"These rates lead into {shape.currency}, and the Deal Profile is in {currency}."
        problems.refuse(root.entries["currency"], message, f"Write the rates into {currency}.")
    table = root.get("rates")
    for code, each in shape.rates.items():
        node: Node = table.entries[code] if isinstance(table, Table) else root
        if code not in CURRENCY_CODES:
            remedy = did_you_mean(code, tuple(sorted(CURRENCY_CODES)))
            problems.refuse(node, f"`{code}` is no currency that is known here.", remedy)
        elif code == currency:
            problems.refuse(node, f"`{code}` is the profile's own currency.", "Take the line out.")
        elif each.rate <= 0:
            problems.refuse(node, f"A rate is above 0, and that of `{code}` is {each.rate}.", "Write the rate.")
