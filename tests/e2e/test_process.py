"""The command `dealfit run` as a process: Socket Mode against any Slack API, crashes, secrets, and a clean end."""

from __future__ import annotations

import shutil

import pytest

from tests.e2e.conftest import ASK, DANA, DEALS, MERCY, settings_for, texts
from tests.e2e.process import AppProcess

QUESTIONS = [
    "what discount can I give on a two-month deal?",
    "how do I open a conversation with a CFO?",
    "when should I walk away?",
    "what do I say when they ask for net 60?",
    "who should be in the CBR?",
    "how do I baseline time to deploy?",
]


@pytest.fixture
def folder(indexed, tmp_path):
    shutil.copytree(indexed, tmp_path, dirs_exist_ok=True)
    return tmp_path


def answers(app: AppProcess, ts: str):
    return [m for m in app.ground.messages(ASK, DANA, ts) if m.from_app]


@pytest.mark.timeout(180)
def test_no_acknowledged_event_is_lost_when_the_process_is_killed(folder):
    with AppProcess(settings_for(folder)) as app:
        asked = []
        for n, question in enumerate(QUESTIONS):
            asked.append(app.ground.post_as(DANA, ASK, f"<@U0DEALFIT> {question}"))
            if n % 2 == 1:
                app.ground.wait_for(lambda: any(d.acked_after_seconds is not None for d in app.ground.deliveries))
                app.kill()
                app.start()
        app.ground.wait_for(lambda: all(answers(app, ts) for ts in asked), 60)
        posts = [len(answers(app, ts)) for ts in asked]
        assert all(1 <= count <= 2 for count in posts)
        assert sum(posts) <= len(asked) + 3  # at most one duplicate post a crash


@pytest.mark.timeout(120)
def test_it_runs_on_a_named_slack_api_answers_ends_cleanly_and_tells_no_secret(folder):
    secret = "sk-canary-0123456789abcdef"
    values = {**settings_for(folder), "DEALFIT_LOG_LEVEL": "DEBUG", "SLACK_SIGNING_SECRET": secret}
    with AppProcess(values) as app:
        known = {m.ts for m in app.ground.messages(DEALS, DANA)}
        app.ground.slash_command(DANA, DEALS, "/deal-check", MERCY)
        card = app.ground.wait_for(
            lambda: next((m for m in app.ground.messages(DEALS, DANA) if m.ts not in known and m.from_app), None), 30
        )
        assert "Incomplete: Mercy Regional" in texts(card.blocks)
        written = app.stop()
    assert "running over Socket Mode" in written
    assert "Stopping" in written
    for value in (secret, app.ground.bot_token, app.ground.app_token):
        assert value not in written
    assert "Traceback" not in written
