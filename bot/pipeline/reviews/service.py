"""Customer reviews as their users meet them: who sees which dates, agendas, values that are noted, and reminders."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from rapidfuzz import process

from bot.checking.access import Action, audience, needs
from bot.checking.asker import Asker
from bot.deals.deal import Deal
from bot.deals.facts import Outcome
from bot.pipeline.proposals.document import clean
from bot.pipeline.proposals.given import promise_of
from bot.pipeline.proposals.live_texts import LiveTexts
from bot.pipeline.proposals.texts import MeetingShape, ProposalTexts, days
from bot.pipeline.records import owner_of
from bot.pipeline.reviews.agenda import TITLES, Agenda, Guide, Sources, plain_event, steps_of
from bot.pipeline.reviews.calendar import Event, Meeting, Promise, business_days_before, events_of, is_open, last_day
from bot.pipeline.reviews.ics import Words, calendar_bytes, is_ahead, uid_of
from bot.pipeline.reviews.standing import OutcomeState, states_of
from bot.pipeline.view import view_of
from bot.profile.judge import Judge
from bot.profile.people import People, Person
from bot.store.records import SavedDeal, Status, folded
from bot.store.review_book import EventToGive, GivenEvent, OutcomeValue

SCHEMA = 1
LOST = "Some passages to read were not found in the playbooks; `dealfit index` reads them, `dealfit doctor` says more."
WON: tuple[Status, ...] = ("won",)


class Live(Protocol):
    """The profile that is live."""

    def current(self) -> Judge:
        """Its judge."""


class Book(Protocol):
    """Where won deals and their reviews are kept."""

    def deals(
        self, *, statuses: Collection[Status] | None = None, keys: Collection[str] | None = None
    ) -> list[SavedDeal]:
        """The deals of these statuses, and of these keys where some are given."""

    def note_outcome(self, key: str, metric: str, on: date, value: Decimal, *, by: str) -> None:
        """Keep a value."""

    def outcome_values(self, key: str) -> list[OutcomeValue]:
        """The values of a deal."""

    def give_events(self, wanted: Mapping[str, Sequence[EventToGive]]) -> Mapping[str, list[GivenEvent]]:
        """Make these the dates of deals, by key."""

    def take_reminder(self, uid: str, on: date) -> bool:
        """Remember that somebody was reminded; whether nobody was yet."""


class NoSuchCustomer(LookupError):
    """There is no such won deal, or it is not the asker's to see: both read alike. The message is for people."""


class CannotNote(ValueError):
    """A value that cannot be noted; the message says why and what to write."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A won deal with what was promised. Without a start or a term there are no `events`, and `missing` says why."""

    key: str
    deal: Deal
    owner: Person | None
    promise: Promise
    events: tuple[Event, ...]

    @property
    def name(self) -> str:
        """Who bought."""
        return clean(self.deal.customer or self.deal.name, 200)

    @property
    def ends_on(self) -> date | None:
        """The last day of service."""
        start, months = self.promise.start, self.promise.months
        return last_day(start, months) if self.events and start and months else None

    @property
    def missing(self) -> tuple[str, ...]:
        """What is not known, and without which there is no calendar."""
        names = (("start", self.promise.start), ("term", self.promise.months))
        return tuple(name for name, value in names if not value)

    def plain(self) -> dict[str, Any]:
        """The customer as JSON data."""
        return {
            "key": self.key,
            "name": self.deal.name,
            "customer": self.name,
            "owner": self.owner.key if self.owner else self.deal.owner,
            "service_ends_on": None if self.ends_on is None else self.ends_on.isoformat(),
            "missing": list(self.missing),
            "events": [plain_event(event) for event in self.events],
        }


@dataclass(frozen=True, slots=True)
class Reminder:
    """A date to remind its owner of."""

    uid: str
    key: str
    owner: Person
    event: Event


class ReviewService:
    """Answers about won deals that the asker may see. Access is decided here and nowhere above."""

    def __init__(
        self,
        *,
        live: Live,
        people: Callable[[], People],
        book: Book,
        texts: LiveTexts,
        guide: Guide | None,
        clock: Callable[[], datetime],
        hour: int = 7,
        zone: str = "UTC",
    ) -> None:
        """Reminders go out from `hour` on, in the owner's time zone; `zone` is that of owners without one."""
        self._hour = hour
        self._zone = zone
        self._live = live
        self._people = people
        self._book = book
        self._texts = texts
        self._guide = guide
        self._clock = clock

    @needs(Action.REVIEWS)
    def customers(self, asker: Asker) -> list[Customer]:
        """The won deals that the asker may see, by the customer's name. Raises AccessDenied, TextsError."""
        return self._seen(asker, self._book.deals(statuses=WON))

    @needs(Action.REVIEWS)
    def customer(self, asker: Asker, words: str) -> Customer:
        """One of them, by its key or its name.

        Raises:
            NoSuchCustomer: none, or more than one, of those that the asker may see is meant.
        """
        # A button names a key: one row is read, and not the whole book, while somebody waits for a form.
        found = self._seen(asker, self._book.deals(statuses=WON, keys=[words])) if words.strip() else []
        if len(found) == 1:
            return found[0]
        all_ = self.customers(asker)
        found = [one for one in all_ if folded(words) in {folded(one.name), folded(one.deal.name)}]
        if len(found) == 1:
            return found[0]
        if found:
            keys = ", ".join(one.key for one in found[:5])
            message = f"{len(found)} won deals are called “{clean(words, 100)}”. Say which by its key: {keys}."
            raise NoSuchCustomer(message)
        near = process.extractOne(words[:100], [one.name for one in all_], score_cutoff=60)
        hint = f" Did you mean {near[0]}?" if near else " `/pipeline reviews` (`dealfit reviews list`) shows them."
        message = f"There is no won deal “{clean(words, 100)}” among those that you may see.{hint}"
        raise NoSuchCustomer(message)

    def states(self, customer: Customer) -> tuple[OutcomeState, ...]:
        """Where the outcomes of a customer stand today."""
        values = self._book.outcome_values(customer.key)
        return states_of(self._outcomes(customer), values, start=customer.promise.start, today=self._today())

    @needs(Action.REVIEWS)
    def agenda(self, asker: Asker, words: str, *, event: Event | None = None) -> Agenda:
        """The agenda of a date; of the next call or review unless one is given.

        Raises:
            NoSuchCustomer: see `customer`; or there is no date left.
        """
        customer = self.customer(asker, words)
        event = event or self._next(customer)
        texts = self._current_texts()
        states = self.states(customer)
        sources = Sources(self._guide, audience(asker))
        steps = steps_of(event, states, texts, sources)
        meeting = _shape(texts, event)
        # Whoever may read nothing at all has nothing to look for.
        notice = LOST if sources.lost and asker.audience else None
        return Agenda(
            deal_key=customer.key,
            deal_name=clean(customer.deal.name, 200),
            customer=customer.name,
            owner=customer.owner.name if customer.owner else None,
            event=event,
            length=meeting.length if meeting else None,
            customer_side=tuple(meeting.customer) if meeting else (),
            our_side=tuple(meeting.ours) if meeting else (),
            items=tuple(meeting.agenda) if meeting else (),
            states=states,
            steps=steps,
            sources=sources.all,
            ends_on=customer.ends_on,
            renewal_on=next((e.on for e in customer.events if e.kind is Meeting.RENEWAL), None),
            notices=(notice,) if notice else (),
        )

    @needs(Action.REVIEWS)
    def note(self, asker: Asker, words: str, metric: str, value: Decimal, on: date | None = None) -> OutcomeState:
        """Keep what an outcome was measured at, and say where it stands now.

        Raises:
            NoSuchCustomer: see `customer`.
            CannotNote: no outcome of that name, a day to come, or no number.
        """
        customer = self.customer(asker, words)
        outcomes = self._outcomes(customer)
        chosen = next((o for o in outcomes if folded(o.metric) == folded(metric) and folded(metric)), None)
        day = on or self._today()
        if chosen is None:
            names = [outcome.metric for outcome in outcomes if outcome.metric]
            known = f"Its outcomes are: {', '.join(names)}." if names else "It has none; add them to the deal first."
            message = f"{customer.name} has no outcome “{clean(metric, 100)}”. {known}"
            raise CannotNote(message)
        if day > self._today():
            message = f"{day} is still to come. Note a value on the day it was measured, or later."
            raise CannotNote(message)
        if not value.is_finite():
            message = "A value is a number, such as 12 or 98.6."
            raise CannotNote(message)
        self._book.note_outcome(customer.key, chosen.metric or "", day, value, by=asker.user)
        values = self._book.outcome_values(customer.key)
        return states_of([chosen], values, start=customer.promise.start, today=self._today())[0]

    @needs(Action.REVIEWS)
    def calendar(self, asker: Asker, words: str | None = None) -> bytes:
        """The dates ahead as an .ics file: of one customer, or of all that the asker may see."""
        customers = [self.customer(asker, words)] if words is not None else self.customers(asker)
        texts = self._current_texts()
        said = {
            customer.key: {uid_of(customer.key, event): _words(customer, event, texts) for event in customer.events}
            for customer in customers
        }
        given = self._give(customers, said)
        by_uid = {uid: each for of_one in said.values() for uid, each in of_one.items()}
        today = self._today()
        ahead = (event for events in given.values() for event in events if is_ahead(event, today))
        return calendar_bytes(ahead, by_uid)

    def due(self, *, at: datetime | None = None) -> list[Reminder]:
        """The dates whose time to be reminded of has come, and which nobody was reminded of: see `reminded`.

        With `at`, an aware time, only those of owners for whom it is a working day then, and late enough in it: the day
        and the hour are those of each owner's own time zone.
        """
        people, texts, now = self._people(), self._current_texts(), at or self._clock()
        if at is not None and not any(self._awake(person, at, texts) for person in people.all):
            return []
        near: dict[str, tuple[Customer, list[Event]]] = {}
        for customer in self._customers(self._book.deals(statuses=WON), people):
            if customer.owner is None or (at is not None and not self._awake(customer.owner, at, texts)):
                continue
            today = now.date() if at is None else self._local(customer.owner, at).date()
            coming = [event for event in customer.events if _remind_on(event, texts) <= today <= event.on]
            if coming:
                near[customer.key] = (customer, coming)
        customers = [customer for customer, _ in near.values()]
        given = self._give(
            customers,
            {one.key: {uid_of(one.key, event): _words(one, event, texts) for event in one.events} for one in customers},
        )
        found: list[Reminder] = []
        for key, (customer, coming) in near.items():
            told = {event.uid: event.reminded_on for event in given[key]}
            for event in coming:
                uid = uid_of(key, event)
                if told.get(uid) != event.on and customer.owner is not None:
                    found.append(Reminder(uid, key, customer.owner, event))
        return found

    def _local(self, owner: Person, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(owner.zone or self._zone))

    def _awake(self, owner: Person, at: datetime, texts: ProposalTexts) -> bool:
        """Whether it is a working day of the owner's then, from the hour of reminders on."""
        there = self._local(owner, at)
        return there.hour >= self._hour and is_open(there.date(), texts.rhythm.closed)

    def reminded(self, uid: str, on: date) -> None:
        """Remember that the owner was reminded of this date; one that moves is reminded of again."""
        self._book.take_reminder(uid, on)

    def _give(
        self, customers: Sequence[Customer], words: Mapping[str, Mapping[str, Words]]
    ) -> Mapping[str, list[GivenEvent]]:
        """The dates of customers as they are given out, with what is said of each, by the deal's key and the UID."""
        return self._book.give_events(
            {
                customer.key: [
                    EventToGive(uid, event.kind.value, event.number, event.on, words[customer.key][uid].sha256)
                    for event, uid in ((event, uid_of(customer.key, event)) for event in customer.events)
                ]
                for customer in customers
            }
        )

    def _seen(self, asker: Asker, saved: list[SavedDeal]) -> list[Customer]:
        people = self._people()
        seen = view_of(asker, people, Action.REVIEWS).of(saved, people)
        return sorted(self._customers(seen, people), key=lambda one: (one.name.casefold(), one.key))

    def _customers(self, saved: Collection[SavedDeal], people: People) -> Iterator[Customer]:
        profile = self._live.current().profile
        texts = self._texts.of(profile)
        for kept in saved:
            deal = kept.deal(profile.facts)
            promise = promise_of(deal, texts, profile.facts)
            yield Customer(kept.key, deal, owner_of(deal.owner, people), promise, events_of(promise, texts.rhythm))

    def _next(self, customer: Customer) -> Event:
        today = self._today()
        coming = [event for event in customer.events if event.on >= today]
        if coming:
            return coming[0]
        why = f"not known: {', '.join(customer.missing)}" if customer.missing else "all of them are over"
        message = f"{customer.name} has no date ahead ({why})."
        raise NoSuchCustomer(message)

    def _outcomes(self, customer: Customer) -> tuple[Outcome, ...]:
        name = self._current_texts().shape.facts.outcomes
        found = customer.deal.facts.get(name) if name else None
        return found if isinstance(found, tuple) else ()

    def _current_texts(self) -> ProposalTexts:
        return self._texts.of(self._live.current().profile)

    def _today(self) -> date:
        return self._clock().date()


def _shape(texts: ProposalTexts, event: Event) -> MeetingShape | None:
    shape = texts.shape
    return {Meeting.CALL: shape.monthly_call, Meeting.REVIEW: shape.review}.get(event.kind)


def _remind_on(event: Event, texts: ProposalTexts) -> date:
    meeting = _shape(texts, event)
    remind = meeting.remind if meeting else texts.shape.renewal.remind
    return business_days_before(event.on, days(remind), texts.rhythm.closed)


def _words(customer: Customer, event: Event, texts: ProposalTexts) -> Words:
    number = "" if event.kind is Meeting.RENEWAL else f" {event.number}"
    lines = [f"{clean(customer.deal.name, 200)}, {customer.owner.name if customer.owner else 'no owner'}"]
    meeting = _shape(texts, event)
    if meeting is not None:
        lines += [
            f"{meeting.length}. The hour is still to be agreed.",
            f"For {customer.name}: {'; '.join(meeting.customer)}",
            f"For {texts.shape.firm}: {'; '.join(meeting.ours)}",
            *meeting.agenda,
        ]
    elif customer.ends_on is not None:
        lines.append(f"The service ends on {customer.ends_on.isoformat()}.")
    if event.moved:
        lines.append(f"This date was {event.moved}.")
    return Words(f"{TITLES[event.kind]}{number}: {customer.name}", "\n".join(lines))
