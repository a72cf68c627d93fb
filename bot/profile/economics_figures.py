"""Figures in money and months, each with how it was reached, and the table that they make side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from typing import Any

from bot.deals.deal import plain_value
from bot.deals.facts import FactValue
from bot.deals.money import money_words
from bot.profile.verdict import Change, Judgement

CENT = Decimal("0.01")
TENTH = Decimal("0.1")
_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)


def rounded(exact: Fraction, places: Decimal) -> Decimal:
    """The exact number, halves up (away from zero), at these places: the only rounding that a figure ever gets."""
    scaled = abs(exact) / Fraction(places)
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    with localcontext(_WIDE):
        return (Decimal(whole) * places).copy_sign(Decimal(-1 if exact < 0 and whole else 1))


def cents(exact: Fraction) -> Decimal:
    """The amount in whole cents."""
    return rounded(exact, CENT)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one deal.

    `amount` is in `unit` (a currency's ISO code, or "months"); None when it cannot be had, and `how` then says why.
    `waits_for` names the missing facts. `exact` is the amount before its rounding: what further figures start from.
    """

    name: str
    label: str
    unit: str
    how: str
    amount: Decimal | None = None
    waits_for: tuple[str, ...] = ()
    exact: Fraction | None = field(default=None, repr=False, compare=False)

    @property
    def words(self) -> str:
        """The amount as people write it: "$12,600.50", "100 months"; a dash where there is none."""
        if self.amount is None:
            return "-"
        if self.unit == "months":
            return f"{_short(self.amount)} months"
        return money_words(self.amount, self.unit)

    def plain(self) -> dict[str, Any]:
        """The figure as JSON data."""
        return {
            "name": self.name,
            "label": self.label,
            "amount": None if self.amount is None else plain_value(self.amount),
            "unit": self.unit,
            "how": self.how,
            "waits_for": list(self.waits_for),
        }


@dataclass(frozen=True, slots=True)
class Follow:
    """A fact that moves because another did: the contract value when the discount does. None: it becomes unknown."""

    fact: str
    before: FactValue
    after: FactValue | None
    how: str

    def plain(self) -> dict[str, Any]:
        """The move as JSON data."""
        after = None if self.after is None else plain_value(self.after)
        return {"fact": self.fact, "from": plain_value(self.before), "to": after, "how": self.how}


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape of a deal: as proposed, or with changes; what follows from them; its verdict and its figures."""

    name: str
    judgement: Judgement
    figures: tuple[Figure, ...]
    changes: tuple[Change, ...] = ()
    follows: tuple[Follow, ...] = ()

    def figure(self, name: str) -> Figure | None:
        """The figure with this name, where the profile gives it."""
        return next((figure for figure in self.figures if figure.name == name), None)

    def plain(self) -> dict[str, Any]:
        """The shape as JSON data."""
        return {
            "name": self.name,
            "verdict": self.judgement.value,
            "changes": [
                {
                    "fact": c.fact,
                    "from": None if c.before is None else plain_value(c.before),
                    "to": plain_value(c.after),
                }
                for c in self.changes
            ],
            "follows": [follow.plain() for follow in self.follows],
            "figures": [figure.plain() for figure in self.figures],
        }


@dataclass(frozen=True, slots=True)
class Economics:
    """What a deal is worth as proposed, and in the shape of each counter-offer."""

    currency: str
    proposed: Shape
    offers: tuple[Shape, ...] = ()

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """All shapes, the proposed one first."""
        return (self.proposed, *self.offers)

    def plain(self) -> dict[str, Any]:
        """The economics as JSON data, in the documented shape (schema 1)."""
        return {"currency": self.currency, "shapes": [shape.plain() for shape in self.shapes]}


def exact(value: FactValue | None) -> Fraction | None:
    """A number of a deal as the exact fraction that it is; None for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return Fraction(value)


def percent_words(value: Fraction) -> str:
    """A percent as it stands in a derivation."""
    return f"{_short(rounded(value, Decimal('0.0001')))}%"


def number_words(value: Fraction) -> str:
    """A number as it stands in a derivation."""
    return _short(rounded(value, Decimal("0.0001")))


def _short(amount: Decimal) -> str:
    text = f"{amount:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
