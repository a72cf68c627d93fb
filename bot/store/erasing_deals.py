"""Emptying a deal: its row keeps its key and counts nowhere; what hangs on the deal elsewhere goes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, exists, or_, select, update

from bot.deals.deal import Deal
from bot.store.activity_tables import activities, written_back
from bot.store.blanking import GONE
from bot.store.deal_book import next_version, prepare
from bot.store.exception_tables import exceptions
from bot.store.records import DealToSave, folded
from bot.store.review_tables import outcome_values, review_events
from bot.store.tables import deals, threads

_KEPT = frozenset({"currency", "source", "source_id", "decision_id", "key"})
_AT_ONCE = 500


def is_known(connection: Connection, key: str) -> bool:
    """Whether anything is kept under a deal's key."""
    places = (deals.c.key, threads.c.deal_key, exceptions.c.deal_key)
    query = select(or_(*(exists(select(place).where(place == key)) for place in places)))
    return bool(connection.execute(query).scalar_one())


def empty(connection: Connection, key: str, now: datetime) -> int:
    """Empty a deal as it stands now, with its calls, its outcomes, its dates and what was written back. How many."""
    names = connection.execute(
        select(deals.c.name, deals.c.source, deals.c.source_id).where(deals.c.key == key)
    ).first()
    if names is not None:
        _forget_calls(connection, names.name, names.source, names.source_id)
    for table in (outcome_values, review_events):
        connection.execute(delete(table).where(table.c.deal_key == key))
    connection.execute(delete(written_back).where(written_back.c.key == key))
    empty = prepare(DealToSave(Deal(name=GONE, facts={}, currency="USD"), key=key, status="removed"), now)
    values = {name: value for name, value in empty.items() if name not in _KEPT}
    query = update(deals).where(deals.c.key == key).values(**values, version=next_version(connection))
    return int(connection.execute(query).rowcount)


def _forget_calls(connection: Connection, name: str, source: str | None, source_id: str | None) -> None:
    """Forget the calls and meetings that name the deal, or its id at its source.

    Names are compared here: SQLite's own lower case knows no letters but a to z, and would leave "Österreich" standing.
    """
    said = connection.execute(
        select(activities.c.key, activities.c.source, activities.c.deal).where(activities.c.deal.is_not(None))
    )
    called = folded(name)
    gone = [row.key for row in said if folded(row.deal) == called or (row.source, row.deal) == (source, source_id)]
    for at in range(0, len(gone), _AT_ONCE):
        connection.execute(delete(activities).where(activities.c.key.in_(gone[at : at + _AT_ONCE])))
