"""HTTP mode: Slack's requests at `/slack/events`, checked before Bolt sees them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from slack_bolt import App
    from slack_sdk.signature import SignatureVerifier

LARGEST_BODY = 1_000_000
"""Slack's own requests stay far below; a larger one is not from Slack."""


def web_app(app: App, *, signing_secret: str, beside: Sequence[Route] = ()) -> Starlette:
    """The web application. A bad signature, timestamp or body is a 4xx, never a 500. `beside` are further pages."""
    from slack_bolt import BoltRequest  # loaded with the app
    from slack_sdk.signature import SignatureVerifier

    verifier = SignatureVerifier(signing_secret)

    async def events(request: Request) -> Response:
        try:
            body = await _body(request)
        except ClientDisconnect:
            return PlainTextResponse("the request ended early", status_code=400)
        if body is None:
            return PlainTextResponse("the body is too large", status_code=413)
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            return PlainTextResponse("the body is not UTF-8", status_code=400)
        if not _signed(verifier, text, dict(request.headers)):
            return PlainTextResponse("the signature is not valid", status_code=401)
        if not _readable(text, request.headers.get("content-type", "")):
            return PlainTextResponse("the body cannot be read", status_code=400)
        try:
            asked = BoltRequest(body=text, query=str(request.query_params), headers=dict(request.headers))
        except (TypeError, AttributeError, KeyError, ValueError):  # Bolt looks into parts that it takes for granted
            return PlainTextResponse("the body cannot be read", status_code=400)
        answer = await run_in_threadpool(app.dispatch, asked)
        return Response(answer.body, status_code=answer.status, headers=dict(answer.first_headers_without_set_cookie()))

    return Starlette(routes=[Route("/slack/events", events, methods=["POST"]), *beside])


async def _body(request: Request) -> bytes | None:
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LARGEST_BODY:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def _signed(verifier: SignatureVerifier, body: str, headers: dict[str, str]) -> bool:
    """Whether the request is Slack's. The verifier raises on junk (a timestamp in words, a signature not in ASCII)."""
    timestamp = headers.get("x-slack-request-timestamp", "")
    signature = headers.get("x-slack-signature", "")
    if not (timestamp.isascii() and timestamp.isdigit() and signature.isascii()) or len(timestamp) > 20:  # noqa: PLR2004 - digits of 64 bits
        return False
    return bool(verifier.is_valid(body=body, timestamp=timestamp, signature=signature))


def _readable(text: str, content_type: str) -> bool:
    """Whether Bolt will be able to parse the body: JSON that is an object, or a form with a payload that is one."""
    try:
        if content_type.startswith("application/json"):
            return _plausible(json.loads(text))
        form = parse_qs(text, max_num_fields=200, keep_blank_values=True)
        payload = form.get("payload")
        if payload is not None:
            return _plausible(json.loads(payload[0]))
        needed = ("user_id", "channel_id", "trigger_id")
        return "command" not in form or all("".join(form.get(name, [])) for name in needed)
    except (ValueError, RecursionError):
        return False


def _plausible(body: Any) -> bool:
    """Whether the parts of a body are of the kinds that Slack sends and Bolt takes for granted."""
    if not isinstance(body, dict) or not isinstance(body.get("type", ""), str):
        return False
    objects = ("event", "view", "message", "container", "channel", "state")
    if any(not isinstance(body.get(name, {}), dict) for name in objects):
        return False
    names = ("command", "team_id", "user_id", "api_app_id", "callback_id", "action_id", "block_id")
    if any(not isinstance(body.get(name, ""), str) for name in names):
        return False
    if any(not isinstance(body.get(name, {}), dict | str) for name in ("user", "bot")):
        return False
    if any(not isinstance(body.get(name) or {}, dict | str) for name in ("team", "enterprise")):
        return False
    lists = [body.get(name, []) for name in ("actions", "authorizations")]
    if any(not isinstance(items, list) or not all(isinstance(item, dict) for item in items) for items in lists):
        return False
    if body.get("type") == "event_callback" and not isinstance((body.get("event") or {}).get("type"), str):
        return False
    return _whole(body)


PRESSED = {"block_actions", "message_action", "shortcut", "view_submission", "view_closed"}
"""What a person does with what we show them; each says who and, but for a closed view, with which trigger."""


def _whole(body: dict[str, Any]) -> bool:
    """Whether an interaction says what the listeners take for granted of each that Slack sends."""
    kind = body.get("type")
    if kind not in PRESSED:
        return True
    user, view, actions = body.get("user"), body.get("view") or {}, body.get("actions") or []
    if not isinstance(user, dict) or not _text(user, "id") or not isinstance(body.get("team") or {}, dict):
        return False
    if kind in {"view_submission", "view_closed"}:
        state = view.get("state") or {}
        values = state.get("values", {}) if isinstance(state, dict) else None
        return all(_text(view, name) for name in ("id", "type", "callback_id")) and _fields(values)
    if not _text(body, "trigger_id"):
        return False
    return kind != "block_actions" or (
        bool(actions) and all(_text(one, "action_id") and _element(one) for one in actions)
    )


def _fields(values: Any) -> bool:
    """Whether these are the values of a form: elements by action id, by block id."""
    return isinstance(values, dict) and all(
        isinstance(block, dict) and all(isinstance(each, dict) and _element(each) for each in block.values())
        for block in values.values()
    )


def _element(element: dict[str, Any]) -> bool:
    """Whether what was pressed, chosen or filled in has its parts in the shapes that Slack gives them."""
    parts = (element.get(name) for name in ("text", "selected_option", "placeholder", "confirm"))
    chosen = element.get("selected_options") or []
    return all(part is None or isinstance(part, dict) for part in parts) and (
        isinstance(chosen, list) and all(isinstance(one, dict) for one in chosen)
    )


def _text(holder: dict[str, Any], name: str) -> bool:
    """Whether there is a name that Slack could have made: half a surrogate pair, say, can be sent to nobody."""
    return isinstance(holder.get(name), str) and bool(holder[name]) and holder[name].isprintable()
