"""Who may speak to the page's own side: only the page this run handed out, only on this machine."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from slack_sdk import WebClient
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect as dial

from bot.playground.page import BAD_TOKEN, CSP
from bot.playground.server import Playground
from tests.playgrounds import patient


@pytest.fixture
def playground() -> Iterator[Playground]:
    with patient() as one:
        yield one


def ask(
    playground: Playground, method: str, path: str, headers: dict[str, str] | None = None, body: Any = None
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(urlsplit(playground.url).netloc, timeout=60)
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers or {})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def own(playground: Playground) -> dict[str, str]:
    return {"Origin": playground.url.rstrip("/"), "X-Playground-Token": playground._page.token}


POST = {"act": "post", "user": "U0DANA", "channel": "C0DEALS", "text": "hello"}


def test_the_page_runs_no_script_but_its_own(playground: Playground) -> None:
    status, headers, body = ask(playground, "GET", "/")
    assert (status, headers["content-security-policy"]) == (200, CSP)
    assert "unsafe" not in CSP
    page = body.decode()
    assert playground._page.token in page
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    assert re.findall(r"\son\w+=|\sstyle=", page) == []


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1:80", ""])
@pytest.mark.parametrize("path", ["/", "/api/auth.test", "/static/main.js"])
def test_another_hosts_name_is_not_answered(playground: Playground, host: str, path: str) -> None:
    assert ask(playground, "GET", path, {"Host": host})[0] in (400, 421)


@pytest.mark.parametrize(
    "change",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": ""},
        {"X-Playground-Token": "guess"},
        {"X-Playground-Token": ""},
    ],
)
def test_acts_need_our_page_and_its_secret(playground: Playground, change: dict[str, str]) -> None:
    assert ask(playground, "POST", "/page/act", {**own(playground), **change}, POST)[0] == 403
    assert playground.messages("C0DEALS") == []


def test_our_page_may_act_as_the_three_people_and_nobody_else(playground: Playground) -> None:
    assert ask(playground, "POST", "/page/act", own(playground), POST)[0] == 200
    assert [one.text for one in playground.messages("C0DEALS")] == ["hello"]
    for user in ("U0DEALFIT", "U0NOBODY"):
        status, _, body = ask(playground, "POST", "/page/act", own(playground), {**POST, "user": user})
        assert (status, "There is no person" in body.decode()) == (400, True)


@pytest.mark.parametrize("body", [{}, {"act": "fly", "user": "U0DANA"}, {"act": "post", "user": "U0DANA"}, [], "x"])
def test_odd_acts_are_a_400(playground: Playground, body: Any) -> None:
    assert ask(playground, "POST", "/page/act", own(playground), body)[0] == 400


def test_the_live_channel_needs_our_origin_and_secret(playground: Playground) -> None:
    url = f"ws{playground.url.removeprefix('http')}page/live"
    with pytest.raises(InvalidStatus):
        dial(url)
    with pytest.raises(InvalidStatus):
        dial(url, origin="https://evil.example")
    with dial(url, origin=playground.url.rstrip("/")) as socket:
        socket.send(json.dumps({"token": "guess", "user": "U0DANA"}))
        with pytest.raises(ConnectionClosed) as caught:
            socket.recv(60)
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == BAD_TOKEN


def test_a_person_is_told_only_what_they_may_see(playground: Playground) -> None:
    url = f"ws{playground.url.removeprefix('http')}page/live"
    client = WebClient(token=playground.bot_token, base_url=playground.api_url)
    with dial(url, origin=playground.url.rstrip("/")) as socket:
        socket.send(json.dumps({"token": playground._page.token, "user": "U0ALEX"}))
        snapshot = json.loads(socket.recv(60))
        assert [one["id"] for one in snapshot["channels"]] == ["C0DEALS", "C0ASK", "D0ALEX"]
        client.chat_postEphemeral(channel="C0DEALS", user="U0DANA", text="for Dana")
        client.chat_postMessage(channel="D0DANA", text="for Dana too")
        client.chat_postMessage(channel="C0DEALS", text="for all")
        assert json.loads(socket.recv(60))["message"]["text"] == "for all"


def test_files_need_a_secret_and_paths_lead_nowhere(playground: Playground) -> None:
    client = WebClient(token=playground.bot_token, base_url=playground.api_url)
    shared = client.files_upload_v2(channel="C0DEALS", content="<script>", filename="a.html")["file"]
    path = urlsplit(shared["url_private"]).path
    assert ask(playground, "GET", path)[0] == 404
    status, headers, body = ask(playground, "GET", f"{path}?token={playground._page.token}")
    assert (status, body, headers["content-disposition"]) == (200, b"<script>", "attachment")
    assert headers["content-type"] == "application/octet-stream"
    for escape in ("/static/..%2Fserver.py", "/static/%2e%2e/server.py", "/static/index.html", "/static/none.js"):
        assert ask(playground, "GET", escape)[0] == 404


def test_a_permalink_leads_to_the_page(playground: Playground) -> None:
    client = WebClient(token=playground.bot_token, base_url=playground.api_url)
    ts = client.chat_postMessage(channel="C0DEALS", text="here")["ts"]
    link = client.chat_getPermalink(channel="C0DEALS", message_ts=ts)["permalink"]
    status, headers, _ = ask(playground, "GET", urlsplit(link).path)
    assert (status, headers["location"]) == (307, f"/#/C0DEALS/{ts}")
