"""The pipeline as its users meet it: the picture at a glance, and a table for a question in words.

`PipelineAnswer.plain` is what `dealfit pipeline ask --format json` prints. Its shape is version 1:

    {"schema": 1,
     "understood": the typed query (`bot.pipeline.query.Query`), or null when something is asked back,
     "chips": [{"text": one part of the query in words, "words": the asker's words that it came from,
                "path": which part it is, "options": [{"key", "label"}]: what may stand there instead}],
     "unknown": [the words that were not understood],
     "near": {unknown words: [what they may have been meant to be]},
     "ask": [{"words", "question", "options"}],
     "columns": [{"name", "label", "type", "unit"}],
                  with the type text, integer, number, percent, money, date, yes/no or verdict
     "rows": [[a cell for each column, null when it is not known]],
     "keys": [the key of each row's deal, in a table of deals],
     "drill": [the query that shows the deals of each row, in a table of groups; null where none can],
     "totals": {column: figure over every matched deal, each deal once},
     "matched": deals that met every condition, "undecided": deals of which that is not known, "cut": rows left off,
     "currency": of the money, "notes": [sentences],
     "reader": "words", or "model" where a language model read words that were left unread,
     "profile": {"title", "version", "sha256"}}

Percentages are numbers of percent (8 means 8 %), money is a number in `currency`, dates are ISO texts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal, Protocol

from bot.checking.access import Action, needs
from bot.checking.asker import Asker
from bot.deals.deal import Deal
from bot.pipeline.changing import Chip, changed, chips_of
from bot.pipeline.deal_table import layout
from bot.pipeline.deal_table.judging import people_stamp
from bot.pipeline.deal_table.tables import PipelineTables, seen
from bot.pipeline.deciding import asks_of_deals, could_ask_of_deals
from bot.pipeline.draft import AskBack
from bot.pipeline.exporting import deals_csv, table_csv
from bot.pipeline.figures.details import Details
from bot.pipeline.figures.looking import look
from bot.pipeline.figures.naming import SeenNames
from bot.pipeline.figures.overview import Overview
from bot.pipeline.figures.running import Answering, Statements
from bot.pipeline.finding import Found, find_deal
from bot.pipeline.proposing import QueryWriter, by_model, held, proposal_schema, told, worth_asking
from bot.pipeline.query import Query, Select, WordFilter
from bot.pipeline.reading import LONGEST_QUESTION, QuestionReader, Understanding, UnknownWord
from bot.pipeline.remembering import Memory
from bot.pipeline.tables import Table
from bot.pipeline.validating import QueryError, check_query
from bot.pipeline.view import AccessDenied, View, view_of
from bot.pipeline.vocabulary import Vocabulary, names_to_suggest, vocabulary
from bot.pipeline.words import tokens_of
from bot.profile.judge import Judge
from bot.profile.people import People
from bot.profile.verdict import ProfileId, Verdict
from bot.store.records import SavedDeal

__all__ = ["AccessDenied", "Overview", "PipelineAnswer", "PipelineService"]

SCHEMA = 1
_CLOSED = ("won", "lost")


class Live(Protocol):
    """The profile that is live."""

    def current(self) -> Judge:
        """Its judge."""


class Book(Protocol):
    """Where the deals are kept."""

    def deals(self, *, keys: Collection[str] | None = None) -> list[SavedDeal]:
        """The deals with these keys."""


@dataclass(frozen=True, slots=True)
class Room:
    """What one question is answered in: the profile and the people of this moment, and what the asker sees."""

    judge: Judge
    people: People
    view: View
    answering: Answering
    stamp: int

    @property
    def today(self) -> date:
        """The day of asking."""
        return self.answering.today


@dataclass(frozen=True, slots=True)
class DealShown:
    """One deal as it is kept, and what the live profile says of it."""

    saved: SavedDeal
    deal: Deal
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class PipelineAnswer:
    """The answer to a question. `table` and `query` are None while something has to be asked back (`asks`)."""

    question: str
    query: Query | None
    understood: tuple[Chip, ...]
    unknown: tuple[UnknownWord, ...]
    asks: tuple[AskBack, ...]
    table: Table | None
    profile: ProfileId
    notes: tuple[str, ...]
    reader: Literal["words", "model"] = "words"

    @property
    def profile_words(self) -> str:
        """Which profile judged."""
        return _profile_words(self.profile)

    def plain(self) -> dict[str, Any]:
        """The answer as JSON data, in the shape that the module documents."""
        table = self.table
        return {
            "schema": SCHEMA,
            "understood": None if self.query is None else self.query.plain(),
            "chips": [chip.plain() for chip in self.understood],
            "unknown": [unknown.words for unknown in self.unknown],
            "near": {unknown.words: list(unknown.near) for unknown in self.unknown},
            "ask": [{"words": a.words, "question": a.question, "options": list(a.options)} for a in self.asks],
            "columns": [] if table is None else [column.plain() for column in table.columns],
            "rows": [] if table is None else table.plain_rows(),
            "keys": [] if table is None else [key for (key,) in table.keys],
            "drill": [] if table is None else [None if each is None else each.plain() for each in table.drill],
            "totals": {} if table is None else table.plain_totals(),
            "matched": 0 if table is None else table.matched,
            "undecided": 0 if table is None else table.undecided,
            "cut": 0 if table is None else table.cut,
            "currency": None if table is None else table.currency,
            "notes": list(self.notes),
            "reader": self.reader,
            "profile": {
                "title": self.profile.title,
                "version": self.profile.version,
                "sha256": self.profile.sha256,
            },
        }


class PipelineService:
    """Answers about the deals that the asker may see, judged by the profile that is live.

    Access is decided here and nowhere above: what is read, counted, named and compared is only what the asker may see,
    so that a deal or a rep of somebody else's team reads like one that does not exist.
    """

    def __init__(
        self,
        *,
        live: Live,
        people: Callable[[], People],
        store: Book,
        tables: PipelineTables,
        clock: Callable[[], datetime],
        writer: QueryWriter | None = None,
    ) -> None:
        """With a `writer`, a language model proposes what words mean that the reader left unread."""
        self._live = live
        self._writer = writer
        self._people = people
        self._store = store
        self._tables = tables
        self._clock = clock
        self._memory = Memory()
        self._statements = Statements()

    @needs(Action.PIPELINE)
    def overview(self, asker: Asker) -> Overview:
        """How much of the asker's open pipeline fits.

        Raises:
            AccessDenied: the asker may see no pipeline.
        """
        with self._tables.deals.alone():
            room = self._room(asker)
            return look(room.answering, self._tables.snapshots(), self._clock())

    @needs(Action.PIPELINE)
    def ask(self, question: str, asker: Asker, *, previous: Query | None = None) -> PipelineAnswer:
        """The answer to a question in words; in a thread `previous` is the query that was answered before.

        A model is asked only where words were not understood: of a question, or of what changes the one before.

        Raises:
            AccessDenied: the asker may see no pipeline.
        """
        with self._tables.deals.alone():
            room = self._room(asker)
            words = self._vocabulary(room, question)
            read = QuestionReader(words, person=asker.person, today=room.today).read(question, previous)
            if self._writer is None or not worth_asking(read):
                return _answered(question, read, room)
        # Nobody waits for a model with the table in hand.
        question = question[:LONGEST_QUESTION]
        reply = self._writer.write(told(question, read, words, room.today), proposal_schema(), user=asker.user)
        proposed = None if reply is None else held(reply, question, read, words, room.today)
        with self._tables.deals.alone():
            room = self._room(asker)
            if proposed is not None:
                try:
                    return _answered(question, proposed, room, before=read)
                except QueryError:
                    proposed = None  # it holds, and yet cannot be worked out: the reader's own answer then
            return _answered(question, read, room)

    @needs(Action.PIPELINE, instead=lambda _: None)
    def is_asked(self, message: str, asker: Asker) -> bool | None:
        """Whether a message surely asks about the asker's deals (`deciding`); None where they may see no pipeline."""
        if not could_ask_of_deals(message):
            return False
        with self._tables.deals.alone():
            room = self._room(asker)
            words = self._vocabulary(room, message)
        return asks_of_deals(message, QuestionReader(words, person=asker.person, today=room.today).read(message))

    def is_asked_at_all(self, message: str) -> bool:
        """Whether it asks about deals whoever writes it: by the words of the profile, and nobody's names."""
        if not could_ask_of_deals(message):
            return False
        words = vocabulary(self._live.current().profile, self._people(), ())
        return asks_of_deals(message, QuestionReader(words, person=None, today=self._clock().date()).read(message))

    @needs(Action.PIPELINE)
    def run(self, query: Query, asker: Asker, *, question: str = "") -> PipelineAnswer:
        """The answer to a typed query: one behind a figure, behind a changed chip, or one that was saved.

        Raises:
            AccessDenied: the asker may see no pipeline.
            QueryError: the profile that is live does not have what the query names.
        """
        with self._tables.deals.alone():
            room = self._room(asker)
            words = self._vocabulary(room, "")
            table = room.answering.run(query)
            chips = tuple(chips_of(query, words, room.today))
            notes = tuple(_nothing_closed(query, table, room))
        return PipelineAnswer(question, query, chips, (), (), table, room.judge.profile.id, notes)

    @needs(Action.PIPELINE)
    def change(self, query: Query, path: str, key: str, asker: Asker) -> PipelineAnswer:
        """The answer to the query with one of its chips changed: the chip's `path` and an option's `key`.

        Raises:
            AccessDenied: the asker may see no pipeline.
            QueryError: there is no such part, or the option does not fit there.
        """
        return self.run(changed(query, path, key), asker)

    @needs(Action.PIPELINE)
    def export(self, query: Query, asker: Asker) -> Iterator[bytes]:
        """Everything that the query finds, as CSV in pieces: all deals, whatever its limit, or all groups.

        Deals come with every fact, their verdict and what fails. A cell that a spreadsheet would run as a formula
        begins with an apostrophe. Raises AccessDenied and QueryError before the first piece.
        """
        with self._tables.deals.alone():
            room = self._room(asker)
            if query.select.what != "deals":
                table = room.answering.run(query.model_copy(update={"limit": None}))
                return iter([table_csv(table)])
            check_query(query, room.judge.profile)
            rows = room.answering.everything(query)
        return deals_csv(rows, room.judge.profile, room.answering.authorities)

    @needs(Action.PIPELINE)
    def show(self, key: str, asker: Asker) -> DealShown | None:
        """One deal with the verdict of the live profile; None where there is none, or it is not the asker's to see.

        Raises:
            AccessDenied: the asker may see no pipeline.
        """
        judge, people = self._live.current(), self._people()
        view = view_of(asker, people)
        for saved in view.of(self._store.deals(keys=[key]), people):
            deal = saved.deal(judge.profile.facts)
            return DealShown(saved, deal, judge.judge(deal))
        return None

    @needs(Action.PIPELINE)
    def find(self, text: str, asker: Asker) -> Found:
        """Which of the asker's deals is meant by this key or name, else those that may be meant.

        Raises:
            AccessDenied: the asker may see no pipeline.
        """
        with self._tables.deals.alone():
            room = self._room(asker)
            engine = room.answering.engine
            return find_deal(text, room.answering.table, lambda e: engine.arrow_of(engine.sql(e)).to_pylist())

    def _room(self, asker: Asker) -> Room:
        """What the asker may see, judged and up to date."""
        judge, people = self._live.current(), self._people()
        view = view_of(asker, people)
        deals = self._tables.deals
        deals.refresh(judge.profile, people)
        table = seen(deals.table, view, layout.PERSON, layout.STATUS, None)
        whose = None if view.everything else tuple(sorted(person.key for person in view.persons))
        of = (judge.profile.id.sha256, whose, deals.columns_stamp)
        answering = Answering(
            table=table,
            judge=judge,
            today=self._clock().date(),
            engine=deals,
            details=Details(self._store, judge, people, view),
            snapshot=lambda snapshot: self._tables.snapshot(snapshot, view),
            authorities={key: authority.name for key, authority in people.authorities.items()},
            of=of,
            statements=self._statements,
        )
        return Room(judge, people, view, answering, deals.stamp)

    def _vocabulary(self, room: Room, question: str) -> Vocabulary:
        names = SeenNames(room.answering.table, room.answering.engine, self._statements, room.answering.of)
        profile = room.judge.profile
        key = (room.answering.of, people_stamp(room.people), room.stamp)
        words = self._memory.vocabulary(key, lambda: vocabulary(profile, room.people, room.view.persons, names.few()))
        tokens = tokens_of(question[:LONGEST_QUESTION])
        found = words.with_names(names.said(tokens)) if tokens else words
        return replace(found, near=lambda: names_to_suggest(names.some()))


def _answered(question: str, read: Understanding, room: Room, *, before: Understanding | None = None) -> PipelineAnswer:
    """The answer to what was read; `before` is what was read without a model, where one read on."""
    table = None if read.query is None else room.answering.run(read.query)
    notes = [ask.words_for_people for ask in read.asks]
    if read.query is not None and table is not None:
        notes += _nothing_closed(read.query, table, room)
    if before is not None:
        parts = [f"“{chip.words}” as “{chip.text}”" for chip in by_model(before, read)]
        notes.append(f"A language model read {', '.join(parts)}. Change a part that you did not mean.")
    return PipelineAnswer(
        question, read.query, read.understood, read.unknown, read.asks, table, room.judge.profile.id, tuple(notes),
        "words" if before is None else "model",
    )  # fmt: skip


def _nothing_closed(query: Query, table: Table, room: Room) -> Iterator[str]:
    """What is said where a question is about closed deals, and there are none at all that the asker sees."""
    by = [each for each in query.filters if isinstance(each, WordFilter) and each.by == "status" and not each.negate]
    statuses = by[0].any_of if by else _CLOSED if query.select.what == "win_rate" else ()
    if not statuses or not set(statuses) <= set(_CLOSED) or (by and table.matched):
        return
    closed = WordFilter(by="status", any_of=tuple(statuses))
    if room.answering.run(Query(select=Select(what="count"), filters=(closed,))).matched == 0:
        yield (
            f"None of the deals that you see is {' or '.join(statuses)}, in any period. Closed deals come in with "
            "their stage or outcome, by an import or a sync with the CRM."
        )


def _profile_words(profile: ProfileId) -> str:
    return f"{profile.title}, version {profile.version} ({profile.sha256[:8]})"
