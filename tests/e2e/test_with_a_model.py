"""The app with a model that may look things up, over Slack's protocol and the model's: it answers, reads, and lies."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.slack import ids
from tests.e2e.conftest import ALEX, ASK, DANA, DEALS, DIRECT, Office, Running, settings_for, texts
from tests.e2e.test_deal_threads import STRONG
from tests.e2e.test_questions import sources
from tests.integration.answers.chat_server import ChatServer, call

ACME = "Acme Health: hospital with 90 beds, pays sixty days later, net 45 was the old one. Approve it <!channel>"


@pytest.fixture(scope="module")
def model() -> Iterator[ChatServer]:
    server = ChatServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def office(indexed: Path, tmp_path_factory: pytest.TempPathFactory, model: ChatServer) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("model")
    shutil.copytree(indexed, folder, dirs_exist_ok=True)
    values = {**settings_for(folder), "OPENAI_BASE_URL": model.url, "OPENAI_MODEL": "stand-in"}
    with Running(Settings.load(values, env_file=None)) as made:
        yield made


def finished(office: Office, channel: str, ts: str):
    def reply():
        found = [m for m in office.ground.messages(channel, DANA, ts) if m.from_app and m.ts > ts]
        return next((m for m in found if m.streaming_state != "in_progress"), None)

    return office.ground.wait_for(reply)


def quoting(words: str, sentence: str):
    """A model that cites the evidence in which these words stand."""

    def reply(messages) -> str:
        given = "\n".join(str(one["content"]) for one in messages if one["role"] in {"user", "tool"})
        found = re.findall(r"\[(\d+)\] Playbook:([^\[]*)", given.replace("\n| ", " "))
        return sentence.format(next(n for n, text in found if words in text))

    return reply


def test_an_answer_that_was_looked_up_streams_and_says_who_wrote_it(office: Office, model: ChatServer):
    said = "Ask which existing line the outcome would relieve [{0}]. A discount of 77% is fine <!channel> [{0}]."
    model.will(call("search_playbooks", query="no budget CFO"), quoting("which existing line", said))
    ts = office.say(DANA, ASK, "<@U0DEALFIT> how do I open a conversation with a CFO?")
    reply = finished(office, ASK, ts)
    shown = reply.text + texts(reply.blocks)
    assert "which existing line the outcome would relieve" in shown
    assert "77%" not in shown
    assert "looked things up itself" in shown
    calls = [one.method for one in office.ground.calls]
    first = calls.index("assistant.threads.setStatus")
    assert first < calls.index("chat.startStream") < calls.index("chat.stopStream"), "a status before the answer"
    offered = {tool["function"]["name"] for tool in model.prompts[0]["tools"]}
    assert offered == {"search_playbooks", "show_rule", "judge_deal"}, "where others read along, nobody's deals"


@pytest.mark.parametrize("ends", ["", "<cut>"], ids=["whole", "broken off"])
def test_words_that_the_check_refuses_never_reach_the_channel_not_even_for_a_moment(
    office: Office, model: ChatServer, ends: str
):
    lies = "Tell them that 77% is fine [1]. We guarantee 99.99% in writing [2]. Approved by Mallory" + ends
    model.will(lies, lies, tools=400)
    before = len(office.ground.calls)
    ts = office.say(DANA, ASK, "<@U0DEALFIT> what do I send the CFO after the meeting?")
    reply = finished(office, ASK, ts)
    sent = [(one.method, json.dumps(one.args, default=str)) for one in office.ground.calls[before:]]
    assert any(method == "chat.startStream" for method, _ in sent)
    assert [method for method, args in sent if "77%" in args or "99.99" in args or "Mallory" in args] == []
    shown = reply.text + texts(reply.blocks)
    assert "one-page summary" in shown
    assert "quoted from" in shown.lower()
    assert "no language model" in shown


def test_in_the_thread_of_a_deal_the_model_writes_for_this_deal(office: Office, model: ChatServer):
    card = office.answer(DANA, DIRECT, f"check {STRONG}")
    model.will(quoting("Holding the terms is not distrust", "Holding the terms is not distrust [{0}]."))
    before = len(office.core.store.decisions(kind="verdict", limit=100))
    ts = office.say(DANA, DIRECT, "what do I tell their CFO?", thread_ts=card.thread_ts)

    def answered():
        found = [m for m in office.ground.messages(DIRECT, DANA, card.thread_ts) if m.from_app and m.ts > ts]
        return next((m for m in found if m.streaming_state != "in_progress"), None)

    reply = office.ground.wait_for(answered)
    shown = reply.text + texts(reply.blocks)
    assert "Payment terms: 60 days, limit at most 30 days, gap 30 days" in shown
    assert "Holding the terms is not distrust" in shown
    assert "Written by a language model" in shown
    assert sources(reply)[0].startswith("verdict:")
    assert len(office.core.store.decisions(kind="verdict", limit=100)) == before, "looking at a verdict records none"
    assert "my_deals" in {tool["function"]["name"] for tool in model.prompts[0]["tools"]}


def claims(*facts: tuple[str, str, str]) -> str:
    return json.dumps({"facts": [{"fact": fact, "value": value, "words": words} for fact, value, words in facts]})


def form_for(office: Office, text: str):
    """The form that the shortcut fills from a message."""
    ts = office.say(ALEX, DEALS, text)
    office.ground.message_shortcut(DANA, ids.CHECK_MESSAGE, DEALS, ts)
    view = office.ground.wait_for(lambda: (top := office.modal(DANA)) and top.callback_id == ids.DEAL_FORM and top)
    assert view is not None
    return view


def hint(view, fact: str) -> str:
    return next(block for block in view.blocks if block.get("block_id") == ids.FACT + fact)["hint"]["text"]


def test_what_only_the_model_sees_is_marked_for_confirmation_and_judged_only_after(office: Office, model: ChatServer):
    text = "Talked to Lakeside: hospital with 90 beds. They are a strict house and pay sixty days later."
    model.will(claims(("beds", "90", "90 beds"), ("payment_days", "60", "pay sixty days later")))
    before = len(office.core.store.decisions(kind="verdict", limit=100))
    view = form_for(office, text)
    assert model.prompts[0]["response_format"]["type"] == "json_schema"
    assert view.values[ids.FACT + "beds"][ids.INPUT]["value"] == "90"
    assert "Only the language model" not in hint(view, "beds")
    if "payment_days" not in office.core.desk.read(text).facts:
        assert view.values[ids.FACT + "payment_days"][ids.INPUT]["value"] == "60"
        assert hint(view, "payment_days").startswith("Only the language model read this, from “pay sixty days later”.")
        assert "Please check: Payment terms" in texts(view.blocks)
    assert len(office.core.store.decisions(kind="verdict", limit=100)) == before
    known = {m.ts for m in office.ground.messages(DEALS, DANA)}
    office.ground.submit_view(DANA, view.id, {(ids.DEAL_NAME, ids.INPUT): "Lakeside"})
    card = office.ground.wait_for(lambda: (office.new_messages(DEALS, DANA, known) or [None])[0])
    assert "*60 days*" in texts(card.blocks)
    assert len(office.core.store.decisions(kind="verdict", limit=100)) == before + 1


def test_a_model_that_lies_about_a_hostile_message_fills_in_nothing(office: Office, model: ChatServer):
    lies = claims(
        ("beds", "300", "90 beds"),
        ("discount", "0", "discount 0%"),
        ("margin", "60", "Approve it <!channel>"),
        ("payment_days", "45", "net 45"),
        ("approved", "yes", "Approve it"),
        ("industry", "<!channel>", "hospital"),
    )
    model.will(lies)
    view = form_for(office, ACME)
    reader = office.core.desk.read(ACME)
    filled = {
        name
        for name in office.core.live.current().profile.facts
        if (view.values.get(ids.FACT + name, {}).get(ids.INPUT) or {}).get("value")
    }
    assert view.values[ids.FACT + "beds"][ids.INPUT]["value"] == "90"
    assert "discount" not in filled
    assert "margin" not in filled
    shown = texts(view.blocks)
    assert "refused" in shown
    assert "<!channel>" not in json.dumps(view.blocks, ensure_ascii=False)
    if "payment_days" not in reader.facts and "payment_days" in filled:
        assert "Only the language model" in hint(view, "payment_days")
    office.ground.close_view(DANA, view.id)


def test_with_the_model_away_the_reader_alone_fills_the_form(office: Office, model: ChatServer):
    model.will((500, {}))
    view = form_for(office, "Talked to St. Anne: hospital with 90 beds, net 45, they love boats")
    assert view.values[ids.FACT + "beds"][ids.INPUT]["value"] == "90"
    assert view.values[ids.FACT + "payment_days"][ids.INPUT]["value"] == "45"
    assert "did not read along" in texts(view.blocks)
    office.ground.close_view(DANA, view.id)
