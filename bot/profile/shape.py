"""The shape of a Deal Profile file: which keys there are and what kind of value each takes.

The loader checks files against these models, and the JSON Schema that editors use is made from them.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from bot.profile.economics_shape import EconomicsShape
from bot.profile.exceptions_language import ExceptionsShape

Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Short = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=100)]
FactName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Guidance = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_./-]+\.[a-z]+(#[\w-]+)?$")]
Days = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,3} days?$")]
Because = Annotated[str, StringConstraints(min_length=3, max_length=500)]
Number = Annotated[int | Decimal, WithJsonSchema({"type": "number"})]
FactTypeName = Literal["integer", "number", "percent", "money", "yes/no", "choice", "text", "date", "outcomes"]

CONDITION: dict[str, Any] = {"title": "Condition", "type": "object", "minProperties": 1}
AnyCondition = Annotated[dict[str, Any], WithJsonSchema(CONDITION)]


_ACCEPT = "Warnings of the linter that are meant so, each with the reason: cliff: The law draws this line."


def _as_value(value: Any) -> Any:
    return {"value": value} if isinstance(value, str) else value


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


class Strict(BaseModel):
    """No unknown keys, no conversions."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class FactShape(Strict):
    """One fact that deals are judged on."""

    type: FactTypeName = Field(description="What kind of value the fact has.")
    label: Word | None = Field(None, description="What people call it. Made from the name when left out.")
    unit: Word | None = Field(None, description="The unit of a whole number or a number, in the plural: days.")
    ask: Text | None = Field(None, description="The question to put when the fact is unknown.")
    also: list[Word] = Field([], description="Further names that people use for it in a sentence.")
    choices: dict[Word, list[Word]] | list[Word] | None = Field(
        None, description="For a choice: the values, each with the words that mean it."
    )
    usual: list[Number] | None = Field(None, description="For a number: the values that a form offers first.")
    negotiable: Literal["up", "down", "either"] | None = Field(
        None, description="Which way the fact can be moved in talks. Left out: it cannot."
    )
    step: Number | None = Field(None, description="The smallest sensible move of a negotiable number.")
    minimum: Number | None = Field(None, description="The least value that can be true.")
    maximum: Number | None = Field(None, description="The greatest value that can be true.")
    means_yes: list[Word] = Field([], description="Phrases that state a yes/no fact.")
    means_no: list[Word] = Field([], description="Phrases that deny a yes/no fact.")
    accept: dict[Literal["unused", "question", "direction"], Because] | None = Field(None, description=_ACCEPT)


class DerivedShape(Strict):
    """A fact that is worked out from others."""

    value: Text = Field(description="Facts and numbers joined by + - * /, with ( ), min(a, b) and max(a, b).")
    label: Word | None = Field(None, description="What people call it. Made from the name when left out.")
    type: Literal["number", "percent", "money"] | None = Field(
        None, description="What it is shown as. Left out: what follows from its parts."
    )
    unit: Word | None = Field(None, description="The unit of a number, in the plural.")


DerivedFact = Annotated[DerivedShape, BeforeValidator(_as_value)]
"""An expression alone, or a mapping with it: the schema says so too (see `schema.py`)."""


class ExceptionShape(Strict):
    """Who may approve a deal that fails, and how far outside the rule."""

    authority: Id = Field(description="The authority's name in people.yaml.")
    up_to: dict[FactName, Any] | None = Field(None, description="The furthest value that this authority may approve.")
    expires_in: Days | None = Field(None, description="How long an approval holds: 30 days.")


Exceptions = Annotated[list[ExceptionShape], BeforeValidator(_as_list), Field(min_length=1)]
"""One exception, or a list of them: the schema says so too (see `schema.py`)."""


class SegmentShape(Strict):
    """A kind of customer and our stance to it."""

    name: Short
    stance: Literal["pursue", "selective", "decline"]
    when: AnyCondition | None = Field(None, description="Who belongs to it. Left out: everybody not taken before.")
    because: Text
    guidance: Guidance | None = Field(None, description="A playbook passage: file.md#heading-in-small-letters.")
    exception: Exceptions | None = None
    accept: dict[Literal["gap", "overlap", "always", "never", "authority", "figure"], Because] | None = Field(
        None, description=_ACCEPT
    )


class CaseShape(Strict):
    """One row of a check: what is required when a condition holds."""

    when: AnyCondition | None = None
    require: AnyCondition | None = None
    otherwise: Literal["not applicable"] | None = None


class CheckShape(Strict):
    """One guideline."""

    id: Id
    part: Literal["customer", "success", "value", "price", "payment", "process"]
    label: Short
    when: AnyCondition | None = Field(None, description="For which deals the check is meant. Left out: for all.")
    require: AnyCondition | None = Field(None, description="What must hold. Or give `cases`.")
    cases: Annotated[list[CaseShape], Field(min_length=1)] | None = Field(
        None, description="Rows read from the top: the first whose `when` holds applies."
    )
    because: Text
    exception: Exceptions | None = None
    guidance: Guidance | None = None
    mode: Literal["enforce", "dry-run"] = "enforce"
    accept: dict[Literal["cliff", "gap", "overlap", "always", "never", "authority", "figure"], Because] | None = Field(
        None, description=_ACCEPT
    )


class ProfileShape(Strict):
    """A Deal Profile: which deals we want, on what terms, and who may decide otherwise."""

    title: Short
    version: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    effective: date = Field(description="From which day the profile holds.")
    currency: Currency = Field(description="The ISO code of the currency of all money in the profile.")
    facts: Annotated[dict[FactName, FactShape], Field(min_length=1)]
    derived: dict[FactName, DerivedFact] = Field({}, description="Facts that follow from others.")
    segments: list[SegmentShape] = Field([], description="The first that matches wins.")
    checks: Annotated[list[CheckShape], Field(min_length=1)]
    economics: EconomicsShape | None = Field(None, description="What a deal is worth, and what it pays the rep.")
    exceptions: ExceptionsShape | None = Field(None, description="How exceptions are asked for and decided.")
