from __future__ import annotations

import io
import logging

import pytest
import structlog

from bot import logs

SECRET = "hunter2-canary-value"
TOKENS = [
    "xoxb-123456789012-abcdefgh",
    "xapp-1-A0000-abcdefghij",
    "sk-proj-abcdefghijkl",
    "sk-proj-abcdefghijkl_mnop",
    "hooks.slack.com/commands/T0001/42/abcDEF",
    "postgresql://u:pass-word@host/db",
]


@pytest.fixture
def stream():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    made = io.StringIO()
    logs.configure("DEBUG", [SECRET], made)
    yield made
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_secret_is_blotted_out_wherever_it_stands(stream):
    structlog.get_logger("dealfit").info("hello", token=SECRET)
    logging.getLogger("other").warning("plain %s", SECRET)
    try:
        message = f"failed with {SECRET}"
        raise ValueError(message)
    except ValueError:
        structlog.get_logger("dealfit").exception("bad")
    written = stream.getvalue()
    assert SECRET not in written
    assert written.count(logs.BLOT) == 3


@pytest.mark.parametrize("token", TOKENS)
def test_what_looks_like_a_token_is_blotted_out_too(stream, token):
    logging.getLogger("x").warning("see %s", token)
    assert token not in stream.getvalue()
    assert logs.BLOT in stream.getvalue()


def test_a_line_keeps_its_words(stream):
    structlog.get_logger("dealfit").info("profile_live", version="2026.11")
    assert "event=profile_live" in stream.getvalue()
    assert "version=2026.11" in stream.getvalue()
