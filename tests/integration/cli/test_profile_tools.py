from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from bot.bootstrap import Core
from bot.settings import Settings

DEAL = "Mercy Regional: hospital, 120 beds, managed services for 2 months, 8% discount, net 60, $85,000"


def newest_verdict(data: Path) -> int:
    core = Core(Settings.load({"DEALFIT_DATA_DIR": str(data)}, env_file=None))
    try:
        return core.store.decisions(kind="verdict", limit=1)[0].id
    finally:
        core.close()


def test_a_recorded_verdict_replays_after_the_profile_has_changed(dealfit, own_profile, data):
    where = {"DEALFIT_PROFILE_DIR": str(own_profile)}
    dealfit("check", DEAL, **where)
    dealfit("check", "--facts", "discount=3", "--facts", "service_months=3", **where)
    file = own_profile / "deal-profile.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("<= 10%", "<= 2%"), encoding="utf-8")
    newest = newest_verdict(data)
    for number in (newest - 1, newest):
        done = dealfit("profile", "replay", number)
        assert done.status == 0, done.out
        assert "the same" in done.err
    assert dealfit("profile", "replay", newest, "--json").json == {
        "schema": 1,
        "decision": newest,
        "same": True,
        "differences": [],
    }


def test_a_record_that_was_changed_says_where(dealfit, data):
    dealfit("check", DEAL)
    number = newest_verdict(data)
    database = next(data.glob("*.db"), None) or next(data.glob("*.sqlite*"))
    with sqlite3.connect(database) as connection:
        triggers = connection.execute("select name from sqlite_master where type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f"drop trigger {name}")
        (body,) = connection.execute("select body from decisions where id = ?", (number,)).fetchone()
        plain = json.loads(body)
        plain["verdict"] = "fits"
        connection.execute("update decisions set body = ? where id = ?", (json.dumps(plain), number))
    connection.close()
    done = dealfit("profile", "replay", number)
    assert done.status == 1
    assert done.out.startswith('verdict: recorded "fits", now ')
    assert "not the same" in done.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("9999",), "There is no decision 9999."), (("99999999999999999999",), "There is no decision"), (("x",), "")],
)
def test_what_cannot_be_replayed_is_said(dealfit, arguments, words):
    done = dealfit("profile", "replay", *arguments)
    assert done.status == 2
    assert words in done.err
    assert done.out == ""


def test_a_decision_of_another_kind_is_named(dealfit, data):
    dealfit("check", DEAL)
    dealfit("ask", "why do discounts come with services?")
    number = newest_verdict(data) + 1
    done = dealfit("profile", "replay", number)
    assert done.status == 2
    assert f"Decision {number} is of the kind answer. The newest verdict is {number - 1}." in done.err
