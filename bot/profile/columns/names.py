"""The names of columns: what a table of deals must hold, and what judging it adds."""

from __future__ import annotations

from dataclasses import dataclass

from bot.deals import deal
from bot.deals.facts import FactSpec, FactType
from bot.profile.conditions import Measure, Subject
from bot.profile.model import Profile

# Deal fields carry a prefix because a profile may well declare a fact named `owner`, `stage` or `currency`.
NAME = "deal_name"
CUSTOMER = "deal_customer"
OWNER = "deal_owner"
STAGE = "deal_stage"
CLOSE_DATE = "deal_close_date"
CURRENCY = "deal_currency"
SOURCE = "deal_source"
SOURCE_ID = "deal_source_id"
DEAL_COLUMNS = (NAME, CUSTOMER, OWNER, STAGE, CLOSE_DATE, CURRENCY, SOURCE, SOURCE_ID)

OURS = "dealfit_"
VERDICT = f"{OURS}verdict"
SEGMENT = f"{OURS}segment"
STANCE = f"{OURS}stance"


class ColumnError(ValueError):
    """A table of deals that cannot be judged as it is. The message names the column and the remedy."""


@dataclass(frozen=True, slots=True)
class FactColumn:
    """One column: a fact, one of the three counts over a fact that is a list of outcomes, or a derived fact."""

    name: str
    subject: Subject
    type: FactType


def result_column(check_id: str) -> str:
    """The column with the result of a check: "dealfit_check_outcomes_agreed". The segments' is "segment"."""
    return f"{OURS}check_{check_id.replace('-', '_')}"


def fact_columns(profile: Profile) -> tuple[FactColumn, ...]:
    """The columns that hold the profile's facts, in the profile's order, and then those of its derived facts.

    The close date is the deal's own column.
    A derived fact that a condition made, such as a text that is searched, has a column `dealfit_derived_1` or the like.
    Raises ColumnError when two columns share a name.
    """
    columns = [column for spec in profile.facts.values() for column in _columns(spec)]
    seen: set[str] = set()
    written = [FactColumn(each.name, Subject(each.name), each.spec.type) for each in profile.derived if each.written]
    for column in (*columns, *written):
        ours = column.subject.fact == deal.CLOSE_DATE  # the deal's own field: one column, not two
        if column.name in seen or (column.name in DEAL_COLUMNS and not ours) or column.name.startswith(OURS):
            message = f"The fact {column.subject.fact} needs a column {column.name}, and that name is taken."
            raise ColumnError(f"{message} Give the fact another name in the profile.")
        seen.add(column.name)
    made = [each for each in profile.derived if not each.written]
    unwritten = [
        FactColumn(f"{OURS}derived_{number}", Subject(each.name), each.spec.type)
        for number, each in enumerate(made, start=1)
    ]
    return (*columns, *written, *unwritten)


def _columns(spec: FactSpec) -> list[FactColumn]:
    if spec.name == deal.CLOSE_DATE:
        return [FactColumn(CLOSE_DATE, Subject(spec.name), spec.type)]
    if spec.type is not FactType.OUTCOMES:
        return [FactColumn(spec.name, Subject(spec.name), spec.type)]
    return [FactColumn(f"{spec.name}__{measure}", Subject(spec.name, measure), FactType.INTEGER) for measure in Measure]
