from __future__ import annotations

import hashlib

import pytest

from bot.store.database import Store, open_store
from bot.store.errors import RecordError
from bot.store.records import Feedback
from tests.integration.store.outside import START, FixedClock, raw


def test_a_key_is_new_once(store: Store) -> None:
    assert [store.seen(key) for key in ("a", "b", "a", "A", "b", "a")] == [False, False, True, False, True, True]


def test_a_key_is_remembered_for_72_hours_from_when_it_was_first_seen(store: Store, clock: FixedClock) -> None:
    assert not store.seen("a")
    clock.forward(hours=71, minutes=59)
    assert store.seen("a")
    clock.forward(minutes=1)
    assert store.seen("a")
    clock.forward(seconds=1)
    assert not store.seen("a")
    assert store.seen("a")


def test_old_keys_are_purged(store: Store, url: str, clock: FixedClock) -> None:
    for n in range(10):
        store.seen(str(n))
    clock.forward(hours=73)
    store.seen("new")
    assert raw(url, "SELECT key FROM seen") == [("new",)]


def test_a_purge_that_is_not_due_does_not_make_an_old_key_seen(store: Store, url: str, clock: FixedClock) -> None:
    clock.forward(minutes=-30)
    store.seen("a")
    clock.forward(hours=72)
    store.seen("purges now")
    clock.forward(minutes=40)
    assert raw(url, "SELECT count(*) FROM seen WHERE key = 'a'") == [(1,)]
    assert not store.seen("a")


def test_a_key_outlives_the_process(store: Store, url: str, clock: FixedClock) -> None:
    store.seen("a")
    store.close()
    again = open_store(url, clock)
    assert again.seen("a")
    again.close()


@pytest.mark.parametrize("key", ["", "\0", "k" * 10_000, "\ud800", "'; DROP TABLE seen; --"])
def test_any_text_can_be_a_key(store: Store, key: str) -> None:
    assert [store.seen(key), store.seen(key), store.seen(key + "x")] == [False, True, False]


def test_the_last_word_of_a_user_counts(store: Store, clock: FixedClock) -> None:
    number = store.record(kind="answer", actor="U1", subject="q", body={}).id
    store.give_feedback(decision_id=number, user="U2", value="good")
    store.give_feedback(decision_id=number, user="U1", value="good")
    clock.forward(minutes=1)
    store.give_feedback(decision_id=number, user="U2", value="bad\0")
    assert store.feedback(number) == [
        Feedback(number, "U1", "good", START),
        Feedback(number, "U2", "bad\ufffd", clock.now),
    ]


@pytest.mark.parametrize("number", [-1, 0, 1, 2**63, 10**40])
def test_feedback_on_nothing_is_refused(store: Store, number: int) -> None:
    with pytest.raises(RecordError):
        store.give_feedback(decision_id=number, user="U1", value="good")


def test_a_profile_is_kept_byte_for_byte(store: Store) -> None:
    source = b"title: x\r\n\0\xff"
    sha256 = hashlib.sha256(source).hexdigest()
    assert store.profile_source(sha256) is None
    store.keep_profile(sha256, "Title\0", "2026.11", source)
    store.keep_profile(sha256, "Another title", "2026.12", source)
    assert store.profile_source(sha256) == source
    assert store.profile_source("\0") is None


def test_a_profile_under_a_wrong_hash_is_refused(store: Store) -> None:
    with pytest.raises(RecordError, match="does not have the hash"):
        store.keep_profile("0" * 64, "Title", "1", b"title: x")
    assert store.profile_source("0" * 64) is None


def test_ping_leaves_everything_as_it_was(store: Store) -> None:
    store.seen("")
    store.ping()
    assert store.seen("")
