"""What an import asks of the deals that are kept: which of a source's are open, and taking out those that went."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from bot.store.plain import clean
from bot.store.tables import deals

_AT_ONCE = 500


def open_keys(connection: Connection, source: str, after: str, limit: int) -> list[tuple[str, str]]:
    """Keys and names of the open deals of a source, in the order of their keys, from after this key."""
    # The status in a form that no index holds: by that of the status every page would sort all open deals, and the
    # pages of a million deals took longer than their import.
    is_open = func.coalesce(deals.c.status, "") == "open"
    query = select(deals.c.key, deals.c.name).where(deals.c.source == clean(source), is_open, deals.c.key > after)
    return [(row.key, row.name) for row in connection.execute(query.order_by(deals.c.key).limit(limit))]


def remove(
    connection: Connection, keys: Collection[str], decision: int, now: datetime, version: int, was: str = "open"
) -> None:
    """Take deals that are `was` out of the pipeline, by this decision. Their stage stays as it was last known."""
    wanted = sorted(keys)
    for at in range(0, len(wanted), _AT_ONCE):
        query = update(deals).where(deals.c.key.in_(wanted[at : at + _AT_ONCE]), deals.c.status == was)
        connection.execute(query.values(status="removed", decision_id=decision, updated_at=now, version=version))
