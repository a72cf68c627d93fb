"""Deals in a judged table of columns without a database: for tests of figures and of the service."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot.deals.deal import Deal, canonical_json, plain_facts
from bot.pipeline.deal_table.tables import PipelineTables
from bot.pipeline.service import PipelineService
from bot.profile.judge import Judge
from bot.profile.people import People
from bot.store.deal_book import converted_text
from bot.store.records import ChangedDeal, DealMark, SavedDeal, Status, deal_key

from .support import clock, judge, people


@dataclass
class Live:
    judge: Judge

    def current(self) -> Judge:
        return self.judge


def saved(a_deal: Deal, status: Status = "open", version: int = 1, checked_by: str | None = None) -> SavedDeal:
    return SavedDeal(
        key=deal_key(a_deal), name=a_deal.name, customer=a_deal.customer, owner=a_deal.owner, stage=a_deal.stage,
        close_date=a_deal.close_date, currency=a_deal.currency, source=a_deal.source, source_id=a_deal.source_id,
        status=status, judgement=None, profile_sha256=None, deal_sha256=a_deal.sha256, decision_id=None,
        checked_by=checked_by, updated_at=clock(), facts_text=canonical_json(plain_facts(a_deal.facts)).decode(),
        verdict_text=None, version=version, converted_text=converted_text(a_deal),
    )  # fmt: skip


@dataclass
class Shelf:
    """The store as the deal table and the service see it."""

    kept: dict[str, SavedDeal] = field(default_factory=dict)
    version: int = 0
    shown: str = "a shelf"
    read: list[str] = field(default_factory=list)

    def put(self, deals: Iterable[Deal], status: Status = "open") -> Shelf:
        self.version += 1
        for each in deals:
            made = saved(each, status, self.version)
            self.kept[made.key] = made
        return self

    def deals_version(self) -> int:
        return self.version

    def changed_deals(self, after: DealMark, limit: int = 10_000) -> list[ChangedDeal]:
        rows = sorted(self.kept.values(), key=lambda each: (each.version, each.key))
        later = [each for each in rows if (each.version, each.key) > (after.version, after.key)]
        return [ChangedDeal(*(getattr(each, name) for name in ChangedDeal._fields)) for each in later[:limit]]

    def deals(self, *, keys: Collection[str] | None = None) -> list[SavedDeal]:
        found = [each for key, each in sorted(self.kept.items()) if keys is None or key in keys]
        self.read += [each.key for each in found]
        return found


@dataclass
class House:
    """A service over a shelf, with everything that it is made of."""

    shelf: Shelf
    tables: PipelineTables
    service: PipelineService
    live: Live


def house(
    folder: Path, deals: Sequence[Deal] | Shelf = (), *, who: People | None = None, live: Judge | None = None,
    now: list[datetime] | None = None,
) -> House:  # fmt: skip
    shelf = deals if isinstance(deals, Shelf) else Shelf().put(deals)
    lives = Live(live or judge())
    found = who or people()

    def time() -> datetime:
        return now[0] if now else clock()

    tables = PipelineTables(live=lives, people=lambda: found, store=shelf, folder=folder, clock=time)
    service = PipelineService(live=lives, people=lambda: found, store=shelf, tables=tables, clock=time)
    return House(shelf, tables, service, lives)
