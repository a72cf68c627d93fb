"""The decision log: appending to the chain, reading it, auditing it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, LargeBinary, Select, cast, insert, select

from bot.store import texts
from bot.store.chain import GENESIS, RawRow, audit, seal
from bot.store.connections import LOG_LOCK, Database
from bot.store.errors import RecordError
from bot.store.plain import clean, json_bytes, label
from bot.store.records import AuditReport, Decision, Head, NewDecision
from bot.store.tables import decisions, utc_text
from bot.store.texts import BESIDE, WrittenText

LONGEST = {"kind": 100, "actor": 300, "subject": 500}
"""Characters. A longer text is cut and ends in a hash of the whole: say it in full in the body."""


LARGEST_ID = 2**63 - 1


class Sealed(NamedTuple):
    """What the hash of a row covers beside its number, its time and the row before it."""

    kind: str
    actor: str
    subject: str
    body: bytes


class Prepared(NamedTuple):
    """A decision that can be kept, with its texts cleaned and its body in canonical form, and what stands beside it."""

    row: Sealed
    beside: WrittenText | None = None
    about: str = ""


def prepare(entry: NewDecision) -> Prepared:
    """Checks a decision before any lock is taken. Raises RecordError when it cannot be kept."""
    kind, actor, subject = (label(getattr(entry, name), longest) for name, longest in LONGEST.items())
    if not kind:
        raise RecordError("A decision needs a kind, such as 'verdict' or 'answer'.")
    if not actor:
        raise RecordError("A decision needs an actor: who asked or decided, or the name of the program that did.")
    body = json_bytes(entry.body)
    if not body.startswith(b"{"):
        raise RecordError(f"The body of a decision is a JSON object, not a {type(entry.body).__name__}.")
    if entry.beside is None:
        return Prepared(Sealed(kind, actor, subject, body))
    beside = WrittenText.new(json_bytes(entry.beside, "beside").decode(), clean(entry.author or entry.actor))
    marked = Sealed(kind, actor, subject, json_bytes({**entry.body, BESIDE: beside.mark}))
    return Prepared(marked, beside, clean(entry.about or kind))


def append(
    database: Database, connection: Connection, entries: Sequence[Prepared], clock: Callable[[], datetime]
) -> list[dict[str, Any]]:
    """Adds decisions to the end of the chain, within the transaction of `connection`. Gives the rows."""
    if not entries:
        return []
    database.hold(connection, LOG_LOCK)
    last = head(connection)
    at, previous = utc_text(clock()), last.sha256  # the time of our turn, so that times go up as ids do
    rows: list[dict[str, Any]] = []
    for number, entry in enumerate(entries, last.id + 1):
        sha256 = seal(number=number, at=at, **entry.row._asdict(), previous=previous)
        row = entry.row._asdict() | {"body": entry.row.body.decode()}
        rows.append({"id": number, "at": at, **row, "sha256": sha256, "previous": previous})
        previous = sha256
    connection.execute(insert(decisions), rows)
    texts.put(connection, ((e.beside, e.about) for e in entries if e.beside is not None), datetime.fromisoformat(at))
    return rows


def head(connection: Connection) -> Head:
    """The last row of the chain; id 0 and the genesis hash when the log is empty."""
    row = connection.execute(
        select(decisions.c.id, decisions.c.sha256).order_by(decisions.c.id.desc()).limit(1)
    ).first()
    return Head(row.id, row.sha256) if row else Head(0, GENESIS)


def find(
    connection: Connection, *, kind: str | None, subject: str | None, actor: str | None, limit: int
) -> list[Decision]:
    """The newest decisions that match, newest first."""
    query = select(decisions).order_by(decisions.c.id.desc()).limit(max(limit, 0))
    for name, wanted in (("kind", kind), ("subject", subject), ("actor", actor)):
        if wanted is not None:
            query = query.where(decisions.c[name] == label(wanted, LONGEST[name]))
    return whole(connection, [read(row) for row in connection.execute(query).mappings()])


def each(connection: Connection, *, after: int, kind: str | None) -> Iterator[Decision]:
    """The rows after this id, oldest first, streamed, as the log holds them: texts beside it by their marks."""
    query = select(decisions).where(decisions.c.id > after).order_by(decisions.c.id)
    if kind is not None:
        query = query.where(decisions.c.kind == label(kind, LONGEST["kind"]))
    with connection.execution_options(yield_per=1000).execute(query) as rows:
        for row in rows.mappings():
            yield read(row)


def get(connection: Connection, number: int) -> Decision | None:
    """One decision by its id. Any number may be asked for: it may come from a forged button."""
    if not 0 < number <= LARGEST_ID:
        return None
    row = connection.execute(select(decisions).where(decisions.c.id == number)).mappings().first()
    return whole(connection, [read(row)])[0] if row else None


def whole(connection: Connection, found: list[Decision]) -> list[Decision]:
    """The decisions with what stands beside the log put back into their bodies."""
    bodies = texts.with_texts(connection, [each.body for each in found])
    return [replace(each, body=body) for each, body in zip(found, bodies, strict=True)]


def verify(database: Database, connection: Connection, published: Head | None) -> AuditReport:
    """Streams the whole log through the audit, in the order of the ids, from one consistent view."""
    with connection.execution_options(yield_per=2000).execute(_raw(database.is_sqlite)) as rows:
        return audit(map(RawRow._make, rows), published)


def _raw(is_sqlite: bool) -> Select[Any]:
    """The rows as they are. SQLite can hold anything in any column, broken UTF-8 too: there, bytes are read."""
    texts = [decisions.c[name] for name in RawRow._fields[1:]]
    columns = [cast(text, LargeBinary) for text in texts] if is_sqlite else texts
    return select(decisions.c.id, *columns).order_by(decisions.c.id)


def read(row: Any) -> Decision:
    """A row as a Decision."""
    return Decision(**{**row, "at": datetime.fromisoformat(row["at"]), "body": json.loads(row["body"])})
