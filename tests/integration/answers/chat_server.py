"""An OpenAI-compatible endpoint on loopback whose behaviour a test chooses."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route


@dataclass(frozen=True)
class Calls:
    """A reply that calls tools, each with its arguments as JSON text or as data, perhaps after some words."""

    calls: tuple[tuple[str, Any], ...]
    words: str = ""


def call(name: str, **arguments: Any) -> Calls:
    """A reply that calls one tool."""
    return Calls(((name, arguments),))


class ChatServer:
    """Answers `/v1/chat/completions` with `replies`, in turn (the last one again and again).

    A reply is a text, streamed in small portions; or `Calls`; or a status, with headers; or "hang": nothing;
    or a text that ends in "<cut>", whose stream breaks there; or a function of the messages that gives one of these.
    `prompts` are the requests that were received. With `tools` as a status, requests that offer tools get that status.
    """

    def __init__(self) -> None:
        self.replies: list[Any] = ["NOT IN EVIDENCE"]
        self.tools: int | None = None
        self.prompts: list[dict[str, Any]] = []
        self._released = threading.Event()
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        app = Starlette(routes=[Route("/v1/chat/completions", self._complete, methods=["POST"])])
        config = uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"

    def start(self) -> None:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    def stop(self) -> None:
        self._released.set()
        self._server.should_exit = True
        self._thread.join(timeout=60)
        self._socket.close()

    def will(self, *replies: Any, tools: int | None = None) -> None:
        self.replies = list(replies)
        self.tools = tools
        self.prompts.clear()

    async def _complete(self, request: Request) -> Response:
        body = await request.json()
        self.prompts.append(body)
        if self.tools is not None and "tools" in body:
            return JSONResponse({"error": {"message": "tools are not supported", "type": "x"}}, status_code=self.tools)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, tuple):
            status, headers = reply
            return JSONResponse({"error": {"message": "no", "type": "x"}}, status_code=status, headers=headers)
        if reply == "hang":
            while not self._released.is_set() and not await request.is_disconnected():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            return JSONResponse({})
        if callable(reply):
            reply = reply(body["messages"])
        if isinstance(reply, tuple):
            return JSONResponse({"error": {"message": "no", "type": "x"}}, status_code=reply[0], headers=reply[1])
        if not body.get("stream"):
            return JSONResponse(_whole(reply, body["model"]))
        if isinstance(reply, Calls):
            return StreamingResponse(self._stream_calls(reply, body["model"]), media_type="text/event-stream")
        return StreamingResponse(self._stream(reply, body["model"]), media_type="text/event-stream")

    @staticmethod
    async def _stream(text: str, model: str) -> AsyncIterator[str]:
        cut = text.endswith("<cut>")
        text = text.removesuffix("<cut>")
        whole = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": model}
        portions = [text[at : at + 7] for at in range(0, len(text), 7)]
        for at, portion in enumerate(portions):
            delta: dict[str, Any] = {"content": portion} | ({"role": "assistant"} if at == 0 else {})
            yield _event({**whole, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
        if cut:
            message = "the line broke"
            raise ConnectionResetError(message)
        yield _event({**whole, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        usage = {"prompt_tokens": 100, "completion_tokens": len(portions), "total_tokens": 100 + len(portions)}
        yield _event({**whole, "choices": [], "usage": usage})
        yield "data: [DONE]\n\n"

    @staticmethod
    async def _stream_calls(reply: Calls, model: str) -> AsyncIterator[str]:
        whole = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": model}
        for at, (name, given) in enumerate(reply.calls):
            written = given if isinstance(given, str) else json.dumps(given)
            function = {"name": name, "arguments": ""}
            first = {"index": at, "id": f"call-{at}-{time.monotonic_ns()}", "type": "function", "function": function}
            words = reply.words if at == 0 else None
            delta = {"role": "assistant", "content": words, "tool_calls": [first]}
            yield _event({**whole, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
            rest = {"tool_calls": [{"index": at, "function": {"arguments": written}}]}
            yield _event({**whole, "choices": [{"index": 0, "delta": rest, "finish_reason": None}]})
        yield _event({**whole, "choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]})
        usage = {"prompt_tokens": 100, "completion_tokens": 5, "total_tokens": 105}
        yield _event({**whole, "choices": [], "usage": usage})
        yield "data: [DONE]\n\n"


def _whole(text: str, model: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    usage = {"prompt_tokens": 100, "completion_tokens": 9, "total_tokens": 109}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return {"id": "c1", "object": "chat.completion", "created": 1, "model": model, "choices": [choice], "usage": usage}


def _event(data: dict[str, Any]) -> str:
    return f"data: {json.dumps(data)}\n\n"
