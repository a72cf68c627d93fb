"""Dates as an iCalendar file: whole days, a stable UID each, and a SEQUENCE that grows when a date changes.

Single events and no rule of repetition: dates that fall on a weekend move, and each meeting has its own number. A date
that is gone is given out once more as cancelled, so that calendars take it off. What has passed is left out: nobody
can come any more, and calendars keep what they have. It stays where it changed after its day, as calendars may still
show it on another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from bot.pipeline.proposals.document import clean
from bot.pipeline.reviews.calendar import Event
from bot.store.review_book import GivenEvent

PRODUCT = "-//Dealfit//Customer reviews//EN"
NAME = "Customer reviews"
_OCTETS = 74
"""Of a line, beside the space that a folded one begins with."""
_FOLD = "\r\n "
_WRITTEN = (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", " "))
"""How RFC 5545 writes characters of a text that mean something to it."""


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


def is_ahead(event: GivenEvent, today: date) -> bool:
    """Whether calendars need this date: it is not over, or it was moved into the past or cancelled after its day."""
    return event.on >= today or (event.sequence > 0 and event.changed_at.astimezone(UTC).date() > event.on)


def calendar_bytes(given: Iterable[GivenEvent], words: Mapping[str, Words]) -> bytes:
    """The file. Events that were cancelled need no words of their own; the same state gives the same bytes.

    The lines are written here and not by the library that the tests read them with: it takes a third of a millisecond
    an event, and thousands of customers have a hundred thousand.
    """
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "METHOD:PUBLISH", f"X-WR-CALNAME:{NAME}",
    ]  # fmt: skip
    for event in sorted(given, key=lambda one: (one.on, one.uid)):
        said = words.get(event.uid) or Words("Cancelled", "This date is not in the calendar any more.")
        stamp = f"{event.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        lines += [
            "BEGIN:VEVENT",
            _line("SUMMARY", clean(said.summary, 200)),
            f"DTSTART;VALUE=DATE:{event.on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{event.on + timedelta(days=1):%Y%m%d}",
            f"DTSTAMP:{stamp}",
            _line("UID", event.uid),
            f"SEQUENCE:{event.sequence}",
            # Line breaks of ours stay; `clean` has taken away those of others.
            _line("DESCRIPTION", said.description),
            f"LAST-MODIFIED:{stamp}",
            "STATUS:CANCELLED" if event.cancelled else "STATUS:CONFIRMED",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode("utf-8", "replace")


def _line(name: str, text: str) -> str:
    """A property with a text, folded: a line has at most 75 octets, and a character is never cut in two."""
    for plain, written in _WRITTEN:
        text = text.replace(plain, written)
    line = f"{name}:{text}"
    if line.isascii():
        return _FOLD.join(line[at : at + _OCTETS] for at in range(0, len(line), _OCTETS))
    parts, size = [""], 0
    for char in line:
        octets = len(char.encode("utf-8", "replace"))
        if size + octets > _OCTETS:
            parts.append("")
            size = 0
        parts[-1] += char
        size += octets
    return _FOLD.join(parts)
