"""The playground itself: builds the parts, serves them in a thread on loopback, and is what tests hold on to."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Self, TypeVar

import uvicorn

from bot.playground.acts_views import ViewActs
from bot.playground.api.call import Context
from bot.playground.api.dispatch import WebApi
from bot.playground.api.files import Files
from bot.playground.errors import NotLoopback, PlaygroundError, PortInUse
from bot.playground.events import Dispatcher
from bot.playground.faults import Faults
from bot.playground.http_delivery import LOOPBACK, HttpDelivery
from bot.playground.ids import Ids
from bot.playground.manifest import Manifest
from bot.playground.model import Json, Message
from bot.playground.page import Page
from bot.playground.page_acts import PageActs
from bot.playground.page_wire import PageWire
from bot.playground.payloads import Payloads
from bot.playground.records import ApiCall, Delivery
from bot.playground.responses import Responses
from bot.playground.routes import make_app
from bot.playground.socket_mode import SocketMode
from bot.playground.stacks import Stacks
from bot.playground.triggers import TRIGGER_SECONDS, Triggers
from bot.playground.workspace import Workspace

T = TypeVar("T")

START_SECONDS = 30.0
ACK_SECONDS = 3.0
WAIT_SECONDS = 150.0
"""How long a test waits for what must come: only one that fails takes as long, and a busy machine takes its time."""
REMEMBERED = 20_000
REDELIVERY = (0.0, 60.0, 300.0)


class Playground(ViewActs):
    """A Slack workspace on this machine. `start()` serves it; the acts (`post_as`, `press`...) are what people do.

    `clock` dates messages and decides when trigger ids, streams and response URLs expire; acks and redeliveries run
    in real time. `redelivery` is the wait before each further delivery of an event, in seconds. With a `manifest`,
    only its commands, events and scopes exist. With a `request_url` payloads go there as signed requests (HTTP mode)
    instead of over sockets. `hints` are texts to try, by channel id. Of its own traffic it remembers the newest
    `remembered` deliveries and calls.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], datetime],
        workspace: Workspace | None = None,
        manifest: Json | None = None,
        hints: Mapping[str, Sequence[str]] | None = None,
        redelivery: Sequence[float] = REDELIVERY,
        ack_timeout: float = ACK_SECONDS,
        trigger_seconds: float = TRIGGER_SECONDS,
        request_url: str | None = None,
        bot_token: str | None = None,
        app_token: str | None = None,
        signing_secret: str | None = None,
        remembered: int = REMEMBERED,
    ) -> None:
        if host not in LOOPBACK:
            what = "The playground"
            raise NotLoopback(what, host)
        self._host, self._port = host, port
        self._ids = Ids(clock)
        self.workspace = workspace or Workspace.alphatech()
        self.manifest = Manifest(manifest)
        self.bot_token = bot_token or f"xoxb-playground-{self._ids.secret(12)}"
        self.app_token = app_token or f"xapp-playground-{self._ids.secret(12)}"
        self.signing_secret = signing_secret or self._ids.secret(16)
        self.faults = Faults(self._disconnect)
        self._triggers = Triggers(self._ids, trigger_seconds)
        self._stacks = Stacks(self.workspace, self._ids)
        self._payloads = Payloads(self.workspace, self._ids)
        self._sockets = SocketMode(self.workspace, self._ids)
        self._sockets.faults = self.faults
        link: SocketMode | HttpDelivery = self._sockets
        self._requests: HttpDelivery | None = None
        if request_url is not None:
            self._requests = link = HttpDelivery(request_url, self.signing_secret, self._ids, ack_timeout)
            link.faults = self.faults
        self._dispatcher = Dispatcher(
            link=link,
            faults=self.faults,
            ids=self._ids,
            redelivery=redelivery,
            ack_timeout=ack_timeout,
            changed=self.workspace.changed,
            remembered=remembered,
        )
        self._response_url = lambda secret: f"{self.url}response/{secret}"
        self.files = files = Files()
        context = Context(
            workspace=self.workspace,
            ids=self._ids,
            stacks=self._stacks,
            triggers=self._triggers,
            manifest=self.manifest,
            announcer=self,
            files=files,
            socket_url=self._socket_url,
            upload_url=lambda secret: f"{self.url}upload/{secret}",
            base_url=lambda: self.url,
        )
        self._api = WebApi(context, self.faults, files, self.bot_token, self.app_token, remembered)
        self._page = Page(
            self.workspace,
            PageWire(self.workspace, self.manifest, self._ids, hints or {}),
            PageActs(self),
            files,
            lambda: self._sockets.connected > 0 or link is not self._sockets,
            self.bot_token,
        )
        responses = Responses(self, self._triggers, self._ids, self.faults)
        self._app = make_app(self._api, self._sockets, responses, files, self._page.routes())
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    # ---- serving

    @property
    def url(self) -> str:
        """The page's address. It is known once the playground was started."""
        name = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{name}:{self._port}/"

    @property
    def api_url(self) -> str:
        """The Web API's address, for `WebClient(base_url=...)`."""
        return f"{self.url}api/"

    def _socket_url(self) -> str:
        return f"ws{self.url.removeprefix('http')}link?ticket={self._sockets.issue_ticket()}&app_id=playground"

    def send_requests_to(self, request_url: str) -> None:
        """Change the app's request URL, as one does on its settings page. It must have one already."""
        if self._requests is not None:
            self._requests.use(request_url)

    def start(self) -> None:
        """Serve in a background thread. Raises PortInUse."""
        if self._thread is not None:
            return
        listener = self._bind()
        config = uvicorn.Config(
            self._app,
            lifespan="off",
            log_config=None,
            access_log=False,
            ws="websockets-sansio",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, args=(self._server, listener), name="playground", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                message = "The playground's server did not start. Look for its error above, and start it again."
                raise PlaygroundError(message)
            time.sleep(0.005)

    def _bind(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self._host, self._port))
            listener.listen(128)
        except OSError as error:
            listener.close()
            raise PortInUse(self._host, self._port, error) from error
        self._port = int(listener.getsockname()[1])
        return listener

    def _run(self, server: uvicorn.Server, listener: socket.socket) -> None:
        async def serve() -> None:
            self._loop = asyncio.get_running_loop()
            self._dispatcher.attach(self._loop)
            try:
                await server.serve(sockets=[listener])
            finally:
                await self._dispatcher.close()
                listener.close()

        asyncio.run(serve())

    def stop(self) -> None:
        """Stop serving, and close what is open."""
        if self._server is None or self._thread is None:
            return
        if self._loop is not None and self._thread.is_alive():
            closing = self._dispatcher.close()
            try:
                asyncio.run_coroutine_threadsafe(closing, self._loop)
            except RuntimeError:  # the loop ended by itself in this moment, and closed the dispatcher
                closing.close()
        self._server.should_exit = True
        self._thread.join(START_SECONDS)
        self._thread = None

    def __enter__(self) -> Self:
        """Serve for as long as the block runs."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop at its end."""
        self.stop()

    def _disconnect(self, reason: str, abrupt: bool) -> None:
        if self._loop is None:
            return
        asyncio.run_coroutine_threadsafe(self._sockets.disconnect(reason, abrupt=abrupt), self._loop).result(5)

    # ---- what a test looks at

    @property
    def deliveries(self) -> list[Delivery]:
        """The envelopes that were sent, in order: the newest `remembered` of them."""
        return list(self._dispatcher.deliveries)

    @property
    def pending(self) -> int:
        """How many envelopes are on their way to the app, redeliveries to come included."""
        return self._dispatcher.pending

    @property
    def calls(self) -> list[ApiCall]:
        """The Web API calls that came, in order: the newest `remembered` of them."""
        return list(self._api.calls)

    @property
    def connected(self) -> int:
        """How many sockets the app has open."""
        return self._sockets.connected

    def messages(self, channel: str, viewer: str | None = None, thread_ts: str | None = None) -> list[Message]:
        """Return a channel's messages, oldest first, replies included; with `thread_ts`, that thread's only.

        What only one person sees is there for that `viewer` only; a channel the viewer is not in is empty.
        """
        found = self.workspace.find_channel(channel)
        return self.workspace.messages(found.id, viewer, thread_ts) if found else []

    def wait_for(self, predicate: Callable[[], T], timeout: float = WAIT_SECONDS) -> T:
        """Return the predicate's first true value. Raises TimeoutError, saying what came instead."""
        value = self.workspace.wait_for(predicate, timeout)
        if not value:
            sent = [f"{one.name}#{one.attempt}:{one.acked_after_seconds is not None}" for one in self.deliveries[-5:]]
            called = [f"{one.method}:{one.error or 'ok'}" for one in self.calls[-8:]]
            message = f"Nothing came in {timeout} s. Last deliveries (acked?): {sent}. Last calls: {called}."
            raise TimeoutError(message)
        return value

    def wait_connected(self, timeout: float = WAIT_SECONDS) -> None:
        """Return once the app's socket is open."""
        self.wait_for(lambda: self.connected, timeout)
