"""The `economics` part of a Deal Profile as pure data: read and checked by `economics_reading`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bot.profile.conditions import Condition
from bot.profile.yaml_nodes import Place


@dataclass(frozen=True, slots=True)
class Roles:
    """The fact that plays each part, by its name in the profile; None where the profile has none."""

    contract_value: str
    discount: str | None = None
    margin: str | None = None
    service_months: str | None = None
    payment_days: str | None = None
    prepaid: str | None = None


@dataclass(frozen=True, slots=True)
class ChurnRow:
    """The percent of customers that leave in a month, for deals of this segment for which `when` holds."""

    monthly: Decimal
    segment: str | None
    when: Condition | None
    place: Place


@dataclass(frozen=True, slots=True)
class FactorRow:
    """What the commission is multiplied by when `when` holds."""

    times: Decimal
    when: Condition | None
    place: Place


@dataclass(frozen=True, slots=True)
class CommissionPlan:
    """What the rep is paid: `rate` percent of the margin after the cost of the terms, times two factors."""

    rate: Decimal
    service_mix: tuple[FactorRow, ...] = ()
    subscription: tuple[FactorRow, ...] = ()


@dataclass(frozen=True, slots=True)
class EconomicsPlan:
    """How the figures of a deal are reached. `cost_of_capital` is a percent a year."""

    facts: Roles
    cost_of_capital: Decimal | None
    churn: tuple[ChurnRow, ...]
    commission: CommissionPlan | None
    place: Place

    @property
    def conditions(self) -> tuple[Condition | None, ...]:
        """The conditions of all rows, of churn and of the commission."""
        factors = self.commission.service_mix + self.commission.subscription if self.commission else ()
        return (*(row.when for row in self.churn), *(row.when for row in factors))
