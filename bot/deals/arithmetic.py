"""Safe arithmetic over a deal's facts, as pure data: what the Deal Profile derives, and what a mapping works out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal, DecimalException
from enum import StrEnum

from bot.deals.facts import FactType, FactValue

CENTS = Decimal("0.01")
FINE = Decimal("0.0001")
"""Money is worked out to the cent, everything else to four decimals: what people see is what is judged."""

# Figures are the same whatever the caller's decimal context says.
_FIGURES = Context(prec=60, rounding=ROUND_HALF_EVEN)

Facts = Mapping[str, FactValue]


class Operator(StrEnum):
    """What joins two parts of an expression."""

    PLUS = "+"
    MINUS = "-"
    TIMES = "*"
    OVER = "/"
    LEAST = "min"
    GREATEST = "max"


@dataclass(frozen=True, slots=True)
class Literal:
    """A number as the file writes it."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Named:
    """A fact, or a derived fact that is declared before. A date counts in days."""

    fact: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Two parts joined by an operator."""

    operator: Operator
    left: Arithmetic
    right: Arithmetic


Arithmetic = Literal | Named | Joined


def facts_in(expression: Arithmetic) -> Iterator[str]:
    """The facts that the expression names, in order."""
    if isinstance(expression, Named):
        yield expression.fact
    elif isinstance(expression, Joined):
        yield from facts_in(expression.left)
        yield from facts_in(expression.right)


def figure_maker(expression: Arithmetic, kind: FactType) -> Callable[[Facts], int | Decimal | None]:
    """A function that works the expression out for a fact of this type.

    It gives None where a part is not known, and for a division by zero.
    """
    figure = _figure(expression)
    whole = kind is FactType.INTEGER
    grain = CENTS if kind is FactType.MONEY else FINE

    def make(facts: Facts) -> int | Decimal | None:
        try:
            value = figure(facts)
            if value is None:
                return None
            return int(value) if whole else _FIGURES.add(_FIGURES.quantize(value, grain), 0)
        except (DecimalException, OverflowError):
            return None

    return make


def _figure(expression: Arithmetic) -> Callable[[Facts], Decimal | None]:
    if isinstance(expression, Literal):
        value = expression.value
        return lambda _facts: value
    if isinstance(expression, Joined):
        return _joined(expression)
    name = expression.fact
    return lambda facts: _number(facts.get(name))


def _joined(joined: Joined) -> Callable[[Facts], Decimal | None]:
    left, right, apply = _figure(joined.left), _figure(joined.right), _APPLY[joined.operator]

    def figure(facts: Facts) -> Decimal | None:
        one = left(facts)
        if one is None:
            return None
        other = right(facts)
        return None if other is None else apply(one, other)

    return figure


def _over(one: Decimal, other: Decimal) -> Decimal | None:
    return None if other == 0 else _FIGURES.divide(one, other)


_APPLY: Mapping[Operator, Callable[[Decimal, Decimal], Decimal | None]] = {
    Operator.PLUS: _FIGURES.add,
    Operator.MINUS: _FIGURES.subtract,
    Operator.TIMES: _FIGURES.multiply,
    Operator.OVER: _over,
    Operator.LEAST: min,
    Operator.GREATEST: max,
}


def _number(value: FactValue | None) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, date):
        return Decimal(value.toordinal())
    return Decimal(value) if isinstance(value, int | Decimal) else None
