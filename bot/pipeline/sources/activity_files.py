"""A file of calls and meetings into the store: each row by itself, importing it again changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, BinaryIO, Protocol

from bot.deals.errors import DealsFileError, shorten
from bot.deals.files import Record, Table, open_table
from bot.deals.mapping import ACTIVITY_FIELDS, ActivityMapping
from bot.deals.mapping_yaml import did_you_mean
from bot.deals.numbers import DateError, parse_date
from bot.deals.text import key
from bot.pipeline.sources.roles import RoleReader
from bot.pipeline.sources.taking import KEPT_REJECTS, Rejected
from bot.profile.model import Profile
from bot.store.activities import Activity

BATCH = 2_000
NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "activity id", "call id", "meeting id"),
    "date": ("date", "day", "activity date", "call date", "due date", "when"),
    "rep": ("rep", "owner", "sales rep", "sales agent", "assigned to", "owner email"),
    "customer": ("customer", "account", "account name", "company", "company name"),
    "deal": ("deal", "deal id", "opportunity", "opportunity id"),
    "kind": ("kind", "type", "activity type"),
    "role": ("role", "title", "job title", "contact title", "met"),
    "outcome": ("outcome", "result", "status"),
}


class Keeper(Protocol):
    """Where calls and meetings are kept."""

    def save(self, batch: Sequence[Activity]) -> tuple[int, int]:
        """Keep activities: how many were new, and how many changed."""


@dataclass(frozen=True, slots=True)
class ActivityReport:
    """What an import did. `unknown_roles` counts the titles that no role was found for, by title."""

    read: int
    imported: int
    updated: int
    unchanged: int
    rejected: tuple[Rejected, ...]
    rejected_rows: int
    unknown_roles: Mapping[str, int]
    unread: tuple[str, ...]


def import_activities(
    data: bytes | BinaryIO,
    filename: str,
    *,
    profile: Profile,
    activities: Keeper,
    mapping: ActivityMapping | None = None,
    source: str | None = None,
    on_reject: Callable[[Rejected], object] | None = None,
) -> ActivityReport:
    """Import calls and meetings. Raises DealsFileError for the file as a whole, StoreError for the database.

    A row without a day that can be read is rejected. An activity with an id is known by its source and that id, one
    without by all that is known of it.
    """
    given = mapping or ActivityMapping()
    columns = {key(column): name for name, column in given.columns.items()}
    guesses = {word: name for name, words in NAMES.items() if name not in given.columns for word in words}
    table = open_table(data, filename, lambda column: key(column) in columns or key(column) in guesses, given.sheet)
    reader = _Reader(table, {**guesses, **columns}, RoleReader(profile, given), source or f"file:{filename}")
    read = imported = updated = kept = 0
    rejected: list[Rejected] = []
    refused = 0
    records = iter(table.records)
    first = True
    while some := list(islice(records, BATCH)):
        if first:
            reader.check(given, some, filename)
            first = False
        good: list[Activity] = []
        for record in some:
            read += 1
            made = reader.activity(record)
            if isinstance(made, Activity):
                good.append(made)
                continue
            refused += 1
            if len(rejected) < KEPT_REJECTS:
                rejected.append(made)
            if on_reject is not None:
                on_reject(made)
        new, changed = activities.save(good)
        imported, updated, kept = imported + new, updated + changed, kept + len(good)
    if first:
        raise DealsFileError(f"{filename}: there is a header, but no call or meeting below it.")
    unchanged = kept - imported - updated
    return ActivityReport(
        read, imported, updated, unchanged, tuple(rejected), refused, dict(reader.unknown), reader.unread
    )


class _Reader:
    def __init__(self, table: Table, names: Mapping[str, str], roles: RoleReader, source: str) -> None:
        self._table = table
        self._names = names
        self._roles = roles
        self._source = source
        self.unknown: dict[str, int] = {}
        self.unread: tuple[str, ...] = ()

    def check(self, given: ActivityMapping, records: Sequence[Record], filename: str) -> None:
        """Refuse a file without a date, or without a column that the mapping names."""
        columns = self._table.columns or tuple(dict.fromkeys(name for each in records for name in each.columns))
        there = {key(column) for column in columns}
        for column in given.columns.values():
            if key(column) not in there:
                hint = did_you_mean(column, columns)
                raise DealsFileError(
                    f"{filename}:1: the mapping names the column '{column}', which is not there. {hint}"
                )
        held = {self._names.get(key(column)) for column in columns}
        if "date" not in held:
            shown = ", ".join(shorten(column) for column in columns)
            raise DealsFileError(
                f"{filename}:1: no column holds the date of a call. Found: {shown}. Known are: "
                f"{', '.join(ACTIVITY_FIELDS)}. Rename the columns, or write a mapping file (activities: columns)."
            )
        self.unread = tuple(column for column in columns if column and key(column) not in self._names)

    def activity(self, record: Record) -> Activity | Rejected:
        """A row as an activity, or why not."""
        if record.error is not None:
            return Rejected(record.line, record.error, record.text)
        held = dict(self._held(record))
        try:
            day = _day(held.get("date"))
        except DateError as error:
            where = self._table.place(record.line, "date")
            return Rejected(record.line, f"{where}: cannot read '{shorten(held.get('date'))}'. {error}", record.text)
        title = _text(held.get("role"))
        role = self._roles.role(title) if title else None
        if title and role is None:
            self.unknown[title] = self.unknown.get(title, 0) + 1
        return Activity(
            source=self._source,
            source_id=_text(held.get("id")),
            day=day,
            kind=self._roles.kind(_text(held.get("kind"))),
            rep=_text(held.get("rep")),
            customer=_text(held.get("customer")),
            deal=_text(held.get("deal")),
            role=role,
            title=title,
            outcome=_text(held.get("outcome")),
        )

    def _held(self, record: Record) -> Iterator[tuple[str, Any]]:
        for column, cell in zip(record.columns, record.values, strict=False):
            name = self._names.get(key(column))
            if name is not None and cell is not None:
                yield name, cell


def _day(cell: Any) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    # A moment counts on its day: 2026-11-19 10:30.
    text = str(cell or "").strip()
    return parse_date(text[:10] if len(text) > 10 and text[10:11] in {"T", " "} and text[:4].isdigit() else text)  # noqa: PLR2004 - 2026-11-23T


def _text(cell: Any) -> str | None:
    return " ".join(str(cell).split())[:200] or None if cell is not None else None
