"""Deals by what they have in common, over columns, and the query that shows the deals of one group."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import product
from operator import or_
from typing import Any

import ibis
import ibis.expr.types as ir

from bot.pipeline.deal_table import layout
from bot.pipeline.deal_table.judging import authority_column, checks_of
from bot.pipeline.figures.conditions import checks_of_parts, fact_column_name, raw_fact_column
from bot.pipeline.figures.kinds import surely
from bot.pipeline.grouping import LABELS, SEVERAL
from bot.pipeline.periods import months_span
from bot.pipeline.query import (
    CheckFilter,
    CloseDateFilter,
    FactFilter,
    Filter,
    Group,
    MissingFilter,
    PartFilter,
    WordFilter,
)
from bot.pipeline.tables import Cell, Column, ColumnType
from bot.profile.columns import names
from bot.profile.model import SEGMENT_CHECK, Profile
from bot.profile.verdict import Judgement, Part, Result

MONTHS = {"close_month": 1, "close_quarter": 3, "close_year": 12}
_PLAIN = {
    "owner": (layout.OWNER_KEY, layout.OWNER_NAME),
    "team": (layout.TEAM, layout.TEAM),
    "customer": (layout.ACCOUNT_WORDS, layout.ACCOUNT),
    "stage": (layout.STAGE_WORDS, names.STAGE),
    "status": (layout.STATUS, layout.STATUS),
    "segment": (names.SEGMENT, names.SEGMENT),
    "stance": (names.STANCE, names.STANCE),
    "verdict": (names.VERDICT, names.VERDICT),
}
"""The column that decides which deals are one group, and the one that says how it is shown."""


@dataclass(frozen=True)
class Dimension:
    """One grouping: how deals get their key and label, and how both are read back.

    `several` holds, for a grouping in which a deal can stand several times, each key with its condition. `needs` are
    the columns that all this is made of.
    """

    group: Group
    column: Column
    key: Callable[[ir.Table], ir.Column] | None
    label: Callable[[ir.Table], ir.Column] | None
    shown: Callable[[Any, Any], Cell]
    drill: Callable[[Any, Any], Filter | None]
    several: Callable[[ir.Table], Sequence[tuple[str, ir.BooleanValue]]] | None = None
    needs: tuple[str, ...] = ()


def dimension(group: Group, profile: Profile, authorities: Mapping[str, str]) -> Dimension:
    """The grouping over columns. `authorities` are the names of authorities by their keys."""
    column = group_column(group, profile)
    if group.by in SEVERAL:
        return _several(group, column, profile, authorities)
    if group.by in MONTHS:
        months = MONTHS[group.by]

        def number(table: ir.Table) -> ir.Column:
            day = table[names.CLOSE_DATE]
            return (day.year().cast("int64") * 12 + day.month() - 1) // months

        return Dimension(
            group,
            column,
            number,
            None,
            lambda key, _: _period(key, months),
            lambda key, _: _within(key, months),
            needs=(names.CLOSE_DATE,),
        )
    if group.by == "fact":
        fact = group.fact or ""
        return Dimension(
            group,
            column,
            lambda table: raw_fact_column(table, fact, profile),
            None,
            lambda key, _: key,
            lambda key, _: MissingFilter(fact=fact) if key is None else FactFilter(fact=fact, value=key),
            needs=(fact_column_name(fact, profile),),
        )
    key_name, label_name = _PLAIN[group.by]
    return Dimension(
        group,
        column,
        lambda table: table[key_name],
        lambda table: table[label_name],
        lambda _, label: label,
        lambda key, label: _word(group.by, key, label),
        needs=tuple(dict.fromkeys((key_name, label_name))),
    )


def group_column(group: Group, profile: Profile) -> Column:
    """The column that names the group."""
    if group.by == "fact":
        spec = profile.facts[group.fact or ""]
        return Column(spec.name, spec.label, ColumnType.of_fact(spec.type))
    return Column(group.by, LABELS[group.by], ColumnType.VERDICT if group.by == "verdict" else ColumnType.TEXT)


def spread(table: ir.Table, dimensions: Sequence[Dimension], keep: Mapping[str, ir.Value]) -> ir.Table:
    """The deals with a column `_k0`, `_k1` for each grouping's key and `_l0`, `_l1` for its label, and what is kept.

    A deal stands once for each group that it belongs to, and is in at least one: null is a group too.
    """
    choices = [_choices(table, each) for each in dimensions]
    parts: list[ir.Table] = []
    for choice in product(*choices):
        columns: dict[str, ir.Value] = {}
        conditions: list[ir.BooleanValue] = []
        for number, (key, label, condition) in enumerate(choice):
            columns |= {f"_k{number}": key, f"_l{number}": label}
            conditions += [] if condition is None else [condition]
        chosen = table.filter(*conditions) if conditions else table
        parts.append(chosen.select(**columns, **keep))
    return ibis.union(*parts, distinct=False) if len(parts) > 1 else parts[0]


def _choices(table: ir.Table, each: Dimension) -> list[tuple[ir.Value, ir.Value, ir.BooleanValue | None]]:
    if each.several is None:
        assert each.key is not None  # noqa: S101 - one of the two is always there
        key = each.key(table)
        return [(key, key if each.label is None else each.label(table), None)]
    found = [(word, surely(condition)) for word, condition in each.several(table)]
    none = ~reduce(or_, [condition for _, condition in found]) if found else ibis.literal(value=True)
    choices: list[tuple[ir.Value, ir.Value, ir.BooleanValue | None]] = [
        (ibis.literal(word), ibis.literal(word), condition) for word, condition in found
    ]
    nothing = ibis.null("string")
    return [*choices, (nothing, nothing, none)]


def _several(group: Group, column: Column, profile: Profile, authorities: Mapping[str, str]) -> Dimension:
    labels = {check.id: check.label for check in profile.checks} | {SEGMENT_CHECK: "A customer we sell to"}

    results = tuple(names.result_column(check) for check in checks_of(profile))

    def checks(table: ir.Table) -> list[tuple[str, ir.BooleanValue]]:
        return [(check, table[names.result_column(check)] == Result.FAIL.value) for check in checks_of(profile)]

    def parts(table: ir.Table) -> list[tuple[str, ir.BooleanValue]]:
        found: list[tuple[str, ir.BooleanValue]] = []
        for part in Part:
            own = checks_of_parts(profile, [part])
            if own:
                failing = [table[names.result_column(check)] == Result.FAIL.value for check in own]
                found.append((part.value, reduce(or_, failing)))
        return found

    def approvers(table: ir.Table) -> list[tuple[str, ir.BooleanValue]]:
        needed = table[names.VERDICT] == Judgement.NEEDS_APPROVAL.value
        found: list[tuple[str, ir.BooleanValue]] = []
        for authority in profile.authorities:
            asked = [surely(table[authority_column(check)] == authority) for check in checks_of(profile)]
            found.append((authority, needed & reduce(or_, asked)))
        return found

    match group.by:
        case "check":
            return Dimension(
                group, column, None, None, lambda key, _: labels.get(key, key),
                lambda key, _: None if key is None else CheckFilter(any_of=(key,)), checks, results,
            )  # fmt: skip
        case "part":
            return Dimension(
                group, column, None, None, lambda key, _: key,
                lambda key, _: None if key is None else PartFilter(any_of=(key,)), parts, results,
            )  # fmt: skip
        case _:
            return Dimension(
                group, column, None, None, lambda key, _: authorities.get(key, key),
                lambda key, _: None if key is None else WordFilter(by="authority", any_of=(key,)), approvers,
                (names.VERDICT, *map(authority_column, checks_of(profile))),
            )  # fmt: skip


def _word(by: str, key: str | None, label: str | None) -> Filter | None:
    if key is None or label is None:
        return MissingFilter(fact=by) if by in {"owner", "team", "stage", "segment"} else None
    word = key if by == "owner" else label
    return WordFilter.model_validate({"by": by, "any_of": (word,)})


def _period(number: int | None, months: int) -> str | None:
    if number is None:
        return None
    year, place = divmod(number, 12 // months)
    return f"{year:04}" if months == 12 else f"{year:04}-{place + 1:02}" if months == 1 else f"{year:04} Q{place + 1}"  # noqa: PLR2004 - months of a year


def _within(number: int | None, months: int) -> Filter:
    if number is None:
        return MissingFilter(fact="close_date")
    first, last = months_span(number * months // 12, number * months % 12, months)
    return CloseDateFilter(first=first, last=last)
