"""What was measured of outcomes, and which dates of calls and reviews were given out, with how often they changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import Connection, select, update

from bot.store.errors import RecordError
from bot.store.plain import clean, label
from bot.store.records import LONGEST_KEY, folded
from bot.store.review_tables import outcome_values, review_events
from bot.store.upsert import upsert

LONGEST_METRIC = 300
LONGEST_DIGITS = 60
LONGEST_UID = 80
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class OutcomeValue:
    """What an outcome was measured at on a day. `outcome` is its metric without case and spacing."""

    deal_key: str
    outcome: str
    on: date
    value: Decimal
    noted_by: str
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class GivenEvent:
    """A date of a deal as it was last given out.

    `words` is the hash of what is said of it; `sequence` starts at 0 and grows with each change; a cancelled one was
    given out and is not in the calendar any more.
    """

    uid: str
    deal_key: str
    kind: str
    number: int
    on: date
    words: str
    sequence: int
    cancelled: bool
    changed_at: datetime
    reminded_on: date | None = None


@dataclass(frozen=True, slots=True)
class EventToGive:
    """A date as it stands now."""

    uid: str
    kind: str
    number: int
    on: date
    words: str


def note_value(connection: Connection, key: str, metric: str, on: date, value: Decimal, by: str, now: datetime) -> None:
    """Keeps a value; one of the same outcome and day is replaced. Raises RecordError for what is no number."""
    text = f"{value:f}" if value.is_finite() else ""
    if not text or len(text) > LONGEST_DIGITS:
        raise RecordError(
            f"{value} cannot be the value of an outcome. Give a number of at most {LONGEST_DIGITS} digits."
        )
    row = {
        "deal_key": label(key, LONGEST_KEY),
        "outcome": label(folded(metric), LONGEST_METRIC),
        "on_date": on,
        "value": text,
        "noted_by": clean(by),
        "noted_at": now,
    }
    upsert(connection, outcome_values, [row])


def values(connection: Connection, key: str) -> list[OutcomeValue]:
    """Everything that was measured for a deal, by outcome and day."""
    query = select(outcome_values).where(outcome_values.c.deal_key == label(key, LONGEST_KEY))
    found = [OutcomeValue(*_value(row)) for row in connection.execute(query).mappings()]
    return sorted(found, key=lambda one: (one.outcome, one.on))


def given(connection: Connection, keys: Iterable[str]) -> dict[str, list[GivenEvent]]:
    """The dates of deals that were given out, cancelled ones among them, by key and in order; [] for one of none."""
    found: dict[str, list[GivenEvent]] = {label(key, LONGEST_KEY): [] for key in keys}
    wanted = iter(sorted(found))
    while some := list(islice(wanted, _AT_ONCE)):
        for row in connection.execute(select(review_events).where(review_events.c.deal_key.in_(some))).mappings():
            found[row["deal_key"]].append(_event(row))
    return {key: sorted(events, key=_in_order) for key, events in found.items()}


def give(
    connection: Connection, wanted: Mapping[str, Iterable[EventToGive]], now: datetime
) -> dict[str, list[GivenEvent]]:
    """Makes these the dates of deals, by key: what changed counts one up, what is gone is cancelled and counts one up.

    All deals in a few queries: a calendar of thousands of customers is asked for as one.
    """
    before = given(connection, wanted)
    changed: list[GivenEvent] = []
    found: dict[str, list[GivenEvent]] = {}
    for key, events in wanted.items():
        kept = label(key, LONGEST_KEY)
        now_there = {event.uid: event for event in before[kept]}
        new = list(_changes(kept, now_there, {event.uid: event for event in events}, now))
        changed += new
        found[key] = sorted({**now_there, **{event.uid: event for event in new}}.values(), key=_in_order)
    if changed:
        upsert(connection, review_events, [_row(event) for event in changed])
    return found


def _changes(
    key: str, before: Mapping[str, GivenEvent], wanted: Mapping[str, EventToGive], now: datetime
) -> Iterator[GivenEvent]:
    for uid, event in wanted.items():
        old = before.get(uid)
        if old is not None and (old.on, old.words, old.cancelled) == (event.on, event.words, False):
            continue
        yield GivenEvent(
            uid=label(uid, LONGEST_UID), deal_key=key, kind=event.kind, number=event.number, on=event.on,
            words=event.words, sequence=old.sequence + 1 if old else 0, cancelled=False, changed_at=now,
            reminded_on=old.reminded_on if old else None,
        )  # fmt: skip
    for uid, old in before.items():
        if uid not in wanted and not old.cancelled:
            yield replace(old, sequence=old.sequence + 1, cancelled=True, changed_at=now)


def _row(event: GivenEvent) -> dict[str, Any]:
    row = {field.name: getattr(event, field.name) for field in fields(event)}
    row["on_date"] = row.pop("on")
    return row


def _in_order(event: GivenEvent) -> tuple[date, str]:
    return event.on, event.uid


def take_reminder(connection: Connection, uid: str, on: date) -> bool:
    """Whether nobody was reminded of this date yet; of all who ask at once, in any process, one gets True."""
    known = review_events.c.reminded_on
    statement = update(review_events).where(review_events.c.uid == uid, known.is_(None) | (known != on))
    return connection.execute(statement.values(reminded_on=on)).rowcount == 1


def _value(row: Mapping[Any, Any]) -> tuple[str, str, date, Decimal, str, datetime]:
    return (row["deal_key"], row["outcome"], row["on_date"], Decimal(row["value"]), row["noted_by"], row["noted_at"])


def _event(row: Mapping[Any, Any]) -> GivenEvent:
    plain = dict(row)
    return GivenEvent(on=plain.pop("on_date"), **plain)
