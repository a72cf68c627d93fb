"""Deals as an import keeps them: plain texts, compared with what is kept and written without a detour."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from itertools import islice
from typing import NamedTuple

from sqlalchemy import Connection, select

from bot.deals.deal import Deal, plain_facts
from bot.store.deal_book import Row, converted_text, row_sha256
from bot.store.errors import RecordError
from bot.store.plain import clean, json_bytes, label
from bot.store.records import LONGEST_KEY, Status, folded
from bot.store.tables import deals

_AT_ONCE = 500


class KeptDeal(NamedTuple):
    """What a source says of a deal, as it is kept: every text clean, facts and conversions in canonical JSON."""

    key: str
    name: str
    customer: str | None
    owner: str | None
    stage: str | None
    close_date: date | None
    currency: str
    source: str | None
    source_id: str | None
    status: Status
    facts: str
    converted: str | None


_COLUMNS = [deals.c[name] for name in KeptDeal._fields]


def kept_of(deal: Deal, key: str, status: Status) -> KeptDeal:
    """A deal as it is kept. Raises RecordError when it cannot be."""
    try:
        facts = json_bytes(plain_facts(deal.facts), "facts").decode()
    except ArithmeticError as error:
        raise RecordError(f"The deal {deal.name!r} has a fact that is not a number.") from error
    return KeptDeal(
        key=label(key, LONGEST_KEY),
        name=clean(deal.name),
        customer=_optional(deal.customer),
        owner=_optional(deal.owner),
        stage=_optional(deal.stage),
        close_date=deal.close_date,
        currency=clean(deal.currency),
        source=_optional(deal.source),
        source_id=_optional(deal.source_id),
        status=status,
        facts=facts,
        converted=converted_text(deal),
    )


def find(connection: Connection, keys: Collection[str]) -> dict[str, KeptDeal]:
    """The deals under these keys, as they are kept."""
    found: dict[str, KeptDeal] = {}
    wanted = iter(sorted(keys))
    while some := list(islice(wanted, _AT_ONCE)):
        for row in connection.execute(select(*_COLUMNS).where(deals.c.key.in_(some))):
            found[row[0]] = KeptDeal(*row)
    return found


def prepare(batch: Sequence[KeptDeal], decision: int, now: datetime) -> list[Row]:
    """The rows of deals that an import brings: without a verdict."""
    owners = {owner: folded(owner) for owner in {item.owner for item in batch}}
    alike = {
        "judgement": None,
        "profile_sha256": None,
        "decision_id": decision,
        "checked_by": None,
        "updated_at": now,
        "verdict": None,
    }
    return [
        {
            **dict(zip(KeptDeal._fields, item, strict=True)),
            "owner_folded": owners[item.owner],
            "deal_sha256": row_sha256(item.currency, item.facts.encode()),
            **alike,
        }
        for item in batch
    ]


def _optional(text: str | None) -> str | None:
    return None if text is None else clean(text)
