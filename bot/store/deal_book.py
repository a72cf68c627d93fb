"""Deals as they stand now: one row a deal, with its last verdict where it has one."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any, get_args

from sqlalchemy import Connection, and_, case, func, or_, select

from bot.deals.deal import Deal, plain_facts
from bot.profile.verdict import Judgement
from bot.store.errors import RecordError
from bot.store.plain import clean, json_bytes, label
from bot.store.records import (
    LONGEST_KEY,
    ChangedDeal,
    DealMark,
    DealToSave,
    NewDecision,
    SavedDeal,
    Status,
    deal_key,
    folded,
)
from bot.store.tables import deals
from bot.store.upsert import inserting, write_many

Row = dict[str, Any]

_STATUSES = get_args(Status)
_OF_A_VERDICT = ("judgement", "profile_sha256", "verdict", "decision_id", "checked_by")
"""What belongs to a verdict, and stays with the deal while its facts are those that were judged."""

_AT_ONCE = 500
"""Keys or owners in one query: SQLite takes about 32,000 values, PostgreSQL 65,000."""


def next_version(connection: Connection) -> int:
    """The number of a new step. The caller is the only one who saves deals until the end of the transaction."""
    return newest(connection) + 1


def newest(connection: Connection) -> int:
    """The number of the last step that saved a deal; 0 before the first."""
    return int(connection.execute(select(func.coalesce(func.max(deals.c.version), 0))).scalar_one())


def save(connection: Connection, rows: Sequence[Row], version: int) -> None:
    """Adds or replaces deals. Writes them in the order of their keys, so that two imports cannot block each other."""
    if not rows:
        return
    for row in rows:
        row["version"] = version
    statement = inserting(connection, deals)
    new = statement.excluded
    changes: dict[str, Any] = {column.name: new[column.key] for column in deals.columns if not column.primary_key}
    unchanged = and_(new.verdict.is_(None), deals.c.deal_sha256 == new.deal_sha256)
    for name in _OF_A_VERDICT:
        changes[name] = case((unchanged, func.coalesce(deals.c[name], new[name])), else_=new[name])
    # A batch may hold a deal twice, and the last counts: PostgreSQL refuses to touch one row twice in a statement.
    last = {row["key"]: row for row in rows}
    ordered = [last[key] for key in sorted(last)]
    write_many(connection, deals, statement.on_conflict_do_update(index_elements=[deals.c.key], set_=changes), ordered)


def get(connection: Connection, key: str) -> SavedDeal | None:
    """One deal by its key."""
    row = connection.execute(select(deals).where(deals.c.key == label(key, LONGEST_KEY))).mappings().first()
    return read(row) if row else None


def find(
    connection: Connection,
    *,
    statuses: Collection[str] | None = None,
    owners: Collection[str] | None = None,
    keys: Collection[str] | None = None,
    checked_by: str | None = None,
) -> list[SavedDeal]:
    """The deals that are all of what is given, in the order of their keys."""
    query = select(deals)
    if statuses is not None:
        query = query.where(deals.c.status.in_(sorted(set(statuses))))
    if owners is not None and checked_by is not None:
        wanted = deals.c.owner_folded.in_({folded(owner) for owner in owners})
        query = query.where(or_(wanted, deals.c.checked_by == clean(checked_by)))
    elif owners is not None:
        query = query.where(deals.c.owner_folded.in_({folded(owner) for owner in owners}))
    elif checked_by is not None:
        query = query.where(deals.c.checked_by == clean(checked_by))
    if keys is None:
        found = [read(row) for row in connection.execute(query).mappings()]
    else:
        found = []
        for some in _batches(sorted({label(key, LONGEST_KEY) for key in keys})):
            found += [read(row) for row in connection.execute(query.where(deals.c.key.in_(some))).mappings()]
    return sorted(found, key=lambda saved: saved.key)  # here, because each database sorts texts its own way


_CHANGED = [deals.c[name.removesuffix("_text")] for name in ChangedDeal._fields]


def changed(connection: Connection, after: DealMark, limit: int) -> list[ChangedDeal]:
    """The deals that were saved after the mark, in the order of their steps, and in a step by their keys."""
    later = or_(
        deals.c.version > after.version,
        and_(deals.c.version == after.version, deals.c.key > after.key),
    )
    query = select(*_CHANGED).where(deals.c.version >= after.version, later)
    query = query.order_by(deals.c.version, deals.c.key).limit(limit)
    return [ChangedDeal(*row) for row in connection.execute(query)]


def prepare(item: DealToSave, now: datetime) -> Row:
    """The row of a deal, made before any lock is taken. Raises RecordError when it cannot be kept."""
    if item.status is not None and item.status not in _STATUSES:
        raise RecordError(f"The status of a deal is open, won, lost or removed, not {item.status!r}.")
    deal, verdict = item.deal, item.verdict
    try:
        facts = json_bytes(plain_facts(deal.facts), "facts")
        judged = None if verdict is None else json_bytes(verdict.plain(), "verdict").decode()
    except ArithmeticError as error:
        raise RecordError(f"The deal {deal.name!r} has a fact that is not a number.") from error
    return {
        "key": label(item.key, LONGEST_KEY) if item.key else deal_key(deal),
        "name": clean(deal.name),
        "customer": _optional(deal.customer),
        "owner": _optional(deal.owner),
        "owner_folded": folded(deal.owner),
        "stage": _optional(deal.stage),
        "close_date": deal.close_date,
        "currency": clean(deal.currency),
        "source": _optional(deal.source),
        "source_id": _optional(deal.source_id),
        "status": item.status or "open",
        "judgement": None if verdict is None else verdict.judgement.value,
        "profile_sha256": None if verdict is None else verdict.profile.sha256,
        "deal_sha256": row_sha256(clean(deal.currency), facts) if verdict is None else verdict.deal_sha256,
        "decision_id": None if isinstance(item.decision, NewDecision) else item.decision,
        "checked_by": _optional(item.checked_by),
        "updated_at": now,
        "facts": facts.decode(),
        "verdict": judged,
        "converted": converted_text(deal),
    }


def converted_text(deal: Deal) -> str | None:
    """How the deal's amounts in another currency were reached, as it is kept."""
    if not deal.converted:
        return None
    return json_bytes([each.plain() for each in deal.converted], "converted").decode()


def keep_statuses(connection: Connection, rows: Sequence[Row]) -> None:
    """Give rows the status that their deals have already, for those of which nobody says another."""
    found = {row["key"]: row for row in rows}
    for some in _batches(sorted(found)):
        query = select(deals.c.key, deals.c.status).where(deals.c.key.in_(some))
        for key, status in connection.execute(query):
            found[key]["status"] = status


def row_sha256(currency: str, facts: bytes) -> str:
    """The hash that `Deal.sha256` gives, from facts that are in canonical form already: it is half the work."""
    return hashlib.sha256(_before_facts(currency) + facts + b"}").hexdigest()


@lru_cache(maxsize=64)
def _before_facts(currency: str) -> bytes:
    return b'{"currency":' + json_bytes(currency) + b',"facts":'


def _optional(text: str | None) -> str | None:
    return None if text is None else clean(text)


def read(row: Mapping[Any, Any]) -> SavedDeal:
    """A row as a SavedDeal."""
    values = dict(row)
    values.pop("owner_folded")
    if values["judgement"] is not None:
        values["judgement"] = Judgement(values["judgement"])
    return SavedDeal(
        facts_text=values.pop("facts"),
        verdict_text=values.pop("verdict"),
        converted_text=values.pop("converted", None),
        **values,
    )


def _batches(keys: Iterable[str]) -> Iterator[list[str]]:
    left = iter(keys)
    while some := list(islice(left, _AT_ONCE)):
        yield some
