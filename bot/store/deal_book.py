"""Deals as they stand now: one row a deal, with its last verdict."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import InvalidOperation
from typing import Any

from sqlalchemy import Connection, select

from bot.deals.deal import canonical_json, plain_facts
from bot.profile.verdict import Judgement
from bot.store.errors import RecordError
from bot.store.plain import clean, json_data, label
from bot.store.records import LONGEST_KEY, DealToSave, SavedDeal, deal_key, folded
from bot.store.tables import deals
from bot.store.upsert import upsert

_STATUSES = ("open", "won", "lost")


def save(
    connection: Connection, batch: Sequence[DealToSave], decision_ids: Sequence[int | None], now: datetime
) -> list[SavedDeal]:
    """Adds or replaces deals. Writes them in the order of their keys, so that two imports cannot block each other."""
    rows = [_row(item, number, now) for item, number in zip(batch, decision_ids, strict=True)]
    if rows:
        upsert(connection, deals, sorted(rows, key=lambda row: str(row["key"])))
    return [_saved(row) for row in rows]


def get(connection: Connection, key: str) -> SavedDeal | None:
    """One deal by its key."""
    row = connection.execute(select(deals).where(deals.c.key == label(key, LONGEST_KEY))).mappings().first()
    return _saved(row) if row else None


def open_deals(connection: Connection, owners: Collection[str] | None) -> list[SavedDeal]:
    """The open deals, of these owners (compared without case and spacing) or of all, in the order of their keys."""
    query = select(deals).where(deals.c.status == "open").order_by(deals.c.key)
    if owners is not None:
        query = query.where(deals.c.owner_folded.in_({folded(owner) for owner in owners}))
    return [_saved(row) for row in connection.execute(query).mappings()]


def _row(item: DealToSave, decision_id: int | None, now: datetime) -> dict[str, Any]:
    if item.status not in _STATUSES:
        raise RecordError(f"The status of a deal is open, won or lost, not {item.status!r}.")
    deal, verdict = item.deal, item.verdict
    try:
        facts, judged = plain_facts(deal.facts), verdict.plain()
    except InvalidOperation as error:
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
        "decision_id": decision_id,
        "checked_by": _optional(item.checked_by),
        "updated_at": now,
        "facts": canonical_json(json_data(facts, "facts")).decode(),
        "verdict": canonical_json(json_data(judged, "verdict")).decode(),
    }


def _optional(text: str | None) -> str | None:
    return None if text is None else clean(text)


def _saved(row: Any) -> SavedDeal:
    values = dict(row)
    values.pop("owner_folded")
    values["judgement"] = Judgement(values["judgement"])
    return SavedDeal(facts_text=values.pop("facts"), verdict_text=values.pop("verdict"), **values)
