"""The decision log against people with raw SQL: first the triggers refuse them, then the audit finds them."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest

from bot.store.database import Store
from bot.store.records import NewDecision
from tests.integration.store.outside import drop_guards, raw

ROW = "VALUES ({id}, '2026-11-23T09:30:00.000000Z', 'k', 'mallory', 's', '{{}}', '{sha}', '{sha}')"


@pytest.fixture
def filled(store: Store) -> Store:
    store.record_all(NewDecision("verdict", "U1", f"deal {n}", {"n": n}) for n in range(1, 11))
    return store


NEXT = "SELECT {id}, at, kind, actor, subject, body, sha256, sha256 FROM decisions WHERE id = 10"


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO decisions " + NEXT.format(id=12),
        "UPDATE decisions SET actor = 'mallory' WHERE id = 3",
        "UPDATE decisions SET id = id + 100",
        "DELETE FROM decisions WHERE id = 10",
        "DELETE FROM decisions",
        "INSERT INTO decisions " + ROW.format(id=12, sha="0" * 64),
        "INSERT INTO decisions " + ROW.format(id=11, sha="0" * 64),
        "INSERT INTO decisions " + ROW.format(id=3, sha="0" * 64),
        "INSERT INTO decisions " + ROW.format(id=0, sha="0" * 64),
    ],
)
def test_the_log_refuses_to_be_changed(filled: Store, url: str, statement: str) -> None:
    with pytest.raises((sqlite3.Error, psycopg.Error), match="The decision log is append-only"):
        raw(url, statement)
    assert filled.verify().rows == 10
    assert filled.verify().ok


@pytest.mark.parametrize("settings", [(), ("PRAGMA recursive_triggers = OFF", "PRAGMA foreign_keys = OFF")])
@pytest.mark.parametrize("word", ["INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE", "UPDATE OR REPLACE"])
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_sqlite_refuses_replace(filled: Store, url: str, word: str, settings: tuple[str, ...]) -> None:
    link = raw(url, "SELECT sha256 FROM decisions WHERE id = 10")[0][0]
    change = "decisions SET id = 4 WHERE id = 3" if "UPDATE" in word else "INTO decisions " + ROW.format(id=3, sha=link)
    with pytest.raises(sqlite3.IntegrityError, match="The decision log is append-only"):
        raw(url, *settings, f"{word} {change}")
    assert filled.verify().ok


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE decisions CASCADE",
        "SET session_replication_role = replica; UPDATE decisions SET actor = 'mallory'",
        "SET session_replication_role = replica; DELETE FROM decisions",
        "INSERT INTO decisions "
        + ROW.format(id=3, sha="0" * 64)
        + " ON CONFLICT (id) DO UPDATE SET actor = excluded.actor",
        "MERGE INTO decisions USING (SELECT 3 AS n) AS x ON id = n WHEN MATCHED THEN DELETE",
    ],
)
@pytest.mark.parametrize("url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_postgresql_refuses_its_other_ways(filled: Store, url: str, statement: str) -> None:
    with pytest.raises(psycopg.errors.RaiseException, match="The decision log is append-only"):
        raw(url, statement)
    assert filled.verify().ok


@pytest.mark.parametrize(
    ("edit", "first_bad"),
    [
        ("UPDATE decisions SET body = '{\"n\":70}' WHERE id = 7", 7),
        ("UPDATE decisions SET body = '{\"n\": 7}' WHERE id = 7", 7),
        ("UPDATE decisions SET actor = 'mallory' WHERE id = 1", 1),
        ("UPDATE decisions SET at = '2026-11-23T09:30:00.000001Z' WHERE id = 10", 10),
        ("UPDATE decisions SET kind = 'answer', subject = 'x' WHERE id IN (4, 6)", 4),
        ("UPDATE decisions SET sha256 = previous WHERE id = 5", 5),
        ("UPDATE decisions SET previous = sha256 WHERE id = 5", 5),
        ("DELETE FROM decisions WHERE id = 6", 6),
        ("DELETE FROM decisions WHERE id <= 2", 1),
        ("UPDATE decisions SET id = 50 WHERE id = 10", 10),
        ("UPDATE decisions SET id = -id WHERE id = 2", -2),
    ],
)
def test_an_edit_behind_the_back_is_found(filled: Store, url: str, edit: str, first_bad: int) -> None:
    drop_guards(url)
    raw(url, edit)
    report = filled.verify()
    assert (report.ok, report.first_bad) == (False, first_bad)
    assert report.rows == max(first_bad - 1, 0)
    assert report.reason is not None
    assert f"ow {first_bad} " in report.reason


@pytest.mark.parametrize("value", ["x'ff'", "x'7b7d'", "17", "CAST(x'80ff' AS TEXT)"])
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_sqlite_values_that_are_not_text_are_found(filled: Store, url: str, value: str) -> None:
    drop_guards(url)
    raw(url, f"UPDATE decisions SET body = {value} WHERE id = 4")  # noqa: S608
    assert (filled.verify().ok, filled.verify().first_bad) == (False, 4)


def test_rows_cut_off_the_end_are_found_with_the_published_head(filled: Store, url: str) -> None:
    published = filled.head()
    drop_guards(url)
    raw(url, "DELETE FROM decisions WHERE id > 8")
    assert filled.verify().ok
    report = filled.verify(published)
    assert (report.ok, report.rows, report.first_bad) == (False, 8, 9)


def test_the_other_tables_can_still_be_changed(filled: Store, url: str) -> None:
    filled.give_feedback(decision_id=1, user="U1", value="good")
    raw(url, "DELETE FROM feedback")
    assert filled.feedback(1) == []
