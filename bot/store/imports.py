"""What an import asks of the deals that are kept: which of a source's are still open, and closing those that went."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.store.plain import clean
from bot.store.tables import deals

GONE = "Closed lost"
"""The stage of a deal that its source no longer has."""

_AT_ONCE = 500


def open_keys(connection: Connection, source: str, after: str, limit: int) -> list[tuple[str, str]]:
    """Keys and names of the open deals of a source, in the order of their keys, from after this key."""
    query = select(deals.c.key, deals.c.name).where(
        deals.c.source == clean(source), deals.c.status == "open", deals.c.key > after
    )
    return [(row.key, row.name) for row in connection.execute(query.order_by(deals.c.key).limit(limit))]


def close(connection: Connection, keys: Collection[str], decision: int, now: datetime, version: int) -> None:
    """Count open deals as lost, by this decision."""
    wanted = sorted(keys)
    for at in range(0, len(wanted), _AT_ONCE):
        query = update(deals).where(deals.c.key.in_(wanted[at : at + _AT_ONCE]), deals.c.status == "open")
        connection.execute(
            query.values(status="lost", stage=GONE, decision_id=decision, updated_at=now, version=version)
        )
