"""Questions under their marks: kept once, found again, followed in threads, and forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.store.asked import EVERYBODY, KEPT
from bot.store.database import Store, open_store

ONE = {"question": "which deals", "query": {"select": {"what": "deals"}, "filters": []}}
TWO = {"question": "\x00\ud800 fit by rep", "query": {"select": {"what": "fit"}}}


class Now:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def store(tmp_path: Path, now: Now) -> Iterator[Store]:
    made = open_store(f"sqlite:///{tmp_path / 'a.db'}", now)
    yield made
    made.close()


def test_a_question_has_one_mark(store: Store) -> None:
    marks = store.asked.keep_all([ONE, TWO, ONE])
    assert marks[0] == marks[2] != marks[1]
    assert store.asked.keep(dict(reversed(ONE.items()))) == marks[0]
    assert store.asked.get(marks[0]) == ONE
    assert store.asked.get("0" * 32) is None


def test_a_thread_is_about_its_last_question(store: Store) -> None:
    first, second = store.asked.keep_all([ONE, {**ONE, "question": "by rep"}])
    store.asked.about("C1", "1.0", EVERYBODY, first)
    assert store.asked.last("C1", "1.0", "U1") == ONE
    store.asked.about("C1", "1.0", "U1", second)
    assert (store.asked.last("C1", "1.0", "U1") or {})["question"] == "by rep"
    assert store.asked.last("C1", "1.0", "U2") == ONE
    assert store.asked.last("C2", "1.0", "U1") is None


def test_what_was_not_drawn_for_long_is_forgotten(store: Store, now: Now) -> None:
    old, kept = store.asked.keep_all([ONE, {"question": "kept"}])
    store.asked.about("C1", "1.0", "U1", old)
    now.at += KEPT - timedelta(days=1)
    store.asked.keep({"question": "kept"})
    now.at += timedelta(days=2)
    store.asked.keep({"question": "new"})
    assert store.asked.get(old) is None
    assert store.asked.get(kept) == {"question": "kept"}
    assert store.asked.last("C1", "1.0", "U1") is None
