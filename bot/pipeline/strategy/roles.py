"""Which facts of a profile are money, margin and terms: its `economics` say so, else the usual names."""

from __future__ import annotations

from dataclasses import dataclass

from bot.deals.facts import FactSpecs, FactType
from bot.pipeline.records import value_fact
from bot.profile.model import Profile

_NUMBER = frozenset({FactType.INTEGER, FactType.NUMBER})


@dataclass(frozen=True, slots=True)
class MoneyFacts:
    """The name of the fact that plays each part; None where the profile has none."""

    value: str | None
    margin: str | None
    days: str | None
    prepaid: str | None
    months: str | None
    selling: str | None = None
    """What selling the deal has cost: the fact `selling_cost`, where the profile has it."""

    @classmethod
    def of(cls, profile: Profile) -> MoneyFacts:
        """The parts under this profile."""
        plan, facts = profile.economics, profile.facts
        usual = cls(
            value_fact(facts),
            _named(facts, "margin", frozenset({FactType.PERCENT})),
            _named(facts, "payment_days", _NUMBER),
            _named(facts, "prepaid", frozenset({FactType.YES_NO})),
            _named(facts, "service_months", _NUMBER),
            _named(facts, "selling_cost", frozenset({FactType.MONEY})),
        )
        if plan is None:
            return usual
        given = plan.facts
        return cls(
            given.contract_value,
            given.margin or usual.margin,
            given.payment_days or usual.days,
            given.prepaid or usual.prepaid,
            given.service_months or usual.months,
            usual.selling,
        )

    @property
    def all(self) -> tuple[str, ...]:
        """Those that there are."""
        parts = (self.value, self.margin, self.days, self.prepaid, self.months, self.selling)
        return tuple(name for name in parts if name)


def _named(facts: FactSpecs, name: str, kinds: frozenset[FactType]) -> str | None:
    return name if name in facts and facts[name].type in kinds else None
