"""What a word or a phrase of a question can mean, before the question is put together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

from bot.pipeline.query import Dimension

NamedBy = Literal["name", "customer", "owner", "team", "stage", "status", "segment", "stance", "verdict", "authority"]


class Word(Enum):
    """What the words of the language itself do in a question."""

    NOISE = auto()  # carries nothing
    DEALS = auto()  # what the table is of
    AND = auto()
    OR = auto()
    NOT = auto()
    ONLY = auto()
    WITH = auto()
    WITHOUT = auto()
    BREAK = auto()
    PASS = auto()
    RULES = auto()  # checks, rules, the profile
    MISSING = auto()
    BY = auto()
    SORT = auto()
    WHICH = auto()
    WHO = auto()
    HOW_MANY = auto()
    HOW_MUCH = auto()
    TOTAL = auto()
    AVERAGE = auto()
    SHARE = auto()
    TOP = auto()
    BOTTOM = auto()
    HIGH = auto()
    LOW = auto()
    MOST = auto()
    SOON = auto()
    LATE = auto()
    CLOSE_DATE = auto()
    MINE = auto()
    OURS = auto()
    ANY_STATUS = auto()
    ABOVE = auto()
    AT_LEAST = auto()
    BELOW = auto()
    AT_MOST = auto()
    EXACTLY = auto()
    BETWEEN = auto()
    OR_MORE = auto()
    OR_LESS = auto()
    NEGATIVE = auto()
    AGAINST = auto()  # this month against last
    COMPARE = auto()
    GIVEN_AWAY = auto()
    WIN_RATE = auto()
    WHY = auto()
    EVERYBODY = auto()


@dataclass(frozen=True, slots=True)
class Named:
    """One of the deal's own words: an owner, a customer, a stage, a verdict."""

    by: NamedBy
    values: tuple[str, ...]
    label: str


@dataclass(frozen=True, slots=True)
class KindWord:
    """A kind of deal that is worth a second look."""

    kind: Literal["false_positive", "negative_value"]


@dataclass(frozen=True, slots=True)
class CheckWord:
    """A check, by its id."""

    check: str


@dataclass(frozen=True, slots=True)
class PartWord:
    """A part of the profile."""

    part: Literal["customer", "success", "value", "price", "payment", "process"]


@dataclass(frozen=True, slots=True)
class FactWord:
    """A fact, by one of its names."""

    fact: str


@dataclass(frozen=True, slots=True)
class ValueWord:
    """A choice of a choice fact, or yes or no of a yes/no fact."""

    fact: str
    value: str | bool


@dataclass(frozen=True, slots=True)
class UnitWord:
    """A unit: what one of it is in each fact that is counted in it."""

    factors: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class DimensionWord:
    """Something to group by."""

    by: Dimension


Meaning = Word | Named | KindWord | CheckWord | PartWord | FactWord | ValueWord | UnitWord | DimensionWord
