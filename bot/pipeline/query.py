"""The typed query: what a question about the pipeline asks, as data.

The reader of words makes it, and a language model may emit it: `Query.model_json_schema()` is its JSON Schema. A query
selects from the deals that the asker may see; it cannot widen them. All filters must hold. A filter on something that
is not known of a deal neither holds nor fails (three-valued logic), so that deal is left out and counted as undecided.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, model_validator

from bot.deals.deal import plain_value
from bot.pipeline.stages import Status
from bot.profile.verdict import Judgement, Part

MAX_ROWS = 1000
"""No table has more rows than this; what is cut off is counted and said."""

Number = Annotated[Decimal, PlainSerializer(plain_value, return_type=float | int)]
"""Money, percent and other numbers: exact here, a JSON number outside."""

Scalar = bool | int | Number | date | str
Period = Literal[
    "today", "tomorrow", "yesterday", "overdue",
    "this week", "next week", "last week",
    "this month", "next month", "last month",
    "this quarter", "next quarter", "last quarter",
    "this year", "next year", "last year",
]  # fmt: skip
"""Spans of time relative to the day of asking. Weeks begin on Monday, quarters in January.

"overdue" is before today."""

Op = Literal["=", "!=", "<", "<=", ">", ">=", "in"]
Dimension = Literal[
    "owner", "team", "customer", "stage", "status", "segment", "stance", "verdict", "check", "part", "authority",
    "close_month", "close_quarter", "close_year", "fact",
]  # fmt: skip
"""What deals can be grouped by. "check" and "part" group by what fails, so a deal can stand in several groups."""


class _Strict(BaseModel):
    """Unknown names and wrong types are refused; a query never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Select(_Strict):
    """What to show: the deals, how many, the sum or the average of a fact, or how many and how much fits.

    given_away: the money that discounts gave away (book price less contract value). win_rate: of the deals that were
    won or lost, how many were won.

    `of` names a fact of the profile: money or a number for sum, money, a number or percent for average. An average is
    over the deals of which the fact is known, each deal counting once.
    """

    what: Literal["deals", "count", "sum", "average", "fit", "given_away", "win_rate"] = "deals"
    of: str | None = None

    @model_validator(mode="after")
    def _of_is_needed(self) -> Self:
        if (self.of is None) == (self.what in {"sum", "average"}):
            raise ValueError("select: 'of' names the fact of a sum or an average, and stands nowhere else")
        return self


class _Filter(_Strict):
    negate: bool = Field(default=False, description="True keeps the deals for which the filter does not hold.")


class WordFilter(_Filter):
    """The deal's own word is one of these.

    owner: the key of a person (people.yaml), or an owner's name as the source writes it. status: open, won, lost,
    removed.
    verdict: fits, needs_approval, does_not_fit, incomplete. stance: pursue, selective, decline. authority: the key of
    whose approval the deal needs. All are compared without regard to case.
    """

    by: Literal["name", "customer", "owner", "team", "stage", "status", "segment", "stance", "verdict", "authority"]
    any_of: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _known_words(self) -> Self:
        allowed: dict[str, list[str]] = {"status": [s.value for s in Status], "verdict": [j.value for j in Judgement]}
        for word in self.any_of:
            if self.by in allowed and word not in allowed[self.by]:
                raise ValueError(f"{self.by}: '{word}' is none of {', '.join(allowed[self.by])}")
        return self


class CheckFilter(_Filter):
    """At least one of these checks (by id) has this result. An empty list means any check that counts."""

    by: Literal["check"] = "check"
    any_of: tuple[str, ...] = ()
    result: Literal["pass", "fail", "unknown", "not_applicable"] = "fail"


class PartFilter(_Filter):
    """At least one check of these parts of the profile has this result."""

    by: Literal["part"] = "part"
    any_of: tuple[Literal["customer", "success", "value", "price", "payment", "process"], ...] = Field(min_length=1)
    result: Literal["pass", "fail", "unknown", "not_applicable"] = "fail"

    @property
    def parts(self) -> frozenset[Part]:
        """The parts as the profile's own type."""
        return frozenset(Part(part) for part in self.any_of)


class FactFilter(_Filter):
    """A fact compared with a value in the fact's own unit: days, months, percent (8 means 8 %), money.

    Only numbers and dates can be ordered; "in" takes a list. Outcomes are compared by how many there are.
    """

    by: Literal["fact"] = "fact"
    fact: str
    op: Op = "="
    value: Scalar | tuple[Scalar, ...]

    @model_validator(mode="after")
    def _list_for_in(self) -> Self:
        if isinstance(self.value, tuple) != (self.op == "in"):
            raise ValueError(f"{self.fact}: 'in' takes a list of values, every other comparison takes one")
        return self


class MissingFilter(_Filter):
    """The fact is not known of the deal, or it is an empty list of outcomes.

    "close_date", "customer", "owner", "team", "stage" and "segment" count too.
    """

    by: Literal["missing"] = "missing"
    fact: str


class CloseDateFilter(_Filter):
    """The deal closes in a period relative to today, or from `first` to `last`, both included, either left open."""

    by: Literal["close_date"] = "close_date"
    period: Period | None = None
    first: date | None = None
    last: date | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.period is None) == (self.first is None and self.last is None):
            raise ValueError("close_date: give a period, or first, last or both")
        if self.first and self.last and self.first > self.last:
            raise ValueError("close_date: first is after last")
        return self


NOT_FACTS = frozenset({"close_date", "customer", "owner", "team", "stage", "segment"})
"""What may be missing of a deal beside its facts."""


class KindFilter(_Filter):
    """A deal of a kind that is worth a second look.

    false_positive: the customer is wrong (a check of the part customer fails) although price and value look right (no
    check of these parts fails). negative_value: its margin is below zero, as stated or once its payment terms are paid
    for.
    """

    by: Literal["kind"] = "kind"
    any_of: tuple[Literal["false_positive", "negative_value"], ...] = Field(min_length=1)


class ChangeFilter(_Filter):
    """What happened to the deal since a snapshot (by its id).

    came_in: it was not open then. went_out: it was open then and is not now. new_verdict: it was open then under
    another verdict.
    """

    by: Literal["change"] = "change"
    since: str
    any_of: tuple[Literal["came_in", "went_out", "new_verdict"], ...] = Field(min_length=1)


Filter = Annotated[
    WordFilter | CheckFilter | PartFilter | FactFilter | MissingFilter | CloseDateFilter | KindFilter | ChangeFilter,
    Field(discriminator="by"),
]


class Against(_Strict):
    """The other period that a period is compared with: deals that close in it are measured in columns beside."""

    period: Period | None = None
    first: date | None = None
    last: date | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.period is None) == (self.first is None and self.last is None):
            raise ValueError("compare: give a period, or first, last or both")
        if self.first and self.last and self.first > self.last:
            raise ValueError("compare: first is after last")
        return self


class Group(_Strict):
    """One thing to group by; `fact` names a choice, text or yes/no fact when `by` is "fact"."""

    by: Dimension
    fact: str | None = None

    @model_validator(mode="after")
    def _fact_is_named(self) -> Self:
        if (self.by == "fact") != (self.fact is not None):
            raise ValueError("group_by: 'fact' is named when the group is by a fact, and only then")
        return self


class Order(_Strict):
    """What the rows are ordered by; what is not known always comes last.

    value: the contract's value. deals: the number of deals of a group. measure: the selected sum, average or share.
    gap: how far the deal is from the limit of the first check that the query filters on. fact: needs `fact`.
    """

    by: Literal["value", "deals", "measure", "close_date", "name", "gap", "fact"]
    fact: str | None = None
    descending: bool = True


class Query(_Strict):
    """A question about the pipeline.

    `show` names facts to show as further columns of a table of deals. Without `order_by`, deals come with the largest
    contract first, and groups with the most deals first (close dates: in order of time).
    """

    select: Select = Select()
    filters: tuple[Filter, ...] = ()
    group_by: tuple[Group, ...] = Field(default=(), max_length=2)
    order_by: Order | None = None
    limit: int | None = Field(default=None, ge=1, le=MAX_ROWS)
    show: tuple[str, ...] = ()
    compare: Against | None = Field(
        default=None, description="Another period to measure beside the one of the close_date filter."
    )

    @model_validator(mode="after")
    def _groups_are_measured(self) -> Self:
        if self.group_by and self.select.what == "deals":
            raise ValueError("group_by: groups are counted, summed or averaged; select one of those")
        return self

    @model_validator(mode="after")
    def _compared_with_a_period(self) -> Self:
        if self.compare is None:
            return self
        periods = [each for each in self.filters if isinstance(each, CloseDateFilter) and not each.negate]
        if len(periods) != 1:
            raise ValueError("compare: needs one filter on close_date, the period that is compared with the other")
        if self.select.what == "deals":
            raise ValueError("compare: periods are compared by a figure; select count, sum, average, fit or another")
        return self

    def plain(self) -> dict[str, Any]:
        """The query as JSON data, without what was not said."""
        return self.model_dump(mode="json", exclude_defaults=True, exclude_none=True) | {
            "select": self.select.model_dump(mode="json", exclude_none=True),
            "filters": [
                f.model_dump(mode="json", exclude_none=True, exclude_defaults=True) | {"by": f.by} for f in self.filters
            ],
        }
