"""Exception requests: kept and changed together with what the decision log says of them, all or nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from bot.store import decision_log, texts
from bot.store.connections import LOG_LOCK, Database
from bot.store.errors import StoreError
from bot.store.exception_tables import exception_cards, exceptions, personal_texts
from bot.store.plain import clean, json_bytes
from bot.store.records import NewDecision
from bot.store.texts import WrittenText
from bot.store.upsert import inserting

__all__ = [
    "Card",
    "Event",
    "ExceptionBook",
    "ExceptionChange",
    "ExceptionRow",
    "StaleError",
    "WrittenText",
    "subject_of",
]

LARGEST = decision_log.LARGEST_ID


class StaleError(StoreError):
    """Somebody else changed the request since it was read: read it again."""


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """A request as it is kept. `number` and `version` are 0 until it was; `texts` holds what people wrote, by mark."""

    origin: str
    deal_key: str
    requester: str
    state: str
    asked_at: datetime
    due_at: datetime | None
    body: Mapping[str, Any]
    number: int = 0
    version: int = 0
    texts: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """The hash of what is kept but the version: the log names it with each change."""
        kept = {"body": self.body, "deal_key": self.deal_key, "requester": self.requester, "state": self.state}
        return hashlib.sha256(json_bytes(kept)).hexdigest()


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a request, for the decision log."""

    kind: str
    actor: str
    body: Mapping[str, Any]
    beside: Mapping[str, Any] | None = None
    """What is personal, such as names: it stands beside the log and can be erased (see NewDecision)."""
    author: str | None = None


@dataclass(frozen=True, slots=True)
class ExceptionChange:
    """A request as it shall stand, with the version that was seen in it, what happened, and new texts."""

    row: ExceptionRow
    events: Sequence[Event]
    texts: Sequence[WrittenText] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A message that shows a request: to whom (a user, or a channel), and which part; empty for who asked."""

    number: int
    part: str
    reader: str
    channel: str
    ts: str


def subject_of(number: int) -> str:
    """How the decision log names a request."""
    return f"exception {number}"


class ExceptionBook:
    """The requests in one database. Every method raises StoreError when the database fails."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def save(self, changes: Sequence[ExceptionChange]) -> list[ExceptionRow]:
        """Keeps all the changes with their entries in the log, or nothing.

        A new request that was made before from the same origin is given back as it stands, and nothing is changed.
        Raises StaleError when somebody changed one of them in between, or opened another for the same deal.
        """
        with self._database.writing() as connection:
            self._database.hold(connection, LOG_LOCK)
            for change in changes:
                known = _by_origin(connection, change.row.origin) if change.row.number == 0 else None
                if known is not None:
                    return [known]
            return [self._put(connection, change) for change in changes]

    def _put(self, connection: Connection, change: ExceptionChange) -> ExceptionRow:
        row = self._numbered(connection, change.row)
        values = {
            "version": row.version,
            "deal_key": row.deal_key,
            "requester": row.requester,
            "state": row.state,
            "due_at": row.due_at,
            "body": json_bytes(row.body).decode(),
        }
        if change.row.number:
            seen = (exceptions.c.number == row.number) & (exceptions.c.version == change.row.version)
            done = connection.execute(update(exceptions).where(seen).values(**values))
            if done.rowcount != 1:
                raise StaleError(f"Exception {row.number} was changed in between. Look at it again.")
        else:
            taken = select(exceptions.c.number).where(exceptions.c.deal_key == row.deal_key)
            if row.state == "open" and connection.execute(taken.where(exceptions.c.state == "open")).first():
                raise StaleError("Another exception was asked for on this deal in between. Look at it again.")
            new = {"number": row.number, "origin": row.origin, "asked_at": row.asked_at, **values}
            connection.execute(insert(exceptions).values(**new))
        texts.put(connection, ((each, subject_of(row.number)) for each in change.texts), self._clock())
        for event in change.events:
            body = {"exception": row.number, "state": row.state, "state_sha256": row.sha256, **event.body}
            subject = subject_of(row.number)
            made = NewDecision(event.kind, event.actor, subject, body, event.beside, event.author, subject)
            entry = decision_log.prepare(made)
            decision_log.append(self._database, connection, [entry], self._clock)
        return row

    @staticmethod
    def _numbered(connection: Connection, row: ExceptionRow) -> ExceptionRow:
        if row.number:
            return replace(row, version=row.version + 1)
        last = connection.execute(select(func.max(exceptions.c.number))).scalar() or 0
        return replace(row, number=last + 1, version=1)

    def get(self, number: int) -> ExceptionRow | None:
        """One request. Any number may be asked for: it may come from a forged button."""
        if not 0 < number <= LARGEST:
            return None
        with self._database.reading() as connection:
            found = connection.execute(select(exceptions).where(exceptions.c.number == number)).mappings().first()
            return None if found is None else _with_texts(connection, [dict(found)])[0]

    def by_origin(self, origin: str) -> ExceptionRow | None:
        """The request that came of this, when it did."""
        with self._database.reading() as connection:
            return _by_origin(connection, origin)

    def find(
        self,
        *,
        deal_key: str | None = None,
        state: str | None = None,
        requesters: Collection[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 1000,
    ) -> list[ExceptionRow]:
        """The requests that match all that is given, the newest first. `since` is included, `until` is not."""
        query = select(exceptions).order_by(exceptions.c.number.desc()).limit(limit)
        for column, wanted in ((exceptions.c.deal_key, deal_key), (exceptions.c.state, state)):
            if wanted is not None:
                query = query.where(column == clean(wanted))
        if requesters is not None:
            query = query.where(exceptions.c.requester.in_([clean(each) for each in requesters]))
        if since is not None:
            query = query.where(exceptions.c.asked_at >= since)
        if until is not None:
            query = query.where(exceptions.c.asked_at < until)
        with self._database.reading() as connection:
            return _with_texts(connection, [dict(row) for row in connection.execute(query).mappings()])

    def due(self, now: datetime, limit: int = 500) -> list[int]:
        """The requests for which something must be done by now, the longest due first."""
        query = select(exceptions.c.number).where(exceptions.c.due_at <= now).order_by(exceptions.c.due_at).limit(limit)
        with self._database.reading() as connection:
            return [int(number) for (number,) in connection.execute(query)]

    def altered(self) -> list[int]:
        """The requests that are not as the decision log says they were left: somebody wrote past it."""
        from bot.store.tables import decisions  # tables import each other in one direction

        with self._database.reading() as connection:
            said: dict[str, str] = {}
            query = select(decisions.c.subject, decisions.c.body).where(decisions.c.kind.like("exception.%"))
            for subject, body in connection.execute(query.order_by(decisions.c.id)):
                said[subject] = str(json.loads(body).get("state_sha256"))
            rows = [read_row(dict(found)) for found in connection.execute(select(exceptions)).mappings()]
            here = {subject_of(row.number): row for row in rows}
        wrong = [row.number for subject, row in here.items() if said.get(subject) != row.sha256]
        return sorted([*wrong, *(int(subject.split()[-1]) for subject in said if subject not in here)])

    def remember_card(self, card: Card) -> None:
        """Remembers a message that shows a request. Remembering it again changes nothing."""
        values = {name: getattr(card, name) for name in ("number", "part", "reader", "channel", "ts")}
        with self._database.writing() as connection:
            keys = [exception_cards.c.channel, exception_cards.c.ts]
            statement = inserting(connection, exception_cards).values(**values)
            connection.execute(statement.on_conflict_do_nothing(index_elements=keys))

    def cards(self, number: int) -> list[Card]:
        """The messages that show a request, in the order in which they were posted."""
        query = select(exception_cards).where(exception_cards.c.number == number)
        with self._database.reading() as connection:
            found = [Card(**dict(row)) for row in connection.execute(query).mappings()]
        return sorted(found, key=lambda card: card.ts)


def _by_origin(connection: Connection, origin: str) -> ExceptionRow | None:
    found = connection.execute(select(exceptions).where(exceptions.c.origin == clean(origin))).mappings().first()
    return None if found is None else _with_texts(connection, [dict(found)])[0]


def _with_texts(connection: Connection, rows: list[dict[str, Any]]) -> list[ExceptionRow]:
    subjects = [subject_of(row["number"]) for row in rows]
    written: dict[str, dict[str, str | None]] = {}
    for start in range(0, len(subjects), 500):
        some = subjects[start : start + 500]
        query = select(personal_texts.c.about, personal_texts.c.mark, personal_texts.c.text)
        for about, mark, text in connection.execute(query.where(personal_texts.c.about.in_(some))):
            written.setdefault(about, {})[mark] = text
    return [read_row(row, written.get(subject_of(row["number"]), {})) for row in rows]


def read_row(values: Mapping[str, Any], texts: Mapping[str, str | None] | None = None) -> ExceptionRow:
    """A row as an ExceptionRow, with what people wrote, by mark."""
    return ExceptionRow(**{**values, "body": json.loads(values["body"])}, texts=texts or {})
