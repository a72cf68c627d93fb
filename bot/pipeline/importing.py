"""A file of deals into the pipeline, kept in batches as it is read: importing it again changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Any, BinaryIO, Protocol

from bot.deals.mapping import Mapping
from bot.deals.rows import DealStream, open_deals
from bot.deals.wording import counted
from bot.pipeline.sources.seen import nothing_seen
from bot.pipeline.sources.taking import BATCH, DealBook, Rejected, Taking
from bot.profile.judge import Judge
from bot.profile.model import Profile
from bot.profile.people import People
from bot.store.records import DecisionLog

__all__ = ["BATCH", "DECISION", "ImportReport", "Missing", "import_deals"]

DECISION = "pipeline-import"
_CHUNK = 1 << 20
_NAMED = 10
_PAGE = 5_000

Progress = Callable[[int, int], object]


class Book(DealBook, DecisionLog, Protocol):
    """Where deals and decisions are kept."""

    def keep_profile(self, sha256: str, title: str, version: str, source: bytes) -> None:
        """Keep the profile's bytes for replays."""

    def open_keys(self, source: str, after: str, limit: int) -> list[tuple[str, str]]:
        """Keys and names of a source's open deals."""

    def remove_deals(self, keys: Sequence[str], decision: int) -> None:
        """Take open deals out of the pipeline: they are neither won nor lost."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Open deals of the same source that the file no longer has: how many, the first names, and whether they went."""

    deals: int
    names: tuple[str, ...]
    removed: bool


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. `read` = imported + updated + unchanged + rejected_rows.

    `rejected` and `notes_by_row` are (line, reason) of the first thousand: rejected rows are not in the pipeline; the
    others are, with a fact unknown where its cell could not be read. `unknown_owners` counts the deals of each owner
    whom people.yaml does not name, `statuses` what came in as open, won and lost, `without_customer` the open deals
    that name no customer. `converted` counts the amounts in each other currency, with its rate and the rate's day.
    `decision_id` is the import in the decision log.
    """

    file: str
    sha256: str
    read: int
    imported: int
    updated: int
    unchanged: int
    rejected: tuple[tuple[int, str], ...]
    rejected_rows: int
    notes_by_row: tuple[tuple[int, str], ...]
    unread_cells: int
    unknown_owners: dict[str, int]
    statuses: dict[str, int]
    without_customer: int
    converted: tuple[tuple[str, str, str, int], ...]
    missing: Missing
    notes: tuple[str, ...]
    decision_id: int

    def plain(self) -> dict[str, Any]:
        """The report as JSON data."""
        names = ("file", "sha256", "read", "imported", "updated", "unchanged", "unread_cells", "unknown_owners")
        return {
            "schema": 1,
            **{name: getattr(self, name) for name in names},
            "rejected": self.rejected_rows,
            "statuses": self.statuses,
            "without_customer": self.without_customer,
            "converted": [
                {"currency": code, "rate": rate, "as_of": day, "amounts": amounts}
                for code, rate, day, amounts in self.converted
            ],
            "missing": {
                "deals": self.missing.deals,
                "names": list(self.missing.names),
                "removed": self.missing.removed,
            },
            "notes": list(self.notes),
            "decision": self.decision_id,
        }


def import_deals(
    data: bytes | BinaryIO,
    filename: str,
    *,
    judge: Judge,
    store: Book,
    people: People,
    mapping: Mapping | None = None,
    actor: str,
    source: str | None = None,
    sheet: str | None = None,
    remove_missing: bool = False,
    on_reject: Callable[[Rejected], object] | None = None,
    progress: Progress | None = None,
    row_by_row: bool = False,
) -> ImportReport:
    """Import a file's deals. The same file again is unchanged; a row that changed updates its deal.

    The import is recorded as a decision when it begins and when it ends. The deals are kept in batches, each whole or
    not at all: an import that is interrupted is finished by running it again. A row without a name, or that names the
    deal of an earlier row, is rejected with the reason, and given to `on_reject`. Deals are kept without a verdict: the
    live profile gives them one. `progress` is told how many of about how many rows are done.

    A deal with an id is known by its source and that id, and the source is the file's name: give `source` ("crm") when
    the same system writes files of other names, or the second file would bring every deal a second time. Open deals of
    the source that the file does not have are reported, and with `remove_missing` taken out: neither won nor lost.
    `row_by_row` reads every row as the odd ones are read; it brings the same, and takes longer.

    Raises:
        DealsFileError: the file as a whole cannot be read.
        StoreError: the database failed.
    """
    profile = judge.profile
    stream = BytesIO(data) if isinstance(data, bytes) else data
    sha256 = _sha256(stream)
    rows = open_deals(
        data if isinstance(data, bytes) else stream,
        filename=filename,
        facts=profile.facts,
        currency=profile.currency,
        mapping=mapping,
        sheet=sheet,
        rates=profile.rates,
    )
    of = source or (mapping.source if mapping else None) or f"file:{rows.filename}"
    body = {
        "file": filename,
        "sha256": sha256,
        "source": of,
        "profile": {"title": profile.id.title, "version": profile.id.version, "sha256": profile.id.sha256},
    }
    keep(store, profile)
    decision = store.record(kind=DECISION, actor=actor, subject=filename, body={**body, "state": "begun"})
    with nothing_seen() as seen:
        taking = Taking(store, people, seen, decision=decision.id, on_reject=on_reject)
        told = progress or _nobody
        for batch in _batches(rows) if row_by_row else rows.batches(BATCH):
            taking.take(batch, source=of, currency=profile.currency)
            share = max(rows.share(), 1e-6)
            told(taking.read, max(taking.read, round(taking.read / min(1.0, share))))
        gone, names = _gone(store, of, taking)
    if gone and remove_missing:
        store.remove_deals(gone, decision.id)
    told(taking.read, taking.read)
    missing = Missing(len(gone), names, removed=bool(gone) and remove_missing)
    counts = {
        "read": taking.read,
        "imported": taking.imported,
        "updated": taking.updated,
        "unchanged": taking.unchanged,
        "rejected": taking.rejected_rows,
        "missing": len(gone),
        "removed": len(gone) if remove_missing else 0,
    }
    store.record(
        kind=DECISION, actor=actor, subject=filename, body={**body, "state": "done", "begun": decision.id, **counts}
    )
    return ImportReport(
        file=filename,
        sha256=sha256,
        read=taking.read,
        imported=taking.imported,
        updated=taking.updated,
        unchanged=taking.unchanged,
        rejected=tuple((each.line, each.reason) for each in taking.rejected),
        rejected_rows=taking.rejected_rows,
        notes_by_row=tuple(taking.notes),
        unread_cells=taking.unread_cells,
        unknown_owners=dict(sorted(taking.unknown_owners.items())),
        statuses=dict(taking.statuses),
        without_customer=taking.without_customer,
        converted=tuple((*of, amounts) for of, amounts in sorted(taking.converted.items())),
        missing=missing,
        notes=(*_file_notes(rows), *_count_notes(taking, missing), *_row_notes(taking)),
        decision_id=decision.id,
    )


def keep(store: Book, profile: Profile) -> None:
    """Keep the profile by which the facts were read."""
    store.keep_profile(profile.id.sha256, profile.id.title, profile.id.version, profile.source)


def _sha256(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
    stream.seek(0)
    return digest.hexdigest()


def _batches(rows: DealStream) -> Iterator[list[Any]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _gone(store: Book, source: str, taking: Taking) -> tuple[list[str], tuple[str, ...]]:
    """The open deals of the source that the file did not have; none for a file in which nothing could be read."""
    gone: list[str] = []
    names: list[str] = []
    after = ""
    while taking.kept and (page := store.open_keys(source, after, _PAGE)):
        absent = taking.not_met([key for key, _ in page])
        for key, name in page:
            if key in absent:
                gone.append(key)
                if len(names) < _NAMED:
                    names.append(name)
        after = page[-1][0]
    return gone, tuple(names)


def _file_notes(rows: DealStream) -> Iterator[str]:
    """What is to be said of the file as a whole."""
    if rows.left_out:
        yield f"{counted(rows.left_out, 'row')} left out, as the mapping's `only` says."
    if rows.unread:
        yield f"Columns not used: {', '.join(rows.unread)}."


def _count_notes(taking: Taking, missing: Missing) -> Iterator[str]:
    if taking.without_customer:
        them = ("open deal names no customer. It is", "open deals name no customer. They are")
        yield f"{counted(taking.without_customer, *them)} in the pipeline."
    for (code, rate, day), amounts in sorted(taking.converted.items()):
        yield f"{counted(amounts, 'amount')} in {code} converted at {rate}, the rate of {day}."
    if missing.deals:
        some = ", ".join(missing.names) + (", ..." if missing.deals > len(missing.names) else "")
        gone = counted(missing.deals, "open deal of this source is", "open deals of this source are")
        if missing.deals == 1:
            told = "It is out now" if missing.removed else "It stays open; --remove-missing takes it out"
        else:
            told = "They are out now" if missing.removed else "They stay open; --remove-missing takes them out"
        end = ", neither won nor lost." if missing.removed else "."
        yield f"{gone} not in the file: {some}. {told}{end}"


def _row_notes(taking: Taking) -> Iterator[str]:
    """The first rows that came in with a fact unknown; a long list helps nobody."""
    for line, note in taking.notes[:_NAMED]:
        yield f"line {line}: imported; {note}"
    if taking.unread_cells > _NAMED:
        unknown = ("further cell could not be read; its fact is", "further cells could not be read; their facts are")
        yield f"{counted(taking.unread_cells - _NAMED, *unknown)} unknown."


def _nobody(_done: int, _total: int) -> None:
    """Progress that nobody watches."""
