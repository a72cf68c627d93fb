"""Exceptions attacked: forged, replayed and edited payloads, people who may not, and texts that want to be obeyed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.bootstrap import Core
from bot.checking.asker import Asker
from bot.exceptions.model import Choice, RequestState
from bot.playground.model import User
from bot.settings import Settings
from bot.slack import exception_ids as ids
from bot.slack.blocks import exception_forms as forms
from bot.slack.blocks import exception_lists as lists
from bot.slack.blocks import exception_status as standing
from bot.slack.blocks import exceptions as cards
from bot.slack.blocks.elements import section
from bot.slack.http import web_app
from tests.attack.corpus import OURS, published
from tests.attack.messages import assert_dead, assert_dead_view
from tests.attack.test_forged import ODD, SECRET, Door, pressed, variants
from tests.e2e.conftest import ALEX, DANA, DEALS, MORGAN, Office, Running, copy_content, texts
from tests.e2e.test_deal_check import FITTING

RUTH, GUEST, GONE, STRANGER, SAM = "U0RUTH", "U0GUEST", "U0GONE", "U0FAR", "U0SAM"
PEOPLE = [
    User(RUTH, "ruth", "Ruth Adeyemi", "ruth@alphatech.example"),
    User(SAM, "sam", "Sam Okafor", "sam@alphatech.example"),
    User(GUEST, "guest", "Alex Kim", "alex2@alphatech.example", is_restricted=True),
    User(GONE, "gone", "Victor Stone", "victor@alphatech.example", deleted=True),
    User(STRANGER, "far", "Alex Kim", "alex@alphatech.example", team_id="T0ELSEWHERE"),
]
DEAL = FITTING.replace("discount 0%", "discount 12%")
DECIDING = (ids.APPROVE, ids.CONDITIONS, ids.DECLINE, ids.ASK_REP)
NUMBER = re.compile(r"[Ee]xception \d+")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("exceptions")
    settings = copy_content(folder)
    people = folder / "profile" / "people.yaml"
    # The guest and the one who has left hold authorities: what Slack says of their accounts must still count.
    people.write_text(
        people.read_text()
        .replace("deal-desk: {name: Deal desk, people: [alex]}", "deal-desk: {name: Deal desk, people: [alex, other]}")
        .replace("  alex: {", "  other: {name: Other, email: alex2@alphatech.example, roles: [approver]}\n  alex: {")
    )
    with Running(Settings.load(settings, env_file=None)) as made:
        for user in PEOPLE:
            made.ground.workspace.add_user(user)
            made.ground.workspace.channels[DEALS].members.append(user.id)
        yield made


@pytest.fixture(scope="module")
def door(office: Office) -> Iterator[Door]:
    with TestClient(web_app(office.slack.app, signing_secret=SECRET)) as http:
        yield Door(http)


def asked(office: Office, name: str) -> int:
    """Dana's exception on a deal of this name, asked for without Slack."""
    core = office.core
    asker = office.slack.services.askers.of(DANA)
    key = core.desk.check_text(DEAL.replace("name", name, 1), asker=asker).key
    assert key is not None
    return core.exceptions.ask(key, asker, why="A reason.", gives="A return.", origin=f"test:{name}").number


def state(office: Office, number: int) -> tuple[RequestState, int]:
    request = office.core.exceptions.known(number)
    assert request is not None
    return request.state, len([d for d in office.core.store.decisions(limit=9999) if d.kind.startswith("exception.")])


def said(office: Office, door: Door, payload: dict[str, Any], user: str) -> tuple[int, list[str]]:
    known = {m.ts for m in office.ground.messages(DEALS, user)}
    status = door.interact(payload)
    office.ground.wait_for(lambda: office.new_messages(DEALS, user, known))
    office.settle()
    return status, [NUMBER.sub("exception", texts(m.blocks)) for m in office.new_messages(DEALS, user, known)]


def submitted(callback: str, number: Any, authority: str, user: str, view: str, **more: Any) -> dict[str, Any]:
    values = {ids.WORDS: {ids.INPUT: {"type": "plain_text_input", "value": "Because I say so."}}}
    place = {"channel": DEALS, "number": number, "authority": authority, **more}
    return {
        "type": "view_submission",
        "user": {"id": user, "username": "x", "team_id": "T0ALPHATECH"},
        "team": {"id": "T0ALPHATECH", "domain": "alphatech"},
        "api_app_id": "A0DEALFIT",
        "trigger_id": "1.1.v",
        "view": {
            "id": view, "type": "modal", "hash": "1.h", "callback_id": callback, "blocks": [],
            "private_metadata": json.dumps(place), "state": {"values": values},
        },
    }  # fmt: skip


@pytest.mark.parametrize("user", [SAM, RUTH, GUEST, STRANGER, GONE])
def test_who_may_not_decide_hears_the_same_of_one_that_is_there_and_one_that_is_not(
    office: Office, door: Door, user: str
) -> None:
    number = asked(office, f"Secret {user}")
    before = state(office, number)
    mine = "deal-desk" if user != RUTH else "sales-director"
    for action_id in DECIDING:
        real, none = (
            said(
                office,
                door,
                pressed(action_id, f"{named}|{mine}", user=user, trigger=f"{named}{user}{action_id}"),
                user,
            )
            for named in (number, 999)
        )
        if user == RUTH:  # she decides another part of it, so she may know of it
            continue
        assert real == none
        assert "Secret" not in str(real)
    assert state(office, number) == before
    assert office.modal(user) is None


@pytest.mark.parametrize("user", [DANA, MORGAN])
def test_who_may_see_it_and_not_decide_it_cannot_by_any_forged_button_or_form(
    office: Office, door: Door, user: str
) -> None:
    number = asked(office, f"Own {user}")
    before = state(office, number)
    for action_id in DECIDING:
        said(office, door, pressed(action_id, f"{number}|deal-desk", user=user, trigger=f"o.{user}{action_id}"), user)
    for callback in (ids.CONDITIONS_FORM, ids.DECLINE_FORM, ids.QUESTION_FORM):
        door.interact(submitted(callback, number, "deal-desk", user, f"V-{callback}-{user}"))
    office.settle()
    assert state(office, number) == before


def test_edited_metadata_and_values_name_nothing_or_somebody_elses(office: Office, door: Door) -> None:
    """Alex decides for the deal desk: not for Finance, not twice, not another number that the form never showed."""
    number = asked(office, "Edited General")
    before = state(office, number)
    for turn, (named, authority) in enumerate(
        [(number, "finance"), (number, "nobody"), (number, ""), (999, "deal-desk"), ("1 OR 1", "deal-desk"),
         (-number, "deal-desk"), (True, "deal-desk"), (10**30, "deal-desk"), (None, "deal-desk")]
    ):  # fmt: skip
        assert door.interact(submitted(ids.DECLINE_FORM, named, authority, ALEX, f"V-edit-{turn}")) == 200
    for turn, value in enumerate([f"{number}|finance", f"{number}", f"0{number}|nobody", f"-{number}|deal-desk", *ODD]):
        assert door.interact(pressed(ids.APPROVE, value, trigger=f"edit.{turn}")) < 500
    office.settle()
    assert state(office, number) == before


def test_what_is_replayed_is_decided_once_and_never_changed(office: Office, door: Door) -> None:
    number = asked(office, "Replayed General")
    approve = pressed(ids.APPROVE, f"{number}|deal-desk", trigger="replay.1")
    for _ in range(4):
        assert door.interact(approve) == 200
    office.settle()
    decided = state(office, number)
    assert door.interact(submitted(ids.DECLINE_FORM, number, "deal-desk", ALEX, "V-after")) == 200
    assert door.interact(pressed(ids.APPROVE, f"{number}|deal-desk", trigger="replay.2")) == 200
    office.settle()
    assert state(office, number) == decided
    decisions = [d for d in office.core.store.decisions(kind="exception.decided") if d.subject == f"exception {number}"]
    assert len(decisions) == 1


def test_a_form_that_names_anothers_deal_or_an_older_one_asks_nothing(office: Office, door: Door) -> None:
    asker = office.slack.services.askers.of(DANA)
    key = office.core.desk.check_text(DEAL.replace("name", "Only Dana's", 1), asker=asker).key
    before = len(office.core.store.exceptions.find())
    for turn, (user, seen) in enumerate([(SAM, ""), (ALEX, ""), (GUEST, ""), (DANA, "0" * 64), (DANA, "")]):
        payload = submitted(ids.ASK_FORM, 0, "", user, f"V-ask-{turn}", key=key, seen=seen)
        text = {ids.INPUT: {"type": "plain_text_input", "value": "Because I say so."}}
        payload["view"]["state"]["values"] = {ids.WHY: text, ids.GIVES: text}
        assert door.interact(payload) == 200
    office.settle()
    assert len(office.core.store.exceptions.find()) == before


@pytest.mark.parametrize("kind", ["button", "form"])
def test_no_missing_or_odd_part_is_a_500(office: Office, door: Door, kind: str) -> None:
    number = asked(office, f"Parts {kind}")
    before = state(office, number)
    whole = pressed(ids.CONDITIONS, f"{number}|finance")
    if kind == "form":
        whole = submitted(ids.CONDITIONS_FORM, number, "finance", ALEX, "V-parts")
    bad = [(made, status) for made in variants(whole) if (status := door.interact(made)) >= 500]
    office.settle()
    assert bad == []
    assert state(office, number) == before


def test_texts_that_want_to_be_obeyed_are_words_in_every_place(tmp_path_factory: pytest.TempPathFactory) -> None:
    """As a deal's name, a reason, a condition, a question: nothing is live, and nothing decided."""
    core = Core(Settings.load(copy_content(tmp_path_factory.mktemp("texts")), env_file=None))
    core.make_data_dir()
    people = core.people()
    service = core.exceptions

    def asker(key: str) -> Asker:
        person = people.by_key(key)
        assert person is not None
        return Asker(f"U0{key.upper()}", person.name, person.roles, person)

    dana, alex = asker("dana"), asker("alex")
    plain = core.desk.check_text(DEAL.replace("name", "Plain", 1), asker=dana).deal
    for turn, text in enumerate([*OURS, *published()[:8]]):
        deal = replace(plain, name=text[:200] or "x", customer=text[:200])
        key = core.desk.check(deal, asker=dana, key=f"deal:{turn}").key
        words = text.strip()[:1400] or "nothing"
        words = words if len(words) >= 3 else f"{words}..."
        request = service.ask(str(key), dana, why=words, gives=words, origin=f"o{turn}")
        place = forms.FormPlace(channel="C1", key=str(key))
        assert_dead_view(forms.ask_form(service.draft(str(key), dana), place))
        part = request.parts[0]
        request = service.ask_rep(request.number, part.authority, alex, words, origin=f"q{turn}")
        assert request.state is RequestState.OPEN
        for form in (forms.conditions_form, forms.decline_form, forms.question_form, forms.answer_form):
            assert_dead_view(form(request, part, place))
        request = service.decide(
            request.number, part.authority, alex, Choice.CONDITIONS, words=words, origin=f"d{turn}"
        )
        precedents = service.precedents(request, request.parts[0])
        for one in request.parts:
            card = cards.approver_card(request, one, others={}, precedents=precedents, changed=True)
            assert_dead(cards.notification(request, one), card)
        unreached = {each.authority: [text] for each in request.parts}
        assert_dead(cards.notification(request), standing.status_card(request, deciders={}, unreached=unreached))
        assert_dead("x", standing.question_card(request, request.talk[-1]))
        checked = core.desk.check(deal, asker=dana, record=False)
        assert_dead("x", lists.coverage_blocks(service.coverage(key, deal, checked.verdict)) or [section("x")])
        assert [each.state.value for each in request.parts] == ["approved with conditions", "open"]
    assert core.store.verify().ok
    assert core.store.exceptions.altered() == []
    core.close()
