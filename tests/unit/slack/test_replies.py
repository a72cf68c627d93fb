"""Where a message goes: to the person or the thread that waits for it, and never into silence."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
import structlog

from bot.slack.app import tell_of_failure
from bot.slack.blocks.elements import section
from bot.slack.forms import open_view
from bot.slack.inbox import Work
from bot.slack.replies import Place
from tests.unit.slack.posting import posting
from tests.unit.slack.recording import Recording

BLOCKS = [section("card")]


@pytest.fixture
def send(tmp_path: Path) -> Callable[[Recording, Place], list[tuple[str, str]]]:
    return partial(sent, tmp_path)


def sent(folder: Path, client: Recording, place: Place) -> list[tuple[str, str]]:
    posting(client, folder).send(place, text="card", blocks=BLOCKS)
    return [(method, str(sent.get("channel") or sent.get("users"))) for method, sent in client.calls]


@pytest.mark.parametrize(
    ("place", "calls"),
    [
        (Place("C1", "U1"), [("chat.postEphemeral", "C1")]),
        (Place("C1", "U1", "1.1", private=False), [("chat.postMessage", "C1")]),
        (Place("D9", "U1"), [("chat.postMessage", "D9")]),
        (Place("U1", "U1"), [("conversations.open", "U1"), ("chat.postMessage", "D1")]),
    ],
)
def test_a_private_answer_in_a_channel_is_seen_by_one_person(send, place, calls):
    assert send(Recording(), place) == calls


@pytest.mark.parametrize("place", [Place("C1", "U1"), Place("C1", "U1", "1.1", private=False), Place("D5", "U1")])
@pytest.mark.parametrize("refusal", ["not_in_channel", "channel_not_found", "is_archived", "missing_scope"])
def test_where_the_app_may_not_write_the_person_gets_it_directly_with_the_reason(send, place, refusal):
    # D5 is a direct message between two people: a command may be typed there, the app cannot write there.
    method = "chat_postEphemeral" if place.private and place.channel[0] == "C" else "chat_postMessage"
    client = Recording(**{method: [refusal]})
    assert send(client, place)[-2:] == [("conversations.open", "U1"), ("chat.postMessage", "D1")]
    assert "I answer here" in str(client.calls[-1][1]["blocks"][0])
    assert client.calls[-1][1]["blocks"][1:] == BLOCKS


def test_a_full_message_that_goes_to_the_person_instead_loses_nothing(tmp_path):
    client = Recording(chat_postEphemeral="not_in_channel")
    posting(client, tmp_path).send(Place("C1", "U1"), text="card", blocks=[section(f"{n}.") for n in range(50)])
    method, said = client.calls[-1]
    assert (method, len(said["blocks"])) == ("chat.postMessage", 50)
    assert "49." in str(said["blocks"])


@pytest.mark.parametrize("refusal", ["invalid_blocks", "msg_too_long", "a_word_that_is_new"])
def test_what_slack_does_not_take_is_told_where_it_was_waited_for_with_a_reference(send, refusal):
    client = Recording(chat_postMessage=[refusal])
    assert send(client, Place("C1", "U1", "1.1", private=False)) == [("chat.postMessage", "C1")] * 2
    assert refusal in client.calls[-1][1]["text"]
    assert "this reference" in client.calls[-1][1]["text"]
    assert client.calls[-1][1]["thread_ts"] == "1.1"


@pytest.mark.parametrize("refusal", ["invalid_blocks", "not_in_channel", "missing_scope", "user_disabled", "new_word"])
def test_nothing_is_tried_for_ever(send, refusal):
    client = Recording(chat_postMessage=refusal, conversations_open=None)
    send(client, Place("C1", "U1", "1.1", private=False))
    assert len([method for method in client.methods if method == "chat.postMessage"]) <= 4


def test_a_long_answer_goes_on_in_the_same_thread(tmp_path):
    client, blocks = Recording(), [section(f"{number} " + "x" * 2000) for number in range(14)]
    posting(client, tmp_path).send(Place("C1", "U1", "1.1", private=False), text="a long answer", blocks=blocks)
    sent_ = [call for _, call in client.calls]
    assert [call["thread_ts"] for call in sent_] == ["1.1"] * 3
    assert [call["text"] for call in sent_] == ["a long answer", "a long answer (2 of 3)", "a long answer (3 of 3)"]
    assert [block for call in sent_ for block in call["blocks"]] == blocks


def failed(folder: Path, client: Recording, *, direct: bool, turns: tuple[str, ...]) -> list[str]:
    store = SimpleNamespace(thread=lambda *_: SimpleNamespace(turns=turns))
    services = SimpleNamespace(store=store, replies=posting(client, folder))
    payload = {"channel": "C1", "user": "U1", "thread_ts": "1.1", "direct": direct}
    tell_of_failure(services)(Work("question", "question:T1:C1:1.2", payload), OSError("canary"))  # type: ignore[arg-type]
    return client.methods


@pytest.mark.parametrize(("direct", "turns"), [(True, ()), (False, ("a turn of ours",))])
def test_who_waits_for_an_answer_is_told_that_it_failed_and_not_why(tmp_path, direct, turns):
    client = Recording()
    assert failed(tmp_path, client, direct=direct, turns=turns) == ["chat.postMessage"]
    assert client.calls[0][1]["thread_ts"] == "1.1"
    assert "canary" not in str(client.calls)


def test_a_thread_that_is_not_ours_hears_nothing_of_a_failure(tmp_path):
    assert failed(tmp_path, Recording(), direct=False, turns=()) == []


def opened(folder: Path, client: Recording) -> list[str]:
    services = SimpleNamespace(client=client, replies=posting(client, folder))
    view = {"type": "modal", "blocks": []}
    open_view(services, trigger_id="1", view=view, place=Place("C1", "U1"), again=None)  # type: ignore[arg-type]
    return client.methods


def test_a_view_that_comes_too_late_is_said(tmp_path):
    client = Recording(views_open="expired_trigger_id")
    assert opened(tmp_path, client) == ["views.open", "chat.postEphemeral"]
    assert "Press the button again" in str(client.calls[-1][1]["blocks"])


@pytest.mark.parametrize("refusal", ["missing_scope", "invalid_trigger_id", "view_too_large"])
def test_a_view_that_slack_refuses_is_said_and_logged_and_breaks_nothing_after_the_acknowledgement(tmp_path, refusal):
    client = Recording(views_open=refusal)
    with structlog.testing.capture_logs() as log:
        assert opened(tmp_path, client) == ["views.open", "chat.postEphemeral"]
    assert "refused" in str(client.calls[-1][1]["blocks"])
    assert [(line["log_level"], line["reason"]) for line in log] == [("error", refusal)]
