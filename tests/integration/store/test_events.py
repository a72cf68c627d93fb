from __future__ import annotations

import hashlib

import pytest

from bot.store.database import Store
from bot.store.errors import RecordError
from bot.store.records import Feedback
from tests.integration.store.outside import START, FixedClock


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
    number = store.record(kind="answer", actor="U1", subject="q", body={}).id
    store.give_feedback(decision_id=number, user="U1", value="good")
    store.ping()
    assert [given.value for given in store.feedback(number)] == ["good"]
