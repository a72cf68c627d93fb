"""Exceptions in a channel and a user group, in order, and as days go by: the clock is the test's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.bootstrap import Core
from bot.playground.model import Channel, User
from bot.playground.workspace import UserGroup
from bot.settings import Settings
from bot.slack import exception_ids as ids
from bot.slack.work.exception_due import DUE
from tests.e2e.conftest import ALEX, DANA, DEALS, Office, Running, buttons, copy_content, texts
from tests.e2e.test_deal_check import FITTING

RUTH, VICTOR, GRACE, BOOK = "U0RUTH", "U0VICTOR", "U0GRACE", "C0MONEY"
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Clock:
    now = MONDAY

    def __call__(self) -> datetime:
        return self.now


class Timed(Running):
    """The office with a clock that a test moves."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        super().__init__(settings)
        self._core = Core(settings, clock=clock)
        self._core.make_data_dir()


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def office(clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("timed")
    settings = {**copy_content(folder), "DEALFIT_EXCEPTIONS_CHANNEL": DEALS, "DEALFIT_AUDIT_CHANNEL": BOOK}
    people, profile = folder / "profile" / "people.yaml", folder / "profile" / "deal-profile.yaml"
    people.write_text(
        people.read_text().replace(
            "finance: {name: Finance, people: [ruth]}", f"finance: {{name: Finance, group: S0MONEY, channel: {BOOK}}}"
        )
    )
    profile.write_text(profile.read_text().replace("  order: together", "  order: in order"))
    with Timed(Settings.load(settings, env_file=None), clock) as made:
        workspace = made.ground.workspace
        workspace.add_user(User(GRACE, "grace", "Grace Chen", "grace@alphatech.example", "Head of service"))
        workspace.add_channel(Channel(BOOK, "money", [RUTH, GRACE, DANA, "U0DEALFIT"]))
        workspace.usergroups["S0MONEY"] = UserGroup("S0MONEY", "finance", "Finance", [RUTH, GRACE])
        yield made


@pytest.fixture
def people(office: Office) -> Path:
    return Path(str(office.core.settings.profile_dir)) / "people.yaml"


def cards(office: Office, channel: str, user: str, text: str) -> list[Any]:
    messages = office.ground.messages(channel, user)
    return [m for m in messages if m.from_app and text in texts(m.blocks) + " " + m.text]


def one(office: Office, channel: str, user: str, text: str) -> Any:
    return office.ground.wait_for(lambda: (cards(office, channel, user, text) or [None])[-1])


def ask(office: Office) -> None:
    ask_for(office, "Time General")
    office.settle()  # the card of an earlier test has the same words
    one(office, "D0ALEX", ALEX, "Time General")


def ask_for(office: Office, name: str) -> None:
    card = office.command(DANA, "/deal-check", FITTING.replace("name", name, 1).replace("0%", "12%"))
    office.ground.press(DANA, card, ids.ASK)
    view = office.ground.wait_for(lambda: office.modal(DANA))
    assert "asked one after the other" in texts(view.blocks)
    words = {(ids.WHY, ids.INPUT): "It ends in June.", (ids.GIVES, ids.INPUT): "A longer term."}
    assert not office.ground.submit_view(DANA, view.id, words).errors


def come_round(office: Office, name: str = DUE.name) -> None:
    office.slack.services.schedules.run_now(name)
    office.settle()


def test_days_go_by(office: Office, clock: Clock) -> None:
    ask(office)
    assert cards(office, BOOK, RUTH, "Time General") == []
    assert "Finance* decides when those before have approved" in texts(
        one(office, "D0DANA", DANA, "Exception 1").blocks
    )
    come_round(office)
    assert cards(office, "D0ALEX", ALEX, "waits since") == []
    clock.now += timedelta(days=1)
    come_round(office)
    assert len(cards(office, "D0ALEX", ALEX, "Exception 1 on Time General waits since 2026-11-23")) == 1
    assert cards(office, "D0VICTOR", VICTOR, "Time General") == []
    clock.now += timedelta(days=1)
    come_round(office)
    come_round(office)
    assert (
        len(cards(office, "D0DANA", DANA, "has not decided on Time General, so it has gone up to Sales director.")) == 1
    )
    upper = one(office, "D0VICTOR", VICTOR, "Time General")
    assert "It has gone up" in texts(upper.blocks)
    office.ground.press(VICTOR, upper, ids.APPROVE)
    office.ground.wait_for(lambda: not buttons(one(office, "D0ALEX", ALEX, "Exception 1: Time General")))

    money = one(office, BOOK, RUTH, "Exception 1: Time General")
    assert "To decide: Ruth Adeyemi, Grace Chen" in texts(money.blocks)
    assert cards(office, "D0RUTH", RUTH, "Time General") == []
    office.ground.press(DANA, money, ids.APPROVE)
    told = one(office, BOOK, DANA, "Only approvers decide exceptions")
    assert told.ephemeral_to == DANA
    office.ground.press(GRACE, money, ids.APPROVE)
    status = one(office, "D0DANA", DANA, "Exception 1: Time General")
    office.ground.wait_for(lambda: "✅ Granted" in texts(status.blocks))

    clock.now = datetime(2026, 12, 21, 8, 59, tzinfo=UTC)
    come_round(office)
    assert cards(office, "D0DANA", DANA, "ends on") == []
    clock.now += timedelta(minutes=2)  # three working days before Christmas, of which Christmas Eve is none
    come_round(office)
    come_round(office)
    warned = "The approval of Deal desk for Time General ends on 2026-12-25. Close the deal by then, or ask again."
    assert len(cards(office, "D0DANA", DANA, warned)) == 1

    clock.now += timedelta(days=31)
    come_round(office)
    assert len(cards(office, "D0DANA", DANA, "The approval of Deal desk for Time General has ended.")) == 1
    office.ground.wait_for(lambda: "⌛ Ended" in texts(status.blocks))


def test_the_month_and_the_head_are_published(office: Office, clock: Clock) -> None:
    ask(office)
    head = office.core.store.head()
    clock.now = (clock.now.replace(day=1) + timedelta(days=32)).replace(day=1, hour=8)
    come_round(office, "audit:head")
    assert f"{head.id}:{head.sha256}" in texts(one(office, BOOK, RUTH, "Head of the decision log").blocks)
    assert office.core.store.verify(head).ok
    before = len(cards(office, DEALS, ALEX, "Exceptions of"))
    come_round(office, "exceptions:digest")
    assert len(cards(office, DEALS, ALEX, "Exceptions of")) == before + 1


@pytest.mark.parametrize("how", ["address", "slack", "refused"])
def test_who_decides_gets_the_card_when_their_account_is_back(
    office: Office, clock: Clock, people: Path, how: str
) -> None:
    """However the account is known; also where a try met it just after it was closed, and was refused."""
    words, name, nora = people.read_text(), f"Back {how} General", f"U0NORA{how.upper()}"
    named = "" if how == "address" else f"slack: {nora}, "
    entry = f"  nora: {{name: Nora Berg, email: nora@alphatech.example, {named}roles: [approver]}}\n"
    people.write_text(words.replace("people: [alex]", "people: [nora]") + entry)
    account = User(nora, "nora", "Nora Berg", "nora@alphatech.example", deleted=how != "refused")
    office.ground.workspace.add_user(account)
    clock.now += timedelta(minutes=30)
    if how == "refused":
        assert office.slack.services.askers.of(nora).person is not None
        account.deleted = True
    ask_for(office, name)
    office.settle()
    if how == "refused":
        assert "I could not ask Deal desk" in texts(one(office, "D0DANA", DANA, "I could not ask").blocks)
        clock.now += timedelta(minutes=15)
        come_round(office)
    status = cards(office, "D0DANA", DANA, name)[-1]
    assert how == "refused" or "Not reached in Slack: Nora Berg" in texts(status.blocks)
    assert cards(office, f"D{nora[1:]}", nora, name) == []

    account.deleted = False
    clock.now += timedelta(minutes=15)
    come_round(office)
    come_round(office)
    assert len(cards(office, f"D{nora[1:]}", nora, name)) == 1, "one card, and not only at the next reminder"
    assert "Not reached" not in texts(status.blocks)
    people.write_text(words)
    office.ground.workspace.users.pop(nora)
