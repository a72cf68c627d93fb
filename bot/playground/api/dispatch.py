"""Finds the method, checks token and scope, applies the faults a test asked for, answers, and remembers the call."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from bot.playground.api import auth, chat, misc, people, views
from bot.playground.api.call import Call, Context, Method
from bot.playground.api.canvases import Canvases
from bot.playground.api.files import Files
from bot.playground.api.streams import Streams
from bot.playground.errors import Refused
from bot.playground.faults import Faults
from bot.playground.model import Json
from bot.playground.records import ApiCall

_PACED = {"chat.postMessage", "chat.startStream"}
"""What Slack limits by channel; every other method has a limit of its own over the workspace."""
_HTTP_OK = 200


@dataclass
class Answer:
    """An HTTP answer."""

    body: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"


def read_body(body: bytes, content_type: str) -> Json:
    """Return the arguments of a call: from JSON, or from a form. Raises Refused for what is neither."""
    text = body.decode("utf-8", "replace")
    if content_type.split(";", maxsplit=1)[0].strip() == "application/json":
        try:
            found = json.loads(text or "{}")
        except (ValueError, RecursionError):
            error = "invalid_json"
            raise Refused(error) from None
        if not isinstance(found, dict):
            error = "json_not_object"
            raise Refused(error)
        return found
    return dict(parse_qsl(text, keep_blank_values=True))


class WebApi:
    """The Web API."""

    def __init__(
        self, context: Context, faults: Faults, files: Files, bot_token: str, app_token: str, remembered: int
    ) -> None:
        self.calls: deque[ApiCall] = deque(maxlen=remembered)
        self.canvases = Canvases()
        self._context = context
        self._faults = faults
        self._bot_token = bot_token
        self._app_token = app_token
        self._methods: dict[str, Method] = {
            **auth.METHODS,
            **chat.METHODS,
            **views.METHODS,
            **people.METHODS,
            **misc.METHODS,
            **Streams().methods(),
            **files.methods(),
            **self.canvases.methods(),
        }

    async def answer(self, method: str, body: bytes, headers: Mapping[str, str], query: Mapping[str, str]) -> Answer:
        """Answer one call."""
        try:
            args: Json = {**query, **read_body(body, headers.get("content-type", ""))}
            unread: Refused | None = None
        except Refused as refused:
            args, unread = dict(query), refused
        bearer = headers.get("authorization", "").removeprefix("Bearer ").strip()
        token = str(args.pop("token", "") or bearer) or None
        record = ApiCall(method, args, token, self._context.ids.now())
        self.calls.append(record)
        await self._faults.wait(method)
        answer = self._faulted(method, record) or self._answered(method, record, unread)
        late = self._faults.after_call(method) if record.ok else None
        self._context.workspace.changed("call", method=method)
        if late is not None:
            await asyncio.sleep(late.delay)
        return answer if late is None or late.status == _HTTP_OK else Answer("Lost.", late.status)

    def _faulted(self, method: str, record: ApiCall) -> Answer | None:
        fault = self._faults.for_call(method)
        if fault is None:
            return None
        record.status, record.error = fault.status, fault.error or f"http_{fault.status}"
        if fault.retry_after is not None:
            return _limited(fault.retry_after)
        if fault.error:
            return _json({"ok": False, "error": fault.error}, fault.status)
        return Answer("The gateway did not answer.", fault.status, content_type="text/plain")

    def _answered(self, method: str, record: ApiCall, unread: Refused | None) -> Answer:
        try:
            if unread is not None:
                raise unread
            run = self._methods.get(method)
            if run is None:
                error = "unknown_method"
                raise Refused(error, req_method=method)  # noqa: TRY301
            self._check_token(method, record.token)
            call = Call(method, dict(record.args), self._context)
            self._check_scope(call)
            if method in _PACED and self._faults.channel_is_full(call.text("channel")):
                record.status, record.error = 429, "ratelimited"
                return _limited(1)
            wire: Json = {"ok": True, **run(call)}
        except Refused as refused:
            record.error = refused.error
            return _json(refused.to_wire())
        record.ok = True
        scopes = self._context.manifest.scopes
        return _json(wire, headers={} if scopes is None else {"X-OAuth-Scopes": ",".join(sorted(scopes))})

    def _check_token(self, method: str, token: str | None) -> None:
        for_app = method == "apps.connections.open"
        wanted, other = (self._app_token, self._bot_token) if for_app else (self._bot_token, self._app_token)
        if token == wanted:
            if for_app and self._faults.refusing:
                error = "internal_error"
                raise Refused(error)
            return
        if not token:
            error = "not_authed"
        elif token == other:
            error = "not_allowed_token_type"
        else:
            error = "invalid_auth"
        raise Refused(error)

    def _check_scope(self, call: Call) -> None:
        channel = self._context.workspace.find_channel(call.text("channel")) if call.text("channel") else None
        needed = self._context.manifest.missing_scope(call.method, channel.kind if channel else None)
        if needed:
            error = "missing_scope"
            provided = ",".join(sorted(self._context.manifest.scopes or ()))
            raise Refused(error, needed=needed, provided=provided)


def _json(wire: Json, status: int = _HTTP_OK, headers: dict[str, str] | None = None) -> Answer:
    return Answer(json.dumps(wire), status, headers or {})


def _limited(seconds: int) -> Answer:
    return Answer(json.dumps({"ok": False, "error": "ratelimited"}), 429, {"Retry-After": str(seconds)})
