from __future__ import annotations

import pytest

from bot.slack.inbox import Inbox, Work, spoken_text, work_of

BOT = "U0DEALFIT"


def event(**fields):
    base = {"type": "message", "user": "U1", "channel": "C1", "ts": "1.1", "text": "hello", "channel_type": "channel"}
    return {
        "type": "event_callback",
        "team_id": "T1",
        "event_id": "Ev1",
        "authorizations": [{"user_id": BOT, "is_bot": True}],
        "event": {**base, **fields},
    }


def test_a_mention_and_the_message_that_carries_it_are_one_piece_of_work():
    mention = work_of(event(type="app_mention", text=f"<@{BOT}> what discount?"))
    message = work_of(event(text=f"<@{BOT}> what discount?"))
    assert mention is not None
    assert mention.payload["text"] == "what discount?"
    assert message is None


def test_the_key_is_the_message_and_not_the_event():
    first = work_of(event(type="app_mention", text=f"<@{BOT}> hi"))
    again = event(type="app_mention", text=f"<@{BOT}> hi, edited")
    again["event_id"] = "Ev2"
    assert first is not None
    second = work_of(again)
    assert second is not None
    assert first.key == second.key == "question:T1:C1:1.1"


@pytest.mark.parametrize(
    "fields",
    [
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "channel_join"},
        {"bot_id": "B1"},
        {"user": BOT, "channel_type": "im", "channel": "D1"},
        {"user": ""},
        {},
    ],
)
def test_what_nobody_asked_us_is_no_work(fields):
    assert work_of(event(**fields)) is None


def test_a_reply_in_a_thread_is_work_that_may_be_for_us():
    work = work_of(event(thread_ts="1.0"))
    assert work is not None
    assert work.payload["direct"] is False
    assert work.payload["thread_ts"] == "1.0"


def test_a_reply_that_names_somebody_else_is_for_them():
    assert work_of(event(thread_ts="1.0", text="<@U2> can you look?")) is None


def test_a_direct_message_needs_no_mention():
    work = work_of(event(channel_type="im", channel="D1"))
    assert work is not None
    assert work.payload["direct"] is True


def test_only_the_home_tab_is_drawn_when_the_app_is_opened():
    opened = event(type="app_home_opened", tab="home")
    assert work_of(opened) == Work("home", "home:T1:Ev1", {"user": "U1"})
    assert work_of(event(type="app_home_opened", tab="messages")) is None


@pytest.mark.parametrize(
    "body", [{}, {"type": "event_callback"}, {"type": "event_callback", "event": "junk"}, {"type": "x"}]
)
def test_junk_is_no_work(body):
    assert work_of(body) is None


def test_spoken_text_is_what_the_person_meant():
    text = f"<@{BOT}> 8% &lt; 10% see <https://x.test/a|the sheet> in <#C9|deals> with <@U7>"
    assert spoken_text(text, frozenset({BOT})) == "8% < 10% see the sheet in deals with @U7"


def test_a_person_named_in_a_command_keeps_their_name():
    known = {"U0DANA": "Dana Reyes"}
    text = "which of <@U0DANA|dana>'s and <@U9|lee>'s deals"
    assert spoken_text(text, name_of=known.get) == "which of Dana Reyes's and lee's deals"
    assert spoken_text("check <@U0DANA|dana>") == "check"


def test_an_event_that_cannot_be_kept_is_not_acknowledged():
    order: list[str] = []

    def put(_: Work) -> None:
        order.append("kept")
        message = "disk full"
        raise OSError(message)

    with pytest.raises(OSError, match="disk full"):
        Inbox(put).keep(event(type="app_mention"), next=lambda: order.append("acknowledged"))
    assert order == ["kept"]


def test_the_event_is_kept_before_the_ack():
    order: list[str] = []
    Inbox(lambda work: order.append(work.kind)).keep(event(type="app_mention"), next=lambda: order.append("next"))
    assert order == ["question", "next"]
