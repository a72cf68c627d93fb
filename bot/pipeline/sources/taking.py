"""Deals of any source taken into the book: what is new, what changed, what stays, and what is rejected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot.deals.rows import PlainRow, RowDeal
from bot.pipeline.records import owner_of
from bot.pipeline.sources.seen import Seen
from bot.pipeline.stages import status_of
from bot.profile.people import People
from bot.store.kept_deals import KeptDeal, kept_of
from bot.store.plain import clean
from bot.store.records import Status, deal_key, key_of

BATCH = 4_000
KEPT_REJECTS = 1_000
_NAMELESS = "The row names no deal, no customer and no id. Give the deal a name."
_MOST_STAGES = 1_000


class DealBook(Protocol):
    """Where deals are kept."""

    def kept_deals(self, keys: Collection[str]) -> dict[str, KeptDeal]:
        """What is kept under these keys."""

    def keep_deals(self, batch: Sequence[KeptDeal], decision: int) -> None:
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
        self._stages: dict[str | None, Status] = {}
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

    def take(self, rows: Sequence[RowDeal | PlainRow], *, source: str, currency: str) -> tuple[str, ...]:
        """Take some rows, all or none of them. Gives the keys of the deals that are new or changed.

        `currency` is the one that plain rows are in: the profile's.
        """
        good = self._sound(rows, source, currency)
        before = self._store.kept_deals([kept.key for kept, _ in good])
        changed: list[KeptDeal] = []
        new = 0
        for kept, row in good:
            self._count(kept)
            if isinstance(row, RowDeal):
                self._tell(row)
            known = before.get(kept.key)
            if known != kept:
                new += known is None
                changed.append(kept)
        if changed:
            self._store.keep_deals(changed, self._decision)
        self.imported += new
        self.updated += len(changed) - new
        self.unchanged += len(good) - len(changed)
        return tuple(item.key for item in changed)

    def _sound(
        self, rows: Sequence[RowDeal | PlainRow], source: str, currency: str
    ) -> list[tuple[KeptDeal, RowDeal | PlainRow]]:
        """The rows that are a deal each, as they are kept; the others are rejected, in the order of their lines."""
        good: list[tuple[KeptDeal, RowDeal | PlainRow]] = []
        refused: list[tuple[RowDeal | PlainRow, str]] = []
        kept_source = clean(source)
        self.read += len(rows)
        for row in rows:
            kept = self._plain(row, source, kept_source, currency) if isinstance(row, PlainRow) else _whole(row, source)
            if kept is not None:
                good.append((kept, row))
            else:
                refused.append((row, "; ".join(() if isinstance(row, PlainRow) else row.errors) or _NAMELESS))
        again = self._seen.add([(kept.key, row.line) for kept, row in good])
        if again:
            for _, row in good:
                if row.line in again:
                    told = f"It is the same deal as line {again[row.line]}. Give each deal an id, or another name."
                    refused.append((row, told))
            good = [each for each in good if each[1].line not in again]
        for row, reason in sorted(refused, key=lambda each: each[0].line):
            self._reject(row, reason)
        return good

    def _plain(self, row: PlainRow, source: str, kept_source: str, currency: str) -> KeptDeal | None:
        """A plain row as it is kept: its texts are clean already. None where it names no deal."""
        if _nameless(row.name, row.customer, row.source_id, row.line):
            return None
        status: Status = row.status or self._status(row.stage)
        key = key_of(source, row.source_id, row.owner, row.name)
        return KeptDeal(
            key, row.name, row.customer, row.owner, row.stage, row.close_date, currency, kept_source, row.source_id,
            status, row.facts, None,
        )  # fmt: skip

    def _status(self, stage: str | None) -> Status:
        if stage not in self._stages:
            if len(self._stages) >= _MOST_STAGES:
                self._stages.clear()
            self._stages[stage] = status_of(stage).value
        return self._stages[stage]

    def _reject(self, row: RowDeal | PlainRow, reason: str) -> None:
        self.rejected_rows += 1
        rejected = Rejected(row.line, reason, row.record.text if row.record is not None else "")
        if len(self.rejected) < KEPT_REJECTS:
            self.rejected.append(rejected)
        if self._on_reject is not None:
            self._on_reject(rejected)

    def _tell(self, row: RowDeal) -> None:
        """Count what could not be read of a row, and what was converted."""
        self.unread_cells += len(row.errors)
        for each in row.deal.converted if row.deal else ():
            self.converted[each.currency, f"{each.rate:f}", each.as_of.isoformat()] += 1
        if row.errors and len(self.notes) < KEPT_REJECTS:
            self.notes += [(row.line, note) for note in row.errors]

    def _count(self, kept: KeptDeal) -> None:
        self.statuses[kept.status] += 1
        if kept.status == "open" and kept.customer is None:
            self.without_customer += 1
        if kept.owner:
            known = self._owners.get(kept.owner)
            if known is None:
                known = self._owners[kept.owner] = owner_of(kept.owner, self._people) is not None
            if not known:
                self.unknown_owners[kept.owner.strip()] += 1


def _whole(row: RowDeal, source: str) -> KeptDeal | None:
    """A row that was read by itself, as it is kept; None where nothing of it can be trusted, or it names no deal."""
    deal = row.deal
    if deal is None or _nameless(deal.name, deal.customer, deal.source_id, row.line):
        return None
    if deal.source != source:
        deal = replace(deal, source=source)
    return kept_of(deal, deal_key(deal), row.status or status_of(deal.stage).value)


def _nameless(name: str, customer: str | None, source_id: str | None, line: int) -> bool:
    """Whether the row names no deal, no customer and no id: the reader then calls it by its line."""
    return not name.strip() or (name == f"line {line}" and not customer and not source_id)
