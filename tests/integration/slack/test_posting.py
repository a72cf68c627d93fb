"""What waits to be said: a thousand messages at Slack's pace, over processes and a crash; and what Slack asks for."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from slack_sdk.errors import SlackApiError

from bot.bootstrap import utc_now
from bot.playground.server import Playground
from bot.slack.blocks.elements import section
from bot.slack.client import SlackClient, patience, posting_client
from bot.slack.delivery import MESSAGE, Courier
from bot.slack.outbox import Outbox, Pace
from bot.slack.replies import Replies
from bot.store.database import Store, open_store
from tests.playgrounds import patient
from tests.postgres import postgres_url

__all__ = ["postgres_url"]

BUSY, QUIET = "C0DEALS", "C0ASK"
UNIT = 0.002
"""What stands for Slack's second."""
MANY = 1000


@pytest.fixture
def ground() -> Iterator[Playground]:
    with patient() as made:
        yield made


def poster(url: str, ground: Playground, name: str) -> subprocess.Popen[str]:
    arguments = [url, ground.api_url, ground.bot_token, name, str(UNIT)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.integration.slack.poster", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def posts(ground: Playground, channel: str) -> list[float]:
    """When messages were posted to a channel."""
    return [c.at for c in ground.calls if c.method == MESSAGE and c.ok and c.args["channel"] == channel]


def put(store: Store, channel: str, text: str) -> None:
    store.outgoing.put(text.rjust(64, "0"), channel, MESSAGE, {"channel": channel, "user": "U0DANA", "text": text})


@pytest.mark.postgres
def test_a_thousand_messages_at_slacks_pace_by_two_processes_of_which_one_dies(
    ground: Playground, postgres_url: str
) -> None:
    """None lost, none twice, in order, never faster than allowed, and another channel does not wait behind them."""
    ground.faults.enforce_channel_rate(seconds=UNIT, burst=1)
    store = open_store(postgres_url, utc_now)
    numbers = itertools.count()

    def put_more(messages: int) -> None:
        for number in itertools.islice(numbers, messages):
            put(store, BUSY, f"{number}")

    put_more(MANY)
    running = [poster(postgres_url, ground, name) for name in ("one", "two")]
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline().strip() == "ready"
    ground.wait_for(lambda: len(posts(ground, BUSY)) > MANY // 3)
    put(store, QUIET, "at once")
    deadline = time.monotonic() + 60
    while not posts(ground, QUIET):  # the busy channel is never done before, however fast it is
        assert time.monotonic() < deadline, "one busy channel keeps another waiting"
        if store.outgoing.waiting().messages < MANY // 2:
            put_more(MANY // 10)
        time.sleep(0.02)
    running[0].kill()
    put_more(1)
    last = next(numbers)
    ground.wait_for(lambda: len(ground.messages(BUSY)) == last, 120)
    for one in running:
        one.communicate(timeout=60)
    assert [m.text for m in ground.messages(BUSY)] == [f"{number}" for number in range(last)]
    assert not [call for call in ground.calls if call.status == 429], "Slack had to ask for less"
    apart = [later - earlier for earlier, later in itertools.pairwise(posts(ground, BUSY))]
    assert min(apart) >= UNIT
    assert store.outgoing.waiting().messages == 0
    store.close()


@pytest.fixture
def office(ground: Playground, tmp_path: Path) -> Iterator[tuple[Outbox, Store]]:
    """An outbox that sends when it is told to, and its store."""
    store = open_store(f"sqlite:///{tmp_path / 'dealfit.db'}", utc_now)
    courier = Courier(posting_client(ground.bot_token, ground.api_url), lambda: datetime.now(UTC))
    yield Outbox(store.outgoing, courier, Pace(0)), store
    store.close()


def until_sent(outbox: Outbox, store: Store) -> None:
    deadline = time.monotonic() + 60
    while store.outgoing.waiting().messages and time.monotonic() < deadline:
        outbox.drain()
        time.sleep(0.05)
    assert store.outgoing.waiting().messages == 0


@pytest.mark.parametrize("thread", [False, True])
def test_a_post_whose_answer_was_lost_is_found_and_not_repeated(ground: Playground, office, thread: bool) -> None:
    outbox, store = office
    root = ground.post_as("U0DANA", BUSY, "a question")
    where = {"thread_ts": root} if thread else {}
    outbox.put({"channel": BUSY, "user": "U0DANA", "text": "said", **where}, lane=BUSY, mark="f" * 64)
    ground.faults.lose_answer(MESSAGE)
    outbox.drain()
    assert store.outgoing.waiting().messages == 1, "nobody knows whether it was posted"
    until_sent(outbox, store)
    (posted,) = [m for m in ground.messages(BUSY) if m.text == "said"]
    assert store.outgoing.outcome("f" * 64) == ("sent", BUSY, posted.ts)
    asked = "conversations.replies" if thread else "conversations.history"
    assert [c.method for c in ground.calls] == [MESSAGE, asked]


def test_slacks_pause_holds_for_the_channel_and_a_second_one_for_all(ground: Playground, office) -> None:
    outbox, store = office
    for channel in (BUSY, QUIET, "D0DANA"):
        outbox.put({"channel": channel, "user": "U0DANA", "text": "said"}, lane=channel)
    ground.faults.rate_limit(MESSAGE, times=2, retry_after=1)
    outbox.drain()
    assert [c.status for c in ground.calls] == [429, 429], "asked in two places: the whole workspace waits"
    until_sent(outbox, store)
    assert [c.status for c in ground.calls] == [429, 429, 200, 200, 200]
    assert ground.calls[2].at - ground.calls[1].at >= 1


def test_one_channel_that_slack_slows_down_keeps_no_other_waiting(ground: Playground, office) -> None:
    outbox, store = office
    ground.faults.rate_limit(MESSAGE, retry_after=60)
    for channel in (BUSY, BUSY, QUIET, "U0MORGAN"):
        outbox.put({"channel": channel, "user": "U0DANA", "text": "said"}, lane=channel)
    outbox.drain()
    assert [m.text for m in ground.messages(QUIET)] == ["said"]
    assert [m.text for m in ground.messages("D0MORGAN")] == ["said"]
    assert (store.outgoing.waiting().messages, store.outgoing.waiting().places) == (2, 1)


def test_a_message_that_slack_does_not_change_for_now_keeps_nobody_waiting_and_is_changed_later(
    ground: Playground, office
) -> None:
    outbox, store = office
    replies = Replies(outbox)
    outbox.put({"channel": BUSY, "user": "", "text": "a card"}, lane=BUSY, mark="c" * 64)
    outbox.drain()
    ts = ground.messages(BUSY)[0].ts
    ground.faults.http_status("chat.update", 503, times=2)
    for words in ("decided", "and ended"):
        replies.update(BUSY, ts, text=words, blocks=[section(words)])
    outbox.put({"channel": BUSY, "user": "", "text": "new"}, lane=BUSY)
    outbox.drain()
    assert [m.text for m in ground.messages(BUSY)] == ["a card", "new"]
    until_sent(outbox, store)
    assert [m.text for m in ground.messages(BUSY)] == ["and ended", "new"]
    assert not store.outgoing.troubles(timedelta(days=1))


def test_a_change_of_a_message_that_is_gone_is_given_up_in_silence_and_one_that_slack_refuses_is_told(
    ground: Playground, office
) -> None:
    outbox, store = office
    replies = Replies(outbox)
    replies.update(BUSY, "1.000001", text="of a card that was deleted", blocks=[])
    outbox.drain()
    assert not store.outgoing.troubles(timedelta(days=1))
    ground.faults.fail("chat.update", "invalid_blocks")
    replies.update(BUSY, "1.000002", text="that is not built as Slack wants it", blocks=[])
    outbox.drain()
    (trouble,) = store.outgoing.troubles(timedelta(days=1))
    assert "invalid_blocks" in trouble.words
    assert store.outgoing.waiting().messages == 0
    assert not ground.messages(BUSY), "nobody is told of a card instead"


def test_a_listener_never_waits_for_slacks_limits_and_a_step_of_work_does(ground: Playground) -> None:
    client = SlackClient(ground.bot_token, ground.api_url)
    ground.faults.rate_limit("users.info", retry_after=600)
    for _ in range(3):
        with pytest.raises(SlackApiError, match=r"ratelimited|asked to wait"):
            client.users_info(user="U0DANA")
    assert len(ground.calls) == 1, "asked again before its time"
    ground.faults.rate_limit("team.info", retry_after=1)
    with patience(5):
        assert client.team_info()["team"]["id"] == "T0ALPHATECH"
    assert ground.calls[-1].at - ground.calls[-2].at >= 1
