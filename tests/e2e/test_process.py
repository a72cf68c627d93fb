"""The command `dealfit run` as a process: Socket Mode against any Slack API, crashes, secrets, and a clean end."""

from __future__ import annotations

import json
import shutil
import socket

import httpx
import pytest

from tests.e2e.conftest import ASK, DANA, DEALS, MERCY, settings_for, texts
from tests.e2e.process import AppProcess

QUESTIONS = [
    "what discount can I give on a two-month deal?",
    "how do I open a conversation with a CFO?",
    "when should I walk away?",
    "what do I say when they ask for net 60?",
]


@pytest.fixture
def folder(indexed, tmp_path):
    shutil.copytree(indexed, tmp_path, dirs_exist_ok=True)
    return tmp_path


def answers(app: AppProcess, ts: str):
    return [m for m in app.ground.messages(ASK, DANA, ts) if m.from_app]


@pytest.mark.timeout(180)
def test_a_process_killed_between_a_post_and_its_record_loses_nothing_and_says_nothing_twice(folder):
    """Each kill comes while Slack's answer to a post is on its way: the message stands, and nobody has noted it."""
    with AppProcess(settings_for(folder)) as app:
        asked = []
        for n, question in enumerate(QUESTIONS):
            app.ground.faults.answer_late("chat.postMessage", 30.0)
            asked.append(app.ground.post_as(DANA, ASK, f"<@U0DEALFIT> {question}"))
            if n % 2 == 1:
                app.ground.wait_for(lambda: any(answers(app, ts) for ts in asked[-2:]), 60)
                app.kill()
                app.ground.faults.clear()
                app.start()
        app.ground.wait_for(lambda: all(answers(app, ts) for ts in asked), 60)
        said = app.ground.post_as(DANA, ASK, "<@U0DEALFIT> what is on the agenda of the monthly call?")
        app.ground.wait_for(lambda: answers(app, said), 60)
        assert [len(answers(app, ts)) for ts in asked] == [1] * len(asked)
        looked = [c for c in app.ground.calls if c.method == "conversations.replies" and c.ok]
        assert len(looked) >= len(asked) // 2, "nobody looked whether it stands"


@pytest.mark.timeout(120)
def test_it_runs_on_a_named_slack_api_answers_ends_cleanly_and_tells_no_secret(folder):
    secret = "sk-canary-0123456789abcdef"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    values = {**settings_for(folder), "DEALFIT_LOG_LEVEL": "DEBUG", "SLACK_SIGNING_SECRET": secret}
    values |= {"DEALFIT_HEALTH_PORT": str(port), "DEALFIT_LOG_FORMAT": "json"}
    with AppProcess(values) as app:
        known = {m.ts for m in app.ground.messages(DEALS, DANA)}
        app.ground.slash_command(DANA, DEALS, "/deal-check", MERCY)
        card = app.ground.wait_for(
            lambda: next((m for m in app.ground.messages(DEALS, DANA) if m.ts not in known and m.from_app), None), 30
        )
        assert "Incomplete: Mercy Regional" in texts(card.blocks)
        assert httpx.get(f"http://127.0.0.1:{port}/readyz").text == "ready\n"
        measured = httpx.get(f"http://127.0.0.1:{port}/metrics").text
        app.ground.faults.refuse_connections()
        app.ground.faults.disconnect_sockets(abrupt=True)
        app.ground.wait_for(lambda: httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 503, 30)
        assert "slack: no connection to Slack" in httpx.get(f"http://127.0.0.1:{port}/readyz").text
        written = app.stop()
    for line in (
        'dealfit_ack_seconds_count{kind="command"} 1.0',
        'dealfit_work_total{kind="deal.words",outcome="done"} 1.0',
        'dealfit_posts_total{method="response_url",outcome="sent"} 1.0',
        'dealfit_verdicts_total{result="incomplete"} 1.0',
        "dealfit_queue_depth 0.0",
        "dealfit_outbox_waiting 0.0",
        "dealfit_slack_connected 1.0",
        'dealfit_profile_info{sha256="',
    ):
        assert line in measured
    assert "Mercy" not in measured
    logged = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    assert logged
    assert all({"timestamp", "level", "logger", "event"} <= set(line) for line in logged)
    assert "running over Socket Mode" in written
    assert "Stopping" in written
    for value in (secret, app.ground.bot_token, app.ground.app_token):
        assert value not in written
    assert "Traceback" not in written
