"""The same app elsewhere: with a model, on PostgreSQL, and behind HTTP."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress

import httpx
import pytest

from bot.cli.run_command import manifest
from bot.playground.server import Playground
from tests.e2e.conftest import ASK, DANA, DEALS, MERCY, settings_for, texts
from tests.e2e.process import AppProcess
from tests.integration.answers.chat_server import ChatServer
from tests.playgrounds import patient
from tests.postgres import postgres_url

__all__ = ["postgres_url"]
CFO = "<@U0DEALFIT> how do I open a conversation with a CFO?"


@pytest.fixture
def folder(indexed, tmp_path):
    shutil.copytree(indexed, tmp_path, dirs_exist_ok=True)
    return tmp_path


def from_app(ground: Playground, channel: str, known: set[str]):
    return next((m for m in ground.messages(channel, DANA) if m.ts not in known and m.from_app), None)


def finished(ground: Playground, ts: str):
    replies = [m for m in ground.messages(ASK, DANA, ts) if m.from_app and m.streaming_state != "in_progress"]
    return replies[0] if replies else None


@pytest.fixture
def model():
    server = ChatServer()
    server.start()
    yield server
    server.stop()


def test_with_a_model_the_answer_streams_is_checked_and_is_cited(folder, model):
    said = []

    def write(messages) -> str:
        """A sentence of the evidence, word for word, and one that nothing carries."""
        evidence = re.findall(r"\[(\d+)\] Playbook: .*\n((?:\|.*\n?)+)", messages[-1]["content"])
        number, quoted = next((n, text) for n, text in evidence if "CFO" in text)
        text = " ".join(line.lstrip("| ") for line in quoted.splitlines())
        said.append(re.findall(r"(?<=[.] )([A-Z][A-Za-z ,]{40,})[.]", text)[0])
        return f"{said[0]} [{number}]. A discount of 77% is always fine <!channel> [{number}]."

    model.will(write)
    values = {**settings_for(folder), "OPENAI_BASE_URL": model.url, "OPENAI_MODEL": "stand-in"}
    with AppProcess(values) as app:
        ts = app.ground.post_as(DANA, ASK, CFO)
        reply = app.ground.wait_for(lambda: finished(app.ground, ts))
        shown = reply.text + texts(reply.blocks)
        assert "77%" not in shown
        assert "<!channel>" not in shown
        assert model.prompts, "the model was never asked"
        methods = [call.method for call in app.ground.calls]
        assert "assistant.threads.setStatus" in methods
        assert "chat.startStream" in methods
        assert "chat.stopStream" in methods
        assert "[1]" in shown
        assert "Written by a language model" in shown
        assert said[0] in shown
        assert any(block["type"] == "context_actions" for block in reply.blocks)
        # The same model reads what the words of a pipeline question left open; the answer says so.
        terms = {"by": "check", "any_of": ["payment-terms"]}
        read = {"query": {"filters": [terms]}, "means": [{"words": "awkward way of paying", "part": "filters/0"}]}
        model.will(json.dumps(read))
        known = {m.ts for m in app.ground.messages(DEALS, DANA)}
        app.ground.slash_command(DANA, DEALS, "/pipeline", "my deals with an awkward way of paying")
        shown = texts(app.ground.wait_for(lambda: from_app(app.ground, DEALS, known)).blocks)
        assert "A language model read “awkward way of paying” as “fails: Payment terms”" in shown


def test_with_a_model_that_fails_the_playbooks_are_quoted_and_that_is_said(folder, model):
    model.will((500, {}))
    values = {**settings_for(folder), "OPENAI_BASE_URL": model.url, "OPENAI_MODEL": "stand-in"}
    with AppProcess(values) as app:
        ts = app.ground.post_as(DANA, ASK, CFO)
        reply = app.ground.wait_for(lambda: finished(app.ground, ts))
        shown = reply.text + texts(reply.blocks)
        assert "quoted from the playbooks" in shown.lower()


@pytest.mark.postgres
def test_on_postgresql_everything_is_the_same(folder, postgres_url):
    values = {**settings_for(folder), "DEALFIT_DATABASE_URL": postgres_url}
    with AppProcess(values) as app:
        known = {m.ts for m in app.ground.messages(DEALS, DANA)}
        app.ground.slash_command(DANA, DEALS, "/deal-check", MERCY)
        card = app.ground.wait_for(lambda: from_app(app.ground, DEALS, known))
        assert "Incomplete: Mercy Regional" in texts(card.blocks)
        ts = app.ground.post_as(DANA, ASK, CFO)
        assert app.ground.wait_for(lambda: finished(app.ground, ts))
        assert not (folder / "data" / "work.db").exists()


def test_over_http_everything_is_the_same(folder):
    secret, nowhere = "canary-signing-secret", "http://127.0.0.1:9/slack/events"
    ground = patient(manifest=manifest(), request_url=nowhere, signing_secret=secret)
    with ground:
        env = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            **settings_for(folder),
            "SLACK_API_URL": ground.api_url,
            "SLACK_BOT_TOKEN": ground.bot_token,
            "SLACK_SIGNING_SECRET": secret,
        }
        command = [sys.executable, "-m", "bot.cli", "run", "--http", "--port", "0"]
        process = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True)
        try:
            served = next(line for line in process.stderr if "serves Slack at" in line)
            port = int(re.search(r":(\d+)/slack/events", served)[1])
            ground.send_requests_to(f"http://127.0.0.1:{port}/slack/events")
            wait_until_ready(port)
            known = {m.ts for m in ground.messages(DEALS, DANA)}
            assert ground.slash_command(DANA, DEALS, "/deal-check", MERCY).acked
            card = ground.wait_for(lambda: from_app(ground, DEALS, known))
            assert "Incomplete: Mercy Regional" in texts(card.blocks)
            ts = ground.post_as(DANA, ASK, CFO)
            assert ground.wait_for(lambda: finished(ground, ts))
            assert httpx.post(f"http://127.0.0.1:{port}/slack/events", content=b"{}").status_code == 401
        finally:
            process.send_signal(signal.SIGTERM)
            _, written = process.communicate(timeout=60)
    assert secret not in written
    assert "Traceback" not in written


def wait_until_ready(port: int) -> None:
    deadline = time.monotonic() + 120
    while not is_ready(port):
        assert time.monotonic() < deadline, "the web server did not become ready"
        time.sleep(0.1)


def is_ready(port: int) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    return False
