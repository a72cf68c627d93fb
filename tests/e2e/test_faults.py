"""What happens when Slack, the index or the model misbehave: one effect, a clear word, and never silence."""

from __future__ import annotations

import itertools
import json
import shutil
import socket
import threading
from typing import Any

import pytest

from bot.settings import Settings
from tests.e2e.conftest import ASK, DANA, DEALS, MERCY, MORGAN, Office, buttons, settings_for, texts


def replies(office: Office, channel: str, root: str):
    return [m for m in office.ground.messages(channel, DANA, root) if m.user == "U0DEALFIT"]


def of_message(delivery, ts: str) -> bool:
    return delivery.payload.get("event", {}).get("ts") == ts


def first_from_app(app, channel: str, known: set[str]):
    return next((m for m in app.ground.messages(channel, DANA) if m.ts not in known and m.from_app), None)


@pytest.fixture(autouse=True)
def no_faults_left(office: Office):
    yield
    office.ground.faults.clear()


def test_an_event_that_comes_five_times_is_answered_once(office: Office):
    office.ground.faults.duplicate_deliveries(5)
    reply = office.answer(DANA, ASK, "<@U0DEALFIT> what do I say when they ask for net 60?")
    office.ground.faults.clear()
    office.answer(MORGAN, ASK, "<@U0DEALFIT> when should I walk away?")
    sent = [d for d in office.ground.deliveries if of_message(d, reply.thread_ts)]
    assert len(sent) >= 5
    assert len(replies(office, ASK, reply.thread_ts)) == 1


def test_an_event_whose_ack_got_lost_is_delivered_again_and_answered_once(office: Office):
    office.ground.faults.drop_acks(2)
    reply = office.answer(DANA, ASK, "<@U0DEALFIT> how do I baseline time to deploy?")
    office.ground.wait_for(
        lambda: any(
            d.attempt > 0 for d in office.ground.deliveries if d.payload.get("event", {}).get("ts") == reply.thread_ts
        )
    )
    office.answer(MORGAN, ASK, "<@U0DEALFIT> when should I walk away?")
    assert len(replies(office, ASK, reply.thread_ts)) == 1


def test_slack_saying_slow_down_is_obeyed_and_nothing_is_lost(office: Office):
    office.ground.faults.rate_limit("chat.postMessage", times=2, retry_after=1)
    reply = office.answer(DANA, ASK, "<@U0DEALFIT> what is on the agenda of the monthly call?")
    calls = [
        c for c in office.ground.calls if c.method == "chat.postMessage" and c.args.get("thread_ts") == reply.thread_ts
    ]
    assert [c.status for c in calls] == [429, 429, 200]
    assert all(later.at - earlier.at >= 1 for earlier, later in itertools.pairwise(calls))


def test_slack_failing_for_a_while_delays_and_does_not_lose(office: Office):
    office.ground.faults.http_status("chat.postMessage", 503, times=4)
    reply = office.answer(DANA, ASK, "<@U0DEALFIT> who should be in the CBR?")
    assert len(replies(office, ASK, reply.thread_ts)) == 1


def test_what_slack_refuses_for_good_is_told_at_once(office: Office):
    office.ground.faults.fail("chat.postMessage", "invalid_blocks", times=1)
    reply = office.answer(DANA, ASK, "<@U0DEALFIT> what does the service visit look at?")
    assert "Slack did not take" in texts(reply.blocks)
    assert "invalid_blocks" in texts(reply.blocks)


def test_a_double_click_on_share_posts_once(office: Office):
    card = office.command(DANA, "/deal-check", MERCY)
    known = {m.ts for m in office.ground.messages(DEALS, MORGAN)}
    for _ in range(2):
        assert office.ground.press(DANA, card, "deal.share").acked
    office.ground.wait_for(lambda: office.new_messages(DEALS, MORGAN, known))
    office.answer(MORGAN, ASK, "<@U0DEALFIT> when should I walk away?")
    assert len(office.new_messages(DEALS, MORGAN, known)) == 1


def test_a_channel_the_bot_is_not_in_answers_the_person_directly(office: Office):
    office.ground.faults.fail("chat.postMessage", "not_in_channel", times=1)
    known = {m.ts for m in office.ground.messages("D0DANA", DANA)}
    office.say(DANA, ASK, "<@U0DEALFIT> when should I walk away?")
    message = office.ground.wait_for(lambda: (office.new_messages("D0DANA", DANA, known) or [None])[0])
    assert "I answer here, because I am not in that channel" in texts(message.blocks)


def late(office: Office, do) -> Any:
    """The view that comes too late, opened by the button of the message that says so."""
    office.ground.faults.fail("views.open", "expired_trigger_id", times=1)
    known = {m.ts for m in office.ground.messages(DEALS, DANA)}
    do()
    said = office.ground.wait_for(lambda: (office.new_messages(DEALS, DANA, known) or [None])[0])
    assert "Slack took too long" in texts(said.blocks)
    (again,) = buttons(said)
    office.ground.press(DANA, said, again["action_id"])
    view = office.ground.wait_for(lambda: office.modal(DANA))
    office.ground.close_view(DANA, view.id)
    return view


def test_every_view_that_comes_too_late_has_a_button_that_opens_it_with_what_was_in_it(office: Office):
    ground = office.ground
    assert late(office, lambda: ground.slash_command(DANA, DEALS, "/deal-check", "")).callback_id == "deal.form"
    ts = office.say(DANA, DEALS, "Late General: hospital, 77 beds, managed services for 9 months, 3% discount")
    form = late(office, lambda: ground.message_shortcut(DANA, "deal.from_message", DEALS, ts))
    assert "Late General" in texts(form.blocks)
    assert '"77"' in json.dumps(form.blocks)
    card = office.command(DANA, "/deal-check", MERCY)
    for action in ("deal.edit", "deal.findings"):
        shown = late(office, lambda action=action: ground.press(DANA, card, action))
        assert "Mercy Regional" in json.dumps(shown.body)


def test_what_was_typed_into_a_form_comes_back_when_its_work_fails(office: Office):
    desk = office.core.desk
    known = {m.ts for m in office.ground.messages(DEALS, DANA)}
    office.ground.slash_command(DANA, DEALS, "/deal-check", "")
    form = office.ground.wait_for(lambda: office.modal(DANA))
    kept = desk._store
    desk._store = type("Broken", (), {"deal": _fails_with("the disk is full"), "save_deal": _fails_with("full")})()
    try:
        typed = {("deal_name", "value"): "Typed General", ("fact.beds", "value"): "88"}
        assert office.ground.submit_view(DANA, form.id, typed).acked
        said = office.ground.wait_for(lambda: (office.new_messages(DEALS, DANA, known) or [None])[0])
    finally:
        desk._store = kept
    assert "Something went wrong on my side" in texts(said.blocks)
    office.ground.press(DANA, said, "deal.check")
    again = office.ground.wait_for(lambda: office.modal(DANA))
    assert "Typed General" in texts(again.blocks)
    assert '"88"' in json.dumps(again.blocks)
    office.ground.close_view(DANA, again.id)


def test_work_that_fails_tells_the_person_and_not_the_reason(office: Office, tmp_path):
    store = office.core.store
    broken = type("Broken", (), {"__getattr__": lambda _self, name: getattr(store, name), "deal": None})()
    broken.save_deal = _fails_with("canary: the disk of the secret server is full")
    desk, kept = office.core.desk, office.core.desk._store
    desk._store = broken
    try:
        card = office.command(DANA, "/deal-check", MERCY)
    finally:
        desk._store = kept
    shown = texts(card.blocks)
    assert "Something went wrong on my side" in shown
    assert "canary" not in shown


def finished(message) -> bool:
    return message.from_app and message.streaming_state != "in_progress"


def _fails_with(words: str):
    def fail(*_args, **_kwargs):
        raise OSError(words)

    return fail


class Hung:
    """A model endpoint that takes a connection and never answers."""

    def __enter__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._held: list[socket.socket] = []
        threading.Thread(target=self._hold, daemon=True).start()
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"

    def _hold(self):
        while True:
            try:
                self._held.append(self._socket.accept()[0])
            except OSError:
                return

    def __exit__(self, *_):
        self._socket.close()
        for held in self._held:
            held.close()


def test_with_the_index_broken_and_the_model_hung_a_deal_check_still_answers(indexed, tmp_path, office: Office):
    del office  # this module's own app would hold the process's queue; this test runs its app as a process of its own
    from tests.e2e.process import AppProcess

    shutil.copytree(indexed, tmp_path, dirs_exist_ok=True)
    shutil.rmtree(tmp_path / "data" / "index")
    shutil.rmtree(tmp_path / "knowledge")
    (tmp_path / "knowledge").mkdir()
    with Hung() as url:
        values = {**settings_for(tmp_path), "OPENAI_BASE_URL": url, "OPENAI_MODEL": "hung"}
        with AppProcess(values) as app:
            asked = app.ground.post_as(DANA, ASK, "<@U0DEALFIT> how do I open a conversation with a CFO?")
            known = {m.ts for m in app.ground.messages(DEALS, DANA)}
            app.ground.slash_command(DANA, DEALS, "/deal-check", MERCY)
            card = app.ground.wait_for(
                lambda: next((m for m in app.ground.messages(DEALS, DANA) if m.ts not in known and m.from_app), None)
            )
            assert "Discount earned by services" in texts(card.blocks)
            answer = app.ground.wait_for(
                lambda: next((m for m in app.ground.messages(ASK, DANA, asked) if finished(m)), None), 40
            )
            assert "playbooks" in (answer.text + texts(answer.blocks)).lower()


def test_settings_used_here_are_real(tmp_path):
    assert Settings.load(settings_for(tmp_path), env_file=None).data_dir == tmp_path / "data"
