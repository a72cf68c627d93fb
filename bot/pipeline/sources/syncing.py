"""A CRM kept in step: what changed since the last sync, page by page, each page kept before the next is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from bot.deals.files import Record
from bot.deals.mapping import FIELDS, ActivityMapping
from bot.deals.mapping import Mapping as MappingFile
from bot.deals.row_reader import RowDeal, RowReader
from bot.deals.text import key
from bot.deals.wording import counted
from bot.pipeline.sources.crm import Crm, CrmAccount, CrmActivity, CrmDeal, CrmError, Mark
from bot.pipeline.sources.roles import RoleReader
from bot.pipeline.sources.seen import nothing_seen
from bot.pipeline.sources.taking import DealBook, Taking
from bot.profile.judge import Judge
from bot.profile.model import Profile
from bot.profile.people import People
from bot.store.activities import Account, Activity
from bot.store.records import DecisionLog, SavedDeal, Status
from bot.store.sources import SourceState

DECISION = "pipeline-sync"
LOOK_BACK = timedelta(minutes=15)
"""A change may show up in a CRM's search some minutes late: each sync reads so much of the last one again."""
_PAGE = 1_000

Progress = Callable[[str, int], object]


class Cursors(Protocol):
    """Where it is kept how far a source was read."""

    def get(self, name: str) -> SourceState | None:
        """One source."""

    def save(self, state: SourceState) -> None:
        """Keep it."""

    def written(self, keys: Collection[str]) -> dict[str, str]:
        """What was last written back to these deals."""

    def note_written(self, rows: Sequence[tuple[str, str]]) -> None:
        """Remember it."""


class ActivityKeeper(Protocol):
    """Where calls and meetings are kept."""

    def save(self, batch: Sequence[Activity]) -> tuple[int, int]:
        """Keep activities."""

    def remove(self, keys: Collection[str]) -> None:
        """Forget some."""

    def keep_accounts(self, batch: Sequence[Account], gone: Collection[str] = ()) -> None:
        """Keep accounts with their owners, and forget some."""


class Book(DealBook, DecisionLog, Protocol):
    """Where deals, activities, cursors and decisions are kept."""

    @property
    def sources(self) -> Cursors:
        """How far each source was read."""

    @property
    def activities(self) -> ActivityKeeper:
        """Calls and meetings."""

    def deals(self, *, keys: Collection[str]) -> list[SavedDeal]:
        """The deals under these keys."""

    def open_keys(self, source: str, after: str = "", limit: int = 5_000) -> list[tuple[str, str]]:
        """Keys and names of a source's open deals."""

    def remove_deals(self, keys: Sequence[str], decision: int, was: Status = "open") -> None:
        """Take open deals (or deals that are `was`) out of the pipeline: they are neither won nor lost."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did. `notes` are the first cells that could not be read."""

    source: str
    deals: Mapping[str, int]
    activities: Mapping[str, int]
    gone: int
    written_back: int
    notes: tuple[str, ...]
    unknown_owners: Mapping[str, int] = field(default_factory=dict)
    accounts: int = 0
    """How many accounts were read: whose they are."""

    @property
    def counts(self) -> dict[str, int]:
        """All counts under one name each."""
        return {
            **{f"deals_{name}": number for name, number in self.deals.items()},
            **{f"activities_{name}": number for name, number in self.activities.items()},
            "accounts_read": self.accounts,
            "gone": self.gone,
            "written_back": self.written_back,
        }

    def plain(self) -> dict[str, Any]:
        """The report as JSON data."""
        return {
            "source": self.source,
            "deals": dict(self.deals),
            "activities": dict(self.activities),
            "accounts": self.accounts,
            "gone": self.gone,
            "written_back": self.written_back,
            "unknown_owners": dict(self.unknown_owners),
            "notes": list(self.notes),
        }


class Sync:
    """Syncs of one CRM."""

    def __init__(
        self,
        crm: Crm,
        *,
        judge: Judge,
        store: Book,
        people: People,
        mapping: MappingFile | None,
        clock: Callable[[], datetime],
        progress: Progress | None = None,
    ) -> None:
        self._crm = crm
        self._judge = judge
        self._store = store
        self._people = people
        self._mapping = mapping_of(crm, mapping, judge.profile)
        self._clock = clock
        self._told = progress or (lambda _what, _done: None)
        self._state = store.sources.get(crm.name) or SourceState(crm.name)
        self._notes: list[str] = []
        self._refused: str | None = None
        self._owners: Counter[str] = Counter()
        self._deals: Counter[str] = Counter(read=0, imported=0, updated=0, unchanged=0)
        self._activities: Counter[str] = Counter(read=0, imported=0, updated=0, left_out=0)

    def run(self, actor: str = "sync") -> SyncReport:
        """Sync once. After a failure the next run goes on where this one stood.

        Raises:
            CrmError: the CRM cannot be read or written; what was read before is kept.
            DealsFileError: the mapping does not fit the profile or the CRM.
            StoreError: the database failed.
        """
        begun = self._clock()
        resumed = self._state.state != "done"
        body = {"source": self._crm.name, "state": "begun", "resumed": resumed}
        decision = self._store.record(kind=DECISION, actor=actor, subject=self._crm.name, body=body)
        self._save(state="running", started_at=begun, problem=None)
        try:
            self._read_deals(decision.id, resumed=resumed)
            gone = self._remove_gone(decision.id)
            accounts = self._read_accounts(resumed=resumed)
            self._read_activities(resumed=resumed)
            written = self._write_back()
        except CrmError as error:
            self._save(state="failed", problem=str(error))
            raise
        report = SyncReport(
            self._crm.name,
            dict(self._deals),
            dict(self._activities),
            gone,
            written,
            tuple(self._notes),
            dict(sorted(self._owners.items())),
            accounts,
        )
        self._ended(begun, report)
        self._store.record(
            kind=DECISION,
            actor=actor,
            subject=self._crm.name,
            body={"source": self._crm.name, "state": "done", "begun": decision.id, **report.counts},
        )
        return report

    # Deals

    def _read_deals(self, decision: int, *, resumed: bool) -> None:
        places: list[str] = []
        profile = self._judge.profile

        def place(line: int, column: str | None) -> str:
            where = f"{self._crm.name} deal {places[line] if line < len(places) else '?'}"
            return where if column is None else f"{where}: {column}"

        reader = RowReader(self._crm.name, profile.facts, profile.currency, self._mapping, place, profile.rates)
        columns = tuple(dict.fromkeys(self._mapping.column_of().values()))
        for page in self._crm.deals(columns, self._since("deals", resumed=resumed)):
            records: tuple[CrmDeal, ...] = page.records
            places[:] = [each.id for each in records]
            rows = list(_rows(records, columns, reader))
            with nothing_seen() as seen:
                taking = Taking(self._store, self._people, seen, decision=decision)
                taking.take(rows, source=self._crm.name, currency=self._judge.profile.currency)
            for name in ("read", "imported", "updated", "unchanged"):
                self._deals[name] += getattr(taking, name)
            self._owners.update(taking.unknown_owners)
            self._notes += [note for _, note in taking.notes][: max(0, 10 - len(self._notes))]
            self._remove([*_deleted(records)], decision)
            self._save(cursor=self._cursor("deals", page.mark))
            self._told("deals", self._deals["read"])

    def _remove_gone(self, decision: int) -> int:
        """Take out what the CRM deleted. What was open there and is lost here is put right: see `_remove`."""
        gone = dict(self._crm.gone())
        mended = self._remove([each for each, was_open in gone.items() if was_open], decision, "lost")
        return mended + self._remove(list(gone), decision)

    def _remove(self, ids: Sequence[str], decision: int, was: Status = "open") -> int:
        """Take out the open deals that the CRM deleted, or merged into another: nobody lost them.

        Before there was the status "removed" such deals were kept as lost: where the CRM still knows that one was open
        when it was deleted, the next sync puts that right. What the mapping calls lost, open there or not, is lost.
        """
        keys = [f"{self._crm.name}:{each}" for each in ids]
        lost = {key(word) for word in self._mapping.stages.get("lost", ())} if was == "lost" else set()
        found = self._store.deals(keys=keys) if keys else []
        there = [saved.key for saved in found if saved.status == was and key(saved.stage or "") not in lost]
        if there:
            self._store.remove_deals(there, decision, was)
        return len(there)

    # Accounts and activities

    def _read_accounts(self, *, resumed: bool) -> int:
        """Whose the accounts are; one without an owner or a name is nobody's."""
        done = 0
        for page in self._crm.accounts(self._since("accounts", resumed=resumed)):
            records: tuple[CrmAccount, ...] = page.records
            kept = [
                Account(self._crm.name, each.id, each.name, each.owner)
                for each in records
                if each.name is not None and each.owner is not None and not each.deleted
            ]
            there = {each.id for each in kept}
            gone = [each.id for each in records if each.id not in there] + [id_ for r in records for id_ in r.merged]
            self._store.activities.keep_accounts(kept, [f"{self._crm.name}:{each}" for each in gone])
            done += len(records)
            self._save(cursor=self._cursor("accounts", page.mark))
            self._told("accounts", done)
        return done

    def _read_activities(self, *, resumed: bool) -> None:
        roles = RoleReader(self._judge.profile, self._mapping.activities or ActivityMapping())
        for page in self._crm.activities(self._since("activities", resumed=resumed)):
            records: tuple[CrmActivity, ...] = page.records
            kept = [self._activity(each, roles) for each in records if each.day is not None and not each.deleted]
            new, changed = self._store.activities.save(kept)
            self._store.activities.remove([f"{self._crm.name}:{each.id}" for each in records if each.deleted])
            self._activities.update(
                {"read": len(records), "imported": new, "updated": changed, "left_out": len(records) - len(kept)}
            )
            self._save(cursor=self._cursor("activities", page.mark))
            self._told("activities", self._activities["read"])

    def _activity(self, each: CrmActivity, roles: RoleReader) -> Activity:
        role, title = roles.best(each.titles)
        if each.day is None:  # left out before
            raise ValueError(each.id)
        return Activity(
            source=self._crm.name,
            source_id=each.id,
            day=each.day,
            kind=roles.kind(each.kind),
            rep=each.owner,
            customer=each.customer,
            deal=each.deal,
            role=role,
            title=title,
            outcome=each.outcome,
        )

    # The verdict back to the CRM

    def _write_back(self) -> int:
        """Write the verdict of each open deal whose verdict is not the one that was written last.

        A deal that does not take it, such as a locked one, holds nothing up: it is told of, and tried again next time.
        """
        if self._crm.verdict_field is None:
            return 0
        after, written = "", 0
        refused: dict[str, str] = {}
        while page := self._store.open_keys(self._crm.name, after, _PAGE):
            after = page[-1][0]
            saved = self._store.deals(keys=[key for key, _ in page])
            before = self._store.sources.written([each.key for each in saved])
            verdicts = {each.key: self._verdict(each) for each in saved}
            changed = {key: text for key, text in verdicts.items() if before.get(key) != text}
            if changed:
                not_taken = self._crm.write({key.partition(":")[2]: text for key, text in changed.items()})
                refused |= not_taken
                taken = [(key, text) for key, text in changed.items() if key.partition(":")[2] not in not_taken]
                self._store.sources.note_written(taken)
                written += len(taken)
                self._told("verdicts", written)
        if refused:
            number, why = next(iter(sorted(refused.items())))
            self._refused = (
                f"The verdict of {counted(len(refused), 'deal')} was not taken by {self._crm.name}, such as of "
                f"{number}: {why.rstrip('.')}. Check the field's name, and that the user may edit it."
            )
            self._notes.append(self._refused)
        return written

    def _verdict(self, saved: SavedDeal) -> str:
        return self._judge.judge(saved.deal(self._judge.profile.facts)).judgement.value

    # How far

    def _since(self, what: str, *, resumed: bool) -> Mark:
        """Where to begin: where a sync that broke off stood, else a while before the last one."""
        held = self._state.cursor.get(what) or {}
        if resumed and held.get("running"):
            return Mark(held["running"]["at"], held["running"]["id"])
        return Mark(held.get("from", ""))

    def _cursor(self, what: str, mark: Mark) -> dict[str, Any]:
        held = dict(self._state.cursor.get(what) or {})
        return {**self._state.cursor, what: {**held, "running": {"at": mark.at, "id": mark.id}}}

    def _ended(self, begun: datetime, report: SyncReport) -> None:
        """The next sync begins a while before this one did, or where nothing was read, where this one began."""
        start = (begun.astimezone(UTC) - LOOK_BACK).isoformat(timespec="seconds").replace("+00:00", "Z")
        cursor = {}
        for what in ("deals", "accounts", "activities"):
            held = self._state.cursor.get(what) or {}
            last = (held.get("running") or {}).get("at")
            # The CRM's clock may be behind ours: never begin after the last change that it told of.
            cursor[what] = {"from": min(_back(last), start) if last else held.get("from") or start}
        self._save(cursor=cursor, state="done", finished_at=self._clock(), counts=report.counts, problem=self._refused)

    def _save(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)
        self._store.sources.save(self._state)


def mapping_of(crm: Crm, mapping: MappingFile | None, profile: Profile) -> MappingFile:
    """The mapping file over what the CRM's fields usually are, for the facts that the profile has."""
    given = mapping or MappingFile()
    known = {*profile.facts, *FIELDS}
    usual = {to: column for to, column in crm.defaults.items() if to in known and to not in given.given()}
    columns = {**{to: c for to, c in usual.items() if c not in given.ignore}, **given.columns}
    made = given.model_copy(update={"columns": columns})
    if problems := list(made.problems(profile.facts, profile.currency)):
        raise CrmError("\n".join(problems))
    return made


def _rows(records: Sequence[CrmDeal], columns: tuple[str, ...], reader: RowReader) -> Iterator[RowDeal]:
    """The deals of a page as rows; of a deal that changed while the page was read, the last."""
    last = {each.id: at for at, each in enumerate(records)}
    for at, each in enumerate(records):
        if each.deleted or last[each.id] != at:
            continue
        values = [each.properties.get(column) for column in columns]
        row = reader.row(Record(at, columns, values))
        if row is None:
            continue
        deal = row.deal and replace(row.deal, source_id=each.id)
        yield replace(row, deal=deal, status=row.status or each.status)  # type: ignore[arg-type]


def _deleted(records: Sequence[CrmDeal]) -> Iterator[str]:
    for each in records:
        if each.deleted:
            yield each.id
        yield from each.merged


def _back(at: str) -> str:
    moment = datetime.fromisoformat(at).astimezone(UTC) - LOOK_BACK
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
