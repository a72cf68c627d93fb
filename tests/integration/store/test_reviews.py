from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bot.store.database import Store
from bot.store.errors import RecordError
from bot.store.review_book import EventToGive

CALL = EventToGive("a@dealfit", "monthly-call", 1, date(2027, 1, 5), "w1")
REVIEW = EventToGive("b@dealfit", "review", 1, date(2027, 3, 5), "w2")


def test_a_value_of_a_day_is_kept_exactly_and_replaced_by_a_later_word(store: Store) -> None:
    store.note_outcome("k", "Time  to DEPLOY", date(2027, 1, 1), Decimal("12.50"), by="dana")
    store.note_outcome("k", "time to deploy", date(2027, 1, 1), Decimal("12.05"), by="sam")
    store.note_outcome("k", "time to deploy", date(2027, 2, 1), Decimal(-3), by="sam")
    store.note_outcome("other", "time to deploy", date(2027, 2, 1), Decimal(1), by="sam")
    found = store.outcome_values("k")
    assert [(one.outcome, one.on, str(one.value), one.noted_by) for one in found] == [
        ("time to deploy", date(2027, 1, 1), "12.05", "sam"),
        ("time to deploy", date(2027, 2, 1), "-3", "sam"),
    ]
    for wrong in (Decimal("NaN"), Decimal("Infinity"), Decimal("1e99")):
        with pytest.raises(RecordError, match="Give a number"):
            store.note_outcome("k", "up-time", date(2027, 1, 1), wrong, by="sam")


def test_a_date_that_changes_counts_one_up_and_one_that_is_gone_is_cancelled_once(store: Store) -> None:
    first = store.give_events({"k": [CALL, REVIEW]})["k"]
    assert [(event.uid, event.sequence, event.cancelled) for event in first] == [
        ("a@dealfit", 0, False),
        ("b@dealfit", 0, False),
    ]
    assert store.give_events({"k": [CALL, REVIEW]})["k"] == first
    moved = EventToGive("a@dealfit", "monthly-call", 1, date(2027, 1, 6), "w1")
    for _ in range(2):
        again = {event.uid: event for event in store.give_events({"k": [moved]})["k"]}
        assert (again["a@dealfit"].sequence, again["a@dealfit"].on) == (1, date(2027, 1, 6))
        assert (again["b@dealfit"].sequence, again["b@dealfit"].cancelled) == (1, True)
    back = {event.uid: event for event in store.give_events({"k": [moved, REVIEW]})["k"]}
    assert (back["b@dealfit"].sequence, back["b@dealfit"].cancelled) == (2, False)
    assert store.give_events({"other": []})["other"] == []


def test_a_reminder_is_taken_once_for_each_date(store: Store) -> None:
    store.give_events({"k": [CALL]})["k"]
    assert store.take_reminder("a@dealfit", CALL.on)
    assert not store.take_reminder("a@dealfit", CALL.on)
    assert store.take_reminder("a@dealfit", date(2027, 1, 6)), "it was moved: people are told again"
    assert not store.take_reminder("nobody@dealfit", CALL.on)
