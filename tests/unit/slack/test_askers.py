"""Who a Slack user is: default deny."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.checking.access import UNKNOWN, Action, NotKnown, denied, may, needs
from bot.checking.asker import Asker
from bot.exceptions.looking import not_there
from bot.exceptions.model import Refused
from bot.profile.people import Person, Role, parse_people
from bot.slack.app import tell_of_failure, told
from bot.slack.askers import AGAIN, FRESH, KEPT, Askers
from bot.slack.client import IN_TIME, TIMEOUT, SlackClient, patience
from bot.slack.directory import SlackDirectory
from bot.slack.durable import StepFailed
from bot.slack.inbox import Work
from tests.unit.slack.recording import Recording

PEOPLE = parse_people(
    b"""\
people:
  dana: {name: Dana Reyes, email: dana@firm.example, roles: [rep]}
  sam: {name: Sam Okafor, email: sam@firm.example, slack: U0SAM, roles: [rep]}
""",
    "people.yaml",
)
START = datetime(2026, 11, 23, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def askers(client: Recording, clock: Clock, **user: object) -> Askers:
    client.answers["users.info"] = {"ok": True, "user": user}
    return Askers(client=client, people=lambda: PEOPLE, clock=clock)


def test_a_person_is_known_by_mail_or_by_id():
    mail = {"real_name": "D.", "profile": {"email": "Dana@firm.example"}}
    dana = askers(Recording(), Clock(), **mail).of("U0DANA")
    assert (dana.name, dana.roles) == ("Dana Reyes", {Role.REP})
    assert askers(Recording(), Clock(), real_name="x").of("U0SAM").name == "Sam Okafor"


@pytest.mark.parametrize("flag", ["deleted", "is_bot", "is_stranger", "is_restricted", "is_ultra_restricted"])
def test_the_deactivated_bots_guests_and_strangers_have_no_role(flag):
    user = {"real_name": "Dana Reyes", "profile": {"email": "dana@firm.example"}, flag: True}
    asker = askers(Recording(), Clock(), **user).of("U0SAM")
    assert (asker.roles, asker.person, asker.guest) == (frozenset(), None, True)


def test_a_name_alone_makes_nobody_a_person():
    asker = askers(Recording(), Clock(), real_name="Dana Reyes").of("U0EVIL")
    assert (asker.roles, asker.person, asker.owner) == (frozenset(), None, "U0EVIL")


def test_who_is_who_is_asked_again_after_ten_minutes():
    client, clock = Recording(), Clock()
    known = askers(client, clock, real_name="x")
    known.of("U1")
    known.of("U1")
    assert client.methods == ["users.info"]
    clock.now += FRESH + timedelta(seconds=1)
    known.of("U1")
    assert client.methods == ["users.info", "users.info"]


def limited() -> SlackApiError:
    return SlackApiError("limited", {"ok": False, "error": "ratelimited"})


@pytest.mark.parametrize("trouble", [TimeoutError("slow"), limited()])
def test_with_slack_away_nobody_can_tell_who_a_stranger_is_and_they_are_told_so(trouble):
    client, clock = Recording(users_info=trouble), Clock()
    known = askers(client, clock, real_name="x")
    asker = known.of("U0DANA")
    assert (asker.roles, asker.name, asker.unknown, asker.guest) == (frozenset(), "U0DANA", True, False)
    assert not any(may(asker, action) for action in Action)
    with pytest.raises(NotKnown, match="could not look up in Slack who you are"):
        raise denied(asker, Action.CHECK)
    known.of("U0DANA")
    assert client.methods == ["users.info"], "Slack is left alone for a moment"
    del client.refusals["users_info"]
    clock.now += AGAIN
    assert not known.of("U0DANA").unknown


def test_with_slack_away_who_was_known_stays_who_they_are_for_a_day_and_not_for_longer():
    client, clock = Recording(), Clock()
    known = askers(client, clock, real_name="D.", profile={"email": "dana@firm.example"})
    assert known.of("U0DANA").roles == {Role.REP}
    client.refusals["users_info"] = limited()
    clock.now += KEPT - timedelta(seconds=1)
    assert known.of("U0DANA").roles == {Role.REP}
    clock.now += timedelta(seconds=11)
    late = known.of("U0DANA")
    assert (late.roles, late.unknown) == (frozenset(), True)
    assert known.person_behind("U0DANA", PEOPLE) is None


def test_whom_slack_does_not_know_is_nobody_of_ours():
    refusal = SlackApiError("no", {"ok": False, "error": "user_not_found"})
    asker = askers(Recording(users_info=refusal), Clock()).of("U0GONE")
    assert (asker.guest, asker.unknown) == (True, False)


def test_who_cannot_be_looked_up_never_hears_that_nothing_is_there():
    class Desk:
        @needs(Action.SEE_DEALS, instead=lambda _: None)
        def find(self, asker: Asker) -> str | None:
            return asker.name

    assert Desk().find(Asker("U1", "x", guest=True)) is None
    with pytest.raises(NotKnown):
        Desk().find(Asker("U1", "x", unknown=True))
    with pytest.raises(Refused, match="try again in a minute"):
        not_there(denied(Asker("U1", "x", unknown=True), Action.SEE_EXCEPTIONS))


def test_a_listener_and_work_that_failed_for_it_say_so():
    sent = []
    services: Any = SimpleNamespace(
        replies=SimpleNamespace(send=lambda place, **said: sent.append((place, said["text"])))
    )
    body = {"user": {"id": "U1"}, "channel": {"id": "C1"}}
    told(services)(NotKnown(), body)
    told(services)(ValueError("a defect"), body)
    payload = {"channel": "C1", "user": "U1"}
    tell_of_failure(services)(Work("deal.share", "k", payload), StepFailed(f"NotKnown: {UNKNOWN}"))
    assert [(place.channel, place.user, text) for place, text in sent] == [("C1", "U1", UNKNOWN)] * 2


def test_what_was_typed_comes_back_when_its_work_fails_and_a_job_that_fails_tells_nobody():
    sent: list[tuple[str, str]] = []
    services: Any = SimpleNamespace(
        replies=SimpleNamespace(send=lambda place, text, blocks: sent.append((place.user, str(blocks))))
    )
    tell, who = tell_of_failure(services), {"channel": "C1", "user": "U1"}
    tell(Work("exception.ask", "k", {**who, "why": "It ends <!here>\n\nin June.", "gives": "A visit."}), ValueError())
    ((user, shown),) = sent
    assert user == "U1"
    for words in ("Nothing you entered was lost", "> It ends &lt;!here&gt;\\n> in June.\\n> A visit."):
        assert words in shown
    tell(Work("deal.share", "k", {**who, "text": ""}), ValueError())
    assert "You wrote" not in sent[1][1]
    for payload in ({"channel": "C1", "ts": "1.5"}, {"channel": None, "job": "audit:head"}, {}):
        tell(Work("exception.carded", "k", payload), ValueError())
    assert len(sent) == 2


class Timed(SlackClient):
    """Keeps how long each call would have waited for its answer."""

    def __init__(self) -> None:
        super().__init__("xoxb-none", "http://127.0.0.1:9/api/")
        self.waits: list[tuple[str, int]] = []

    def api_call(self, api_method: str, **_: Any) -> Any:
        self.waits.append((api_method, self.timeout))
        return {"ok": True, "user": {"id": "U0SAM", "team_id": "T1"}, "users": ["U0SAM"], "team_id": "T1"}


def test_an_acknowledgement_waits_for_no_slow_lookup_and_a_step_of_work_does():
    group = Person("zoe", "Zoe Adler", "zoe@firm.example")
    for patient in (False, True):
        slack, clock = Timed(), Clock()
        known = Askers(client=slack, people=lambda: PEOPLE, clock=clock)
        directory = SlackDirectory(client=slack, askers=known, clock=clock)
        with patience() if patient else nullcontext():
            known.of("U0SAM")
            assert directory.users("S0DESK") == ("U0SAM",)
            assert directory.account(group) == "U0SAM"
            slack.views_open(trigger_id="t", view={})
        seconds = TIMEOUT if patient else IN_TIME
        assert slack.waits == [
            ("users.info", seconds),
            ("auth.test", seconds),
            ("usergroups.users.list", seconds),
            ("users.lookupByEmail", seconds),
            ("views.open", TIMEOUT),
        ]
