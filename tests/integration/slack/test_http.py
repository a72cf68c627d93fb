"""Promise 16, HTTP mode: a bad signature, timestamp or body is a 4xx, never a 500."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import time
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier
from starlette.testclient import TestClient

from bot.slack.http import LARGEST_BODY, web_app

SECRET = "canary-signing-secret"


@pytest.fixture(scope="module")
def heard():
    return []


@pytest.fixture(scope="module")
def http(heard):
    quiet = logging.getLogger("quiet-bolt")
    quiet.setLevel(logging.CRITICAL)
    client = WebClient(token="xoxb-canary-token", base_url="http://127.0.0.1:9/api/")
    app = App(
        client=client,
        signing_secret=SECRET,
        token_verification_enabled=False,
        logger=quiet,
        authorize=lambda **_: AuthorizeResult(
            enterprise_id=None, team_id="T1", bot_token="xoxb-x", bot_user_id="U0", bot_id="B0"
        ),
    )
    app.command("/deal-check")(lambda ack, body: (heard.append(body["text"]), ack("read")))
    with TestClient(web_app(app, signing_secret=SECRET), raise_server_exceptions=False) as made:
        yield made


def signed(body: bytes, **changes: str) -> dict[str, str]:
    verifier = SignatureVerifier(SECRET)
    timestamp = changes.get("timestamp") or str(int(time.time()))
    signature = verifier.generate_signature(timestamp=timestamp, body=body)
    return {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": changes.get("signature") or signature,
    }


def command(text: str) -> bytes:
    return urlencode(
        {
            "command": "/deal-check",
            "text": text,
            "team_id": "T1",
            "user_id": "U1",
            "channel_id": "C1",
            "trigger_id": "1.2.abc",
        }
    ).encode()


def test_a_signed_command_is_heard(http, heard):
    body = command("Mercy")
    answer = http.post("/slack/events", content=body, headers=signed(body))
    assert answer.status_code == 200
    assert heard == ["Mercy"]


@pytest.mark.parametrize(
    "changes",
    [
        {"signature": "v0=0000"},
        {"signature": "junk"},
        {"timestamp": "1"},
        {"timestamp": "yesterday"},
        {"timestamp": "-5"},
        {"timestamp": "9" * 40},
        {"timestamp": "1e9"},
    ],
)
def test_what_is_not_signed_by_slack_is_401(http, changes):
    body = command("x")
    headers = signed(body) | {}
    headers["x-slack-request-timestamp"] = changes.get("timestamp", headers["x-slack-request-timestamp"])
    headers["x-slack-signature"] = changes.get("signature", headers["x-slack-signature"])
    assert http.post("/slack/events", content=body, headers=headers).status_code == 401


def test_without_headers_it_is_401(http):
    assert http.post("/slack/events", content=b"{}").status_code == 401


def test_a_signature_that_is_not_ascii_is_401(http):
    body = command("x")
    headers = signed(body)
    raw = [(k.encode(), v.encode()) for k, v in headers.items() if k != "x-slack-signature"]
    raw.append((b"x-slack-signature", "v0=é".encode("latin-1")))
    assert http.post("/slack/events", content=body, headers=raw).status_code == 401


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"payload=%7B", "application/x-www-form-urlencoded"),
        (b"payload=[1]", "application/x-www-form-urlencoded"),
        (b"[" * 100_000, "application/json"),
        (b"a=1&" * 5000, "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_that_cannot_be_read_is_400(http, body, content_type):
    headers = signed_raw(body) | {"content-type": content_type}
    assert http.post("/slack/events", content=body, headers=headers).status_code == 400


def signed_raw(body: bytes) -> dict[str, str]:
    timestamp = str(int(time.time()))
    base = b"v0:" + timestamp.encode() + b":" + body
    signature = "v0=" + hmac.new(SECRET.encode(), base, hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": timestamp, "x-slack-signature": signature}


def test_a_body_that_is_too_large_is_413(http):
    body = b"x" * (LARGEST_BODY + 1)
    assert http.post("/slack/events", content=body, headers=signed_raw(body)).status_code == 413


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=300),
    st.text(st.characters(codec="latin-1", exclude_characters="\r\n\x00"), max_size=40),
    st.text(st.characters(codec="latin-1", exclude_characters="\r\n\x00"), max_size=40),
)
def test_no_junk_gives_a_500(http, body, timestamp, signature):
    headers = [
        (b"content-type", b"application/json"),
        (b"x-slack-request-timestamp", timestamp.encode("latin-1").strip()),
        (b"x-slack-signature", signature.encode("latin-1").strip()),
    ]
    assert 400 <= http.post("/slack/events", content=body, headers=headers).status_code < 500


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["type", "event", "team_id", "user", "command", "view", "actions"]), inner, max_size=4
            )
        ),
        max_leaves=12,
    )
)
def test_no_signed_json_gives_a_500(http, data):
    body = json.dumps(data).encode()
    answer = http.post("/slack/events", content=body, headers=signed_raw(body) | {"content-type": "application/json"})
    assert answer.status_code < 500
