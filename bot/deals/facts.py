"""What a fact of a deal is: its type, its unit, and how people name it.

Facts are declared in the Deal Profile; forms, questions and the reading of text are made from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType


class FactType(StrEnum):
    """The kinds of value that a fact can have, by the names the Deal Profile uses."""

    INTEGER = "integer"
    NUMBER = "number"
    PERCENT = "percent"
    MONEY = "money"
    YES_NO = "yes/no"
    CHOICE = "choice"
    TEXT = "text"
    DATE = "date"
    OUTCOMES = "outcomes"

    @property
    def is_numeric(self) -> bool:
        """Whether values can be ordered and subtracted, so that a limit and a gap have a meaning."""
        return self in {FactType.INTEGER, FactType.NUMBER, FactType.PERCENT, FactType.MONEY}


class Direction(StrEnum):
    """Which way a negotiable fact can be moved in talks with the customer."""

    UP = "up"
    DOWN = "down"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Outcome:
    """An agreed measure of success. Every part may be missing: an outcome is built up over several talks."""

    metric: str | None = None
    baseline: Decimal | None = None
    target: Decimal | None = None
    unit: str | None = None
    due: date | None = None
    owner: str | None = None
    agreed: bool | None = None


FactValue = int | Decimal | bool | str | date | tuple[Outcome, ...]
"""An integer is `int`; a number, percent (8 means 8 %) or money amount is `Decimal`; a choice or text is `str`."""


@dataclass(frozen=True, slots=True)
class FactSpec:
    """One fact as the Deal Profile declares it.

    `also` holds further names that people use ("net"); `choices` maps each allowed value to the words that mean it
    (for a choice), or lists the usual values (for a number: a form offers them, the reader does not insist);
    `means_yes` and `means_no` hold the phrases that state a yes/no fact ("digital-records mandate").
    """

    name: str
    type: FactType
    label: str
    ask: str
    unit: str | None = None
    also: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    usual: tuple[Decimal, ...] = ()
    negotiable: Direction | None = None
    step: Decimal | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    means_yes: tuple[str, ...] = ()
    means_no: tuple[str, ...] = ()
    currency: str | None = field(default=None, compare=False)
    """The profile's currency, of money: in it amounts are told where nobody says another."""


FactSpecs = Mapping[str, FactSpec]
"""The facts of a profile by name, in the order in which the profile declares them."""
