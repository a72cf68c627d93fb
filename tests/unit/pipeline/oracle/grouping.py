"""Deals by what they have in common: owner, segment, what fails, the quarter in which they close."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import product
from types import MappingProxyType

from bot.pipeline.deal_table.layout import words_of
from bot.pipeline.figures.groups import group_column
from bot.pipeline.grouping import LABELS, SEVERAL
from bot.pipeline.periods import quarter
from bot.pipeline.query import Group
from bot.pipeline.records import Record
from bot.pipeline.tables import Cell
from tests.unit.pipeline.support import people

Labels = tuple[Cell, ...]

NAMES = people().authorities
IN_TIME = frozenset({"close_month", "close_quarter", "close_year"})

__all__ = ["IN_TIME", "LABELS", "SEVERAL", "Labels", "group_column", "grouped_by"]


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
            shown = tuple(pair[1] for pair in pairs)
            labels[key] = min(shown, labels.get(key, shown), key=repr)
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
            return [(who, NAMES[who].name) for who in record.authorities] or [(None, None)]
        case "fact":
            value = record.facts.get(group.fact or "")
            cell = value if isinstance(value, str | bool) else None
            return [(cell, cell)]
        case _:
            text = _SINGLE[group.by](record)
            return [(words_of(text) if text else None, text)]


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
