"""HTTP mode: the same payloads as signed requests, which Bolt's own verification accepts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from slack_bolt import App, BoltRequest
from slack_sdk import WebClient

from bot.playground.server import Playground
from tests.playgrounds import patient

SECRET = "signing-secret"


class Gateway:
    """The smallest HTTP front for a Bolt app."""

    def __init__(self) -> None:
        self.app: App | None = None
        self.headers: list[dict[str, str]] = []
        self.fail_next = 0
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                gateway.headers.append(dict(self.headers.items()))
                status, answer = gateway.dispatch(body, dict(self.headers.items()))
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                """Be quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/slack/events"

    def dispatch(self, body: str, headers: dict[str, str]) -> tuple[int, bytes]:
        if self.fail_next:
            self.fail_next -= 1
            return 500, b""
        assert self.app is not None
        response = self.app.dispatch(BoltRequest(body=body, headers={k.lower(): v for k, v in headers.items()}))
        return response.status, (response.body or "").encode()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    one = Gateway()
    thread = threading.Thread(target=one.server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield one
    one.server.shutdown()
    one.server.server_close()
    thread.join()


@pytest.fixture
def playground(gateway: Gateway) -> Iterator[Playground]:
    with patient(request_url=gateway.url, signing_secret=SECRET, redelivery=(0.0, 0.05, 0.05)) as one:
        client = WebClient(token=one.bot_token, base_url=one.api_url)
        gateway.app = App(client=client, signing_secret=SECRET, process_before_response=True)
        yield one


def test_events_commands_and_submissions_come_signed(gateway: Gateway, playground: Playground) -> None:
    assert gateway.app is not None
    app = gateway.app

    @app.event("message")
    def answer(event: dict[str, Any], say: Any) -> None:
        say(f"echo {event['text']}")

    @app.command("/form")
    def command(ack: Any, command: dict[str, Any]) -> None:
        ack({"text": f"got {command['text']}"})

    playground.post_as("U0DANA", "D0DANA", "hello")
    playground.wait_for(lambda: [one for one in playground.messages("D0DANA") if one.text == "echo hello"])
    result = playground.slash_command("U0DANA", "C0DEALS", "/form", "ä & b")
    assert result.message is not None
    assert result.message.text == "got ä &amp; b"
    assert {one.via for one in playground.deliveries} == {"http"}
    assert all(headers["X-Slack-Signature"].startswith("v0=") for headers in gateway.headers)


def test_a_wrong_secret_is_refused_by_bolt(gateway: Gateway, playground: Playground) -> None:
    client = WebClient(token=playground.bot_token, base_url=playground.api_url)
    gateway.app = App(client=client, signing_secret="another", process_before_response=True)
    result = playground.slash_command("U0DANA", "C0DEALS", "/form", "x")
    assert (result.acked, result.error) == (False, "dispatch_failed")
    assert playground.deliveries[-1].error == "http_401"


def test_an_event_that_failed_is_sent_again_and_says_so(gateway: Gateway, playground: Playground) -> None:
    assert gateway.app is not None
    gateway.app.event("app_home_opened")(lambda: None)
    gateway.fail_next = 2
    playground.open_home("U0DANA")
    playground.wait_for(lambda: any(one.acked_after_seconds is not None for one in playground.deliveries))
    assert [headers.get("X-Slack-Retry-Num") for headers in gateway.headers] == [None, "1", "2"]
    assert len({one.event_id for one in playground.deliveries}) == 1
