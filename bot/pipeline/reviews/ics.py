"""Dates as an iCalendar file: whole days, a stable UID each, and a SEQUENCE that grows when a date changes.

Single events and no rule of repetition: dates that fall on a weekend move, and each meeting has its own number. A date
that is gone is given out once more as cancelled, so that calendars take it off.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.pipeline.proposals.document import clean
from bot.pipeline.reviews.calendar import Event
from bot.store.review_book import GivenEvent

PRODUCT = "-//Dealfit//Customer reviews//EN"
NAME = "Customer reviews"


@dataclass(frozen=True, slots=True)
class Words:
    """What an entry of the calendar says."""

    summary: str
    description: str

    @property
    def sha256(self) -> str:
        """What changes when they do."""
        return hashlib.sha256(f"{self.summary}\0{self.description}".encode("utf-8", "replace")).hexdigest()


def uid_of(key: str, event: Event) -> str:
    """The same for the same meeting of the same deal, whenever it takes place; it says nothing of the deal."""
    return f"{hashlib.sha256(key.encode()).hexdigest()[:32]}-{event.kind.value}-{event.number}@dealfit"


def calendar_bytes(given: Iterable[GivenEvent], words: Mapping[str, Words]) -> bytes:
    """The file. Events that were cancelled need no words of their own; the same state gives the same bytes."""
    from icalendar import Calendar  # it takes a while to import
    from icalendar import Event as Entry  # the same

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", NAME)
    for event in sorted(given, key=lambda one: (one.on, one.uid)):
        said = words.get(event.uid) or Words("Cancelled", "This date is not in the calendar any more.")
        entry = Entry()
        entry.add("uid", event.uid)
        entry.add("dtstamp", event.changed_at)
        entry.add("last-modified", event.changed_at)
        entry.add("sequence", event.sequence)
        entry.add("dtstart", event.on)
        entry.add("dtend", event.on + timedelta(days=1))
        entry.add("summary", clean(said.summary, 200))
        # Line breaks of ours stay; `clean` has taken away those of others.
        entry.add("description", said.description)
        entry.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
        entry.add("transp", "TRANSPARENT")
        calendar.add_component(entry)
    return bytes(calendar.to_ical())
