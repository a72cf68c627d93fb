"""Deals as a table with one column for each fact: exact decimals, null for what is unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from bot.deals.deal import CLOSE_DATE, Deal
from bot.deals.facts import FactType, FactValue
from bot.profile.columns import names
from bot.profile.columns.names import ColumnError, FactColumn, fact_columns
from bot.profile.conditions import Measure
from bot.profile.deriving import Deriving
from bot.profile.evaluate import counted
from bot.profile.judge import PYTHON_TYPES
from bot.profile.model import Profile

_INT64 = range(-(2**63), 2**63)
_NARROW, _WIDE = 18, 38
_PLACES = 2  # money has two, and a column's type should not change with the day's deals where it need not


def deals_table(profile: Profile, deals: Iterable[Deal]) -> pa.Table:
    """The deals as an Arrow table: `deal_name` and the other fields, then the profile's facts (see `fact_columns`).

    Numbers, percentages and money are decimals with as many places as the deals have, exactly; of a list of outcomes
    the three counts are kept. Raises ColumnError for a number with more than 38 digits, TypeError for a fact whose
    value is not of its declared kind.
    """
    rows = [deal.with_close_date() for deal in deals] if CLOSE_DATE in profile.facts else list(deals)
    columns = {
        names.NAME: pa.array([deal.name for deal in rows], pa.string()),
        names.CUSTOMER: pa.array([deal.customer for deal in rows], pa.string()),
        names.OWNER: pa.array([deal.owner for deal in rows], pa.string()),
        names.STAGE: pa.array([deal.stage for deal in rows], pa.string()),
        names.CLOSE_DATE: pa.array([deal.close_date for deal in rows], pa.date32()),
        names.CURRENCY: pa.array([deal.currency for deal in rows], pa.string()),
        names.SOURCE: pa.array([deal.source for deal in rows], pa.string()),
        names.SOURCE_ID: pa.array([deal.source_id for deal in rows], pa.string()),
    }
    facts = _facts(profile, rows)
    for column in fact_columns(profile):
        fact, measure = column.subject.fact, column.subject.measure
        values = [each.get(fact) for each in facts]
        columns[column.name] = _array(column, values if measure is None else [_count(v, measure) for v in values])
    return pa.table(columns)


def _facts(profile: Profile, rows: Sequence[Deal]) -> list[Mapping[str, FactValue]]:
    """The facts of each deal with those derived from them: from money in the profile's currency alone."""
    kinds = {name: PYTHON_TYPES[spec.type] for name, spec in profile.facts.items()}
    money = {name for name, spec in profile.facts.items() if spec.type is FactType.MONEY}
    deriving = Deriving(profile.derived)
    found: list[Mapping[str, FactValue]] = []
    for deal in rows:
        for name, value in deal.facts.items():
            if name in kinds and type(value) not in kinds[name]:
                kind = profile.facts[name].type
                msg = f"The fact {name} of {deal.name!r} holds {value!r}, which is no {kind}. Read it with parse_value."
                raise TypeError(msg)
        facts = deal.facts
        if profile.derived:
            foreign = money if deal.currency != profile.currency else set()
            facts = {**deriving.complete({n: v for n, v in facts.items() if n not in foreign})}
            facts.update({name: deal.facts[name] for name in foreign & deal.facts.keys()})
        found.append(facts)
    return found


def _count(value: FactValue | None, measure: Measure) -> int | None:
    return counted(value, measure) if isinstance(value, tuple) else None


def _array(column: FactColumn, values: list[Any]) -> pa.Array:
    match column.type:
        case FactType.YES_NO:
            return pa.array(values, pa.bool_())
        case FactType.CHOICE | FactType.TEXT:
            return pa.array(values, pa.string())
        case FactType.DATE:
            return pa.array(values, pa.date32())
        case FactType.INTEGER if all(value is None or value in _INT64 for value in values):
            return pa.array(values, pa.int64())
        case _:
            return _decimals(column, [None if value is None else Decimal(value) for value in values])


def _decimals(column: FactColumn, values: list[Decimal | None]) -> pa.Array:
    """The narrowest decimals that hold every value to its last digit."""
    places, whole = (0 if column.type is FactType.INTEGER else _PLACES), 1
    for value in values:
        if value is None:
            continue
        exponent = value.as_tuple().exponent
        if not isinstance(exponent, int):
            raise ColumnError(f"The fact {column.name} holds {value}, which is no number.")
        places = max(places, -exponent)
        whole = max(whole, value.adjusted() + 1)
    width = whole + places
    if width > _WIDE:
        raise ColumnError(f"The fact {column.name} needs {width} digits, and {_WIDE} is what databases hold exactly.")
    return pa.array(values, pa.decimal128(_NARROW if width <= _NARROW else _WIDE, places))
