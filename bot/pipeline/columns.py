"""The columns of a table of deals: what every table shows, and what this question is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.deals.exchange import Conversion
from bot.deals.facts import FactType
from bot.pipeline.checks import judged_facts
from bot.pipeline.query import NOT_FACTS, CheckFilter, FactFilter, MissingFilter, PartFilter, Query, WordFilter
from bot.pipeline.records import Broken, Record, value_fact
from bot.pipeline.tables import Cell, Column, ColumnType, fact_cell
from bot.profile.model import Profile
from bot.profile.verdict import Judgement


@dataclass(frozen=True, slots=True)
class Shown:
    """A column, and how a deal fills it."""

    column: Column
    cell: Callable[[Record], Cell]


def deal_columns(
    query: Query, matched: Sequence[Record], profile: Profile, authorities: Mapping[str, str] | None = None
) -> list[Shown]:
    """The columns for these deals: the usual ones, then the facts and the checks that the query speaks of.

    `authorities` are the names of authorities by their keys.
    """
    named = authorities or {}
    shown = [Shown(Column("deal", "Deal"), lambda r: r.name)]
    if any(r.customer and r.customer.casefold() != r.name.casefold() for r in matched):
        shown.append(Shown(Column("customer", "Customer"), lambda r: r.customer))
    shown += [
        Shown(Column("owner", "Owner"), lambda r: r.owner_name),
        Shown(Column("verdict", "Verdict", ColumnType.VERDICT), lambda r: r.judgement.value),
    ]
    size = value_fact(profile.facts)
    if size:
        shown.append(Shown(Column(size, profile.facts[size].label, ColumnType.MONEY), lambda r: r.contract_value))
    if any(r.converted for r in matched):
        shown.append(Shown(Column("stated", "Stated as"), lambda r: _join(map(_stated, r.converted))))
    shown.append(Shown(Column("close_date", "Close date", ColumnType.DATE), lambda r: r.close_date))
    shown.append(Shown(Column("stage", "Stage"), lambda r: r.stage))
    shown += [_fact_column(fact, profile) for fact in dict.fromkeys(_facts(query)) if fact != size]
    return shown + _check_columns(query, profile, {column.column.name for column in shown}, named)


def number_of(record: Record, fact: str, profile: Profile) -> Cell:
    """A fact's cell; money in another currency than the profile's is not known in this one."""
    spec = profile.facts[fact]
    return None if record.other_currency and spec.type is FactType.MONEY else fact_cell(spec, record.facts.get(fact))


def queried_checks(query: Query, profile: Profile) -> frozenset[str]:
    """The checks whose failures the query asks for; every check when it asks for any."""
    found: set[str] = set()
    for each in query.filters:
        if isinstance(each, CheckFilter) and each.result == "fail":
            found.update(each.any_of or (check.id for check in profile.checks))
        elif isinstance(each, PartFilter) and each.result == "fail":
            found.update(check.id for check in profile.checks if check.part in each.parts)
    return frozenset(found)


def gap_of(record: Record, checks: frozenset[str]) -> Cell:
    """How far the deal is from the limit of the first of these checks that it fails."""
    return next((broken.gap for broken in record.broken if broken.check in checks), None)


def _facts(query: Query) -> Iterable[str]:
    for each in query.filters:
        if isinstance(each, FactFilter) or (isinstance(each, MissingFilter) and each.fact not in NOT_FACTS):
            yield each.fact
    yield from query.show
    if query.order_by and query.order_by.fact:
        yield query.order_by.fact


def _fact_column(fact: str, profile: Profile) -> Shown:
    spec = profile.facts[fact]
    column = Column(fact, spec.label, ColumnType.of_fact(spec.type), spec.unit)
    return Shown(column, lambda r: number_of(r, fact, profile))


def _check_columns(query: Query, profile: Profile, there: set[str], named: Mapping[str, str]) -> list[Shown]:
    verdicts = {word for each in query.filters if isinstance(each, WordFilter) for word in _of(each, "verdict")}
    authority = any(_of(each, "authority") for each in query.filters if isinstance(each, WordFilter))
    checks = queried_checks(query, profile)
    columns: list[Shown] = []
    if len(checks) == 1:
        columns += _one_check(next(iter(checks)), profile, there, named)
    elif checks or authority or verdicts & {Judgement.DOES_NOT_FIT.value, Judgement.NEEDS_APPROVAL.value}:
        columns.append(Shown(Column("fails", "Fails"), lambda r: _labels(r.broken, checks)))
    if authority or Judgement.NEEDS_APPROVAL.value in verdicts:
        columns.append(
            Shown(Column("authority", "Who may approve"), lambda r: _join(named.get(a, a) for a in r.authorities))
        )
    if Judgement.INCOMPLETE.value in verdicts:
        labels = {name: spec.label for name, spec in profile.facts.items()}
        columns.append(Shown(Column("to_get", "Facts to get"), lambda r: _join(labels.get(f, f) for f in r.ask)))
    return columns


def _of(each: WordFilter, by: str) -> tuple[str, ...]:
    return each.any_of if each.by == by and not each.negate else ()


def _labels(broken: Iterable[Broken], checks: frozenset[str]) -> str | None:
    return _join(each.label for each in broken if not checks or each.check in checks)


def _join(words: Iterable[str]) -> str | None:
    return ", ".join(words) or None


def _one_check(check: str, profile: Profile, there: set[str], named: Mapping[str, str]) -> list[Shown]:
    """Actual, limit and gap of one check, and who may approve: what a manager needs to decide."""

    def broken(record: Record) -> Broken | None:
        return next((each for each in record.broken if each.check == check), None)

    rule = profile.check(check)
    judged = [] if rule is None else [fact for fact in judged_facts(rule) if fact not in there]
    unit = next((profile.facts[fact].unit for fact in judged), None)
    return [
        *(_fact_column(fact, profile) for fact in judged),
        Shown(Column("limit", "Limit"), lambda r: _part_of(broken(r), "limit")),
        Shown(Column("gap", "Gap", ColumnType.NUMBER, unit), lambda r: _part_of(broken(r), "gap")),
        Shown(Column("authority", "Who may approve"), lambda r: _named(broken(r), named)),
    ]


def _stated(each: Conversion) -> str:
    """An amount as it was stated, with the rate and its day: EUR 85,000 at 1.0871 on 2026-11-20."""
    return f"{each.currency} {each.amount:,f} at {each.rate:f} on {each.as_of}"


def _named(broken: Broken | None, named: Mapping[str, str]) -> Cell:
    who = None if broken is None else broken.authority
    return None if who is None else named.get(who, who)


def _part_of(broken: Broken | None, name: Literal["limit", "gap"]) -> Cell:
    cell: Cell = getattr(broken, name, None)
    return cell
