"""A file of deals into the pipeline: read, judged, and kept, so that importing it again changes nothing."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Protocol

from bot.deals.deal import Deal, plain_facts
from bot.deals.mapping import Mapping
from bot.deals.rows import DealRows, RowDeal, read_deals
from bot.pipeline.records import owner_of
from bot.pipeline.stages import Status, status_of
from bot.profile.judge import Judge
from bot.profile.people import People
from bot.profile.verdict import Judgement, Verdict
from bot.store.records import DealToSave, Decision, SavedDeal, deal_key
from bot.store.records import Status as StoredStatus

BATCH = 500
_NAMELESS = "The row names no deal, no customer and no id. Give the deal a name."
DECISION = "pipeline-import"

Progress = Callable[[int, int], object]


class Book(Protocol):
    """Where deals and decisions are kept."""

    def record(self, *, kind: str, actor: str, subject: str, body: dict[str, Any]) -> Decision:
        """Append a decision to the log."""

    def keep_profile(self, sha256: str, title: str, version: str, source: bytes) -> None:
        """Keep the profile's bytes for replays."""

    def open_deals(self) -> list[SavedDeal]:
        """The open deals."""

    def deal(self, key: str) -> SavedDeal | None:
        """One deal."""

    def save_deals(self, batch: Sequence[DealToSave]) -> list[SavedDeal]:
        """Keep deals, all of them or none."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. `read` = imported + updated + unchanged + rejected.

    `rejected` and `notes_by_row` are (line, reason): rejected rows are not in the pipeline; the others are, with a fact
    unknown where its cell could not be read. `unknown_owners` counts the deals of each owner whom people.yaml does not
    name. `verdicts` counts the rows that are in the pipeline now. `decision_id` is the import in the decision log.
    """

    file: str
    sha256: str
    read: int
    imported: int
    updated: int
    unchanged: int
    rejected: tuple[tuple[int, str], ...]
    notes_by_row: tuple[tuple[int, str], ...]
    unknown_owners: dict[str, int]
    verdicts: dict[Judgement, int]
    notes: tuple[str, ...]
    decision_id: int


@dataclass(frozen=True, slots=True)
class _Judged:
    """A row that can be kept. `before` is how the deal is kept so far."""

    deal: Deal
    verdict: Verdict
    key: str
    before: SavedDeal | None

    @property
    def changes(self) -> bool:
        """Whether keeping it changes anything."""
        before, deal = self.before, self.deal
        return before is None or not (
            before.profile_sha256 == self.verdict.profile.sha256
            and before.status == status_of(deal.stage).value
            and before.facts_plain == plain_facts(deal.facts)
            and all(getattr(before, name) == getattr(deal, name) for name in _KEPT)
        )


_STATUSES: dict[Status, StoredStatus] = {Status.OPEN: "open", Status.WON: "won", Status.LOST: "lost"}
_KEPT = ("name", "customer", "owner", "stage", "close_date", "currency", "source", "source_id")


def import_deals(
    data: bytes,
    filename: str,
    *,
    judge: Judge,
    store: Book,
    people: People,
    mapping: Mapping | None = None,
    actor: str,
    source: str | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a file's deals. The same file again is unchanged; a row that changed updates its deal.

    The import is recorded as a decision before the deals are kept, in batches, each whole or not at all: an import that
    is interrupted is finished by running it again. A row without a name, or that names the deal of an earlier row, is
    rejected with the reason. `progress` is told how many of how many rows are done.

    A deal with an id is known by its source and that id, and the source is the file's name: give `source` ("crm") when
    the same system writes files of other names, or the second file would bring every deal a second time.

    Raises:
        DealsFileError: the file as a whole cannot be read.
        StoreError: the database failed.
    """
    profile = judge.profile
    rows = read_deals(data, filename=filename, facts=profile.facts, currency=profile.currency, mapping=mapping)
    told = progress or _nobody
    if source is not None:
        rows[:] = [replace(row, deal=row.deal and replace(row.deal, source=source)) for row in rows]
    total = len(rows)
    kept = {saved.key: saved for saved in store.open_deals()}
    judged, rejected = _judge(rows, judge, store, kept, lambda done: told(done // 2, total))
    changed = [row for row in judged if row.changes]
    new = sum(row.before is None for row in changed)
    unknown = Counter(
        row.deal.owner.strip() for row in judged if row.deal.owner and owner_of(row.deal.owner, people) is None
    )
    verdicts = Counter(row.verdict.judgement for row in judged)
    sha256 = hashlib.sha256(data).hexdigest()
    body = {
        "file": filename,
        "sha256": sha256,
        "profile": {"title": profile.id.title, "version": profile.id.version, "sha256": profile.id.sha256},
        "read": total,
        "imported": new,
        "updated": len(changed) - new,
        "unchanged": len(judged) - len(changed),
        "rejected": len(rejected),
        "verdicts": {judgement.value: verdicts[judgement] for judgement in Judgement},
    }
    store.keep_profile(profile.id.sha256, profile.id.title, profile.id.version, profile.source)
    decision = store.record(kind=DECISION, actor=actor, subject=filename, body=body)
    saved = total - len(changed)
    for batch in _batches(changed):
        store.save_deals([_to_save(row, decision.id, actor) for row in batch])
        saved += len(batch)
        told((total + saved) // 2, total)
    told(total, total)
    notes_by_row = [(row.line, note) for row in rows if row.deal is not None for note in row.errors]
    return ImportReport(
        file=filename,
        sha256=sha256,
        read=total,
        imported=new,
        updated=len(changed) - new,
        unchanged=len(judged) - len(changed),
        rejected=tuple(rejected),
        notes_by_row=tuple(notes_by_row),
        unknown_owners=dict(sorted(unknown.items())),
        verdicts={judgement: verdicts[judgement] for judgement in Judgement},
        notes=(*_file_notes(rows), *_row_notes(notes_by_row)),
        decision_id=decision.id,
    )


def _judge(
    rows: Sequence[RowDeal], judge: Judge, store: Book, kept: dict[str, SavedDeal], told: Callable[[int], object]
) -> tuple[list[_Judged], list[tuple[int, str]]]:
    judged: list[_Judged] = []
    rejected: list[tuple[int, str]] = []
    lines: dict[str, int] = {}
    for done, row in enumerate(rows, start=1):
        if row.deal is None or _nameless(row.deal, row.line):
            rejected.append((row.line, "; ".join(row.errors) or _NAMELESS))
            continue
        key = deal_key(row.deal)
        first = lines.setdefault(key, row.line)
        if first != row.line:
            rejected.append((row.line, f"It is the same deal as line {first}. Give each deal an id, or another name."))
            continue
        before = kept.get(key) or store.deal(key)
        judged.append(_Judged(row.deal, judge.judge(row.deal), key, before))
        if done % BATCH == 0:
            told(done)
    return judged, rejected


def _nameless(deal: Deal, line: int) -> bool:
    """Whether the row names no deal, no customer and no id: the reader then calls it by its line."""
    return not deal.name.strip() or (deal.name == f"line {line}" and not deal.customer and not deal.source_id)


def _to_save(row: _Judged, decision: int, actor: str) -> DealToSave:
    status = _STATUSES[status_of(row.deal.stage)]
    return DealToSave(row.deal, row.verdict, decision=decision, checked_by=actor, key=row.key, status=status)


def _batches(rows: Iterable[_Judged]) -> Iterator[list[_Judged]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch


def _file_notes(rows: DealRows) -> Iterator[str]:
    """What is to be said of the file as a whole."""
    if rows.left_out:
        yield f"{rows.left_out:,} rows left out, as the mapping's `only` says."
    if rows.unread:
        yield f"Columns not used: {', '.join(rows.unread)}."


def _row_notes(notes: Sequence[tuple[int, str]]) -> Iterator[str]:
    """The first rows that came in with a fact unknown; a long list helps nobody."""
    shown = 10
    for line, note in notes[:shown]:
        yield f"line {line}: imported; {note}"
    if len(notes) > shown:
        yield f"{len(notes) - shown:,} further cells could not be read; their facts are unknown."


def _nobody(_done: int, _total: int) -> None:
    """Progress that nobody watches."""
