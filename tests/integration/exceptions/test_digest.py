"""A month's exceptions: by rule, rep and authority, and what became a habit. And the same on the command line."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.exceptions.digest import HABIT, digest, month_before, month_of
from bot.exceptions.model import Choice
from bot.playground.limits import check_message
from bot.slack.blocks.exception_status import status_card
from bot.slack.blocks.exceptions import approver_card, notification
from bot.slack.blocks.exceptions_digest import digest_blocks, digest_text
from tests.integration.exceptions.desk import Desk
from tests.integration.exceptions.test_deciding import decide
from tests.integration.store.outside import FixedClock
from tests.unit.test_docs import JSON, json_blocks

YES, NO = Choice.APPROVE, Choice.DECLINE


def asked(desk: Desk, name: str, user: str = "U0DANA", choice: Choice | None = YES, **facts: Any) -> int:
    number = desk.ask(desk.deal(name, owner=user, **facts), user).number
    if choice is not None:
        decide(desk, number, "deal-desk", "U0ALEX", choice, "Because.")
    return number


def made(desk: Desk, clock: FixedClock) -> Any:
    start, end = month_of(clock.now)
    return digest(desk.service.between(start, end), start, end)


def test_a_month_in_figures_and_its_habits(desk: Desk, clock: FixedClock) -> None:
    numbers = [asked(desk, f"Dana {n}") for n in range(HABIT)]
    asked(desk, "Sam 1", "U0SAM")
    asked(desk, "Sam 2", "U0SAM", NO, days=45)
    asked(desk, "Sam 3", "U0SAM", None)
    withdrawn = desk.ask(desk.deal("Sam 4", owner="U0SAM"), "U0SAM").number
    desk.service.withdraw(withdrawn, desk.asker("U0SAM"))
    found = made(desk, clock)
    assert found.requests == 6
    assert [(t.name, t.asked, t.granted, t.declined, t.open) for t in found.reps] == [
        ("Dana Reyes", 3, 3, 0, 0), ("Sam Okafor", 3, 1, 1, 1)
    ]  # fmt: skip
    assert [(t.name, t.asked, t.granted, t.declined, t.open, t.share) for t in found.rules] == [
        ("Discount earned", 6, 4, 1, 1, 80)
    ]
    assert [(t.name, t.asked) for t in found.authorities] == [("Deal desk", 6)]
    assert [(h.check, h.of, h.who, h.times, h.exceptions) for h in found.habits] == [
        ("discount", "rep", "Dana Reyes", 3, tuple(numbers))
    ]
    blocks = digest_blocks(found)
    assert check_message(digest_text(found), blocks) == []
    assert "Discount earned: *3* times for Dana Reyes" in str(blocks)


def test_two_are_no_habit_and_nor_is_what_was_declined(desk: Desk, clock: FixedClock) -> None:
    for n in range(HABIT - 1):
        asked(desk, f"Dana {n}")
    asked(desk, "Dana no", choice=NO)
    assert made(desk, clock).habits == ()


def test_what_was_decided_and_then_withdrawn_counts_for_its_rep_as_well(desk: Desk, clock: FixedClock) -> None:
    asked(desk, "Dana A")
    number = asked(desk, "Dana B")
    desk.service.withdraw(number, desk.asker("U0DANA"))
    found = made(desk, clock)
    assert found.requests == sum(rep.asked for rep in found.reps) == 2
    assert [(rep.asked, rep.granted, rep.declined, rep.open) for rep in found.reps] == [(2, 1, 0, 0)]
    said = str(digest_blocks(found))
    assert "1 withdrawn or asked anew" in said
    assert "Half of the decisions took less than an hour." in said


def test_a_month_has_its_own_and_the_median_time(desk: Desk, clock: FixedClock) -> None:
    clock.now = datetime(2026, 11, 30, 20, tzinfo=UTC)
    number = desk.ask(desk.deal("Late")).number
    clock.forward(hours=6)
    decide(desk, number, "deal-desk", "U0ALEX")
    asked(desk, "Next month")
    start, end = month_before(clock.now)
    assert (start, end) == (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
    found = digest(desk.service.between(start, end), start, end)
    assert (found.requests, found.hours_to_decide) == (1, 6.0)
    assert month_before(datetime(2027, 1, 15, tzinfo=UTC))[0] == datetime(2026, 12, 1, tzinfo=UTC)
    assert month_of(datetime(2026, 12, 31, tzinfo=UTC))[1] == datetime(2027, 1, 1, tzinfo=UTC)
    none = digest([], start, end)
    assert "None was asked for" in str(digest_blocks(none))


def test_the_longest_words_stay_within_slacks_limits(desk: Desk, clock: FixedClock) -> None:
    nasty = ("<!channel>&*_~`" * 200)[:1500]
    request = desk.ask(desk.deal("<@U1> " * 60, days=45, visit=False), why=nasty, gives=nasty)
    for turn in range(8):
        request = desk.service.ask_rep(1, "deal-desk", desk.asker("U0ALEX"), nasty, origin=f"q{turn}")
        request = desk.service.answer(1, "deal-desk", desk.asker("U0DANA"), nasty, origin=f"a{turn}")
    people = {part.authority: desk.who().all * 30 for part in request.parts}
    for _ in range(2):
        for part in request.parts:
            card = approver_card(request, part, others=people, precedents=desk.service.precedents(request, part) * 5)
            assert check_message(notification(request, part), card) == []
        missed = {part.authority: ["x" * 200] * 20 for part in request.parts}
        assert check_message(notification(request), status_card(request, deciders=people, unreached=missed)) == []
        request = decide(desk, 1, "deal-desk", "U0ALEX", Choice.CONDITIONS, nasty)
        clock.forward(hours=1)


@pytest.fixture
def settings(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    folder = desk.profile.parent
    monkeypatch.setenv("DEALFIT_PROFILE_DIR", str(folder))
    monkeypatch.setenv("DEALFIT_DATA_DIR", str(folder / "data"))
    monkeypatch.setenv("DEALFIT_DATABASE_URL", f"sqlite:///{folder / 'dealfit.sqlite'}")
    return desk


def run(*arguments: str) -> tuple[int, str, str]:
    from typer.testing import CliRunner

    from bot.cli.app import app

    done = CliRunner().invoke(app, list(arguments))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def test_the_command_line_reads_verifies_exports_and_erases(settings: Desk, clock: FixedClock) -> None:
    desk = settings
    number = asked(desk, "Mercy\x1b[31m", days=45)
    assert json.loads(run("exceptions", "list", "--json")[1])["exceptions"][0]["deal"].startswith("Mercy")
    shown = run("exceptions", "show", str(number))[1]
    assert "Alex Kim on 2026-11-23 (holder)" in shown
    assert "\x1b" not in shown
    plain = json.loads(run("exceptions", "show", str(number), "--json")[1])
    assert [(part["authority"], part["state"]) for part in plain["parts"]] == [
        ("deal-desk", "approved"), ("finance", "open")
    ]  # fmt: skip
    told = next(block for block in json_blocks(JSON) if "exception" in block)
    assert set(told) == set(plain)
    assert set(told["parts"][0]) == set(plain["parts"][0])
    assert "Deal desk" in run("exceptions", "digest", "--month", "2026-11")[1]
    assert json.loads(run("exceptions", "digest", "--month", "2026-11", "--json")[1])["exceptions"] == 1
    for bad in (["show", "99"], ["list", "--state", "odd"], ["digest", "--month", "soon"]):
        status, said, why = run("exceptions", *bad)
        assert (status, said) == (2, "")
        assert "error:" in why

    head = run("audit", "head")[1].strip()
    assert run("audit", "verify")[0] == 0
    assert run("audit", "verify", "--head", head)[0] == 0
    number_, _, sha256 = head.partition(":")
    status, told, _ = run("audit", "verify", "--head", f"{int(number_) + 1}:{sha256}")
    assert (status, "cut off the end" in told) == (1, True)
    assert run("audit", "verify", "--head", "x")[0] == 2
    rows = [json.loads(line) for line in run("audit", "export")[1].splitlines()]
    assert [row["id"] for row in rows] == list(range(1, int(number_) + 1))
    assert rows[-1]["sha256"] == sha256
    kinds = {json.loads(line)["kind"] for line in run("audit", "export", "--kind", "exception.decided")[1].splitlines()}
    assert kinds == {"exception.decided"}
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    verdict = next(row for row in rows if row["kind"] == "verdict")
    assert set(verdict["body"]) == {"verdict", "judge", "profile", "beside"}
    full = [json.loads(line) for line in run("audit", "export", "--kind", "verdict", "--texts")[1].splitlines()]
    assert full[0]["texts"]["facts"]["days"] == 45
    assert full[0]["body"] == verdict["body"]
    assert run("audit", "erase", "--yes")[0] == 2
    assert (
        "4 texts, 1 request for exceptions erased."
        in run("audit", "erase", "--before", tomorrow, "--author", "dana", "--yes")[1]
    )
    assert "(erased)" in run("exceptions", "show", str(number))[1]
    assert run("audit", "verify", "--head", head)[0] == 0
    assert json.loads(run("audit", "export", "--kind", "verdict", "--texts")[1].splitlines()[0])["texts"] is None
    status, _, why = run("profile", "replay", str(verdict["id"]))
    assert (status, "erased" in why, "needs_approval" in why) == (2, True, True)
    assert "the deal as it stood erased" in run("audit", "erase", "--deal", "mercy\x1b[31m", "--yes")[1]
    settings.store.record(kind="verdict", actor="U0DANA", subject="k", body={"facts": {"days": 45}})
    said = run("audit", "erase", "--author", "dana", "--yes")[2]
    assert "Written by an earlier version, with texts in them: 1 row of the log" in said
    assert "Written by an earlier version" in run("audit", "verify")[2]
    assert json.loads(run("audit", "verify", "--json")[1])["texts_in_the_log"] == 1
    assert run("audit", "verify", "--head", head)[0] == 0


def test_a_request_written_past_the_log_fails_the_audit(settings: Desk) -> None:
    from tests.integration.store.outside import raw

    asked(settings, "Mercy", choice=None)
    url = f"sqlite:///{settings.profile.parent / 'dealfit.sqlite'}"
    raw(url, "UPDATE exceptions SET state = 'granted'")
    status, told, _ = run("audit", "verify")
    assert (status, "exception 1 is not as the log says" in told) == (1, True)
    assert json.loads(run("audit", "verify", "--json")[1])["altered_exceptions"] == [1]
