"""Deals of any source taken into the book: what is new, what changed, what stays, and what is rejected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot.deals.deal import Deal, plain_facts
from bot.deals.rows import RowDeal
from bot.pipeline.records import owner_of
from bot.pipeline.sources.seen import Seen
from bot.pipeline.stages import status_of
from bot.profile.people import People
from bot.store.deal_book import converted_text
from bot.store.plain import clean, json_bytes
from bot.store.records import DealToSave, SavedDeal, Status, deal_key

BATCH = 2_000
KEPT_REJECTS = 1_000
_NAMELESS = "The row names no deal, no customer and no id. Give the deal a name."
_KEPT = ("name", "customer", "owner", "stage", "currency", "source", "source_id")


class DealBook(Protocol):
    """Where deals are kept."""

    def deals(self, *, keys: Collection[str]) -> list[SavedDeal]:
        """The deals under these keys."""

    def put_deals(self, batch: Sequence[DealToSave]) -> int:
        """Keep deals, all of them or none."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is not in the pipeline: where it stands, why, and its own text."""

    line: int
    reason: str
    text: str


class Taking:
    """One import while it runs. `notes` and `rejected` hold the first thousand, the counts all of them."""

    def __init__(
        self,
        store: DealBook,
        people: People,
        seen: Seen,
        *,
        decision: int,
        on_reject: Callable[[Rejected], object] | None = None,
    ) -> None:
        self._store = store
        self._people = people
        self._seen = seen
        self._decision = decision
        self._on_reject = on_reject
        self._owners: dict[str, bool] = {}
        self.read = self.imported = self.updated = self.unchanged = 0
        self.rejected_rows = self.unread_cells = self.without_customer = 0
        self.rejected: list[Rejected] = []
        self.notes: list[tuple[int, str]] = []
        self.unknown_owners: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.converted: Counter[tuple[str, str, str]] = Counter()
        """How many amounts were converted, by currency, rate and the day of the rate."""

    @property
    def kept(self) -> int:
        """How many rows are in the pipeline now."""
        return self.imported + self.updated + self.unchanged

    def not_met(self, keys: Sequence[str]) -> set[str]:
        """Which of these deals were not among the rows."""
        return self._seen.absent(keys)

    def take(self, rows: Sequence[RowDeal], *, source: str) -> tuple[str, ...]:
        """Take some rows, all or none of them. Gives the keys of the deals that are new or changed."""
        good: list[tuple[str, RowDeal, Deal]] = []
        refused: list[tuple[RowDeal, str]] = []
        for row in rows:
            self.read += 1
            deal = row.deal
            if deal is None or _nameless(deal, row.line):
                refused.append((row, "; ".join(row.errors) or _NAMELESS))
                continue
            if deal.source != source:
                deal = replace(deal, source=source)
            good.append((deal_key(deal), row, deal))
        again = self._seen.add([(key, row.line) for key, row, _ in good])
        if again:
            for _, row, _ in good:
                if row.line in again:
                    told = f"It is the same deal as line {again[row.line]}. Give each deal an id, or another name."
                    refused.append((row, told))
            good = [each for each in good if each[1].line not in again]
        for row, reason in sorted(refused, key=lambda each: each[0].line):
            self._reject(row, reason)
        before = {saved.key: saved for saved in self._store.deals(keys=[key for key, _, _ in good])}
        changed: list[DealToSave] = []
        new = 0
        for key, row, deal in good:
            status: Status = row.status or status_of(deal.stage).value
            self._count(row, deal, status)
            known = before.get(key)
            if known is None or _differs(known, deal, status):
                new += known is None
                changed.append(DealToSave(deal, None, decision=self._decision, key=key, status=status))
        if changed:
            self._store.put_deals(changed)
        self.imported += new
        self.updated += len(changed) - new
        self.unchanged += len(good) - len(changed)
        return tuple(item.key for item in changed if item.key)

    def _reject(self, row: RowDeal, reason: str) -> None:
        self.rejected_rows += 1
        rejected = Rejected(row.line, reason, row.record.text if row.record is not None else "")
        if len(self.rejected) < KEPT_REJECTS:
            self.rejected.append(rejected)
        if self._on_reject is not None:
            self._on_reject(rejected)

    def _count(self, row: RowDeal, deal: Deal, status: str) -> None:
        self.statuses[status] += 1
        if status == "open" and deal.customer is None:
            self.without_customer += 1
        self.unread_cells += len(row.errors)
        for each in deal.converted:
            self.converted[each.currency, f"{each.rate:f}", each.as_of.isoformat()] += 1
        if row.errors and len(self.notes) < KEPT_REJECTS:
            self.notes += [(row.line, note) for note in row.errors]
        if deal.owner:
            known = self._owners.get(deal.owner)
            if known is None:
                known = self._owners[deal.owner] = owner_of(deal.owner, self._people) is not None
            if not known:
                self.unknown_owners[deal.owner.strip()] += 1


def _differs(before: SavedDeal, deal: Deal, status: str) -> bool:
    """Whether keeping the deal changes anything."""
    if before.status != status or before.close_date != deal.close_date:
        return True
    for name in _KEPT:
        now = getattr(deal, name)
        if getattr(before, name) != (now if now is None else clean(now)):
            return True
    facts = json_bytes(plain_facts(deal.facts), "facts").decode()
    return before.facts_text != facts or before.converted_text != converted_text(deal)


def _nameless(deal: Deal, line: int) -> bool:
    """Whether the row names no deal, no customer and no id: the reader then calls it by its line."""
    return not deal.name.strip() or (deal.name == f"line {line}" and not deal.customer and not deal.source_id)
