"""The shape of the `economics` part of a Deal Profile file: what a deal is worth, and what it pays the rep."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

FactName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Percent = Annotated[str | int | Decimal, WithJsonSchema({"type": ["string", "number"]})]
Number = Annotated[int | Decimal, WithJsonSchema({"type": "number"})]
Because = Annotated[str, StringConstraints(min_length=3, max_length=500)]
AnyCondition = Annotated[dict[str, Any], WithJsonSchema({"title": "Condition", "type": "object", "minProperties": 1})]


class Strict(BaseModel):
    """No unknown keys, no conversions."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class EconomicsFactsShape(Strict):
    """Which of the profile's facts play which part in the figures."""

    contract_value: FactName = Field(description="The money fact that holds the price of the whole contract.")
    discount: FactName | None = Field(None, description="The percent off book price.")
    margin: FactName | None = Field(None, description="The percent of the contract value that is left as margin.")
    service_months: FactName | None = Field(None, description="The length of the subscription in months.")
    payment_days: FactName | None = Field(None, description="The payment terms in days.")
    prepaid: FactName | None = Field(None, description="The yes/no fact that the customer pays in advance.")


class ChurnShape(Strict):
    """One row of churn: the percent of such customers that leave in a month."""

    segment: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = Field(
        None, description="The segment that the row speaks of. Left out: every segment."
    )
    when: AnyCondition | None = Field(None, description="For which deals the row holds. Left out: for all.")
    monthly: Percent = Field(description="The percent of customers that leave in a month: 1.5%.")


class FactorShape(Strict):
    """One row of a commission's factors: the first whose `when` holds applies."""

    when: AnyCondition | None = Field(None, description="For which deals the row holds. Left out: for all.")
    times: Number = Field(description="The commission is multiplied by this.")


class CommissionShape(Strict):
    """What the rep is paid: a share of the margin, by service mix and by the length of the subscription."""

    rate: Percent = Field(description="The percent of the margin, after the cost of the payment terms.")
    service_mix: Annotated[list[FactorShape], Field(min_length=1)] | None = Field(
        None, description="Factors by what is sold: managed services against projects."
    )
    subscription: Annotated[list[FactorShape], Field(min_length=1)] | None = Field(
        None, description="Factors by the length of the subscription."
    )


class EconomicsShape(Strict):
    """What a deal is worth to the firm, and what it pays the rep."""

    facts: EconomicsFactsShape
    cost_of_capital: Percent | None = Field(
        None, description="What a year of money that the customer owes us costs, in percent."
    )
    churn: Annotated[list[ChurnShape], Field(min_length=1)] | None = Field(
        None, description="Rows read from the top: the first that describes the deal gives its expected lifetime."
    )
    commission: CommissionShape | None = None
    accept: dict[Literal["part", "capital", "gap", "never", "always", "figure"], Because] | None = Field(
        None, description="Warnings of the linter that are meant so, each with the reason."
    )
