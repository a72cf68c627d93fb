"""Signed payloads that Slack would never send: no effect, no 500, and no word about what exists."""

from __future__ import annotations

import copy
import json
import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from slack_sdk.signature import SignatureVerifier
from starlette.testclient import TestClient

from bot.slack import ids
from bot.slack.http import web_app
from tests.e2e.conftest import ALEX, DANA, DEALS, Office, texts

SECRET = "not-used-in-socket-mode"
NOBODYS = "name:" + "0" * 32
FACTS = "hospital, 120 beds, managed services for 12 months, 8% discount, net 60, $90k contract"


class Door:
    """The way in over HTTP, with Slack's own signature."""

    def __init__(self, http: TestClient) -> None:
        self._http = http

    def send(self, form: dict[str, str]) -> int:
        body = urlencode(form).encode()
        now = str(int(time.time()))
        signature = SignatureVerifier(SECRET).generate_signature(timestamp=now, body=body)
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "x-slack-request-timestamp": now,
            "x-slack-signature": str(signature),
        }
        return int(self._http.post("/slack/events", content=body, headers=headers).status_code)

    def interact(self, payload: Any) -> int:
        return self.send({"payload": json.dumps(payload)})


@pytest.fixture(scope="module")
def door(office: Office) -> Iterator[Door]:
    app = web_app(office.slack.app, signing_secret=SECRET)
    with TestClient(app, raise_server_exceptions=False) as http:
        yield Door(http)


@pytest.fixture(scope="module")
def danas(office: Office) -> str:
    """The key of a deal that only Dana and her manager may see."""
    office.command(DANA, "/deal-check", f"Secret General: {FACTS}")
    return next(d.key for d in office.core.store.open_deals() if d.name == "Secret General")


def verdicts(office: Office) -> int:
    return len(office.core.store.decisions(kind="verdict", limit=100_000))


def pressed(action_id: str, value: str, *, user: str = ALEX, trigger: str = "1.1.a") -> dict[str, Any]:
    return {
        "type": "block_actions",
        "user": {"id": user, "username": "x", "team_id": "T0ALPHATECH"},
        "team": {"id": "T0ALPHATECH", "domain": "alphatech"},
        "api_app_id": "A0DEALFIT",
        "container": {"type": "message", "message_ts": trigger, "channel_id": DEALS, "is_ephemeral": False},
        "channel": {"id": DEALS, "name": "deals"},
        "trigger_id": trigger,
        "response_url": None,
        "actions": [{"type": "button", "action_id": action_id, "block_id": "b", "value": value, "action_ts": trigger}],
    }


def submitted(key: str | None, *, user: str = ALEX, view: str = "V1", name: str = "Forged") -> dict[str, Any]:
    metadata = json.dumps({"channel": DEALS, "response_url": None, "key": key})
    values = {
        ids.DEAL_NAME: {ids.INPUT: {"type": "plain_text_input", "value": name}},
        ids.FACT + "beds": {ids.INPUT: {"type": "number_input", "value": "7"}},
    }
    return {
        "type": "view_submission",
        "user": {"id": user, "username": "x", "team_id": "T0ALPHATECH"},
        "team": {"id": "T0ALPHATECH", "domain": "alphatech"},
        "api_app_id": "A0DEALFIT",
        "trigger_id": "1.1.v",
        "view": {
            "id": view,
            "type": "modal",
            "hash": "1.h",
            "callback_id": ids.DEAL_FORM,
            "private_metadata": metadata,
            "state": {"values": values},
            "blocks": [],
        },
    }


def command(text: str, trigger: str, user: str = DANA) -> dict[str, str]:
    return {
        "command": "/deal-check",
        "text": text,
        "team_id": "T0ALPHATECH",
        "user_id": user,
        "channel_id": DEALS,
        "trigger_id": trigger,
        "api_app_id": "A0DEALFIT",
    }


def told(office: Office, door: Door, payload: dict[str, Any]) -> tuple[int, list[str]]:
    """The status of a forged payload, and the words that came of it for the one who sent it."""
    known = {m.ts for m in office.ground.messages(DEALS, ALEX)}
    status = door.interact(payload)
    office.ground.wait_for(lambda: office.new_messages(DEALS, ALEX, known))
    office.settle()
    said = [texts(m.blocks) for m in office.new_messages(DEALS, ALEX, known)]
    return status, [re.sub(r"decision \d+", "decision", words) for words in said]


BUTTONS = [
    (ids.EDIT_DEAL, "{key}"),
    (ids.SHARE_DEAL, "{key}"),
    (ids.SHOW_FINDINGS, "{key}"),
    (ids.APPLY_OFFER, "0|{key}"),
]


@pytest.mark.parametrize(("action_id", "value"), BUTTONS)
def test_a_button_that_names_anothers_deal_reads_like_one_that_names_none(
    office: Office, door: Door, danas: str, action_id: str, value: str
):
    before, saved = verdicts(office), office.core.store.deal(danas)
    forged = told(office, door, pressed(action_id, value.format(key=danas), trigger=f"f.{action_id}"))
    absent = told(office, door, pressed(action_id, value.format(key=NOBODYS), trigger=f"n.{action_id}"))
    assert forged == absent
    assert forged[0] == 200
    assert len(forged[1]) == 1
    assert "Secret" not in forged[1][0]
    assert office.modal(ALEX) is None
    assert (verdicts(office), office.core.store.deal(danas)) == (before, saved)


def test_a_form_that_names_anothers_deal_makes_a_deal_of_ones_own(office: Office, door: Door, danas: str):
    saved = office.core.store.deal(danas)
    forged = told(office, door, submitted(danas, view="V-forged"))
    absent = told(office, door, submitted(NOBODYS, view="V-absent"))
    assert forged == absent
    assert len(forged[1]) == 1
    assert "120 beds" not in forged[1][0]
    assert office.core.store.deal(danas) == saved
    assert {d.owner for d in office.core.store.open_deals() if d.name == "Forged"} == {"Alex Kim"}


def test_what_is_replayed_happens_once(office: Office, door: Door):
    before = verdicts(office)
    for _ in range(3):
        assert door.interact(submitted(None, view="V-replayed", name="Replayed form")) == 200
        assert door.send(command("Replayed words: hospital, 44 beds", "9.9.replayed")) == 200
        office.settle()
    assert verdicts(office) == before + 2


ODD = [
    "",
    "-",
    "x" * 300_000,
    "%s",
    "²|up",
    "9" * 6000 + "|up",
    "1|sideways",
    "-1|up",
    "999999999999999|up",
    "../../etc",
]


@pytest.mark.parametrize(
    "action_id", [*[name for name, _ in BUTTONS], ids.FEEDBACK, ids.OPEN_PASSAGE, f"{ids.ASK_AGAIN}.0"]
)
def test_odd_values_have_no_effect(office: Office, door: Door, action_id: str):
    before = verdicts(office), len(office.core.store.open_deals())
    # A source that cannot be opened is told in the channel, at most once a second: three of them are enough.
    for number, value in enumerate(ODD[:3] if action_id == ids.OPEN_PASSAGE else ODD):
        if action_id.startswith(ids.ASK_AGAIN) and len(value) > 5000:
            continue  # a question is read up to its limit; what it costs is another test's matter
        payload = pressed(action_id, value, trigger=f"odd.{action_id}.{number}")
        if action_id == ids.FEEDBACK:
            payload["actions"][0]["type"] = "feedback_buttons"
        assert door.interact(payload) < 500
    office.settle()
    assert (verdicts(office), len(office.core.store.open_deals())) == before
    assert office.modal(ALEX) is None


@pytest.mark.parametrize(
    "action_id", [".*", "deal.edit.*", "deal-edit", "(a+)+$", "passage.open.1\n", "deal.editx", "[", "a" * 255]
)
def test_an_action_id_is_no_pattern(office: Office, door: Door, danas: str, action_id: str):
    before = verdicts(office)
    assert door.interact(pressed(action_id, danas, user=DANA, trigger="p.1")) in {200, 400, 404}
    office.settle()
    assert verdicts(office) == before
    assert office.modal(DANA) is None


def variants(node: Any) -> Iterator[Any]:
    """The payload with each of its parts left out, and put into another shape, in turn."""

    def places(part: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        items = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
        for key, value in items:
            yield (*path, key)
            yield from places(value, (*path, key))

    for path in places(node, ()):
        for change in ("gone", None, [], 5):
            made = copy.deepcopy(node)
            holder = made
            for step in path[:-1]:
                holder = holder[step]
            if change == "gone":
                del holder[path[-1]]
            else:
                holder[path[-1]] = change
            yield made


@pytest.mark.parametrize("kind", ["button", "form"])
def test_no_missing_or_odd_part_is_a_500(office: Office, door: Door, danas: str, kind: str):
    whole = pressed(ids.EDIT_DEAL, danas) if kind == "button" else submitted(danas, view="V-parts")
    saved = office.core.store.deal(danas)
    bad = [(made, status) for made in variants(whole) if (status := door.interact(made)) >= 500]
    office.settle()
    assert bad == []
    assert office.core.store.deal(danas) == saved
    assert office.modal(ALEX) is None


def test_a_command_without_its_parts_is_refused(office: Office, door: Door):
    before = verdicts(office)
    whole = command("x: hospital, 5 beds", "9.9.parts")
    for name in ("user_id", "channel_id", "trigger_id"):
        assert door.send({key: value for key, value in whole.items() if key != name}) == 400
        assert door.send({**whole, name: ""}) == 400
    office.settle()
    assert verdicts(office) == before


@pytest.mark.parametrize("depth", [900, 2900])
def test_a_form_whose_metadata_is_a_nest_is_a_form_without(office: Office, door: Door, depth: int):
    payload = submitted(None, view=f"V-nest-{depth}", name="Nest")
    payload["view"]["private_metadata"] = "[" * depth
    assert door.interact(payload) == 200
    office.settle()
