"""Guests, closed accounts, channels that are gone, missing permissions: said in words, to the right person."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.cli.doctor import _messages, _slack
from bot.playground.model import Channel, User
from bot.settings import Settings
from bot.slack.replies import Place
from tests.e2e.conftest import ASK, DANA, DEALS, MERCY, MORGAN, Office, Running, settings_for, texts
from tests.e2e.test_exceptions import ask, card_of

GUEST, STRANGER, GONE = "U0GUEST", "U0OTHER", "U0GONE"
DESK = "C0DESK"


@pytest.fixture(scope="module")
def office(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("refusals")
    shutil.copytree(indexed, folder, dirs_exist_ok=True)
    people = folder / "profile" / "people.yaml"
    words = people.read_text(encoding="utf-8")
    before, after_it = "{name: Deal desk, people: [alex]}", f"{{name: Deal desk, people: [alex], channel: {DESK}}}"
    assert before in words
    people.write_text(words.replace(before, after_it), encoding="utf-8")
    with Running(Settings.load(settings_for(folder), env_file=None)) as made:
        space = made.ground.workspace
        space.add_user(User(GUEST, "gus", "Gus Guest", "gus@elsewhere.example", is_restricted=True))
        space.add_user(User(STRANGER, "sue", "Sue Stranger", "dana@alphatech.example", team_id="T0OTHER"))
        space.add_user(User(GONE, "gone", "Gone Person", "gone@alphatech.example", deleted=True))
        space.channels[ASK].members += [GUEST, STRANGER]
        space.add_channel(Channel(DESK, "desk", ["U0ALEX", "U0DEALFIT"], restricted="restricted_action"))
        yield made


@pytest.fixture(autouse=True)
def as_it_was(office: Office) -> Iterator[None]:
    channel, scopes = office.ground.workspace.channels[DEALS], office.ground.manifest.scopes
    members = list(channel.members)
    yield
    channel.members, channel.is_archived, channel.restricted = members, False, ""
    office.ground.manifest.scopes = scopes
    office.ground.faults.clear()


def after(office: Office, user: str, do: Any) -> Any:
    """What comes to somebody's direct message once this was done."""
    channel = f"D{user[1:]}"
    known = {m.ts for m in office.ground.messages(channel, user)}
    do()
    return office.ground.wait_for(lambda: (office.new_messages(channel, user, known) or [None])[0])


def in_time(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():  # looked at once a round: what holds may end again
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def nothing_waits(office: Office) -> None:
    in_time(lambda: office.core.store.outgoing.waiting().messages == 0)


@pytest.mark.parametrize("user", [GUEST, STRANGER])
def test_guests_and_people_of_other_workspaces_are_told_whom_this_is_for(office: Office, user: str) -> None:
    reply = office.answer(user, ASK, "<@U0DEALFIT> what discount can I give on a two-month deal?")
    assert "for the people of this workspace" in texts(reply.blocks) + reply.text
    assert "Discount" not in texts(reply.blocks)
    assert "for the people of this workspace" in office.command(user, "/deal-check", "history", channel=ASK).text
    assert "for the people of this workspace" in office.command(user, "/deal-check", channel=ASK).text
    assert office.modal(user) is None, "the form names the facts of the Deal Profile"


def test_without_the_scope_to_look_people_up_a_question_says_so_and_is_no_defect(office: Office) -> None:
    scopes = office.ground.manifest.scopes
    assert scopes is not None
    office.ground.manifest.scopes = scopes - {"users:read"}
    with capture_logs() as logged:
        reply = office.answer("U0VICTOR", "D0VICTOR", "what discount can I give?")
    assert "I could not look up in Slack who you are" in texts(reply.blocks) + reply.text
    assert "`dealfit doctor` says what is missing" in texts(reply.blocks) + reply.text
    assert [each["event"] for each in logged if each["event"] in {"step failed", "work failed"}] == []


def removed(channel: Channel) -> None:
    channel.members.remove("U0DEALFIT")


def archived(channel: Channel) -> None:
    channel.is_archived = True


def closed(channel: Channel) -> None:
    channel.restricted = "restricted_action_read_only_channel"


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (removed, "I am not in that channel; invite me with /invite"),
        (archived, "that channel is archived"),
        (closed, "that channel takes no messages from apps"),
    ],
)
def test_what_cannot_be_shown_in_a_channel_comes_to_the_person_with_the_reason(office, happens, said) -> None:
    card = office.command(DANA, "/deal-check", MERCY)
    members = list(office.ground.workspace.channels[DEALS].members)
    happens(office.ground.workspace.channels[DEALS])
    came = after(office, DANA, lambda: office.ground.press(DANA, card, "deal.share"))
    assert f"I answer here, because {said}" in texts(came.blocks)
    assert "Mercy Regional" in texts(came.blocks)
    channel = office.ground.workspace.channels[DEALS]
    channel.members, channel.is_archived, channel.restricted = members, False, ""
    known = {m.ts for m in office.ground.messages(DEALS, MORGAN)}
    for _ in range(2):  # once that is mended the same button shares it, once
        office.ground.press(DANA, card, "deal.share")
        office.settle()
    assert ["Mercy Regional" in texts(m.blocks) for m in office.new_messages(DEALS, MORGAN, known)] == [True]


def test_a_closed_account_is_given_up_at_once_and_keeps_nobody_waiting(office: Office) -> None:
    send = office.slack.services.replies.send
    send(Place(GONE, GONE), text="your reminder", blocks=None)
    came = after(office, MORGAN, lambda: send(Place(MORGAN, MORGAN), text="your reminder", blocks=None))
    assert came.text == "your reminder"
    opened = [c for c in office.ground.calls if c.method == "conversations.open" and c.args["users"] == GONE]
    assert [c.error for c in opened] == ["user_disabled"]
    nothing_waits(office)


def test_a_card_that_may_not_stand_in_its_channel_is_told_to_the_rep_and_the_operator(office: Office) -> None:
    number = ask(office, "Closed Desk General")
    told = card_of(office, DANA, f"Exception {number}: I could not ask Deal desk")
    assert "does not let me write to their channel" in texts(told.blocks)
    sign = _messages(office.core)
    assert sign.state == "note"
    assert f"{DESK} (1 time): Slack refused chat.postMessage: restricted_action. A workspace setting" in sign.words


def test_a_missing_permission_is_named_to_the_operator_with_what_is_needed(office: Office) -> None:
    scopes = office.ground.manifest.scopes
    assert scopes is not None
    office.ground.manifest.scopes = scopes - {"chat:write"}
    send = office.slack.services.replies.send
    send(Place(ASK, DANA, private=False), text="the answer", blocks=None)
    in_time(lambda: _messages(office.core).words.count("missing_scope (needed: chat:write)") == 2)
    nothing_waits(office)
    known = Settings.load(
        {
            "SLACK_API_URL": office.ground.api_url,
            "SLACK_BOT_TOKEN": office.ground.bot_token,
            "SLACK_APP_TOKEN": office.ground.app_token,
        },
        env_file=None,
    )
    sign = _slack(type("Rooms", (), {"settings": known})())
    assert sign.state == "note"
    assert "it lacks chat:write. Update the app from manifest.json" in sign.words
