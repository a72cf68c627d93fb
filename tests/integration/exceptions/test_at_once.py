"""Several at once, by threads and by processes: one decision, one request, one chain. On both databases."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.exceptions.model import Choice, Refused, RequestState
from bot.store.database import open_store
from bot.store.errors import StoreError
from bot.store.urls import sqlite_url
from tests.integration.exceptions.desk import Desk
from tests.integration.store import workers
from tests.integration.store.outside import raw

APPROVERS = ("U0ALEX", "U0RITA")


def press(desk: Desk, number: int, user: str, choice: Choice, origin: str) -> str:
    """Decide; what came of it."""
    try:
        made = desk.service.decide(number, "deal-desk", desk.asker(user), choice, origin=origin, words="Because.")
    except Refused as refused:
        told = ("has decided for Deal desk", "You have decided this already for Deal desk")
        return "told who" if any(words in str(refused) for words in told) else str(refused)
    return "decided" if made.parts[0].decision.origin == origin else "another"


def at_once(tasks: list[Callable[[], Any]]) -> list[Any]:
    barrier, found = threading.Barrier(len(tasks)), []

    def run(task: Callable[[], Any]) -> None:
        barrier.wait()
        found.append(task())

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def test_of_approvers_who_decide_at_once_one_decides_and_the_others_are_told_who(each_desk: Desk) -> None:
    desk = each_desk
    number = desk.ask(desk.deal()).number
    choices = [Choice.APPROVE, Choice.DECLINE, Choice.CONDITIONS, Choice.APPROVE] * 2
    tasks = [
        lambda n=n, choice=choice: press(desk, number, APPROVERS[n % 2], choice, f"press:{n}")
        for n, choice in enumerate(choices)
    ]
    assert Counter(at_once(tasks)) == {"decided": 1, "told who": 7}
    assert len(desk.store.decisions(kind="exception.decided")) == 1
    assert desk.store.verify().ok
    assert desk.store.exceptions.altered() == []


def test_a_double_click_and_a_replay_decide_once(each_desk: Desk) -> None:
    desk = each_desk
    number = desk.ask(desk.deal()).number
    tasks = [lambda: press(desk, number, "U0ALEX", Choice.APPROVE, "the same press")] * 6
    assert at_once(tasks) == ["decided"] * 6
    assert len(desk.store.decisions(kind="exception.decided")) == 1


def test_of_requests_for_one_deal_made_at_once_one_stays_open(each_desk: Desk) -> None:
    desk = each_desk
    key = desk.deal()
    made = at_once([lambda n=n: desk.ask(key, origin=f"form:{n}").number for n in range(5)])
    assert sorted(made) == [1, 2, 3, 4, 5]
    states = Counter(desk.service.known(number).state for number in made)
    assert states == {RequestState.OPEN: 1, RequestState.SUPERSEDED: 4}
    assert at_once([lambda: desk.ask(key, origin="form:same").number] * 4) == [6] * 4
    assert desk.store.exceptions.altered() == []


def decide_elsewhere(url: str, worker: int, also: str, folder: str, number: int) -> list[str]:
    """What another process does, on both databases: its own store, its own service."""
    found = []
    for each in (url, also):
        store = open_store(each, workers.now)
        desk = Desk(Path(folder), store, workers.now)
        choice = list(Choice)[worker % 3]
        found.append(press(desk, number, APPROVERS[worker % 2], choice, f"process:{worker}"))
        store.close()
    return found


@pytest.mark.postgres
def test_of_processes_that_decide_at_once_one_decides(desk: Desk, postgres_url: str, tmp_path: Path) -> None:
    """On SQLite and on PostgreSQL, in one go: to start a process takes longer than what it does."""
    other = Desk(tmp_path, open_store(postgres_url, desk.clock), desk.clock)
    number = desk.ask(desk.deal()).number
    assert other.ask(other.deal()).number == number
    url = sqlite_url(tmp_path / "dealfit.sqlite")
    found = workers.together(decide_elsewhere, url, postgres_url, str(tmp_path), number)
    for each, results in zip((desk, other), zip(*found, strict=True), strict=True):
        assert Counter(results) == {"decided": 1, "told who": workers.PROCESSES - 1}
        assert len(each.store.decisions(kind="exception.decided")) == 1
        assert each.store.verify().ok
    other.store.close()


def test_a_decision_and_a_withdrawal_at_once_leave_one_of_the_two(each_desk: Desk) -> None:
    desk = each_desk
    for turn in range(3):
        number = desk.ask(desk.deal(f"Deal {turn}")).number
        at_once(
            [
                lambda number=number, turn=turn: _quiet(lambda: press_any(desk, number, f"{turn}")),
                lambda number=number: _quiet(lambda: desk.service.withdraw(number, desk.asker("U0DANA"))),
            ]
        )
        assert desk.service.known(number).state in {RequestState.WITHDRAWN, RequestState.GRANTED}
    assert desk.store.exceptions.altered() == []


def press_any(desk: Desk, number: int, origin: str) -> None:
    desk.service.decide(number, "deal-desk", desk.asker("U0ALEX"), Choice.APPROVE, origin=origin)


def _quiet(do: Callable[[], Any]) -> None:
    try:
        do()
    except Refused:
        return


def test_what_is_due_is_done_once(each_desk: Desk, clock: Any) -> None:
    desk = each_desk
    number = desk.ask(desk.deal()).number
    clock.forward(days=1)
    found = at_once([lambda: desk.service.pursue(number)] * 5)
    assert len([each for each in found if each is not None]) == 1
    assert len(desk.store.decisions(kind="exception.reminded")) == 1


def test_what_somebody_writes_past_the_log_is_found(each_desk: Desk, url: str) -> None:
    desk = each_desk
    number = desk.ask(desk.deal()).number
    assert desk.store.exceptions.altered() == []
    raw(url, "UPDATE exceptions SET state = 'granted', body = replace(body, '\"open\"', '\"approved\"')")
    assert desk.store.exceptions.altered() == [number]
    assert desk.store.verify().ok


def test_a_failing_database_leaves_nothing_half_done(each_desk: Desk, url: str) -> None:
    desk = each_desk
    key = desk.deal()
    raw(url, "ALTER TABLE personal_texts RENAME TO hidden")
    with pytest.raises(StoreError):
        desk.ask(key)
    raw(url, "ALTER TABLE hidden RENAME TO personal_texts")
    assert desk.store.exceptions.find() == []
    assert desk.store.decisions(kind="exception.asked") == []
    assert desk.ask(key).number == 1
