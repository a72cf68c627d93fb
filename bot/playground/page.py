"""The page's side of the server: the page itself, its live channel, and the acts that it sends.

Only the page that this server handed out may speak here: it knows a secret of this run, and its `Origin` is ours.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from importlib.resources import files as package_files
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.playground.api.files import Files
from bot.playground.errors import NoSuchThing, Refused
from bot.playground.model import Json
from bot.playground.page_acts import PageActs
from bot.playground.page_wire import PageWire
from bot.playground.workspace import Workspace

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
SHOWN_INLINE = ("image/png", "image/jpeg", "image/gif", "image/webp")
BAD_TOKEN = 4401


def _static(name: str) -> str | None:
    """Return a file of the page. Only those that lie in the folder itself: a name with a path in it is none."""
    folder = package_files("bot.playground") / "static"
    return next((one.read_text("utf-8") for one in folder.iterdir() if one.name == name and one.is_file()), None)


def _same(given: str, secret: str) -> bool:
    """Whether somebody knows a secret, told in a time that says nothing; any characters may be given."""
    return secrets.compare_digest(given.encode("utf-8", "surrogatepass"), secret.encode())


def same_origin(connection: HTTPConnection) -> bool:
    """Whether a request comes from our own page. `Host` was checked before: it is this machine."""
    origin = connection.headers.get("origin", "")
    return bool(origin) and urlsplit(origin).netloc == connection.headers.get("host")


class Page:
    """Serves the page."""

    def __init__(
        self,
        workspace: Workspace,
        wire: PageWire,
        acts: PageActs,
        files: Files,
        connected: Callable[[], bool],
        bot_token: str,
    ) -> None:
        self._workspace = workspace
        self._wire = wire
        self._acts = acts
        self._files = files
        self._connected = connected
        self._bot_token = bot_token
        self.token = secrets.token_urlsafe(24)

    def routes(self) -> list[BaseRoute]:
        """Return the page's addresses."""
        return [
            Route("/", self._index),
            Route("/static/{name}", self._asset),
            Route("/archives/{channel}/{message}", self._permalink),
            Route("/files/{file_id}", self._file),
            Route("/page/act", self._act, methods=["POST"]),
            WebSocketRoute("/page/live", self._live),
        ]

    async def _index(self, _request: Request) -> Response:
        html = (_static("index.html") or "").replace("{{token}}", self.token)
        return Response(html, headers=HEADERS, media_type="text/html")

    async def _asset(self, request: Request) -> Response:
        name = request.path_params["name"]
        kind = TYPES.get(name.rpartition(".")[2])
        content = _static(name) if kind else None
        if content is None:
            return PlainTextResponse("There is no such file.", 404, headers=HEADERS)
        return Response(content, headers=HEADERS, media_type=kind)

    async def _permalink(self, request: Request) -> Response:
        channel = self._workspace.find_channel(request.path_params["channel"])
        digits = str(request.path_params["message"]).removeprefix("p")
        if channel is None or not digits.isdigit():
            return PlainTextResponse("There is no such message.", 404, headers=HEADERS)
        return RedirectResponse(f"/#/{channel.id}/{digits[:-6]}.{digits[-6:]}", headers=HEADERS)

    async def _file(self, request: Request) -> Response:
        given = request.query_params.get("token", "")
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        stored = self._files.get(request.path_params["file_id"])
        known = _same(given, self.token) or _same(bearer, self._bot_token)
        if not known or stored is None:
            return PlainTextResponse("There is no such file.", 404, headers=HEADERS)
        inline = stored.mimetype in SHOWN_INLINE
        headers = {**HEADERS, "Content-Disposition": "inline" if inline else "attachment"}
        return Response(
            stored.data, headers=headers, media_type=stored.mimetype if inline else "application/octet-stream"
        )

    async def _act(self, request: Request) -> Response:
        given = request.headers.get("x-playground-token", "")
        if not same_origin(request) or not _same(given, self.token):
            return JSONResponse({"ok": False, "error": "This page is not of this run. Load it again."}, 403, HEADERS)
        try:
            body = await request.json()
            done = await run_in_threadpool(self._acts.act, body)
        except (NoSuchThing, Refused) as error:
            return JSONResponse({"ok": False, "error": str(error)}, 400, HEADERS)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            return JSONResponse({"ok": False, "error": f"The page asked for something odd: {error}"}, 400, HEADERS)
        return JSONResponse({"ok": True, **done}, headers=HEADERS)

    async def _live(self, websocket: WebSocket) -> None:
        if not same_origin(websocket):
            await websocket.close(1008)
            return
        await websocket.accept()
        try:
            hello = json.loads(await websocket.receive_text())
            user = str(hello.get("user"))
            if not _same(str(hello.get("token")), self.token):
                await websocket.close(BAD_TOKEN)
                return
            await self._tell(websocket, user if user in self._workspace.users else self._first())
        except (WebSocketDisconnect, RuntimeError, ValueError, AttributeError, KeyError):
            return

    def _first(self) -> str:
        return next(user.id for user in self._workspace.users.values() if not user.is_bot and not user.deleted)

    async def _tell(self, websocket: WebSocket, user: str) -> None:
        loop = asyncio.get_running_loop()
        waiting: asyncio.Queue[Json] = asyncio.Queue()

        def changed(kind: str, data: Json) -> None:
            told = self._wire.change(kind, data, user, connected=self._connected())
            if told is not None and not loop.is_closed():
                loop.call_soon_threadsafe(waiting.put_nowait, told)

        with self._workspace.locked():
            unsubscribe = self._workspace.subscribe(changed)
            snapshot = self._wire.snapshot(user, connected=self._connected())
        gone = asyncio.create_task(websocket.receive_text())
        try:
            await websocket.send_text(json.dumps(snapshot))
            while True:
                following = asyncio.create_task(waiting.get())
                await asyncio.wait({following, gone}, return_when=asyncio.FIRST_COMPLETED)
                if gone.done():
                    following.cancel()
                    return
                await websocket.send_text(json.dumps(following.result()))
        finally:
            unsubscribe()
            gone.cancel()
            await asyncio.gather(gone, return_exceptions=True)
