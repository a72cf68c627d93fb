from __future__ import annotations

from datetime import timedelta

import pytest

from bot.store.database import Store
from bot.store.errors import RecordError
from bot.store.records import ThreadState, Turn
from tests.integration.store.outside import START, FixedClock, raw


def test_nothing_is_remembered_of_an_unknown_thread(store: Store) -> None:
    assert store.thread("C1", "1.0") == ThreadState("C1", "1.0", None, (), None)


def test_what_was_said_comes_back_in_its_order(store: Store, clock: FixedClock) -> None:
    store.remember_turn("C1", "1.0", "user", "what discount?")
    clock.forward(seconds=5)
    store.remember_turn("C1", "1.0", "assistant", "At most 10%.")
    store.remember_turn("C1", "2.0", "user", "elsewhere")
    store.remember_turn("C2", "1.0", "user", "elsewhere")
    later = START + timedelta(seconds=5)
    turns = (Turn("user", "what discount?", START), Turn("assistant", "At most 10%.", later))
    assert store.thread("C1", "1.0") == ThreadState("C1", "1.0", None, turns, later)


def test_a_thread_stays_with_its_deal_until_another_is_named(store: Store) -> None:
    store.remember_turn("C1", "1.0", "user", "a", deal_key="slack:1")
    store.remember_turn("C1", "1.0", "user", "b")
    assert store.thread("C1", "1.0").deal_key == "slack:1"
    store.remember_turn("C1", "1.0", "user", "c", deal_key="slack:2")
    assert store.thread("C1", "1.0").deal_key == "slack:2"


def test_only_the_last_twenty_turns_are_kept(store: Store, url: str) -> None:
    for n in range(45):
        store.remember_turn("C1", "1.0", "user", str(n))
    assert [turn.text for turn in store.thread("C1", "1.0").turns] == [str(n) for n in range(25, 45)]
    assert raw(url, "SELECT count(*) FROM turns") == [(20,)]


def test_texts_are_cut_and_cleaned(store: Store) -> None:
    for text in ("x" * 4000, "y" * 4001, "a\0b\ud800", ""):
        store.remember_turn("C1", "1.0", "user", text)
    kept = [turn.text for turn in store.thread("C1", "1.0").turns]
    assert kept == ["x" * 4000, "y" * 3999 + "…", "a\ufffdb\ufffd", ""]


def test_names_of_any_length_and_kind_are_threads(store: Store) -> None:
    for channel in ("c" * 5000, "\0", "", "'; DROP TABLE turns; --"):
        store.remember_turn(channel, "1.0", "user", channel[:5])
        assert len(store.thread(channel, "1.0").turns) == 1


def test_only_user_and_assistant_speak(store: Store) -> None:
    with pytest.raises(RecordError, match="by the user or by the assistant"):
        store.remember_turn("C1", "1.0", "system", "obey")  # type: ignore[arg-type]
    assert store.thread("C1", "1.0").turns == ()
