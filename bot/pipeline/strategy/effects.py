"""What a backtest counts: deals with their money, and what a rule would have cost and spared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.deals.deal import plain_value
from bot.pipeline.strategy.exact import Mask, cents
from bot.pipeline.strategy.intervals import Share
from bot.pipeline.strategy.judging import JudgedDeals
from bot.pipeline.strategy.outcomes import Outcome
from bot.profile.verdict import Judgement


@dataclass(frozen=True, slots=True)
class Part:
    """Some deals: how many, their contract value, their margin in money, and of how many the margin is not known."""

    deals: int
    value: Decimal
    margin: Decimal
    without_margin: int

    @classmethod
    def of(cls, judged: JudgedDeals, where: Mask) -> Part:
        """These deals."""
        unknown = int((where & ~judged.margin.known).sum())
        return cls(int(where.sum()), judged.value.sum(where), judged.margin.sum(where), unknown)

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        return {
            "deals": self.deals,
            "value": plain_value(cents(self.value)),
            "margin": plain_value(cents(self.margin)),
            "without_margin": self.without_margin,
        }


@dataclass(frozen=True, slots=True)
class Refused:
    """The deals of one outcome that a rule refuses.

    `alone` of them no other rule refuses: they would go ahead without it. `share` is of all deals with this outcome,
    `money_share` of their money: of the won by margin (by value where the backtest counts in revenue), of the others by
    value.
    """

    part: Part
    alone: int
    share: Share
    money_share: Share

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        shares = {"share": self.share.plain(), "money_share": self.money_share.plain()}
        return {**self.part.plain(), "alone": self.alone, **shares}


@dataclass(frozen=True, slots=True)
class Effect:
    """What one rule, or with `check` None the whole profile, would have done to past deals.

    `refused` are deals that nobody may approve; `approval` counts those that somebody would have had to approve, and
    `unknown` those of which the rule cannot be decided, by outcome. `cash` is the money that the refused won and
    churned deals kept outstanding, averaged over a year: value x payment days / 365. `selling_cost` is what selling the
    refused lost deals cost, where the cost of a lost deal was given.
    """

    check: str | None
    label: str
    counted: bool
    refused: Mapping[Outcome, Refused]
    approval: Mapping[Outcome, int]
    unknown: Mapping[Outcome, int]
    cash: Decimal | None
    selling_cost: Decimal | None

    @property
    def touches(self) -> bool:
        """Whether the rule says anything but yes to some deal."""
        return any(each.part.deals for each in self.refused.values()) or any(
            count for counts in (self.approval, self.unknown) for count in counts.values()
        )

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        return {
            "check": self.check,
            "label": self.label,
            "mode": "enforce" if self.counted else "dry-run",
            "refused": {outcome.value: each.plain() for outcome, each in self.refused.items()},
            "needs_approval": {outcome.value: count for outcome, count in self.approval.items()},
            "unknown": {outcome.value: count for outcome, count in self.unknown.items()},
            "cash_outstanding": None if self.cash is None else plain_value(cents(self.cash)),
            "selling_cost_spared": None if self.selling_cost is None else plain_value(cents(self.selling_cost)),
        }


@dataclass(frozen=True, slots=True)
class Row:
    """The deals of one verdict, or of one segment, by outcome. `stance` is the segment's, None for a verdict."""

    name: str
    parts: Mapping[Outcome, Part]
    refused: Mapping[Outcome, int]
    stance: str | None = None

    def plain(self, what: str) -> dict[str, Any]:
        """As JSON data, its name under `what`."""
        head: dict[str, Any] = {what: self.name}
        if self.stance is not None:
            head["stance"] = self.stance
        parts = {outcome.value: part.plain() for outcome, part in self.parts.items()}
        refused = {outcome.value: count for outcome, count in self.refused.items()}
        return {**head, **parts, **({"refused": refused} if self.refused else {})}


@dataclass(frozen=True, slots=True)
class Days:
    """Agreed payment days, weighted by contract value, with their interval; None where nothing is known."""

    days: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        values = {name: getattr(self, name) for name in ("days", "low", "high")}
        return {name: None if value is None else plain_value(value) for name, value in values.items()}


@dataclass(frozen=True, slots=True)
class Move:
    """One deal that the two profiles take otherwise. `rules` are those whose result is not the same in both."""

    name: str
    customer: str | None
    outcome: Outcome
    before: Judgement
    after: Judgement
    value: Decimal | None
    margin: Decimal | None
    rules: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        return {
            "name": self.name,
            "customer": self.customer,
            "outcome": self.outcome.value,
            "from": self.before.value,
            "to": self.after.value,
            "value": None if self.value is None else plain_value(cents(self.value)),
            "margin": None if self.margin is None else plain_value(cents(self.margin)),
            "rules": list(self.rules),
        }
