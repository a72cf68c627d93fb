"""Recorded payloads, mangled: no 500, no work that breaks, and no effect without the right.

The payloads are real: an office works for a minute, every button, list and form that it shows is used once, and what
Slack would have sent is kept. `DEALFIT_FUZZ` is how many mangled ones are sent of each, 2 unless it says more.
"""

from __future__ import annotations

import copy
import json
import os
import random
import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from slack_sdk.signature import SignatureVerifier
from starlette.testclient import TestClient

from bot.playground.errors import PlaygroundError
from bot.playground.model import User
from bot.slack.http import web_app
from bot.slack.work.exception_due import DUE
from bot.slack.work.reviews import REMIND
from tests.attack.test_forged import SECRET
from tests.e2e.conftest import ALEX, ASK, DANA, MORGAN, Office
from tests.e2e.test_deal_check import FITTING
from tests.e2e.test_pipeline_and_home import load_examples

EACH = int(os.environ.get("DEALFIT_FUZZ") or 2)
GUEST, GONE, FAR, NOBODY = "U0GUEST", "U0GONE", "U0FAR", "U0NOTHERE"
STRANGERS = (GUEST, GONE, FAR, NOBODY)
STAFF = (DANA, MORGAN, ALEX)
ODD: tuple[Any, ...] = (
    None, [], {}, 5, -1, True, 1e308, "", " ", "\x00", "x" * 30_000, "\u202e\ud800", "²", "9" * 5000, "../../etc",
    "file:deals.csv:D-2601", "0|", "|0", "1|2|3", "%s{0}", "[" * 3000, '{"key": {"key": []}}', [[[]]], {"id": {}},
    "<!channel>", "U0ALEX\n", "C0DEALS ", "1e999", "NaN", "2026-02-30", "T0ELSEWHERE",
)  # fmt: skip


class Door:
    """The way in over HTTP, with Slack's own signature, for all that Slack sends."""

    def __init__(self, http: TestClient) -> None:
        self._http = http

    def send(self, kind: str, body: Any) -> int:
        """The status of the answer."""
        if kind == "events_api":
            content, form = json.dumps(body).encode(), "application/json"
        else:
            plain = {key: value if isinstance(value, str) else json.dumps(value) for key, value in body.items()}
            fields = plain if kind == "slash_commands" else {"payload": json.dumps(body)}
            content, form = urlencode(fields, errors="surrogatepass").encode(), "application/x-www-form-urlencoded"
        now = str(int(time.time()))
        signature = SignatureVerifier(SECRET).generate_signature(timestamp=now, body=content)
        headers = {"content-type": form, "x-slack-request-timestamp": now, "x-slack-signature": str(signature)}
        return int(self._http.post("/slack/events", content=content, headers=headers).status_code)


LIKELY = {"value", "private_metadata", "action_id", "block_id", "id", "selected_option", "callback_id"}


@pytest.fixture(scope="module")
def door(office: Office) -> Iterator[Door]:
    people = office.ground.workspace
    people.add_user(User(GUEST, "guest", "Dana Reyes", "dana@alphatech.example", is_restricted=True))
    people.add_user(User(GONE, "gone", "Morgan Lee", "morgan@alphatech.example", deleted=True))
    people.add_user(User(FAR, "far", "Alex Kim", "alex@alphatech.example", team_id="T0ELSEWHERE"))
    with TestClient(web_app(office.slack.app, signing_secret=SECRET), raise_server_exceptions=False) as http:
        yield Door(http)


def elements(node: Any) -> Iterator[dict[str, Any]]:
    """Everything in a message or a view that can be used."""
    if isinstance(node, dict):
        if node.get("action_id") and node.get("type") not in {"plain_text_input", "number_input"}:
            yield node
        for value in node.values():
            yield from elements(value)
    elif isinstance(node, list):
        for item in node:
            yield from elements(item)


def use_everything(office: Office) -> None:
    """Use once whatever can be used, as somebody who sees it; and send each form as it opens."""
    ground, used = office.ground, set[str]()
    for _ in range(2):  # what an answer shows can be used as well
        office.settle()
        for user in STAFF:
            shown: list[tuple[Any, Any]] = [
                (message, message.blocks) for place in list(ground.workspace.channels) for message in
                ground.messages(place, user)
            ]  # fmt: skip
            for message, blocks in shown:
                for element in elements(blocks):
                    name = str(element["action_id"]).rstrip("0123456789.")
                    if (name, user) in used or "picture" in name:
                        continue
                    used.add((name, user))  # type: ignore[arg-type]
                    options = element.get("options") or []
                    value = options[0]["value"] if options else None
                    try:
                        ground.press(user, message, element["action_id"], value)
                    except PlaygroundError:
                        continue
                    office.listeners.wait()  # a form opens after the ack
                    while ground.workspace.stack(user):
                        view = ground.workspace.stack(user)[-1]
                        if view.body.get("submit"):  # one that only shows something cannot be sent, and nobody acks it
                            ground.submit_view(user, view.id)
                        if ground.workspace.stack(user):
                            ground.close_view(user, ground.workspace.stack(user)[-1].id, everything=True)


@pytest.fixture(scope="module")
def recorded(office: Office, door: Door) -> list[tuple[str, dict[str, Any]]]:
    """What Slack sent while the office worked: one of each kind, action and form."""
    load_examples(office)
    core = office.core
    asker = office.slack.services.askers.of(DANA)
    words = FITTING.replace("discount 0%", "discount 12%").replace("name", "Asked", 1)
    key = core.desk.check_text(words, asker=asker).key
    assert key is not None
    core.exceptions.ask(key, asker, why="A reason.", gives="A return.", origin="test:fuzzed")
    office.command(
        DANA, "/deal-check", "Fuzzed General: hospital, 120 beds, managed services for 12 months, 8% discount"
    )
    office.command(MORGAN, "/pipeline")
    office.command(MORGAN, "/pipeline", "deals of Dana by stage")
    for user in STAFF:
        office.ground.open_home(user)
    office.say(DANA, ASK, "<@U0DEALFIT> what discount can I give?")
    use_everything(office)
    kept: dict[str, tuple[str, dict[str, Any]]] = {}
    for sent in office.ground.deliveries:
        body = sent.payload
        action = (body.get("actions") or [{}])[0].get("action_id", "")
        name = f"{sent.kind} {sent.name} {action} {(body.get('view') or {}).get('callback_id', '')}"
        kept.setdefault(name.rstrip("0123456789. "), (sent.kind, body))
    assert len(kept) >= 18, sorted(kept)
    return list(kept.values())


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


def put(node: Any, path: tuple[Any, ...], value: Any) -> None:
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value


def mangled(body: dict[str, Any], values: list[str], chance: random.Random) -> tuple[dict[str, Any], list[str]]:
    """The payload with one to three of its parts made odd, or taken from another payload; and which."""
    made, how = copy.deepcopy(body), []
    for _ in range(chance.randint(1, 3)):
        found = list(places(made))
        likely = [
            p for p in found if p[-1] in {"value", "private_metadata", "action_id", "block_id", "id", "selected_option"}
        ]
        path = chance.choice(likely if likely and chance.random() < 0.6 else found)
        swapped = path[-1] in {"value", "private_metadata"} and chance.random() < 0.5
        value = chance.choice(values) if swapped else copy.deepcopy(chance.choice(ODD))
        put(made, path, value)
        how.append(f"{'.'.join(map(str, path))} = {str(value)[:60]!r}")
    for key in ("trigger_id",):  # else a repeated one is taken for a redelivery
        if isinstance(made.get(key), str):
            made[key] = f"f.{chance.random()}"
    if isinstance(made.get("event_id"), str):
        made["event_id"] = f"Ev{chance.random()}"
    return made, how


def words_of(node: Any) -> Iterator[str]:
    """The values and the hidden parts of payloads, to be put where they do not belong."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in {"value", "private_metadata"} and isinstance(value, str):
                yield value
            yield from words_of(value)
    elif isinstance(node, list):
        for item in node:
            yield from words_of(item)


def broken(office: Office) -> list[str]:
    """Kinds of work that ended in an error: what a person reads of as "Something went wrong"."""
    text = office.slack.watch.metrics.text().decode()
    return re.findall(r'dealfit_work_total\{kind="([^"]+)",outcome="failed"\} (?!0\.0)', text)


def state(office: Office) -> Any:
    """All that a person without a right must not move: deals, exceptions, decisions, and what others read."""
    store, ground = office.core.store, office.ground
    deals = {deal.key: repr(deal) for deal in store.open_deals()}
    kinds = [each.kind for each in store.decisions(limit=100_000) if each.kind != "answer"]
    read = [
        (place, message.ts, message.text, json.dumps(message.blocks, sort_keys=True))
        for place in list(ground.workspace.channels) for message in ground.messages(place)
        if message.ephemeral_to is None and not set(ground.workspace.channels[place].members) & set(STRANGERS)
    ]  # fmt: skip
    return deals, kinds, read


def test_strangers_with_real_payloads_move_nothing(
    office: Office, door: Door, recorded: list[tuple[str, dict[str, Any]]]
) -> None:
    for each in (DUE, REMIND):  # they come round by the clock: then there is nothing left for them to change
        office.slack.services.schedules.run_now(each.name)
    office.settle()
    before = state(office)
    for number, (kind, body) in enumerate(recorded):
        if kind == "events_api":
            continue  # whoever writes in a channel may ask; what they are shown is another test's matter
        for stranger in STRANGERS:
            made = json.loads(re.sub("|".join(STAFF), stranger, json.dumps(body)))
            made["trigger_id"] = f"s.{number}.{stranger}"
            if isinstance(made.get("view"), dict):
                made["view"]["id"] = f"V{number}{stranger}"
            assert door.send(kind, made) < 500, made
    office.settle()
    after = state(office)
    moved = [name for name, one, other in zip(("deals", "kinds", "read"), before, after, strict=True) if one != other]
    assert moved == []
    assert broken(office) == []


def test_mangled_payloads_break_nothing(office: Office, door: Door, recorded: list[tuple[str, dict[str, Any]]]) -> None:
    chance = random.Random(20261123)
    values = sorted({word for _, body in recorded for word in words_of(body)})
    bad = []
    for kind, body in recorded:
        for _ in range(EACH):
            made, how = mangled(body, values, chance)
            if (status := door.send(kind, made)) >= 500:
                bad.append((status, kind, how))
    assert bad == []
    office.settle()
    assert set(broken(office)) <= {"home"}, "only the Home tab of nobody cannot be shown"
