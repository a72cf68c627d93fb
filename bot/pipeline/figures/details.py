"""What only a few deals are asked for: their findings, gaps, approvers and questions, from the judge of one deal."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from bot.pipeline.columns import Shown, deal_columns, gap_of, queried_checks
from bot.pipeline.query import Query
from bot.pipeline.records import Record, judge_records
from bot.pipeline.view import View
from bot.profile.judge import Judge
from bot.profile.people import People
from bot.store.records import SavedDeal

__all__ = ["Details", "Shown", "deal_columns"]


class Book(Protocol):
    """Where the deals are kept."""

    def deals(self, *, keys: Collection[str] | None = None) -> list[SavedDeal]:
        """The deals with these keys."""


@dataclass(frozen=True, slots=True)
class Details:
    """The records of some deals, read from the store and judged one by one. What is not in the view stays unread."""

    book: Book
    judge: Judge
    people: People
    view: View

    def of(self, keys: Sequence[str]) -> list[Record]:
        """The records of these deals, in this order. One that is gone, or somebody else's by now, is left out."""
        if not keys:
            return []
        saved = self.view.of(self.book.deals(keys=keys), self.people)
        found = {record.key: record for record in judge_records(saved, self.judge, self.people).records}
        return [found[key] for key in keys if key in found]

    def gap(self, record: Record, query: Query) -> Decimal | None:
        """How far the deal is from the limit of the first check that the query filters on."""
        cell = gap_of(record, queried_checks(query, self.judge.profile))
        return cell if isinstance(cell, Decimal) else None
