"""The addresses of the server: the Web API, sockets, response URLs, uploads, and the page."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.playground.api.dispatch import WebApi
from bot.playground.api.files import Files
from bot.playground.http_delivery import LOOPBACK
from bot.playground.responses import Responses
from bot.playground.socket_mode import SocketMode

UPLOAD_BYTES = 50_000_000


def _is_loopback(host: str) -> bool:
    try:
        return host in LOOPBACK or urlsplit("//" + host).hostname in LOOPBACK
    except ValueError:  # what is no host at all, such as an address that is opened and not closed
        return False


class LoopbackOnly:
    """Refuses a `Host` that is not this machine: a name that somebody pointed at 127.0.0.1 is not ours to answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what was asked of this machine by its own name."""
        if scope["type"] in ("http", "websocket"):
            headers = dict(scope["headers"])
            given = headers.get(b"host", b"").decode("latin-1")
            if not _is_loopback(given):
                if scope["type"] == "websocket":
                    await send({"type": "websocket.close", "code": 1008})
                else:
                    await PlainTextResponse("This server answers to 127.0.0.1 only.", 421)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def make_app(api: WebApi, sockets: SocketMode, responses: Responses, files: Files, page: list[BaseRoute]) -> ASGIApp:
    """Return the whole server as one application."""

    async def call(request: Request) -> Response:
        answer = await api.answer(
            request.path_params["method"], await request.body(), request.headers, request.query_params
        )
        return Response(answer.body, answer.status, answer.headers, answer.content_type)

    async def respond(request: Request) -> Response:
        status, body = responses.answer(request.path_params["secret"], await request.body())
        return PlainTextResponse(body, status)

    async def upload(request: Request) -> Response:
        if int(request.headers.get("content-length", 0)) > UPLOAD_BYTES:
            return PlainTextResponse("The file is over 50 MB.", 413)
        data = await request.body()
        taken = files.receive(request.path_params["secret"], data)
        return PlainTextResponse(
            f"OK - {len(data)}" if taken else "No such upload, or not its length.", 200 if taken else 404
        )

    return LoopbackOnly(
        Starlette(
            routes=[
                Route("/api/{method}", call, methods=["GET", "POST"]),
                WebSocketRoute("/link", sockets.serve),
                Route("/response/{secret}", respond, methods=["POST"]),
                Route("/upload/{secret}", upload, methods=["POST"]),
                *page,
            ]
        )
    )
