"""Calls and meetings as they are kept, and which accounts reps are assigned."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.deals.deal import canonical_json
from bot.store.activity_tables import activities, assignments, crm_accounts
from bot.store.connections import Database
from bot.store.plain import clean, label
from bot.store.records import LONGEST_KEY, folded
from bot.store.upsert import upsert

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Activity:
    """A call or a meeting. `rep` and `customer` are texts of the source, compared without case and spacing.

    `deal` is the deal's id at its source, or its name. `kind` is "call", "meeting" or another word, `role` the choice
    of the profile's sponsor that was met, None when it is not known; `title` the words that the role was read from.
    """

    source: str
    day: date
    kind: str
    source_id: str | None = None
    rep: str | None = None
    customer: str | None = None
    deal: str | None = None
    role: str | None = None
    title: str | None = None
    outcome: str | None = None

    @property
    def key(self) -> str:
        """What it is kept under: its id at its source, else everything that is known of it."""
        if self.source_id:
            return label(f"{self.source}:{self.source_id}", LONGEST_KEY)
        parts = [self.source, self.day.isoformat(), self.kind, self.rep, self.customer, self.deal, self.title]
        parts.append(self.outcome)
        return f"of:{hashlib.sha256(canonical_json([folded(part) for part in parts])).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True)
class Assignment:
    """A rep looks after an account."""

    rep: str
    customer: str


@dataclass(frozen=True, slots=True)
class Account:
    """An account of a CRM and who owns it there, in the CRM's words. `id` is its id at the source."""

    source: str
    id: str
    customer: str
    owner: str

    @property
    def key(self) -> str:
        """What it is kept under."""
        return label(f"{self.source}:{self.id}", LONGEST_KEY)


class ActivityBook:
    """Keeps calls and meetings. Every method raises StoreError when the database fails."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def save(self, batch: Sequence[Activity]) -> tuple[int, int]:
        """Keeps activities, all or none. How many were new, and how many were changed."""
        now = self._clock()
        with self._database.writing() as connection:
            return _save(connection, batch, now)

    def remove(self, keys: Collection[str]) -> None:
        """Forgets activities that their source deleted."""
        with self._database.writing() as connection:
            wanted = sorted(keys)
            for at in range(0, len(wanted), _AT_ONCE):
                connection.execute(activities.delete().where(activities.c.key.in_(wanted[at : at + _AT_ONCE])))

    def find(
        self, *, since: date | None = None, until: date | None = None, reps: Collection[str] | None = None
    ) -> list[Activity]:
        """The activities from this day to that (both included), of these reps or of all, by day and key."""
        with self._database.reading() as connection:
            return _find(connection, since, until, reps)

    def assign(self, batch: Sequence[Assignment]) -> None:
        """Makes these the assignments of accounts, in place of all that were there."""
        now = self._clock()
        with self._database.writing() as connection:
            _assign(connection, batch, now)

    def assigned(self) -> list[Assignment]:
        """Every assignment, by rep and account."""
        query = select(assignments).order_by(assignments.c.rep_folded, assignments.c.customer_folded)
        with self._database.reading() as connection:
            return [Assignment(row["rep"], row["customer"]) for row in connection.execute(query).mappings()]

    def keep_accounts(self, batch: Sequence[Account], gone: Collection[str] = ()) -> None:
        """Keeps accounts of a CRM with their owners, and forgets those under the keys of `gone`: all or none."""
        now = self._clock()
        rows = {
            each.key: {
                "key": each.key,
                "source": clean(each.source),
                "customer": clean(each.customer),
                "customer_folded": folded(each.customer),
                "owner": clean(each.owner),
                "updated_at": now,
            }
            for each in batch
        }
        wanted = sorted(gone)
        with self._database.writing() as connection:
            for at in range(0, len(wanted), _AT_ONCE):
                connection.execute(crm_accounts.delete().where(crm_accounts.c.key.in_(wanted[at : at + _AT_ONCE])))
            if rows:
                upsert(connection, crm_accounts, list(rows.values()))

    def account_owners(self) -> dict[tuple[str, str], frozenset[str]]:
        """Who owns the accounts of a name, by the source and the folded name: several where several have one name."""
        query = select(crm_accounts.c.source, crm_accounts.c.customer_folded, crm_accounts.c.owner)
        found: dict[tuple[str, str], frozenset[str]] = {}
        with self._database.reading() as connection:
            for source, customer, owner in connection.execute(query):
                found[source, customer] = found.get((source, customer), frozenset()) | {owner}
        return found


def _save(connection: Connection, batch: Sequence[Activity], now: datetime) -> tuple[int, int]:
    rows = {activity.key: _row(activity, now) for activity in batch}
    before: dict[str, Mapping[str, Any]] = {}
    keys = sorted(rows)
    for at in range(0, len(keys), _AT_ONCE):
        query = select(activities).where(activities.c.key.in_(keys[at : at + _AT_ONCE]))
        before.update({row["key"]: dict(row) for row in connection.execute(query).mappings()})
    changed = [row for key, row in rows.items() if _without_time(before.get(key)) != _without_time(row)]
    if changed:
        upsert(connection, activities, changed)
    new = sum(row["key"] not in before for row in changed)
    return new, len(changed) - new


def _find(
    connection: Connection, since: date | None, until: date | None, reps: Collection[str] | None
) -> list[Activity]:
    query = select(activities)
    if since is not None:
        query = query.where(activities.c.day >= since)
    if until is not None:
        query = query.where(activities.c.day <= until)
    if reps is not None:
        query = query.where(activities.c.rep_folded.in_({folded(rep) for rep in reps}))
    rows = connection.execute(query.order_by(activities.c.day, activities.c.key)).mappings()
    return [_read(row) for row in rows]


def _assign(connection: Connection, batch: Sequence[Assignment], now: datetime) -> None:
    rows = {
        (folded(each.rep), folded(each.customer)): {
            "rep_folded": folded(each.rep),
            "customer_folded": folded(each.customer),
            "rep": clean(each.rep),
            "customer": clean(each.customer),
            "updated_at": now,
        }
        for each in batch
    }
    connection.execute(assignments.delete())
    if rows:
        upsert(connection, assignments, list(rows.values()))


def _row(activity: Activity, now: datetime) -> dict[str, Any]:
    texts = ("source", "source_id", "rep", "customer", "deal", "kind", "role", "title", "outcome")
    held = {name: None if (text := getattr(activity, name)) is None else clean(text) for name in texts}
    return {
        "key": activity.key,
        "day": activity.day,
        "rep_folded": folded(activity.rep),
        "customer_folded": folded(activity.customer),
        **held,
        "updated_at": now,
    }


def _without_time(row: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if row is None else {name: value for name, value in row.items() if name != "updated_at"}


def _read(row: Mapping[Any, Any]) -> Activity:
    names = ("source", "day", "kind", "source_id", "rep", "customer", "deal", "role", "title", "outcome")
    return Activity(**{name: row[name] for name in names})
