"""HTTP mode: the same payloads as signed requests to the app's request URL, as Slack sends them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import urllib.error
import urllib.request
from urllib.parse import urlencode, urlsplit

from bot.playground.errors import NotLoopback
from bot.playground.events import Envelope, LinkLost
from bot.playground.faults import Faults
from bot.playground.ids import Ids
from bot.playground.model import Json
from bot.playground.records import Delivery

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_OK = 200


def sign(secret: str, timestamp: str, body: str) -> str:
    """Return the `X-Slack-Signature` of a request (version 0)."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()


def encode(envelope: Envelope) -> tuple[str, str]:
    """Return the body and content type that Slack uses for this kind of envelope."""
    if envelope.kind == "events_api":
        return json.dumps(envelope.payload), "application/json"
    form = "application/x-www-form-urlencoded"
    if envelope.kind == "slash_commands":
        return urlencode(envelope.payload), form
    return urlencode({"payload": json.dumps(envelope.payload)}), form


class HttpDelivery:
    """The app's request URL, as a link for the dispatcher."""

    via = "http"

    def __init__(self, request_url: str, signing_secret: str, ids: Ids, timeout: float) -> None:
        self.use(request_url)
        self._secret = signing_secret
        self._ids = ids
        self._timeout = timeout
        self.faults: Faults | None = None

    def use(self, request_url: str) -> None:
        """Send to this address from now on. Raises NotLoopback."""
        host = urlsplit(request_url).hostname or ""
        if host not in LOOPBACK:
            what = "The app's request URL"
            raise NotLoopback(what, host)
        self._url = request_url

    async def ready(self) -> None:
        """Return at once: a request finds out by itself whether the app is there."""

    async def send(self, envelope: Envelope, delivery: Delivery) -> Json | None:
        """Send one signed request; status 200 in time is the ack, and its body the answer."""
        body, content_type = encode(envelope)
        timestamp = str(int(self._ids.now()))
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self._secret, timestamp, body),
        }
        if delivery.attempt:
            headers |= {"X-Slack-Retry-Num": str(delivery.attempt), "X-Slack-Retry-Reason": "http_timeout"}
        status, answer = await asyncio.to_thread(self._post, body, headers)
        if status != _OK:
            delivery.error = f"http_{status}"
            raise LinkLost
        if self.faults is not None and self.faults.ack_is_lost():
            raise TimeoutError  # none will come: there is nothing to wait for
        return _answer(answer)

    def _post(self, body: str, headers: dict[str, str]) -> tuple[int, str]:
        request = urllib.request.Request(self._url, body.encode(), headers, method="POST")  # noqa: S310 - loopback
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=self._timeout + 1) as response:
                return int(response.status), response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, ""
        except OSError as error:
            raise LinkLost from error


def _answer(text: str) -> Json | None:
    if not text.strip():
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return {"text": text}
    return value if isinstance(value, dict) else None
