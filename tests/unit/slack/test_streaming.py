"""An answer is whole in the end, whatever becomes of its stream."""

from __future__ import annotations

import pytest

from bot.slack.replies import Place
from bot.slack.streaming import AnswerStream
from tests.unit.slack.recording import Recording

PLACE = Place("C1", "U1", "1.1", private=False)
BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "whole"}}]
TAIL = [{"type": "context", "elements": []}]
LONG = "A sentence that fills the buffer. " * 10


def answered(client: Recording, *portions: str) -> bool:
    stream = AnswerStream(client, PLACE, team="T1")
    for portion in portions:
        stream.write(portion)
    return stream.finish(text="whole", blocks=BLOCKS, tail=TAIL)


def test_a_stream_goes_to_its_thread_and_ends_with_the_sources():
    client = Recording()
    assert answered(client, LONG, LONG)
    assert client.methods == ["chat.startStream", "chat.appendStream", "chat.stopStream"]
    start = client.calls[0][1]
    assert (start["channel"], start["thread_ts"]) == ("C1", "1.1")
    assert (start["recipient_team_id"], start["recipient_user_id"]) == ("T1", "U1")
    assert client.calls[-1][1]["blocks"] == TAIL


def test_without_text_no_stream_is_begun_and_the_answer_is_yet_to_be_posted():
    client = Recording()
    assert not answered(client)
    assert client.calls == []


@pytest.mark.parametrize(
    "refusal", ["message_not_in_streaming_state", "internal_error", TimeoutError("slow"), ConnectionResetError("gone")]
)
def test_a_stream_that_breaks_is_ended_and_replaced_by_the_whole_answer(refusal):
    client = Recording(chat_appendStream=refusal)
    assert answered(client, LONG, LONG, LONG)
    assert client.methods == ["chat.startStream", "chat.appendStream", "chat.stopStream", "chat.update"]
    assert client.calls[-1][1]["ts"] == "9.9"
    assert client.calls[-1][1]["blocks"] == BLOCKS


def test_a_stream_that_expired_before_its_end_is_replaced_as_well():
    client = Recording(chat_stopStream="message_not_in_streaming_state")
    assert answered(client, LONG)
    assert client.methods[-1] == "chat.update"
    assert client.calls[-1][1]["blocks"] == BLOCKS


@pytest.mark.parametrize("refusal", ["not_in_channel", TimeoutError("slow")])
def test_a_stream_that_cannot_begin_leaves_the_answer_to_be_posted(refusal):
    client = Recording(chat_startStream=refusal)
    assert not answered(client, LONG, LONG)
    assert "chat.update" not in client.methods


def test_where_not_even_the_replacement_is_taken_the_answer_is_yet_to_be_posted():
    assert not answered(Recording(chat_appendStream="internal_error", chat_update="internal_error"), LONG, LONG)


def test_who_stops_the_writing_is_not_written_to_any_more():
    client = Recording(chat_appendStream="stopped_by_user")
    assert answered(client, LONG, LONG, LONG)
    assert client.methods == ["chat.startStream", "chat.appendStream"]


def test_an_answer_that_fails_in_the_middle_leaves_no_open_stream():
    client = Recording()
    stream = AnswerStream(client, PLACE, team="T1")
    stream.write(LONG)
    stream.abandon()
    assert client.methods == ["chat.startStream", "chat.stopStream"]


def test_a_long_portion_is_sent_within_slacks_limit():
    client = Recording()
    answered(client, "x" * 30_000)
    sent = [chunk["text"] for _, args in client.calls for chunk in args.get("chunks") or []]
    assert sum(map(len, sent)) == 30_000
    assert max(map(len, sent)) <= 12_000


def test_in_a_busy_channel_the_answer_takes_its_place_among_what_waits():
    client, asked = Recording(), []
    stream = AnswerStream(client, PLACE, team="T1", turn=lambda channel: asked.append(channel) or 60.0)
    stream.write(LONG)
    stream.write(LONG)
    assert not stream.finish(text="whole", blocks=BLOCKS, tail=TAIL)
    assert (client.calls, asked) == ([], ["C1"])
