"""Scorecards as their users meet them: who may see whose, and what they are counted from."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Protocol

from rapidfuzz import process

from bot.checking.access import Action, audience, needs
from bot.checking.asker import Asker
from bot.pipeline.proposals.document import clean
from bot.pipeline.proposals.live_texts import LiveTexts
from bot.pipeline.proposals.texts import STANDARD_PARTS, Parts, TextsError
from bot.pipeline.records import Record, judge_records, owner_of
from bot.pipeline.reviews.agenda import Guide, Sources
from bot.pipeline.scorecard.adapters import OnceEach
from bot.pipeline.scorecard.card import LEAST, LEAST_REPS, Line, Scorecard, lines_of
from bot.pipeline.scorecard.coaching import coaching_of
from bot.pipeline.scorecard.counted import Around, Book, Period
from bot.pipeline.view import View, view_of
from bot.profile.judge import Judge
from bot.profile.people import People, Person, Role
from bot.store.records import SavedDeal, Status

DAYS = 90
LOST = "Some passages to read were not found in the playbooks; `dealfit index` reads them, `dealfit doctor` says more."


class Live(Protocol):
    """The profile that is live."""

    def current(self) -> Judge:
        """Its judge."""


class Deals(Protocol):
    """Where deals are kept."""

    def deals(
        self, *, statuses: Collection[Status] | None = None, owners: Collection[str] | None = None
    ) -> list[SavedDeal]:
        """The deals of these statuses and owners."""


class NoSuchRep(LookupError):
    """There is no such rep, or they are not the asker's to see: both read alike. The message is for people."""


class ScorecardService:
    """Makes scorecards. A rep sees their own, a manager those of their team; whoever sees all deals sees all."""

    def __init__(
        self,
        *,
        live: Live,
        people: Callable[[], People],
        deals: Deals,
        texts: LiveTexts,
        guide: Guide | None,
        around: Around,
        clock: Callable[[], datetime],
    ) -> None:
        self._live = live
        self._people = people
        self._deals = deals
        self._texts = texts
        self._guide = guide
        self._around = around
        self._clock = clock

    @needs(Action.SCORECARDS)
    def of(self, asker: Asker, words: str = "", *, days: int = DAYS) -> Scorecard:
        """The scorecard of a rep, of the asker themself without a name.

        Raises:
            AccessDenied: the asker may see no pipeline at all.
            NoSuchRep: nobody of that name is a rep whom the asker may see.
        """
        people = self._people()
        person = self._person(words, asker, people)
        today = self._clock().date()
        period = Period(today - timedelta(days=days - 1), today)
        before = Period(period.since - timedelta(days=days), period.since - timedelta(days=1))
        judge = self._live.current()
        books = self._books(person, people, judge, before.since)
        calls = self._around.calls
        around = self._around if calls is None else replace(self._around, calls=OnceEach(calls))
        lines = lines_of(books[person.key], list(books.values()), period, before, around)
        sources = Sources(self._guide, audience(asker))
        coaching = coaching_of(lines, books[person.key], sources)
        profile = judge.profile.id
        return Scorecard(
            person,
            period,
            before,
            lines,
            coaching,
            sources.all,
            self._notes(lines, lost=sources.lost and bool(asker.audience)),
            {"title": profile.title, "version": profile.version, "sha256": profile.sha256},
        )

    def _person(self, words: str, asker: Asker, people: People) -> Person:
        view = view_of(asker, people, Action.SCORECARDS)
        reps = [person for person in view.persons if person.has(Role.REP)]
        if not words.strip():
            return self._oneself(asker, reps)
        named = people.by_name(words) or _by_first_name(words, reps)
        if named is not None and any(rep.key == named.key for rep in reps):
            return named
        near = process.extractOne(words[:100], [rep.name for rep in reps], score_cutoff=60)
        known = (
            f"Did you mean {near[0]}?" if near else f"You may see: {', '.join(rep.name for rep in reps) or 'nobody'}."
        )
        message = f"There is no rep “{clean(words, 100)}” whose scorecard you may see. {known}"
        raise NoSuchRep(message)

    @staticmethod
    def _oneself(asker: Asker, reps: list[Person]) -> Person:
        found = [rep for rep in reps if asker.person is not None and rep.key == asker.person.key]
        if not found:
            names = ", ".join(rep.name for rep in reps) or "nobody"
            message = f"Say whose scorecard: you may see {names}."
            raise NoSuchRep(message)
        return found[0]

    def _books(self, person: Person, people: People, judge: Judge, since: date) -> dict[str, Book]:
        """The books of the rep's team, the rep's own among them."""
        team = _team(person, people)
        # A source may name an owner by key, name or address; the view has the last word on whose a deal is.
        owners = [text for rep in team for text in (rep.key, rep.name, rep.email)]
        kept = self._deals.deals(statuses=("open", "won"), owners=owners)
        saved = View(tuple(team), everything=False).of(kept, people)
        near = [deal for deal in saved if deal.status == "open" or (deal.close_date and deal.close_date >= since)]
        parts = self._parts(judge)
        records: dict[str, list[Record]] = {rep.key: [] for rep in team}
        for record in judge_records(near, judge, people).records:
            owner = owner_of(record.owner, people)
            if owner is not None and owner.key in records:
                records[owner.key].append(record)
        return {key: Book(key, tuple(mine), judge.profile, parts) for key, mine in records.items()}

    def _parts(self, judge: Judge) -> Parts:
        """Which fact plays which part; a firm without texts for proposals has scorecards all the same."""
        try:
            return self._texts.of(judge.profile).parts
        except TextsError:
            return STANDARD_PARTS

    def _notes(self, lines: tuple[Line, ...], *, lost: bool) -> tuple[str, ...]:
        notes = [
            f"n is the number of deals or accounts that a figure rests on; below {LEAST} it is compared with nothing."
        ]
        if all(line.team is None for line in lines):
            notes.append(f"There is no team median: it takes {LEAST_REPS} reps with {LEAST} deals each.")
        if all(line.before.value is None for line in lines if line.measure.id.startswith("fit")):
            notes.append("There is no snapshot of the pipeline from before, so that past fit is not known.")
        absent = (("exceptions", "exceptions"), ("calls and meetings", "covered"))
        values = {line.measure.id: line.now.value for line in lines}
        missing = [name for name, measure in absent if values[measure] is None]
        if missing:
            notes.append(f"Not counted here: {' and '.join(missing)}.")
        if lost:
            notes.append(LOST)
        return tuple(notes)


def _team(person: Person, people: People) -> list[Person]:
    """The reps with the same manager; without one, those of the same team by name; the rep is always among them."""
    if person.manager is not None:
        team = [p for p in people.all if p.manager == person.manager and p.has(Role.REP)]
    elif person.team is not None:
        team = [p for p in people.all if p.team == person.team and p.has(Role.REP)]
    else:
        team = []
    return team if any(p.key == person.key for p in team) else [*team, person]


def _by_first_name(words: str, reps: list[Person]) -> Person | None:
    """The rep whose first name it is, where only one has it."""
    first = " ".join(words.split()).casefold()
    found = [rep for rep in reps if rep.name.split()[0].casefold() == first]
    return found[0] if len(found) == 1 else None
