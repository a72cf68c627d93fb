"""Filters over columns, three-valued: true, false, or null where it is not known of a deal whether the filter holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from functools import reduce
from operator import and_, or_
from types import MappingProxyType
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from bot.deals.facts import FactType
from bot.pipeline.deal_table import layout
from bot.pipeline.deal_table.judging import authority_column, checks_of
from bot.pipeline.figures.kinds import any_has, false_positive, negative_value, surely
from bot.pipeline.periods import span
from bot.pipeline.query import (
    ChangeFilter,
    CheckFilter,
    CloseDateFilter,
    FactFilter,
    Filter,
    KindFilter,
    MissingFilter,
    PartFilter,
    WordFilter,
)
from bot.profile.columns import names
from bot.profile.conditions import Measure
from bot.profile.model import SEGMENT_CHECK, Profile
from bot.profile.verdict import Judgement, Part

_MOST, _PLACES = 10**16 - 1, 10
"""Figures of facts are smaller, and have fewer decimal places."""

SnapshotOf = Callable[[str], ir.Table]
"""The open and closed deals of a snapshot, as far as the asker sees them. Raises KeyError when there is none."""

_MISSING = MappingProxyType(
    {
        "close_date": names.CLOSE_DATE, "customer": names.CUSTOMER, "owner": layout.OWNER_KEY, "team": layout.TEAM,
        "stage": names.STAGE, "segment": names.SEGMENT,
    }
)  # fmt: skip
_WORD_COLUMNS = MappingProxyType(
    {
        "name": layout.NAME_WORDS, "customer": layout.ACCOUNT_WORDS, "owner": layout.OWNER_KEY, "team": layout.TEAM,
        "stage": layout.STAGE_WORDS, "status": layout.STATUS, "segment": names.SEGMENT, "stance": names.STANCE,
        "verdict": names.VERDICT,
    }
)  # fmt: skip
_COMPARE: MappingProxyType[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        "=": lambda mine, other: mine == other,
        "!=": lambda mine, other: mine != other,
        "<": lambda mine, other: mine < other,
        "<=": lambda mine, other: mine <= other,
        ">": lambda mine, other: mine > other,
        ">=": lambda mine, other: mine >= other,
    }
)


@dataclass(frozen=True)
class Conditions:
    """Makes conditions over one judged table. `today` is the day of asking."""

    table: ir.Table
    profile: Profile
    today: date
    snapshot: SnapshotOf

    def met(self, filters: Iterable[Filter]) -> ir.BooleanValue:
        """Whether every filter holds; null where what is known does not decide it (Kleene's and)."""
        conditions = [self._turned(each) for each in filters]
        return reduce(and_, conditions) if conditions else ibis.literal(value=True)

    def closes(self, first: date | None, last: date | None) -> ir.BooleanValue:
        """Whether the deal closes within these days, both included."""
        day = self.table[names.CLOSE_DATE]
        bounds = [] if first is None else [day >= ibis.literal(first)]
        bounds += [] if last is None else [day <= ibis.literal(last)]
        return reduce(and_, bounds) if bounds else day.notnull()

    def _turned(self, each: Filter) -> ir.BooleanValue:
        held = self.holds(each)
        return ~held if each.negate else held

    def holds(self, each: Filter) -> ir.BooleanValue:
        """Whether the filter holds, before `negate` is applied."""
        match each:
            case WordFilter():
                return self._word(each)
            case CheckFilter():
                return any_has(self.table, each.any_of or checks_of(self.profile), each.result, self.profile)
            case PartFilter():
                return any_has(self.table, checks_of_parts(self.profile, each.parts), each.result, self.profile)
            case FactFilter():
                return self._fact(each)
            case MissingFilter():
                return self._missing(each.fact)
            case CloseDateFilter():
                first, last = (each.first, each.last) if each.period is None else span(each.period, self.today)
                return self.closes(first, last)
            case KindFilter():
                kinds = {"false_positive": false_positive, "negative_value": negative_value}
                return reduce(or_, [kinds[kind](self.table, self.profile) for kind in each.any_of])
            case ChangeFilter():
                return self._changed(each)

    def _word(self, each: WordFilter) -> ir.BooleanValue:
        table, words = self.table, [word.casefold() for word in each.any_of]
        if each.by == "authority":
            return self._authority(words)
        if each.by == "segment":
            words = [segment.name for segment in self.profile.segments if segment.name.casefold() in words]
        elif each.by in {"stage", "customer", "name"}:
            words = [layout.words_of(word) for word in each.any_of]
        column = table[_WORD_COLUMNS[each.by]]
        held = _among(column.lower() if each.by == "team" else column, words)
        # Of the verdict there is always one. The segment and the stance are unknown while the facts that decide them
        # are missing; who or where a deal is not said to be, it is not.
        return surely(held) if each.by in {"owner", "team", "stage"} else held

    def _authority(self, words: list[str]) -> ir.BooleanValue:
        """Whether the deal needs the approval of one of these: it does only where approval is all that it needs."""
        asked = [_among(self.table[authority_column(check)], words) for check in checks_of(self.profile)]
        needed = self.table[names.VERDICT] == Judgement.NEEDS_APPROVAL.value
        return needed & reduce(or_, [surely(each) for each in asked]) if asked else needed & False

    def _fact(self, each: FactFilter) -> ir.BooleanValue:
        column = fact_column(self.table, each.fact, self.profile)
        kind = self.profile.facts[each.fact].type
        if kind in {FactType.CHOICE, FactType.TEXT}:
            column = column.lower()
        values = each.value if isinstance(each.value, tuple) else (each.value,)
        literals = [_literal(value.casefold() if isinstance(value, str) else value, column.type()) for value in values]
        if each.op == "in":
            return reduce(or_, [column == literal for literal in literals])
        held: ir.BooleanValue = _COMPARE[each.op](column, literals[0])
        return held

    def _missing(self, fact: str) -> ir.BooleanValue:
        if fact in _MISSING:
            return self.table[_MISSING[fact]].isnull()
        column = raw_fact_column(self.table, fact, self.profile)
        if self.profile.facts[fact].type is FactType.OUTCOMES:
            return column.fill_null(0) == 0
        return column.isnull()

    def _changed(self, each: ChangeFilter) -> ir.BooleanValue:
        table = self.table
        then = self.snapshot(each.since)
        open_then = then.filter(then["status"] == "open")
        was, is_open = table[layout.KEY].isin(open_then["key"]), table[layout.STATUS] == "open"
        found: list[ir.BooleanValue] = []
        if "came_in" in each.any_of:
            found.append(is_open & ~was)
        if "went_out" in each.any_of:
            found.append(was & ~is_open)
        if "new_verdict" in each.any_of:
            now = table.select(table[layout.KEY], table[names.VERDICT])
            both = now.inner_join(open_then, now[layout.KEY] == open_then["key"])
            others = both.filter(now[names.VERDICT] != open_then["verdict"]).select(open_then["key"])
            found.append(is_open & table[layout.KEY].isin(others["key"]))
        return reduce(or_, found)


def checks_of_parts(profile: Profile, parts: Iterable[Part]) -> tuple[str, ...]:
    """The checks that count of these parts; the segments' is of the part customer."""
    wanted = set(parts)
    by_id = {check.id: check.part for check in profile.checks} | {SEGMENT_CHECK: Part.CUSTOMER}
    return tuple(check for check in checks_of(profile) if by_id[check] in wanted)


def raw_fact_column(table: ir.Table, fact: str, profile: Profile) -> ir.Column:
    """The column of a fact; of a list of outcomes how many there are."""
    return table[fact_column_name(fact, profile)]


def fact_column_name(fact: str, profile: Profile) -> str:
    """The name of that column."""
    return f"{fact}__{Measure.COUNT}" if profile.facts[fact].type is FactType.OUTCOMES else fact


def fact_column(table: ir.Table, fact: str, profile: Profile) -> ir.Column:
    """The column of a fact as it is compared and summed: money in another currency is not known in this one."""
    column = raw_fact_column(table, fact, profile)
    if profile.facts[fact].type is not FactType.MONEY:
        return column
    return (table[names.CURRENCY] == profile.currency).ifelse(column, ibis.null(column.type()))


def _among(column: ir.Column, words: Iterable[str]) -> ir.BooleanValue:
    found = list(dict.fromkeys(words))
    if not found:
        return column.isnull().ifelse(ibis.null("boolean"), ibis.literal(value=False))
    return column == found[0] if len(found) == 1 else column.isin(found)


def _literal(value: object, kind: dt.DataType) -> ir.Scalar:
    """The value as a literal that compares exactly: a Decimal with its own digits.

    No column holds a figure beyond `_MOST` or with as many as `_PLACES` places: what is asked beyond that compares the
    same as the last figure before it, and a database can hold it.
    """
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        value = max(min(value, type(value)(_MOST)), type(value)(-_MOST))
    if not isinstance(value, Decimal):
        return ibis.literal(value)
    if abs(value) < _MOST:
        finest = Decimal(1).scaleb(-_PLACES)
        kept = value.quantize(finest.scaleb(1), ROUND_DOWN)
        # One more digit keeps it between the same two figures that a column can hold.
        value = value if value == value.quantize(finest) else kept + finest.copy_sign(value)
    exponent = value.as_tuple().exponent
    places = max(0, -exponent) if isinstance(exponent, int) else 0
    if isinstance(kind, dt.Decimal) and places > (kind.scale or 0):
        # Only a wider type takes the figures of a column with fewer places.
        return ibis.literal(value, type=f"decimal(38, {places})")
    digits = max(len(str(abs(int(value)))), 1) + places
    return ibis.literal(value, type=f"decimal({digits}, {places})")
