"""What is personal can go, and the log stays whole: by age, by author, by deal, by the daily job. On both databases."""

from __future__ import annotations

import json
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot.deals.deal import Deal
from bot.slack.schedules import Job
from bot.slack.work.retention import RetentionWork, keep_retention
from bot.store.activities import Account, Activity, Assignment
from bot.store.database import Store
from bot.store.erasing import RETENTION, about_deal
from bot.store.records import NewDecision
from tests.integration.exceptions.desk import GIVES, WHY, Desk
from tests.integration.store.outside import FixedClock, raw

SECRET = "What may I give Mercy?"


@pytest.fixture
def url(ready_url: str) -> str:
    return ready_url


def answered(store: Store, author: str, about: str = "answer", question: str = SECRET) -> int:
    made = NewDecision(
        "answer", f"U0{author.upper()}", "question", {"refused": False}, {"question": question}, author, about
    )
    return store.record_all([made])[0].id


def everything(url: str) -> str:
    """Every text of the database, as somebody with the file in hand reads it."""
    tables = (
        "decisions", "personal_texts", "deals", "turns", "exceptions", "threads", "feedback", "activities",
        "account_assignments", "crm_accounts",
    )  # fmt: skip
    return "\n".join(
        str(raw(url, f"SELECT * FROM {table}"))  # noqa: S608 - names of ours
        for table in tables
    )


def test_readers_get_what_stands_beside_as_one_and_the_log_holds_its_mark(store: Store, url: str) -> None:
    number = answered(store, "dana")
    found = store.decision(number)
    assert found is not None
    assert found.body == {"refused": False, "question": SECRET}
    assert store.decisions(kind="answer")[0] == found
    (row,) = store.each_decision()
    assert set(row.body) == {"refused", "beside"}
    assert SECRET not in json.dumps(row.body)
    answered(store, "dana")
    assert len({row.body["beside"] for row in store.each_decision()}) == 2, "the same text has another mark each time"
    assert SECRET in everything(url)


def test_texts_go_by_author_by_day_and_by_deal_and_the_log_stays_whole(
    store: Store, url: str, clock: FixedClock
) -> None:
    old = answered(store, "dana")
    clock.forward(days=40)
    hers, about, theirs = answered(store, "dana"), answered(store, "sam", about_deal("k1")), answered(store, "sam")
    head = store.head()
    assert store.personal.erase(authors=["dana"], before=clock.now - timedelta(days=1)).texts == 1
    assert [bool(store.decision(n).body.get("erased")) for n in (old, hers, about, theirs)] == [
        True,
        False,
        False,
        False,
    ]  # type: ignore[union-attr]
    assert store.personal.erase(deal="k1").texts == 1
    assert store.personal.erase(authors=["dana", "U0DANA"]).texts == 1
    assert store.personal.erase(authors=["dana"]).texts == 0
    assert [bool(store.decision(n).body.get("erased")) for n in (old, hers, about, theirs)] == [True, True, True, False]  # type: ignore[union-attr]
    assert store.decision(old).body == {"refused": False, "erased": True}  # type: ignore[union-attr]
    assert store.verify(head).ok
    assert [d.body["authors"] for d in store.decisions(kind="erasure")] == [
        ["dana"],
        ["U0DANA", "dana"],
        None,
        ["dana"],
    ]
    assert everything(url).count(SECRET) == 1


def test_an_erased_deal_has_no_name_no_facts_and_no_turns(store: Store, url: str) -> None:
    kept = store.save_deal(Deal(name="Mercy Secret", owner="Dana", customer="Mercy Secret"), verdict=None)
    other = store.save_deal(Deal(name="Other", owner="Dana"), verdict=None)
    store.remember_turn("C1", "1.0", "user", "Mercy Secret wants 12%", deal_key=kept.key)
    store.remember_turn("C1", "2.0", "user", "Other wants 2%", deal_key=other.key)
    version = store.deals_version()
    gone = store.personal.erase(deal=kept.key)
    assert (gone.turns, gone.deals) == (1, 1)
    left = store.deal(kept.key)
    assert left is not None
    assert (left.name, left.customer, left.owner, left.status, left.facts_text) == (
        "Erased deal",
        None,
        None,
        "removed",
        "{}",
    )
    assert store.deals_version() > version
    assert "Mercy Secret" not in everything(url)
    assert "Other wants 2%" in everything(url)
    assert store.verify().ok


def test_an_erased_deals_calls_go_in_whatever_letters_its_name_is_written(store: Store) -> None:
    kept = store.save_deal(Deal("Österreich Süd", {}, owner="Dana", source="crm", source_id="7"), verdict=None)
    named = ("Österreich Süd", "ÖSTERREICH  SÜD", "7", "österreich", None)
    calls = [Activity("crm", date(2026, 11, 2), "call", source_id=str(n), deal=deal) for n, deal in enumerate(named)]
    store.activities.save([*calls, Activity("other", date(2026, 11, 2), "call", source_id="5", deal="7")])
    store.personal.erase(deal=kept.key)
    assert [(call.source, call.deal) for call in store.activities.find()] == [
        ("crm", "österreich"), ("crm", None), ("other", "7"),
    ]  # fmt: skip


def test_an_erased_person_owns_nothing_and_what_they_owned_stays(store: Store, url: str, tmp_path: Any) -> None:
    kept = store.save_deal(Deal(name="Mercy", owner="DANA  Reyes", facts={}), verdict=None)
    store.save_deal(Deal(name="Other", owner="Sam Okafor", facts={}), verdict=None)
    day = date(2026, 11, 2)
    calls = [
        Activity("crm", day, "call", rep=rep, customer="Mercy") for rep in ("dana@alphatech.example", "Sam Okafor")
    ]
    store.activities.save(calls)
    store.activities.assign([Assignment("Dana Reyes", "Mercy"), Assignment("Sam Okafor", "Hope")])
    store.activities.keep_accounts(
        [Account("crm", "1", "Mercy", "Dana Reyes"), Account("crm", "2", "Hope", "Sam Okafor")]
    )
    before = store.deals_version()
    assert store.personal.erase(authors=["dana"]).owned == 0, "only where the operator means the person"
    texts = ["dana", "Dana Reyes", "dana@alphatech.example"]
    gone = store.personal.erase(authors=["dana"], owners=texts)
    assert (gone.owned, gone.accounts) == (2, 2)
    left = store.deal(kept.key)
    assert left is not None
    assert (left.name, left.owner, store.deals_version() > before) == ("Mercy", None, True)
    assert [(each.customer, each.rep) for each in store.activities.find()] in (
        [("Mercy", None), ("Mercy", "Sam Okafor")], [("Mercy", "Sam Okafor"), ("Mercy", None)],
    )  # fmt: skip
    assert store.activities.assigned() == [Assignment("Sam Okafor", "Hope")]
    assert store.activities.account_owners() == {("crm", "hope"): frozenset({"Sam Okafor"})}
    assert "reyes" not in everything(url).casefold()
    assert "dana@" not in everything(url)
    again = store.personal.erase(authors=["dana"], owners=texts)
    assert (again.owned, again.accounts) == (0, 0)


def test_the_name_of_an_erased_owner_goes_from_the_requests_of_others(
    store: Store, url: str, clock: FixedClock, tmp_path: Any
) -> None:
    desk = Desk(tmp_path, store, clock)
    key = desk.deal("Mercy")
    owner = store.deal(key).owner  # type: ignore[union-attr]
    assert owner
    number = desk.ask(key, "U0MORGAN").number
    store.personal.erase(authors=["dana", "U0DANA"], owners=[owner, "dana"])
    request = desk.service.known(number)
    assert request is not None
    assert (request.subject.deal, request.subject.owner, request.why.text) == ("Mercy", None, WHY)
    assert owner not in everything(url)
    assert store.exceptions.altered() == []
    assert store.verify().ok


def test_the_log_does_not_learn_a_name_that_was_typed_to_be_erased(store: Store, url: str) -> None:
    store.activities.assign([Assignment("Left Person", "Mercy")])
    gone = store.personal.erase(authors=["Left Person"], owners=["Left Person"])
    assert gone.accounts == 1
    assert "Left Person" not in everything(url)


def test_retention_leaves_what_still_holds_and_says_only_what_it_did(
    store: Store, clock: FixedClock, tmp_path: Any
) -> None:
    desk = Desk(tmp_path, store, clock)
    key = desk.deal("Waiting")
    number = desk.ask(key).number
    answered(store, "sam")
    store.remember_turn("C1", "1.0", "user", "hello")
    clock.forward(days=60)
    held = desk.deal("Later")
    desk.ask(held)
    work = RetentionWork(SimpleNamespace(store=store, clock=clock))  # type: ignore[arg-type]

    def run() -> dict[str, int]:
        done: list[Any] = []
        work.erase(
            {"days": 30, "due": clock.now.isoformat()}, lambda name, do, attempts=1: done.append(do()) or done[0]
        )
        return done[0]

    # The verdict on the old deal, the old answer and the old turn; not the words of an exception that still waits.
    assert run() == {"texts": 2, "turns": 1}
    assert run() == {"texts": 0, "turns": 0}
    assert [d.actor for d in store.decisions(kind="erasure")] == [RETENTION]
    request = desk.service.known(number)
    assert request is not None
    assert (request.why.text, request.gives.text) == (WHY, GIVES)
    desk.service.withdraw(number, desk.asker("U0DANA"))
    # Why, what is given, and the names beside the entry: what the withdrawal says was written today.
    assert run() == {"texts": 3, "turns": 0}
    assert store.exceptions.altered() == []
    assert store.verify().ok


def test_what_is_done_to_a_text_past_the_log_shows(store: Store, url: str) -> None:
    answered(store, "dana")
    answered(store, "sam")
    assert store.personal.altered() == []
    raw(url, "UPDATE personal_texts SET text = replace(text, 'Mercy', 'Nobody') WHERE author = 'dana'")
    assert store.personal.altered() == ["row 1"]
    store.personal.erase(authors=["dana"])
    assert store.personal.altered() == []
    raw(url, "UPDATE personal_texts SET text = NULL, salt = NULL, erased_at = 'now' WHERE author = 'sam'")
    assert store.personal.altered() == ["1 texts that no erasure of the log took"]
    raw(url, "DELETE FROM personal_texts WHERE author = 'sam'")
    assert store.personal.altered() == ["row 2"]
    assert store.verify().ok


def test_the_job_is_kept_while_the_setting_is_there_and_dropped_with_it() -> None:
    kept: list[tuple[str, tuple[Job, ...]]] = []
    schedules: Any = SimpleNamespace(keep_only=lambda group, *jobs: kept.append((group, jobs)))
    keep_retention(schedules, 90)
    keep_retention(schedules, None)
    (_, (job,)), (group, none) = kept
    assert (job.kind, job.payload["days"], job.catch_up) == ("retention", 90, True)
    assert job.name.startswith(f"{group}:")
    assert none == ()


def test_rows_of_earlier_versions_that_hold_their_texts_are_named(store: Store) -> None:
    new = answered(store, "dana")
    assert store.personal.in_the_log() == []
    asked = store.record(kind="exception.asked", actor="U0DANA", subject="exception 1", body={"deal": "Mercy"}).id
    refused = {"refused": True, "signals": {"strangers": ["Mercy"]}}
    words = store.record(kind="answer", actor="U0DANA", subject="question", body=refused, beside={"question": "?"}).id
    store.record(kind="exception.reminded", actor="dealfit", subject="exception 1", body={"authority": "desk"})
    assert store.personal.in_the_log() == [asked, words]
    assert new not in store.personal.in_the_log()
    assert store.personal.names_of(["dana"]) == ["U0DANA", "dana"]
    assert store.personal.names_of(["U0DANA"]) == ["U0DANA", "dana"]
    assert store.personal.names_of(["sam"]) == ["sam"]
