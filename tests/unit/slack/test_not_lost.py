"""What nobody waits for and comes round by itself is not lost, nor ended, because Slack is away for a moment."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace as Stands
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.pipeline.reviews.calendar import Meeting
from bot.profile.people import parse_people
from bot.slack.askers import Askers, NotNamed
from bot.slack.outages import is_temporary
from bot.slack.private_files import Delivery, Upload, send_one_by_one
from bot.slack.work.exception_due import ExceptionsDue
from bot.slack.work.pipeline_saved import SavedQuestions
from bot.slack.work.reviews import ReviewWork
from tests.unit.slack.recording import Recording

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PEOPLE = parse_people(
    b"""\
people:
  dana: {name: Dana Reyes, email: dana@firm.example, slack: U0DANA, roles: [rep]}
  sam: {name: Sam Okafor, email: sam@firm.example, roles: [rep]}
  zoe: {name: Zoe Adler, email: zoe@firm.example, slack: U0ZOE, roles: [rep]}
""",
    "people.yaml",
)
EVENT = Stands(kind=Meeting.CALL, number=1, on=date(2026, 12, 1))


class Reviews:
    """A date for each of three owners."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.breaks: str | None = None

    def due(self, *, at: datetime | None) -> list[Any]:
        del at
        owners = [PEOPLE.by_key(key) for key in ("dana", "sam", "zoe") if key not in self.done]
        return [Stands(uid=owner.key, key=f"deal of {owner.key}", owner=owner, event=EVENT) for owner in owners]

    def reminded(self, uid: str, on: date) -> None:
        assert on == EVENT.on
        self.done.append(uid)

    def customer(self, asker: Any, key: str) -> Any:
        assert not asker.unknown
        if key == self.breaks:
            raise ValueError(key)
        return Stands(key=key, events=[])


def work(slack: Recording) -> tuple[ReviewWork, Reviews]:
    reviews: Any = Reviews()
    askers = Askers(client=slack, people=lambda: PEOPLE, clock=lambda: NOW)
    services: Any = Stands(client=slack, people=lambda: PEOPLE, askers=askers)
    return ReviewWork(services, reviews), reviews


def step(name: str, do: Any, *, attempts: int = 1) -> Any:
    del name, attempts
    return do()


def test_a_reminder_waits_while_slack_does_not_name_its_owner_and_keeps_no_other_waiting():
    slack = Recording(users_info=["internal_error"], users_lookupByEmail=["missing_scope"])
    slack.answers["users.lookupByEmail"] = {"ok": True, "user": {"id": "U0SAM"}}
    slack.answers["users.info"] = {"ok": True, "user": {"real_name": "somebody"}}
    reminders, reviews = work(slack)
    with pytest.raises(NotNamed) as told:
        reminders.remind({}, step)
    assert is_temporary(told.value)
    assert reviews.done == ["zoe"], "Dana is not named, and Sam not looked up, for now"


def test_an_account_that_is_gone_is_reminded_no_more():
    slack = Recording(users_lookupByEmail="users_not_found")
    slack.answers["users.info"] = {"ok": True, "user": {"real_name": "somebody"}}
    reminders, reviews = work(slack)
    reminders.remind({}, step)
    assert reviews.done == ["dana", "sam", "zoe"]


def test_one_reminder_that_breaks_keeps_no_other_from_being_sent():
    slack = Recording(users_lookupByEmail="users_not_found")
    slack.answers["users.info"] = {"ok": True, "user": {"real_name": "somebody"}}
    reminders, reviews = work(slack)
    reviews.breaks = "deal of dana"
    with pytest.raises(ValueError, match="deal of dana"):
        reminders.remind({}, step)
    assert reviews.done == ["sam", "zoe"]


def test_one_exception_that_breaks_keeps_no_other_from_its_reminder():
    pursued, found = list[int](), list[str]()

    def pursue(number: int) -> None:
        if number == 1:
            raise ValueError(number)
        pursued.append(number)

    def find(**asked: str) -> list[Any]:
        found.append(asked["state"])
        return []

    services: Any = Stands(
        clock=lambda: NOW,
        exceptions=Stands(due=lambda: [1, 2, 3], pursue=pursue),
        store=Stands(exceptions=Stands(find=find)),
    )
    cards: Any = None
    with pytest.raises(ValueError, match="1"):
        ExceptionsDue(services, cards).due({}, step)
    assert pursued == [2, 3]
    assert found == ["open", "open"], "changed deals and missing cards are looked for all the same"


def test_a_token_without_its_scope_loses_nobody_their_reminder():
    reminders, reviews = work(Recording(users_lookupByEmail="invalid_auth", users_info="invalid_auth"))
    with pytest.raises((NotNamed, SlackApiError)):
        reminders.remind({}, step)
    assert reviews.done == []


def test_a_saved_question_is_not_ended_while_slack_does_not_name_who_saved_it():
    slack = Recording(users_info="internal_error")
    slack.answers["conversations.info"] = {"ok": True, "channel": {"id": "C0DEALS", "is_member": True}}
    slack.answers["conversations.members"] = {"ok": True, "members": ["U0DANA"]}
    payload = {"id": "1", "user": "U0DANA", "title": "Fit", "channel": "C0DEALS", "channel_name": "deals"}
    kept, dropped = Stands(job=Stands(payload=payload)), list[str]()
    services: Any = Stands(
        client=slack,
        askers=Askers(client=slack, people=lambda: PEOPLE, clock=lambda: NOW),
        schedules=Stands(all=lambda group: [kept], drop=dropped.append),
    )
    pipeline: Any = None
    with pytest.raises(NotNamed):
        SavedQuestions(services, pipeline).post(payload, step)
    assert dropped == []


def test_files_that_were_sent_are_not_sent_again_with_one_that_slack_did_not_take_at_once():
    files = [Upload(name, b"x", name, name) for name in ("picture", "deals", "rules")]
    tried, made = list[str](), list[int]()

    def make() -> list[Upload]:
        made.append(1)
        return files

    def send(file: Upload) -> Delivery:
        tried.append(file.name)
        if tried.count("deals") == 1 and file.name == "deals":
            raise ConnectionError
        return Delivery(here=True)

    def patiently(name: str, do: Any, *, attempts: int = 1) -> Any:
        del name, attempts
        try:
            return do()
        except ConnectionError:
            return do()

    assert send_one_by_one(patiently, make, send) == [Delivery(here=True)] * 3
    assert tried == ["picture", "deals", "deals", "rules"]
    assert len(made) == 1
    assert send_one_by_one(patiently, list, send) == []
