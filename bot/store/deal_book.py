"""Deals as they stand now: one row a deal, with its last verdict."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import Connection, select

from bot.deals.deal import plain_facts
from bot.profile.verdict import Judgement
from bot.store.errors import RecordError
from bot.store.plain import clean, json_bytes, label
from bot.store.records import LONGEST_KEY, DealToSave, NewDecision, SavedDeal, Status, deal_key, folded
from bot.store.tables import deals
from bot.store.upsert import upsert

Row = dict[str, Any]

_STATUSES = get_args(Status)


def save(connection: Connection, rows: Sequence[Row]) -> None:
    """Adds or replaces deals. Writes them in the order of their keys, so that two imports cannot block each other."""
    if rows:
        upsert(connection, deals, sorted(rows, key=lambda row: str(row["key"])))


def get(connection: Connection, key: str) -> SavedDeal | None:
    """One deal by its key."""
    row = connection.execute(select(deals).where(deals.c.key == label(key, LONGEST_KEY))).mappings().first()
    return read(row) if row else None


def open_deals(connection: Connection, owners: Collection[str] | None) -> list[SavedDeal]:
    """The open deals, of these owners (compared without case and spacing) or of all, in the order of their keys."""
    query = select(deals).where(deals.c.status == "open")
    if owners is not None:
        query = query.where(deals.c.owner_folded.in_({folded(owner) for owner in owners}))
    found = (read(row) for row in connection.execute(query).mappings())
    return sorted(found, key=lambda saved: saved.key)  # here, because each database sorts texts its own way


def prepare(item: DealToSave, now: datetime) -> Row:
    """The row of a deal, made before any lock is taken. Raises RecordError when it cannot be kept."""
    if item.status not in _STATUSES:
        raise RecordError(f"The status of a deal is open, won or lost, not {item.status!r}.")
    deal, verdict = item.deal, item.verdict
    try:
        facts, judged = plain_facts(deal.facts), verdict.plain()
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
        "status": item.status,
        "judgement": verdict.judgement.value,
        "profile_sha256": verdict.profile.sha256,
        "deal_sha256": verdict.deal_sha256,
        "decision_id": None if isinstance(item.decision, NewDecision) else item.decision,
        "checked_by": _optional(item.checked_by),
        "updated_at": now,
        "facts": json_bytes(facts, "facts").decode(),
        "verdict": json_bytes(judged, "verdict").decode(),
    }


def _optional(text: str | None) -> str | None:
    return None if text is None else clean(text)


def read(row: Mapping[Any, Any]) -> SavedDeal:
    """A row as a SavedDeal."""
    values = dict(row)
    values.pop("owner_folded")
    values["judgement"] = Judgement(values["judgement"])
    return SavedDeal(facts_text=values.pop("facts"), verdict_text=values.pop("verdict"), **values)
