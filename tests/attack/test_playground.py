"""The playground seen from outside: who else is on this machine, or a page that somebody visits, gets nowhere."""

from __future__ import annotations

import http.client
import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.playground.errors import NotLoopback
from bot.playground.server import Playground
from bot.settings import HERE
from tests.playgrounds import patient

ACT = {"act": "post", "user": "U0DANA", "channel": "C0DEALS", "text": "<script>alert(1)</script>"}


@pytest.fixture(scope="module")
def ground() -> Iterator[Playground]:
    with patient() as one:
        yield one


def ask(ground: Playground, method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> int:
    connection = http.client.HTTPConnection(urlsplit(ground.url).netloc, timeout=60)
    try:
        connection.request(method, path, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize(
    "host", ["[::1", "]", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "evil.example:80", "é"]
)
def test_no_odd_host_is_answered_or_breaks_it(ground: Playground, host: str):
    assert ask(ground, "GET", "/", {"Host": host.encode("latin-1").decode("latin-1")}) in {400, 421}


@pytest.mark.parametrize("token", ["é", "ÿ" * 40, "x" * 5000])
def test_a_secret_of_odd_characters_is_a_wrong_secret(ground: Playground, token: str):
    headers = {"Origin": ground.url.rstrip("/"), "X-Playground-Token": token}
    assert ask(ground, "POST", "/page/act", headers, json.dumps(ACT).encode()) == 403
    assert ask(ground, "GET", f"/files/F1?token=%C3%A9{len(token)}", {}) == 404
    assert ask(ground, "GET", "/files/F1", {"Authorization": f"Bearer {token}"}) == 404
    assert ground.messages("C0DEALS") == []


def test_nested_json_is_a_4xx_everywhere(ground: Playground):
    nest = b"[" * 100_000
    own = {"Origin": ground.url.rstrip("/"), "X-Playground-Token": ground._page.token}
    assert ask(ground, "POST", "/page/act", own, nest) == 400
    api = {"Authorization": f"Bearer {ground.bot_token}", "Content-Type": "application/json"}
    assert ask(ground, "POST", "/api/chat.postMessage", api, nest) == 200  # as Slack does: {"ok": false}
    blocks = json.dumps({"channel": "C0DEALS", "text": "x", "blocks": "[" * 100_000}).encode()
    assert ask(ground, "POST", "/api/chat.postMessage", api, blocks) == 200
    assert ground.messages("C0DEALS") == []


@pytest.mark.parametrize("place", ["response", "upload", "static", "files", "archives/C0DEALS", "api"])
@pytest.mark.parametrize(
    "name", ["..%2f..%2fserver.py", "%2e%2e/%2e%2e/server.py", "....//server.py", "%00", "x%0d%0aSet-Cookie:a", "guess"]
)
def test_no_path_leads_anywhere(ground: Playground, place: str, name: str):
    for method in ("GET", "POST"):
        status = ask(ground, method, f"/{place}/{name}", {}, b"{}" if method == "POST" else None)
        assert status in {404, 405} or (place == "api" and status == 200)
    assert ground.messages("C0DEALS") == []


def test_without_the_bots_token_the_api_does_nothing(ground: Playground):
    body = json.dumps({"channel": "C0DEALS", "text": "x"}).encode()
    for headers in ({}, {"Authorization": "Bearer xoxb-guess"}, {"Authorization": f"Bearer {ground.app_token}"}):
        assert (
            ask(ground, "POST", "/api/chat.postMessage", {**headers, "Content-Type": "application/json"}, body) == 200
        )
    assert ground.messages("C0DEALS") == []


def test_it_listens_on_loopback_alone(ground: Playground):
    port = urlsplit(ground.url).port
    assert urlsplit(ground.url).hostname == "127.0.0.1"
    for host in ("0.0.0.0", "", "::", "10.0.0.1", "example.com"):  # noqa: S104 these are what it must refuse
        with pytest.raises(NotLoopback):
            patient(host=host)
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in others - {"127.0.0.1"}:
        if not address.startswith("127."):
            with pytest.raises(OSError), socket.create_connection((address, port or 0), timeout=1):  # noqa: PT011
                pass


def test_the_page_makes_no_markup_of_text():
    """Names, texts and blocks become text nodes; no script of the page builds HTML out of a string."""
    scripts = sorted((HERE / "playground" / "static").glob("*.js"))
    assert scripts
    making = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc|DOMParser"
    )
    assert [(path.name, found) for path in scripts for found in making.findall(Path(path).read_text("utf-8"))] == []
