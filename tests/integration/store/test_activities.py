from __future__ import annotations

from datetime import date

from bot.store.activities import Activity
from bot.store.database import Store


def test_calls_of_a_period_are_those_of_its_first_and_its_last_day_too(store: Store) -> None:
    days = [date(2026, 11, day) for day in (1, 2, 15, 29, 30)]
    store.activities.save([Activity("t", day, "call", source_id=str(day), rep="Dana  REYES") for day in days])
    found = store.activities.find(since=date(2026, 11, 2), until=date(2026, 11, 29), reps=["dana reyes"])
    assert [each.day for each in found] == days[1:4]
    assert store.activities.find(reps=["sam"]) == []
