"""Facts that are worked out from others: safe arithmetic over a deal's facts, as pure data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.deals.arithmetic import Arithmetic, Joined, Literal, Named, Operator
from bot.deals.facts import FactSpec

__all__ = [
    "Derived",
    "Expression",
    "Joined",
    "Literal",
    "Match",
    "Named",
    "Operator",
    "TextMatch",
    "formula",
    "names_of",
]


class Match(StrEnum):
    """How a text is searched, small and capital letters alike."""

    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"


@dataclass(frozen=True, slots=True)
class TextMatch:
    """Whether a text fact matches one of the texts; true or false."""

    fact: str
    how: Match
    texts: tuple[str, ...]


Expression = Arithmetic | TextMatch


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived fact: what it is (`spec`), how it is worked out, and the facts of the deal that it needs."""

    spec: FactSpec
    expression: Expression
    needs: tuple[str, ...]
    written: bool = True
    """False for one that a condition made: a text that is searched, the days between two dates."""

    @property
    def name(self) -> str:
        """Its name, as conditions use it."""
        return self.spec.name


def names_of(expression: Expression) -> Iterator[str]:
    """The facts that the expression names, in order."""
    if isinstance(expression, Named | TextMatch):
        yield expression.fact
    elif isinstance(expression, Joined):
        yield from names_of(expression.left)
        yield from names_of(expression.right)


def formula(expression: Expression, specs: Mapping[str, FactSpec]) -> str:
    """The expression with the facts' labels: "contract value / staffed beds"."""
    match expression:
        case Literal(value):
            return f"{value:f}"
        case Named(fact):
            return _small(specs[fact].label)
        case TextMatch(fact, how, texts):
            return f"{_small(specs[fact].label)} {how.value.replace('_', ' ')} {' or '.join(texts)}"
        case Joined(Operator.LEAST | Operator.GREATEST as operator, left, right):
            return f"{operator.value}({formula(left, specs)}, {formula(right, specs)})"
        case Joined(operator, left, right):
            sides = [(side, formula(side, specs)) for side in (left, right)]
            return f" {operator.value} ".join(f"({text})" if _loose(side) else text for side, text in sides)


def _loose(side: Expression) -> bool:
    return isinstance(side, Joined) and side.operator not in {Operator.LEAST, Operator.GREATEST}


def _small(label: str) -> str:
    return label if label[:2].isupper() else label[:1].lower() + label[1:]
