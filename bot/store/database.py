"""The store: everything that Dealfit remembers, behind one class."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, false, select

from bot.deals.deal import Deal
from bot.profile.verdict import Verdict
from bot.store import deal_book, decision_log, imports, kept_deals, review_book, threads
from bot.store.activities import ActivityBook
from bot.store.asked import AskedBook
from bot.store.connections import DEALS_LOCK, Database, connect
from bot.store.erasing import Eraser
from bot.store.errors import RecordError
from bot.store.exceptions import ExceptionBook
from bot.store.kept_deals import KeptDeal
from bot.store.migrating import bring_up_to_date
from bot.store.model_use import ModelUse
from bot.store.outgoing import OutgoingBook
from bot.store.plain import clean, label
from bot.store.records import (
    OPEN,
    AuditReport,
    ChangedDeal,
    DealMark,
    DealToSave,
    Decision,
    Feedback,
    Head,
    NewDecision,
    Role,
    SavedDeal,
    Status,
    ThreadState,
    Turn,
)
from bot.store.review_book import GivenEvent
from bot.store.sources import SourceBook
from bot.store.tables import feedback, profiles
from bot.store.upsert import inserting, upsert
from bot.store.urls import read_url

Clock = Callable[[], datetime]

_LONGEST_NAME = 300


def open_store(url: str, clock: Clock) -> Store:
    """Opens the store at a database URL, and creates or migrates its tables when needed.

    `clock` gives the present as an aware time. Raises StoreError with the remedy.
    """
    database = connect(read_url(url))
    try:
        bring_up_to_date(database)
    except BaseException:
        database.close()
        raise
    return Store(database, clock)


class Store:
    """Everything that is remembered. Safe to share between threads, and a database between processes.

    Every method raises StoreError when the database fails; a write is then not there at all.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.exceptions = ExceptionBook(database, clock)
        """Requests to go outside the profile, kept together with what the log says of them."""
        self.personal = Eraser(database, clock)
        """Erasing what is personal."""
        self.asked = AskedBook(database, clock)
        """Questions about the pipeline, by the mark that buttons carry."""
        self.outgoing = OutgoingBook(database, clock)
        """What waits to be said in Slack."""
        self.activities = ActivityBook(database, clock)
        """Calls and meetings, and which rep looks after which account."""
        self.sources = SourceBook(database, clock)
        """How far the sync with each CRM has come."""

    def __repr__(self) -> str:
        return f"Store({self._database.address.shown})"

    @property
    def shown(self) -> str:
        """The database's URL without its password, for people."""
        return self._database.address.shown

    # The decision log

    def record(
        self,
        *,
        kind: str,
        actor: str,
        subject: str,
        body: Mapping[str, Any],
        beside: Mapping[str, Any] | None = None,
        author: str | None = None,
        about: str = "",
    ) -> Decision:
        """Appends one decision to the log: see NewDecision. Raises RecordError for a body that is no JSON data."""
        return self.record_all([NewDecision(kind, actor, subject, body, beside, author, about)])[0]

    def record_all(self, entries: Iterable[NewDecision]) -> list[Decision]:
        """Appends decisions in one step: all of them or none."""
        prepared = [decision_log.prepare(entry) for entry in entries]
        with self._database.writing() as connection:
            rows = decision_log.append(self._database, connection, prepared, self._clock)
            return decision_log.whole(connection, [decision_log.read(row) for row in rows])

    def decision(self, number: int) -> Decision | None:
        """The decision with this id."""
        with self._database.reading() as connection:
            return decision_log.get(connection, number)

    def decisions(
        self, *, kind: str | None = None, subject: str | None = None, actor: str | None = None, limit: int = 50
    ) -> list[Decision]:
        """The newest decisions that match all that is given, newest first."""
        with self._database.reading() as connection:
            return decision_log.find(connection, kind=kind, subject=subject, actor=actor, limit=limit)

    def each_decision(self, *, after: int = 0, kind: str | None = None) -> Iterator[Decision]:
        """Every row of the log after this id, oldest first, in one consistent view; however many, a few at a time."""
        with self._database.reading() as connection:
            yield from decision_log.each(connection, after=after, kind=kind)

    def head(self) -> Head:
        """The last row of the log: publish it, and `verify` can tell later that nothing was cut off."""
        with self._database.reading() as connection:
            return decision_log.head(connection)

    def verify(self, published: Head | None = None) -> AuditReport:
        """Reads the whole log and finds the first row that is not as it was written."""
        with self._database.reading() as connection:
            return decision_log.verify(self._database, connection, published)

    # Profiles that were live

    def keep_profile(self, sha256: str, title: str, version: str, source: bytes) -> None:
        """Keeps a profile's bytes so that its verdicts can be replayed. Keeping it again changes nothing."""
        if hashlib.sha256(source).hexdigest() != sha256:
            raise RecordError(f"The profile {title!r} does not have the hash {sha256!r}. Give the file's own bytes.")
        row = {"sha256": sha256, "title": clean(title), "version": clean(version)}
        with self._database.writing() as connection:
            statement = inserting(connection, profiles).values(**row, source=source, kept_at=self._clock())
            connection.execute(statement.on_conflict_do_nothing(index_elements=[profiles.c.sha256]))

    def profile_source(self, sha256: str) -> bytes | None:
        """The bytes of a profile that was live."""
        with self._database.reading() as connection:
            return connection.execute(select(profiles.c.source).where(profiles.c.sha256 == clean(sha256))).scalar()

    # Deals as they stand now

    def save_deal(
        self,
        deal: Deal,
        *,
        verdict: Verdict | None,
        decision_id: int | None = None,
        decision: NewDecision | None = None,
        checked_by: str | None = None,
        key: str | None = None,
        status: Status | None = None,
    ) -> SavedDeal:
        """Keeps a deal with its last verdict.

        `status` is what its source says; without one a deal stays what it was, and a new one is open.
        `decision_id` names the decision that recorded the verdict; with `decision` it is recorded here instead, in the
        same step. `checked_by` is who had it checked. `key` is only for a deal that was saved under another name.
        """
        if decision is not None and decision_id is not None:
            raise RecordError("A deal is saved with the id of a decision or with a new decision, not with both.")
        return self.save_deals([DealToSave(deal, verdict, decision or decision_id, checked_by, key, status)])[0]

    def save_deals(self, batch: Sequence[DealToSave]) -> list[SavedDeal]:
        """Keeps many deals, and records their decisions, in one step: all of them or none.

        Saving the same again changes nothing but `updated_at`. Two deals of a batch with the same key are one deal, and
        the last counts: compare the keys of what is returned.
        """
        rows = self._put(batch)
        if all(row["verdict"] is not None for row in rows):
            return [deal_book.read(row) for row in rows]
        kept = {saved.key: saved for saved in self.deals(keys=[row["key"] for row in rows])}
        return [kept[row["key"]] for row in rows]

    def _put(self, batch: Sequence[DealToSave]) -> list[deal_book.Row]:
        now = self._clock()
        rows = [deal_book.prepare(item, now) for item in batch]
        new = [(row, item.decision) for row, item in zip(rows, batch, strict=True)]
        to_record = [(row, decision_log.prepare(made)) for row, made in new if isinstance(made, NewDecision)]
        unsaid = [row for row, item in zip(rows, batch, strict=True) if item.status is None]
        with self._database.writing() as connection:
            made = decision_log.append(self._database, connection, [entry for _, entry in to_record], self._clock)
            for (row, _), decision in zip(to_record, made, strict=True):
                row["decision_id"] = decision["id"]
            self._database.hold(connection, DEALS_LOCK)
            deal_book.keep_statuses(connection, unsaid)
            deal_book.save(connection, rows, deal_book.next_version(connection))
        return rows

    def kept_deals(self, keys: Collection[str]) -> dict[str, KeptDeal]:
        """What is kept under these keys, without the verdicts: for an import, which asks what has changed."""
        with self._database.reading() as connection:
            return kept_deals.find(connection, keys)

    def keep_deals(self, batch: Sequence[KeptDeal], decision: int) -> None:
        """`save_deals` for an import, of deals in the form in which they are kept. All of them or none.

        The disk is not waited for: a power cut may undo the last batches of an import, which is run again then.
        """
        now = self._clock()
        rows = kept_deals.prepare(batch, decision, now)
        with self._database.writing(lasting=False) as connection:
            self._database.hold(connection, DEALS_LOCK)
            deal_book.save(connection, rows, deal_book.next_version(connection))

    def deal(self, key: str) -> SavedDeal | None:
        """The deal that is kept under this key."""
        with self._database.reading() as connection:
            return deal_book.get(connection, key)

    def open_deals(self, owners: Collection[str] | None = None) -> list[SavedDeal]:
        """The deals that are neither won nor lost: of these owners, or of everybody, in the order of their keys."""
        return self.deals(statuses=OPEN, owners=owners)

    def deals(
        self,
        *,
        statuses: Collection[Status] | None = None,
        owners: Collection[str] | None = None,
        keys: Collection[str] | None = None,
        checked_by: str | None = None,
    ) -> list[SavedDeal]:
        """The deals that are all of what is given, in the order of their keys.

        Owners are compared without case and spacing. `checked_by` together with owners means either of the two. It
        holds everything in memory: whoever reads a whole pipeline reads `changed_deals` in turn.
        """
        with self._database.reading() as connection:
            return deal_book.find(connection, statuses=statuses, owners=owners, keys=keys, checked_by=checked_by)

    def deals_version(self) -> int:
        """The number of the last step that saved deals; the same number means that nothing changed since."""
        with self._database.reading() as connection:
            return deal_book.newest(connection)

    def changed_deals(self, after: DealMark, limit: int = 10_000) -> list[ChangedDeal]:
        """The deals that were saved after the mark, those saved first first; fewer than `limit` when these are all.

        The mark of a deal is its version and its key. `DealMark()` is before every deal. A deal that is saved again
        comes again, so that reading on from the last mark misses nothing, in whatever order transactions end.
        """
        with self._database.reading() as connection:
            return deal_book.changed(connection, after, limit)

    def open_keys(self, source: str, after: str = "", limit: int = 5_000) -> list[tuple[str, str]]:
        """Keys and names of a source's open deals, in the order of their keys, from after this key."""
        with self._database.reading() as connection:
            return imports.open_keys(connection, source, after, limit)

    def remove_deals(self, keys: Sequence[str], decision: int, was: Status = "open") -> None:
        """Takes open deals (or those that are `was`) out of the pipeline by a decision: their source has them no more.

        They are neither won nor lost from then on. A deal that its source has again is what the source says.
        """
        with self._database.writing() as connection:
            self._database.hold(connection, DEALS_LOCK)
            imports.remove(connection, keys, decision, self._clock(), deal_book.next_version(connection), was)

    # Conversations

    def thread(self, channel: str, thread_ts: str) -> ThreadState:
        """What is remembered of a thread; an empty state for one that we do not know."""
        with self._database.reading() as connection:
            return threads.get(connection, channel, thread_ts)

    def remember_turn(
        self,
        channel: str,
        thread_ts: str,
        role: Role,
        text: str,
        deal_key: str | None = None,
        author: str | None = None,
    ) -> None:
        """Remembers what was said: the last 20 turns, 4,000 characters each.

        `deal_key` says which deal the thread is about from now on; without it the thread stays with its deal. `author`
        is who said it, or who was answered: it goes with their texts when these are erased.
        """
        turn = Turn(role, text, self._clock())
        with self._database.writing() as connection:
            threads.remember(connection, channel, thread_ts, turn, deal_key, author)

    # Customer reviews

    def note_outcome(self, key: str, metric: str, on: date, value: Decimal, *, by: str) -> None:
        """Keeps what an outcome of a deal was measured at; another value for the same day replaces it.

        Raises RecordError for what is no finite number.
        """
        with self._database.writing() as connection:
            review_book.note_value(connection, key, metric, on, value, by, self._clock())

    def outcome_values(self, key: str) -> list[review_book.OutcomeValue]:
        """Everything that was measured for a deal, by outcome and day."""
        with self._database.reading() as connection:
            return review_book.values(connection, key)

    def give_events(self, wanted: Mapping[str, Sequence[review_book.EventToGive]]) -> dict[str, list[GivenEvent]]:
        """Makes these the dates of deals, by key; gives them as they were given out, cancelled ones among them."""
        with self._database.writing() as connection:
            return review_book.give(connection, wanted, self._clock())

    def take_reminder(self, uid: str, on: date) -> bool:
        """Whether nobody was reminded of this date yet. Of all who ask at once, in any process, one gets True."""
        with self._database.writing() as connection:
            return review_book.take_reminder(connection, uid, on)

    # Feedback

    def give_feedback(self, *, decision_id: int, user: str, value: str) -> None:
        """Keeps what a user thought of a decision; a second word replaces the first.

        Raises RecordError when there is no such decision.
        """
        if not 0 < decision_id <= decision_log.LARGEST_ID:
            raise RecordError(f"There is no decision {decision_id}.")
        row = {
            "decision_id": decision_id,
            "user": label(user, _LONGEST_NAME),
            "value": clean(value),
            "at": self._clock(),
        }
        with self._database.writing() as connection:
            upsert(connection, feedback, [row])

    def feedback(self, decision_id: int) -> list[Feedback]:
        """What people thought of a decision, in the order of their names."""
        query = select(feedback).where(feedback.c.decision_id == decision_id)
        with self._database.reading() as connection:
            return sorted((Feedback(*row) for row in connection.execute(query)), key=lambda given: given.user)

    # Language models

    @property
    def model_use(self) -> ModelUse:
        """What language models were used for, and the tokens that are left of a day's budget."""
        return ModelUse(self._database, self._clock)

    # The database itself

    def ping(self) -> None:
        """Raises StoreError unless the database can be reached and written."""
        with self._database.writing() as connection:
            connection.execute(delete(feedback).where(false()))

    def scrub(self) -> bool:
        """Leaves nothing in the file of what was erased; False where another process kept us from it, or PostgreSQL."""
        return self._database.scrub()

    def close(self) -> None:
        """Closes the connections. The store cannot be used afterwards."""
        self._database.close()
