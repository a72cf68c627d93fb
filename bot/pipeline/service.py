"""The pipeline as its users meet it: the picture at a glance, and a table for a question in words.

`PipelineAnswer.plain` is what `dealfit pipeline ask --format json` prints. Its shape is version 1:

    {"schema": 1,
     "understood": the typed query (`bot.pipeline.query.Query`), or null when something is asked back,
     "chips": [{"text": one part of the query in words, "words": the asker's words that it came from}],
     "unknown": [the words that were not understood],
     "near": {unknown words: [what they may have been meant to be]},
     "ask": [{"words", "question", "options"}],
     "columns": [{"name", "label", "type", "unit"}],
                  with the type text, integer, number, percent, money, date, yes/no or verdict
     "rows": [[a cell for each column, null when it is not known]],
     "totals": {column: figure over every matched deal, each deal once},
     "matched": deals that met every condition, "undecided": deals of which that is not known, "cut": rows left off,
     "currency": of the money, "notes": [sentences],
     "profile": {"title", "version", "sha256"}}

Percentages are numbers of percent (8 means 8 %), money is a number in `currency`, dates are ISO texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.checking.asker import Asker
from bot.pipeline.describing import Describer
from bot.pipeline.draft import AskBack
from bot.pipeline.fit import Fit, fit
from bot.pipeline.query import Query, WordFilter
from bot.pipeline.reading import Chip, QuestionReader, UnknownWord
from bot.pipeline.records import Judged
from bot.pipeline.remembering import Memory
from bot.pipeline.running import run
from bot.pipeline.stages import Status
from bot.pipeline.tables import Table
from bot.pipeline.view import AccessDenied, View, view_of
from bot.profile.judge import Judge
from bot.profile.people import People
from bot.profile.verdict import ProfileId
from bot.store.records import SavedDeal

__all__ = ["AccessDenied", "Overview", "PipelineAnswer", "PipelineService"]

SCHEMA = 1


class Live(Protocol):
    """The profile that is live."""

    def current(self) -> Judge:
        """Its judge."""


class Deals(Protocol):
    """Where the deals are kept."""

    def open_deals(self) -> list[SavedDeal]:
        """The deals that are neither won nor lost."""


@dataclass(frozen=True)
class Overview:
    """The picture at a glance under one profile."""

    fit: Fit
    profile: ProfileId
    currency: str
    notes: tuple[str, ...]
    labels: dict[str, str] = field(repr=False)

    @property
    def profile_words(self) -> str:
        """Which profile judged."""
        return _profile_words(self.profile)

    def label_of(self, fact: str) -> str:
        """What people call a fact."""
        return self.labels.get(fact, fact)


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
            "chips": [{"text": chip.text, "words": chip.words} for chip in self.understood],
            "unknown": [unknown.words for unknown in self.unknown],
            "near": {unknown.words: list(unknown.near) for unknown in self.unknown},
            "ask": [{"words": a.words, "question": a.question, "options": list(a.options)} for a in self.asks],
            "columns": [] if table is None else [column.plain() for column in table.columns],
            "rows": [] if table is None else table.plain_rows(),
            "totals": {} if table is None else table.plain_totals(),
            "matched": 0 if table is None else table.matched,
            "undecided": 0 if table is None else table.undecided,
            "cut": 0 if table is None else table.cut,
            "currency": None if table is None else table.currency,
            "notes": list(self.notes),
            "profile": {
                "title": self.profile.title,
                "version": self.profile.version,
                "sha256": self.profile.sha256,
            },
        }


class PipelineService:
    """Answers about the open deals that the asker may see, judged by the profile that is live.

    Access is decided here and nowhere above: what is read, counted, named and compared is only what the asker may see,
    so that a deal or a rep of somebody else's team reads like one that does not exist.
    """

    def __init__(
        self, *, live: Live, people: Callable[[], People], store: Deals, clock: Callable[[], datetime]
    ) -> None:
        self._live = live
        self._people = people
        self._store = store
        self._clock = clock
        self._memory = Memory()

    def overview(self, asker: Asker) -> Overview:
        """How much of the asker's pipeline fits.

        Raises:
            AccessDenied: the asker may see no pipeline.
        """
        judge = self._live.current()
        _, judged = self._seen(asker, judge, self._people())
        picture = fit(judged.records)
        profile = judge.profile
        notes = [*_rejudged(judged)]
        if picture.other_currency:
            deals = "1 deal is" if picture.other_currency == 1 else f"{picture.other_currency:,} deals are"
            notes.append(f"{deals} in another currency: counted, and not in the money.")
        labels = {name: spec.label for name, spec in profile.facts.items()}
        return Overview(picture, profile.id, profile.currency, tuple(notes), labels)

    def ask(self, question: str, asker: Asker) -> PipelineAnswer:
        """The answer to a question in words.

        Raises:
            AccessDenied: the asker may see no pipeline.
        """
        judge, people, today = self._live.current(), self._people(), self._clock().date()
        profile = judge.profile
        view, judged = self._seen(asker, judge, people)
        words = self._memory.vocabulary(judge, people, view.persons, judged.records)
        read = QuestionReader(words, person=asker.person, today=today).read(question)
        table = None if read.query is None else run(read.query, judged.records, profile=profile, today=today)
        notes = [ask.words_for_people for ask in read.asks]
        if read.query is not None:
            notes += _rejudged(judged) + list(_closed(read.query))
        return PipelineAnswer(
            question, read.query, read.understood, read.unknown, read.asks, table, profile.id, tuple(notes)
        )

    def run(self, query: Query, asker: Asker, *, question: str = "") -> PipelineAnswer:
        """The answer to a typed query: one behind a figure, behind a changed chip, or one that was saved.

        Raises:
            AccessDenied: the asker may see no pipeline.
            QueryError: the profile that is live does not have what the query names.
        """
        judge, people, today = self._live.current(), self._people(), self._clock().date()
        profile = judge.profile
        view, judged = self._seen(asker, judge, people)
        words = self._memory.vocabulary(judge, people, view.persons, judged.records)
        table = run(query, judged.records, profile=profile, today=today)
        describer = Describer(profile, today, words.labels, words.check_labels)
        chips = tuple(Chip(text, "") for text in describer.query(query))
        notes = (*_rejudged(judged), *_closed(query))
        return PipelineAnswer(question, query, chips, (), (), table, profile.id, notes)

    def _seen(self, asker: Asker, judge: Judge, people: People) -> tuple[View, Judged]:
        view = view_of(asker, people)
        return view, self._memory.records(view.of(self._store.open_deals(), people), judge, people)


def _rejudged(judged: Judged) -> list[str]:
    if not judged.rejudged:
        return []
    deals = "1 deal was" if judged.rejudged == 1 else f"{judged.rejudged:,} deals were"
    return [f"{deals} last checked under another version of the profile, and judged again by this one."]


def _closed(query: Query) -> Iterable[str]:
    """A question about won or lost deals finds none here, and must not read as if there were none."""
    for each in query.filters:
        if isinstance(each, WordFilter) and each.by == "status" and set(each.any_of) != {Status.OPEN.value}:
            yield "Only open deals are looked at here: won and lost ones are kept, and not yet asked about."
            return


def _profile_words(profile: ProfileId) -> str:
    return f"{profile.title}, version {profile.version} ({profile.sha256[:8]})"
