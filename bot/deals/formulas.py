"""From the text of an expression to the expression: a small parser, and a check that the units fit together."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.deals.arithmetic import Arithmetic, Joined, Literal, Named, Operator, facts_in, figure_maker
from bot.deals.facts import FactSpec, FactType
from bot.deals.formula_hints import hint

MAX_LENGTH = 500
MAX_DEPTH = 20
MAX_DIGITS = 18
_TOKEN = re.compile(r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<name>[a-z][a-z0-9_]*)|(?P<sign>[-+*/(),]))")
_FUNCTIONS = {"min": Operator.LEAST, "max": Operator.GREATEST}
_REMEDY = "Write facts and numbers joined by + - * / with ( ) as needed, or min(a, b) and max(a, b)."


@dataclass(frozen=True, slots=True)
class Kind:
    """What a part of an expression is: of which type, and in which unit. `plain` is a bare number, which fits all."""

    type: FactType
    unit: str | None = None
    plain: bool = False

    def __str__(self) -> str:
        return self.unit or {FactType.MONEY: "money", FactType.PERCENT: "percent", FactType.DATE: "a date"}.get(
            self.type, "a number"
        )


_PLAIN = Kind(FactType.NUMBER, plain=True)
_NUMBER = Kind(FactType.NUMBER)


class FormulaFault(Exception):
    """What is wrong in an expression, and where: an offset into its text."""

    def __init__(self, offset: int, message: str, remedy: str | None = None) -> None:
        """`message` says what is wrong, `remedy` what to write; without one the fault may be told better (`hint`)."""
        super().__init__(message)
        self.certain = remedy is not None
        remedy = _REMEDY if remedy is None else remedy
        self.offset, self.message, self.remedy = offset, message, remedy


def read_formula(
    text: str, specs: Mapping[str, FactSpec], did_you_mean: Callable[[str, Sequence[str]], str]
) -> tuple[Arithmetic, Kind]:
    """The expression that a text writes, over the facts that `specs` declares, and the kind of what it gives.

    Raises FormulaFault.
    """
    try:
        return _Parser(text, specs, did_you_mean).whole()
    except FormulaFault as fault:
        told = None if fault.certain else hint(text, fault.offset)
        if told is None:
            raise
        raise FormulaFault(fault.offset, *told) from None


class _Parser:
    def __init__(
        self, text: str, specs: Mapping[str, FactSpec], did_you_mean: Callable[[str, Sequence[str]], str]
    ) -> None:
        self._text = text
        self._specs = specs
        self._did_you_mean = did_you_mean
        self._tokens = list(self._split())
        self._next = 0
        self._depth = 0

    def whole(self) -> tuple[Arithmetic, Kind]:
        expression, kind = self._sum()
        if self._next < len(self._tokens):
            offset, token = self._tokens[self._next]
            raise FormulaFault(offset, f"`{token}` does not belong here.")
        if not any(True for _ in facts_in(expression)):
            raise FormulaFault(
                0, "The expression names no fact.", "Name at least one fact, such as contract_value / beds."
            )
        if kind.type is FactType.DATE:
            raise FormulaFault(0, "The expression gives a date.", "Subtract another date: the result is in days.")
        return expression, kind

    def _split(self) -> list[tuple[int, str]]:
        if len(self._text) > MAX_LENGTH:
            raise FormulaFault(0, f"An expression has at most {MAX_LENGTH} characters.", "Derive its parts first.")
        tokens: list[tuple[int, str]] = []
        at = 0
        end = len(self._text.rstrip())
        while at < end:
            match = _TOKEN.match(self._text, at)
            if match is None:
                start = at + len(self._text[at:]) - len(self._text[at:].lstrip())
                raise FormulaFault(start, f"`{self._text[start]}` is not part of an expression.")
            tokens.append((match.start(match.lastgroup or 0), match[match.lastgroup or 0]))
            at = match.end()
        return tokens

    def _peek(self) -> str:
        return self._tokens[self._next][1] if self._next < len(self._tokens) else ""

    def _take(self, wanted: str = "") -> tuple[int, str]:
        if self._next >= len(self._tokens):
            end = max(0, len(self._text.rstrip()) - 1)
            remedy = f"Add the {wanted} that is missing." if wanted else "Write a fact or a number after the sign."
            raise FormulaFault(end, f"The expression ends, and {wanted or 'a part'} is missing.", remedy)
        offset, token = self._tokens[self._next]
        if wanted and token != wanted:
            raise FormulaFault(offset, f"`{wanted}` is missing before `{token}`.")
        self._next += 1
        return offset, token

    def _sum(self) -> tuple[Arithmetic, Kind]:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FormulaFault(
                self._tokens[self._next - 1][0], "The brackets are nested too deep.", "Derive its parts first."
            )
        left, kind = self._product()
        while self._peek() in {"+", "-"}:
            offset, sign = self._take()
            right, other = self._product()
            kind = _added(kind, other, sign, offset)
            left = Joined(Operator(sign), left, right)
        self._depth -= 1
        return left, kind

    def _product(self) -> tuple[Arithmetic, Kind]:
        left, kind = self._part()
        while self._peek() in {"*", "/"}:
            offset, sign = self._take()
            start = self._tokens[self._next][0] if self._next < len(self._tokens) else offset
            right, other = self._part()
            if sign == "/" and _is_nothing(right):
                raise FormulaFault(start, "Nothing can be divided by 0.", "Divide by a fact, or by another number.")
            kind = _multiplied(kind, other, offset) if sign == "*" else _divided(kind, other, offset)
            left = Joined(Operator(sign), left, right)
        return left, kind

    def _part(self) -> tuple[Arithmetic, Kind]:
        offset, word = self._take()
        if word == "-":
            if self._peek() == "-":
                raise FormulaFault(
                    self._tokens[self._next][0], "Two minus signs stand side by side.", "Write + instead."
                )
            inner, kind = self._part()
            if kind.type is FactType.DATE:
                raise FormulaFault(offset, "A date has no minus.")
            return Joined(Operator.MINUS, Literal(Decimal(0)), inner), kind
        if word == "(":
            inner, kind = self._sum()
            self._take(")")
            return inner, kind
        if word[0].isdigit():
            if len(word.replace(".", "")) > MAX_DIGITS:
                message = f"A number of more than {MAX_DIGITS} digits is not a figure of a deal."
                raise FormulaFault(offset, message, "Check the number.")
            return Literal(Decimal(word)), _PLAIN
        if word in _FUNCTIONS and self._peek() == "(":
            return self._extreme(offset, _FUNCTIONS[word])
        if word[0].isalpha():
            return Named(word), self._kind(offset, word)
        raise FormulaFault(offset, f"`{word}` does not belong here.")

    def _extreme(self, offset: int, operator: Operator) -> tuple[Arithmetic, Kind]:
        self._take("(")
        left, kind = self._sum()
        self._take(",")
        while True:
            right, other = self._sum()
            kind = _alike(kind, other, offset, operator.value)
            left = Joined(operator, left, right)
            if self._peek() != ",":
                break
            self._take(",")
        self._take(")")
        return left, kind

    def _kind(self, offset: int, name: str) -> Kind:
        spec = self._specs.get(name)
        if spec is None:
            if self._peek() == "(" or name in _FUNCTIONS:
                raise FormulaFault(offset, f"There is no function `{name}`.")
            raise FormulaFault(offset, f"There is no fact `{name}`.", self._did_you_mean(name, tuple(self._specs)))
        if spec.type.is_numeric or spec.type is FactType.DATE:
            kept = FactType.NUMBER if spec.type is FactType.INTEGER else spec.type
            return Kind(kept, spec.unit)
        message = f"`{name}` is a fact of the type {spec.type}: nothing can be worked out from it."
        raise FormulaFault(offset, message, "Use numbers, money, percents and dates.")


def _is_nothing(part: Arithmetic) -> bool:
    """Whether the part is 0 whatever the deal: numbers alone, that come to nothing."""
    return not any(True for _ in facts_in(part)) and figure_maker(part, FactType.NUMBER)({}) in {Decimal(0), None}


def _alike(one: Kind, other: Kind, offset: int, sign: str) -> Kind:
    if other.plain:
        return one
    if one.plain or one == other:
        return other
    raise FormulaFault(
        offset, f"{sign} joins {one} and {other}.", "Only what is of one kind and unit can be joined so."
    )


def _added(one: Kind, other: Kind, sign: str, offset: int) -> Kind:
    days = Kind(FactType.NUMBER, "days")
    if one.type is FactType.DATE and other.type is FactType.DATE and sign == "-":
        return days
    if FactType.DATE in {one.type, other.type}:
        if one.type is FactType.DATE and (other.plain or other == days):
            return one
        raise FormulaFault(
            offset, f"{sign} joins {one} and {other}.", "Subtract a date from a date, or add days to a date."
        )
    return _alike(one, other, offset, sign)


def _multiplied(one: Kind, other: Kind, offset: int) -> Kind:
    types = {one.type, other.type}
    if FactType.DATE in types or (one.type is FactType.MONEY and other.type is FactType.MONEY):
        raise FormulaFault(offset, f"* joins {one} and {other}, which means nothing.")
    if FactType.MONEY in types:
        return Kind(FactType.MONEY)
    if one.plain or other.plain:
        return other if one.plain else one
    return _NUMBER


def _divided(one: Kind, other: Kind, offset: int) -> Kind:
    if FactType.DATE in {one.type, other.type} or (other.type is FactType.MONEY and one.type is not FactType.MONEY):
        raise FormulaFault(offset, f"/ joins {one} and {other}, which means nothing.")
    if other.plain:
        return one
    if one.type is FactType.MONEY and other.type is not FactType.MONEY:
        return Kind(FactType.MONEY)
    return _NUMBER
