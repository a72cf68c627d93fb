"""Deals by what they have in common: owner, segment, what fails, the quarter in which they close."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import product
from types import MappingProxyType

from bot.pipeline.fit import quarter
from bot.pipeline.query import Group
from bot.pipeline.records import Record
from bot.pipeline.tables import Cell, Column, ColumnType
from bot.profile.model import Profile

Labels = tuple[Cell, ...]

LABELS = MappingProxyType(
    {
        "owner": "Owner", "team": "Team", "customer": "Customer", "stage": "Stage", "status": "Status",
        "segment": "Segment", "stance": "Stance", "verdict": "Verdict", "check": "Failing check",
        "part": "Failing part", "authority": "Who may approve", "close_month": "Closes in",
        "close_quarter": "Closes in", "close_year": "Closes in",
    }
)  # fmt: skip
"""What people call each dimension."""

IN_TIME = frozenset({"close_month", "close_quarter", "close_year"})
SEVERAL = frozenset({"check", "part", "authority"})
"""A deal may stand in several groups of these, and in none."""


def group_column(group: Group, profile: Profile) -> Column:
    """The column that names the group."""
    if group.by == "fact":
        spec = profile.facts[group.fact or ""]
        return Column(spec.name, spec.label, ColumnType.of_fact(spec.type))
    return Column(group.by, LABELS[group.by], ColumnType.VERDICT if group.by == "verdict" else ColumnType.TEXT)


def grouped_by(groups: Sequence[Group], records: Sequence[Record]) -> Iterator[tuple[Labels, list[Record]]]:
    """The records by their labels. Without groups, all of them once.

    Every record is in at least one group (a label of None says that it is not known, or that nothing fails), and in
    several only for failing checks, failing parts and authorities.
    """
    if not groups:
        yield (), list(records)
        return
    members: dict[tuple[Cell, ...], list[Record]] = {}
    labels: dict[tuple[Cell, ...], Labels] = {}
    for record in records:
        for pairs in product(*(_values(group, record) for group in groups)):
            key = tuple(pair[0] for pair in pairs)
            members.setdefault(key, []).append(record)
            labels.setdefault(key, tuple(pair[1] for pair in pairs))
    for key, found in members.items():
        yield labels[key], found


def _values(group: Group, record: Record) -> list[tuple[Cell, Cell]]:
    """The groups that the deal belongs to: what it is grouped by, and how that is shown."""
    match group.by:
        case "owner":
            return [(record.owner, record.owner_name)]
        case "check":
            return [(broken.check, broken.label) for broken in record.broken] or [(None, None)]
        case "part":
            return [(part, part) for part in dict.fromkeys(b.part.value for b in record.broken)] or [(None, None)]
        case "authority":
            return [(who, who) for who in record.authorities] or [(None, None)]
        case "fact":
            value = record.facts.get(group.fact or "")
            cell = value if isinstance(value, str | bool) else None
            return [(cell, cell)]
        case _:
            text = _SINGLE[group.by](record)
            return [(text.casefold() if text else None, text)]


def _month(day: date | None) -> str | None:
    return None if day is None else f"{day.year:04}-{day.month:02}"


_SINGLE: MappingProxyType[str, Callable[[Record], str | None]] = MappingProxyType(
    {
        "team": lambda r: r.team,
        "customer": lambda r: r.customer or r.name,
        "stage": lambda r: r.stage,
        "status": lambda r: r.status.value,
        "segment": lambda r: r.segment,
        "stance": lambda r: r.stance,
        "verdict": lambda r: r.judgement.value,
        "close_month": lambda r: _month(r.close_date),
        "close_quarter": lambda r: quarter(r.close_date),
        "close_year": lambda r: None if r.close_date is None else str(r.close_date.year),
    }
)
