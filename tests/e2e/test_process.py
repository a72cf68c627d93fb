"""The command `dealfit run` as a process: Socket Mode against any Slack API, secrets, health, and a clean end."""

from __future__ import annotations

import json
import re
import shutil

import httpx
import pytest

from tests.e2e.conftest import DANA, DEALS, DIRECT, MERCY, settings_for, texts
from tests.e2e.process import AppProcess
from tests.e2e.test_erasing import forms


@pytest.fixture
def folder(indexed, tmp_path):
    shutil.copytree(indexed, tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_it_runs_on_a_named_slack_api_answers_ends_cleanly_and_tells_no_secret(folder):
    secret = "sk-canary-0123456789abcdef"
    values = {**settings_for(folder), "DEALFIT_LOG_LEVEL": "DEBUG", "SLACK_SIGNING_SECRET": secret}
    values |= {"DEALFIT_HEALTH_PORT": "0", "DEALFIT_LOG_FORMAT": "json"}
    with AppProcess(values) as app:
        said = app.ground.wait_for(lambda: re.search(r"Health and metrics: http://0[.]0[.]0[.]0:(\d+)/", app.written))
        port = said[1]
        known = {m.ts for m in app.ground.messages(DEALS, DANA)}
        app.ground.slash_command(DANA, DEALS, "/deal-check", MERCY)
        card = app.ground.wait_for(
            lambda: next((m for m in app.ground.messages(DEALS, DANA) if m.ts not in known and m.from_app), None), 30
        )
        assert "Incomplete: Mercy Regional" in texts(card.blocks)
        asked = app.ground.post_as(DANA, DIRECT, "playground asks what discount a hospital may have")
        app.ground.wait_for(lambda: any(m.from_app for m in app.ground.messages(DIRECT, DANA, asked)))
        app.ground.wait_for(lambda: httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=60).text == "ready\n")

        def at_rest() -> str | None:
            """The figures, once what was posted is also written down as done."""
            text = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=60).text
            return text if {"dealfit_queue_depth 0.0", "dealfit_outbox_waiting 0.0"} <= set(text.splitlines()) else None

        measured = app.ground.wait_for(at_rest)
        app.ground.faults.refuse_connections()
        app.ground.faults.disconnect_sockets(abrupt=True)

        def without_slack() -> bool:
            found = httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=60)
            return found.status_code == 503 and "slack: no connection to Slack" in found.text

        app.ground.wait_for(without_slack)
        written = app.stop()
    for line in (
        'dealfit_ack_seconds_count{kind="command"} 1.0',
        'dealfit_work_total{kind="deal.words",outcome="done"} 1.0',
        'dealfit_posts_total{method="response_url",outcome="sent"} 1.0',
        'dealfit_answers_total{composer="',
        'dealfit_verdicts_total{result="incomplete"} 1.0',
        "dealfit_queue_depth 0.0",
        "dealfit_outbox_waiting 0.0",
        "dealfit_slack_connected 1.0",
        'dealfit_profile_info{sha256="',
    ):
        assert line in measured
    assert "Mercy" not in measured
    # At the lowest level, too, no library writes past our formatter, and no line holds what people wrote in any form.
    said = [line for line in written.splitlines() if not line.startswith("{")]
    assert [line for line in said if re.match(r"\d\d:\d\d|\[|(DEBUG|INFO|WARNING|ERROR)\b", line)] == []
    logged = [json.loads(line) for line in written.splitlines() if line not in said]
    assert len(logged) > 10
    assert "will be unused" not in written, "Bolt's warning that our client has the token already"
    for wrote in ("Mercy", "digital-records mandate", "playground asks what"):
        assert [form for form in forms(wrote) if form.decode() in written] == []
    assert all({"timestamp", "level", "logger", "event"} <= set(line) for line in logged)
    assert "running over Socket Mode" in written
    assert "Stopping" in written
    for value in (secret, app.ground.bot_token, app.ground.app_token):
        assert value not in written
    assert "Traceback" not in written
