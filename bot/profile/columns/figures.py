"""Derived facts worked out by the database: in whole numbers, so that every figure is exact to the last digit.

A fraction stands as two columns of whole numbers and a power of ten. What no fraction of 64-bit numbers can hold is an
error of the database, never another figure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from bot.deals.facts import FactType
from bot.profile.columns.names import ColumnError
from bot.profile.derived import Derived, Expression, Joined, Literal, Match, Named, Operator, TextMatch

Whole: TypeAlias = ir.IntegerValue | int
"""A column of whole numbers, or one number: what is fixed is worked out here and never by the database."""

Parts = Callable[[str], ir.Column]

_PLACES = {FactType.MONEY: 2, FactType.INTEGER: 0}
_FINE = 4
_WIDE = 38
_MOST_PLACES = 15
_ODD_ONES = {"\u0130": "i\u0307", "\u212a": "k"}
"""The letters outside of ASCII whose small letters are not, and what they become: no two databases agree on them."""


@dataclass(frozen=True, slots=True)
class _Fraction:
    """The value is number / (divisor x 10^scale); the divisor is greater than 0, and None stands for 1."""

    number: Whole
    divisor: Whole | None
    scale: int


class Figures:
    """Derived facts over one table: `part` gives the column of a fact, or of a derived fact that is declared before."""

    def __init__(self, part: Parts) -> None:
        self._part = part

    def column(self, derived: Derived) -> ir.Column:
        """The derived fact as a column. Raises ColumnError where it cannot be worked out exactly."""
        if isinstance(derived.expression, TextMatch):
            return self._matches(derived.name, derived.expression)
        figure = self._rounded(derived)
        number = _column(figure.number)
        if figure.scale == 0:
            return number
        wide = dt.Decimal(_WIDE, figure.scale)
        return (number.cast(wide) * ibis.literal(Decimal(1).scaleb(-figure.scale), type=wide)).cast(wide)

    def _matches(self, name: str, match: TextMatch) -> ir.Column:
        texts = [text.lower() for text in match.texts]
        if not all(text.isascii() for text in texts):
            raise ColumnError(
                f"The text fact {match.fact} is searched for {', '.join(match.texts)}: databases do not agree on small "
                f"letters outside of ASCII. Bring the column {name} along: `deals_table` makes it."
            )
        column = self._part(match.fact)
        if not isinstance(column, ir.StringColumn):
            raise ColumnError(f"The column {match.fact} is {column.type()}, and the fact is a text. Cast it to text.")
        small: ir.StringValue = column
        for odd, plain in _ODD_ONES.items():
            small = small.replace(odd, plain)
        small = small.lower()
        how = {Match.CONTAINS: small.contains, Match.STARTS_WITH: small.startswith, Match.ENDS_WITH: small.endswith}
        return ibis.or_(*(how[match.how](text) for text in texts))

    def _rounded(self, derived: Derived) -> _Fraction:
        """The figure to as many places as the judge gives it, a half to the even digit."""
        places = _PLACES.get(derived.spec.type, _FINE)
        exact = self._exact(derived.expression, derived.name)
        if exact.divisor is None and exact.scale <= places:
            return _Fraction(_shifted(exact.number, places - exact.scale), None, places)
        if derived.spec.type is FactType.INTEGER:
            raise ColumnError(f"The derived fact {derived.name} is a whole number, and its parts are not.")
        number: Whole = exact.number
        divisor: Whole = 1 if exact.divisor is None else exact.divisor
        if exact.scale < places:
            number = _shifted(number, places - exact.scale)
        else:
            divisor = _shifted(divisor, exact.scale - places)
        return _Fraction(_half_even(number, divisor), None, places)

    def _exact(self, expression: Expression, name: str) -> _Fraction:
        match expression:
            case Literal(value):
                scale = max(0, -int(value.as_tuple().exponent))
                return _Fraction(int(value.scaleb(scale)), None, scale)
            case Named(fact):
                return _whole(fact, self._part(fact))
            case Joined(operator, left, right):
                return _APPLY[operator](self._exact(left, name), self._exact(right, name))
            case TextMatch():
                raise ColumnError(f"The derived fact {name} works with a text that is searched.")


def _whole(fact: str, column: ir.Column) -> _Fraction:
    """The column in whole numbers of its last place; a date in days."""
    dtype = column.type()
    if isinstance(dtype, dt.Integer) and isinstance(column, ir.IntegerColumn):
        return _Fraction(column.cast("int64"), None, 0)
    if isinstance(dtype, dt.Decimal) and dtype.scale is not None and dtype.scale <= _MOST_PLACES:
        wide = dt.Decimal(_WIDE, dtype.scale)
        scaled = column.cast(wide) * ibis.literal(Decimal(10**dtype.scale), type=wide) if dtype.scale else column
        return _Fraction(scaled.cast("int64"), None, dtype.scale)
    if isinstance(dtype, dt.Date) and isinstance(column, ir.DateColumn):
        first = ibis.date("0001-01-01")
        return _Fraction((column.delta(first, unit="day") + 1).cast("int64"), None, 0)
    raise ColumnError(
        f"The column {fact} is {dtype}, and a derived fact is worked out from it exactly. "
        "Cast it to a whole number or to a decimal with a fixed number of places, such as decimal(18, 2)."
    )


def _shifted(number: Whole, places: int) -> Whole:
    return number * 10**places if places else number


def _like(one: _Fraction, other: _Fraction) -> tuple[Whole, Whole, int, Whole | None]:
    """Both numbers over one divisor and one power of ten."""
    scale = max(one.scale, other.scale)
    left, right = _shifted(one.number, scale - one.scale), _shifted(other.number, scale - other.scale)
    if other.divisor is not None:
        left = left * other.divisor
    if one.divisor is not None:
        right = right * one.divisor
    return left, right, scale, _times(one.divisor, other.divisor)


def _times(one: Whole | None, other: Whole | None) -> Whole | None:
    return other if one is None else one if other is None else one * other


def _plus(one: _Fraction, other: _Fraction) -> _Fraction:
    left, right, scale, divisor = _like(one, other)
    return _Fraction(left + right, divisor, scale)


def _minus(one: _Fraction, other: _Fraction) -> _Fraction:
    left, right, scale, divisor = _like(one, other)
    return _Fraction(left - right, divisor, scale)


def _product(one: _Fraction, other: _Fraction) -> _Fraction:
    return _Fraction(one.number * other.number, _times(one.divisor, other.divisor), one.scale + other.scale)


def _over(one: _Fraction, other: _Fraction) -> _Fraction:
    """The quotient: unknown where the divisor is 0. A negative divisor gives its sign to the number."""
    scale = one.scale - other.scale
    number = one.number if other.divisor is None else one.number * other.divisor
    if isinstance(other.number, int):
        size: Whole | ir.NullScalar = abs(other.number) or ibis.null("int64")
        number = -number if other.number < 0 else number
    else:
        size, turned = other.number.abs().nullif(0), other.number < 0
        number = turned.ifelse(-_column(number), _column(number))
    divisor = size if one.divisor is None else size * one.divisor
    if scale < 0:
        number, scale = _shifted(number, -scale), 0
    return _Fraction(number, divisor, scale)


def _least(one: _Fraction, other: _Fraction) -> _Fraction:
    return _chosen(one, other, least=True)


def _greatest(one: _Fraction, other: _Fraction) -> _Fraction:
    return _chosen(one, other, least=False)


def _chosen(one: _Fraction, other: _Fraction, *, least: bool) -> _Fraction:
    """The lesser or the greater; unknown where one of the two is."""
    left, right, scale, divisor = _like(one, other)
    left, right = _column(left), _column(right)
    first = left <= right if least else left >= right
    return _Fraction(ibis.cases((first, left), (~first, right)), divisor, scale)


_APPLY: dict[Operator, Callable[[_Fraction, _Fraction], _Fraction]] = {
    Operator.PLUS: _plus,
    Operator.MINUS: _minus,
    Operator.TIMES: _product,
    Operator.OVER: _over,
    Operator.LEAST: _least,
    Operator.GREATEST: _greatest,
}


def _column(number: Whole) -> ir.IntegerValue:
    return ibis.literal(number, type="int64") if isinstance(number, int) else number


def _half_even(of: Whole, by: Whole) -> ir.IntegerValue:
    """The quotient rounded to a whole number, a half to the even one.

    The remainder is exact, and what is left divides without one. Only floating point divides everywhere alike; the
    second step takes away what it was wrong by, in whole numbers.
    """
    number, divisor = _column(of), _column(by)
    rest = number % divisor
    even = number - rest
    near = (even.cast("float64") / divisor.cast("float64")).round().cast("int64")
    wrong = even - near * divisor
    whole = near + (wrong.cast("float64") / divisor.cast("float64")).round().cast("int64")
    twice = rest.abs() * 2
    up = (twice > divisor) | ((twice == divisor) & (whole % 2 != 0))
    return ibis.cases((up & (number < 0), whole - 1), (up, whole + 1), else_=whole)
