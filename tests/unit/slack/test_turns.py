"""Writers of one file in turn: one at a time, what is urgent first, and a turn is given back however a write ends."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path

import pytest

from bot.slack.turns import InTurn, Turns


def opened(path: Path, turns: Turns, *, urgent: bool = False) -> InTurn:
    # Without patience, SQLite refuses at once where two would write: the turns alone keep them apart.
    connection = sqlite3.connect(path, factory=InTurn, timeout=0, isolation_level="IMMEDIATE", check_same_thread=False)
    connection.turns, connection.urgent = turns, urgent
    return connection


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "w.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE written (who TEXT, number INTEGER UNIQUE)")
    connection.close()
    return path


def test_many_threads_write_without_one_refusal(path: Path) -> None:
    turns, refused = Turns(), []

    def write(who: int) -> None:
        connection = opened(path, turns)
        try:
            for number in range(40):
                connection.cursor().execute("INSERT INTO written VALUES (?, ?)", (str(who), who * 100 + number))
                connection.commit()
        except sqlite3.OperationalError as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(who,)) for who in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert refused == []
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM written").fetchone() == (240,)
    connection.close()


def test_what_is_urgent_goes_before_what_waits_longer() -> None:
    turns, order = Turns(), []
    assert turns.take(urgent=False)

    def wait(name: str, *, urgent: bool) -> None:
        assert turns.take(urgent=urgent)
        order.append(name)
        turns.give_back()

    threads = []
    for name, urgent in (("first", False), ("second", False), ("urgent", True)):
        threads.append(threading.Thread(target=wait, args=(name,), kwargs={"urgent": urgent}))
        threads[-1].start()
        while len(turns._changed._waiters) < len(threads):
            time.sleep(0.001)
    turns.give_back()
    for one in threads:
        one.join()
    assert order[0] == "urgent"


@pytest.mark.parametrize("end", ["commit", "rollback", "close", "error"])
def test_however_a_write_ends_the_next_one_may_write(path: Path, end: str) -> None:
    turns = Turns()
    one, two = opened(path, turns), opened(path, turns)
    if end == "error":
        with pytest.raises(sqlite3.OperationalError):
            one.cursor().execute("INSERT INTO nowhere VALUES (1)")
        one.rollback()
    else:
        one.cursor().execute("INSERT INTO written VALUES ('one', 1)")
        getattr(one, end)()
    two.cursor().execute("INSERT INTO written VALUES ('two', 2)")
    two.commit()
    one.close()
    two.close()


def test_who_reads_waits_for_nobody(path: Path) -> None:
    turns = Turns()
    one, two = opened(path, turns), opened(path, turns)
    one.cursor().execute("INSERT INTO written VALUES ('one', 1)")
    assert two.cursor().execute("SELECT 1").fetchone() == (1,)
    one.close()
    two.close()
