"""A typed query run over records: the table that answers it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import TypeVar

from bot.pipeline.columns import deal_columns, gap_of, number_of, queried_checks
from bot.pipeline.fit import Tally
from bot.pipeline.query import MAX_ROWS, CloseDateFilter, Query
from bot.pipeline.records import Record, value_fact
from bot.pipeline.tables import Cell, Table, ordered
from bot.pipeline.validating import check_query
from bot.profile.model import Profile
from tests.unit.pipeline.support import people

from .grouping import IN_TIME, SEVERAL, Labels, group_column, grouped_by
from .matching import matches
from .measures import Measure, measures_of

T = TypeVar("T")
AUTHORITIES = {key: authority.name for key, authority in people().authorities.items()}


def run(query: Query, records: Sequence[Record], *, profile: Profile, today: date) -> Table:
    """The table that answers the query from these records, which are all that the asker may see.

    Raises:
        QueryError: the query names a fact, check or word that the profile does not have, or compares what has no order.
    """
    check_query(query, profile)
    matched: list[Record] = []
    undecided = 0
    for record in records:
        met = matches(query.filters, record, today)
        undecided += met is None
        if met:
            matched.append(record)
    make = _deals if query.select.what == "deals" else _measured
    notes = tuple(_notes(query, matched, undecided))
    return replace(
        make(query, matched, profile), matched=len(matched), undecided=undecided, currency=profile.currency, notes=notes
    )


def _deals(query: Query, matched: list[Record], profile: Profile) -> Table:
    order = query.order_by
    descending = order is None or order.descending
    rows = _sorted(
        matched, _order_of_deals(query, profile), lambda r: (r.name.casefold(), r.key), descending=descending
    )
    kept = rows[: query.limit or MAX_ROWS]
    columns = deal_columns(query, kept, profile, AUTHORITIES)
    size = value_fact(profile.facts)
    return Table(
        columns=tuple(shown.column for shown in columns),
        rows=tuple(tuple(shown.cell(record) for shown in columns) for record in kept),
        keys=tuple((record.key,) for record in kept),
        totals=MappingProxyType({size: Tally.of(matched).money} if size else {}),
        cut=len(rows) - len(kept),
    )


def _order_of_deals(query: Query, profile: Profile) -> Callable[[Record], Cell]:
    order = query.order_by
    match order.by if order else "value":
        case "close_date":
            return lambda r: r.close_date
        case "name":
            return lambda r: r.name
        case "gap":
            checks = queried_checks(query, profile)
            return lambda r: gap_of(r, checks)
        case "fact" if order and order.fact:
            fact = order.fact
            return lambda r: number_of(r, fact, profile)
        case _:
            return lambda r: r.contract_value


def _measured(query: Query, matched: list[Record], profile: Profile) -> Table:
    measures = measures_of(query, profile)
    groups = list(grouped_by(query.group_by, matched))
    groups = _ordered_groups(query, groups, measures, profile)
    kept = groups[: query.limit or MAX_ROWS]
    return Table(
        columns=(*(group_column(group, profile) for group in query.group_by), *(m.column for m in measures)),
        rows=tuple((*labels, *(measure.cell(members) for measure in measures)) for labels, members in kept),
        totals=MappingProxyType({measure.column.name: measure.cell(matched) for measure in measures}),
        cut=len(groups) - len(kept),
    )


def _ordered_groups(
    query: Query, groups: list[tuple[Labels, list[Record]]], measures: list[Measure], profile: Profile
) -> list[tuple[Labels, list[Record]]]:
    def by_label(group: tuple[Labels, list[Record]]) -> tuple[tuple[int, object], ...]:
        return tuple(ordered(label) for label in group[0])

    order = query.order_by
    if order is None and query.group_by and query.group_by[0].by in IN_TIME:
        return sorted(groups, key=by_label)
    columns = {measure.column.name: measure for measure in measures}
    named = {
        "measure": columns.get("share_of_deals", columns["deals"] if query.select.of is None else measures[-1]),
        "value": columns.get(value_fact(profile.facts) or ""),
        "deals": columns["deals"],
    }
    measure = named.get(order.by if order else "deals") or columns["deals"]
    if order is not None and order.by in {"name", "close_date"}:
        return sorted(groups, key=by_label, reverse=order.descending)
    return _sorted(groups, lambda g: measure.cell(g[1]), by_label, descending=order is None or order.descending)


def _sorted(items: Iterable[T], find: Callable[[T], Cell], then: Callable[[T], object], *, descending: bool) -> list[T]:
    """In order of what is found, equal ones by `then`, those of which nothing is found last either way."""
    known: list[tuple[tuple[int, object], T]] = []
    unknown: list[T] = []
    for item in sorted(items, key=then):  # type: ignore[arg-type]  # what comes first is always comparable with its kind
        cell = find(item)
        if cell is None:
            unknown.append(item)
        else:
            known.append((ordered(cell), item))
    known.sort(key=lambda pair: pair[0], reverse=descending)
    return [item for _, item in known] + unknown


def _notes(query: Query, matched: Sequence[Record], undecided: int) -> Iterable[str]:
    """What a reader of the figures must know to read them right."""
    if undecided:
        yield f"{_deals_words(undecided)} left out: what the question asks is not known of {_them(undecided)}."
    without = [record for record in matched if record.contract_value is None]
    foreign = sum(record.other_currency for record in without)
    if len(without) > foreign:
        missing = len(without) - foreign
        yield f"{_deals_words(missing)} without a known contract value: counted, and not in the money."
    if foreign:
        yield f"{_deals_words(foreign)} in another currency: counted, and not in the money."
    if any(group.by in SEVERAL for group in query.group_by):
        yield "A deal that fails several checks stands in several rows; the totals count it once."
    if any(isinstance(each, CloseDateFilter) and each.period == "overdue" for each in query.filters):
        yield "Overdue means that the close date is before today."


def _deals_words(number: int) -> str:
    return "1 deal" if number == 1 else f"{number:,} deals"


def _them(number: int) -> str:
    return "it" if number == 1 else "them"
