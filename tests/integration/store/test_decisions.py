from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.store.chain import GENESIS
from bot.store.database import Store, open_store
from bot.store.errors import RecordError, StoreError
from bot.store.records import Head, NewDecision
from tests.integration.store.outside import START, FixedClock, raw


def fill(store: Store, count: int) -> None:
    store.record_all(NewDecision("verdict", "U1", f"deal {n}", {"n": n}) for n in range(count))


def test_a_decision_is_kept_as_it_was_recorded(store: Store) -> None:
    body = {"verdict": "fits", "facts": {"beds": 120, "discount": 8.5}, "asked": "café ✓ 日本", "none": None}
    made = store.record(kind="verdict", actor="U1", subject="slack:1", body=body)
    assert (made.id, made.at, made.kind, made.actor, made.subject) == (1, START, "verdict", "U1", "slack:1")
    assert made.body == body
    assert made.previous == GENESIS
    assert store.decision(1) == made
    assert store.head() == Head(1, made.sha256)


def test_what_the_store_keeps_is_a_copy(store: Store) -> None:
    body = {"a": [1]}
    made = store.record(kind="k", actor="a", subject="s", body=body)
    body["a"].append(2)
    assert made.body == {"a": [1]}


def test_ids_run_without_gaps_and_each_row_names_the_one_before(store: Store) -> None:
    rows = [store.record(kind="k", actor="a", subject="s", body={"n": n}) for n in range(5)]
    assert [row.id for row in rows] == [1, 2, 3, 4, 5]
    assert [row.previous for row in rows] == [GENESIS, *(row.sha256 for row in rows[:-1])]


def test_the_same_decision_has_the_same_hash_in_every_database(store: Store) -> None:
    made = store.record(kind="verdict", actor="U1", subject="slack:1", body={"b": 1, "a": "é"})
    assert made.sha256 == "bc148c2412d70acd9890badc0b56b6afcfcb2c5b0cdacddae884d5637bcca039"


def test_several_decisions_are_recorded_together_or_not_at_all(store: Store) -> None:
    good = NewDecision("k", "a", "s", {})
    assert [made.id for made in store.record_all([good, good])] == [1, 2]
    with pytest.raises(RecordError, match=r"body\.x is nan"):
        store.record_all([good, NewDecision("k", "a", "s", {"x": float("nan")})])
    assert store.record_all([]) == []
    assert store.head().id == 2


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (NewDecision("", "a", "s", {}), "needs a kind"),
        (NewDecision("k", "", "s", {}), "needs an actor"),
        (NewDecision("k", "a", "s", ["a"]), "is a JSON object, not a list"),  # type: ignore[arg-type]
    ],
)
def test_a_decision_that_says_too_little_is_refused(store: Store, entry: NewDecision, said: str) -> None:
    with pytest.raises(RecordError, match=said):
        store.record_all([entry])
    assert store.head().id == 0


def test_texts_that_a_database_cannot_hold_are_cleaned_everywhere(store: Store) -> None:
    made = store.record(kind="k\0", actor="a\ud800", subject="s\0", body={"t\0": "x\0y\udfff"})
    assert (made.kind, made.actor, made.subject) == ("k\ufffd", "a\ufffd", "s\ufffd")
    assert made.body == {"t\ufffd": "x\ufffdy\ufffd"}
    assert store.decision(1) == made
    assert store.decisions(subject="s\0") == [made]
    assert store.verify().ok


def test_decisions_are_found_newest_first(store: Store) -> None:
    for kind, actor, subject in [("v", "ann", "x"), ("v", "bob", "y"), ("a", "ann", "x"), ("v", "ann", "x")]:
        store.record(kind=kind, actor=actor, subject=subject, body={})

    def ids(**wanted: object) -> list[int]:
        return [found.id for found in store.decisions(**wanted)]  # type: ignore[arg-type]

    assert ids() == [4, 3, 2, 1]
    assert ids(limit=2) == [4, 3]
    assert ids(limit=0) == ids(limit=-1) == []
    assert ids(kind="v") == [4, 2, 1]
    assert ids(subject="x", actor="ann", kind="v") == [4, 1]
    assert ids(subject="' OR 1=1 --") == []


def test_a_long_subject_can_still_be_found(store: Store) -> None:
    long, other = "why? " * 1000, "why? " * 999 + "not? "
    made = store.record(kind="answer", actor="U1", subject=long, body={"question": long})
    store.record(kind="answer", actor="U1", subject=other, body={})
    assert store.decisions(subject=long) == [made]
    assert made.body["question"] == long


@pytest.mark.parametrize("number", [0, -1, 2, 2**63, 10**40])
def test_there_is_no_such_decision(store: Store, number: int) -> None:
    fill(store, 1)
    assert store.decision(number) is None


def test_times_are_kept_in_utc_to_the_microsecond(store: Store, clock: FixedClock) -> None:
    clock.now = datetime(2026, 11, 23, 23, 59, 59, 123456, tzinfo=timezone(timedelta(hours=-5)))
    made = store.record(kind="k", actor="a", subject="s", body={})
    assert made.at == datetime(2026, 11, 24, 4, 59, 59, 123456, tzinfo=UTC)
    assert made.at.utcoffset() == timedelta(0)
    assert store.decision(1) == made


def test_a_clock_without_a_time_zone_is_refused(url: str) -> None:
    store = open_store(url, lambda: datetime(2026, 11, 23))  # noqa: DTZ001 - the mistake under test
    with pytest.raises((ValueError, StoreError), match="without a time zone"):
        store.record(kind="k", actor="a", subject="s", body={})
    with pytest.raises((ValueError, StoreError), match="without a time zone"):
        store.remember_turn("C1", "1.0", "user", "k")
    assert store.head().id == 0
    store.close()


def test_an_empty_log_is_sound(store: Store) -> None:
    report = store.verify()
    assert (report.ok, report.rows, report.head) == (True, 0, GENESIS)


def test_a_long_log_is_sound_from_end_to_end(store: Store, url: str) -> None:
    fill(store, 5000)
    report = store.verify(store.head())
    assert (report.ok, report.rows, report.head) == (True, 5000, store.head().sha256)
    assert raw(url, "SELECT count(*), min(id), max(id) FROM decisions") == [(5000, 1, 5000)]


def test_what_was_recorded_is_there_after_closing(store: Store, url: str, clock: FixedClock) -> None:
    fill(store, 3)
    store.close()
    again = open_store(url, clock)
    assert again.verify().rows == 3
    assert again.record(kind="k", actor="a", subject="s", body={}).id == 4
    again.close()
