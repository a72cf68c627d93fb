"""Socket Mode: the WebSocket side. Tickets are single use; each envelope goes to one of the open sockets."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import threading

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from bot.playground.events import Envelope, LinkLost
from bot.playground.faults import Faults
from bot.playground.ids import Ids
from bot.playground.model import Json
from bot.playground.records import Delivery
from bot.playground.workspace import Workspace


class _Socket:
    """One open socket, and the envelopes it still owes an ack."""

    def __init__(self, websocket: WebSocket) -> None:
        self.websocket = websocket
        self.waiting: dict[str, asyncio.Future[Json | None]] = {}

    def lose(self) -> None:
        for future in self.waiting.values():
            if not future.done():
                future.set_exception(LinkLost())
        self.waiting.clear()


class SocketMode:
    """The app's sockets, as a link for the dispatcher."""

    via = "socket"

    def __init__(self, workspace: Workspace, ids: Ids) -> None:
        self._workspace = workspace
        self._ids = ids
        self._tickets: set[str] = set()
        self._tickets_lock = threading.Lock()
        self._sockets: list[_Socket] = []
        self._turn = itertools.count()
        self._open = asyncio.Event()
        self.faults: Faults | None = None

    @property
    def connected(self) -> int:
        """How many sockets are open."""
        return len(self._sockets)

    def issue_ticket(self) -> str:
        """Return a ticket that opens one socket once."""
        ticket = self._ids.secret()
        with self._tickets_lock:
            self._tickets.add(ticket)
        return ticket

    def _take_ticket(self, ticket: str) -> bool:
        with self._tickets_lock:
            if ticket not in self._tickets:
                return False
            self._tickets.remove(ticket)
            return True

    # ---- the link

    async def ready(self) -> None:
        """Return once a socket is open."""
        await self._open.wait()

    async def send(self, envelope: Envelope, delivery: Delivery) -> Json | None:
        """Send an envelope over the socket whose turn it is, and return the payload of its ack."""
        if not self._sockets:
            raise LinkLost
        socket = self._sockets[next(self._turn) % len(self._sockets)]
        wire: Json = {
            "envelope_id": delivery.envelope_id,
            "payload": envelope.payload,
            "type": envelope.kind,
            "accepts_response_payload": envelope.accepts_response,
        }
        if envelope.kind == "events_api":
            wire["retry_attempt"] = delivery.attempt
            wire["retry_reason"] = "timeout" if delivery.attempt else ""
        answered: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        socket.waiting[delivery.envelope_id] = answered
        try:
            await socket.websocket.send_text(json.dumps(wire))
            return await answered
        except (WebSocketDisconnect, RuntimeError) as error:
            raise LinkLost from error
        finally:
            socket.waiting.pop(delivery.envelope_id, None)

    # ---- the endpoint

    async def serve(self, websocket: WebSocket) -> None:
        """Hold one socket from its handshake to its end."""
        refusing = self.faults is not None and self.faults.refusing
        if refusing or not self._take_ticket(websocket.query_params.get("ticket", "")):
            await websocket.close(1008)
            return
        await websocket.accept()
        socket = _Socket(websocket)
        self._sockets.append(socket)
        try:
            await websocket.send_text(json.dumps(self._hello()))
            self._open.set()
            self._workspace.changed("app", connected=self.connected)
            while True:
                self._received(socket, await websocket.receive_text())
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self._sockets.remove(socket)
            if not self._sockets:
                self._open.clear()
            socket.lose()
            self._workspace.changed("app", connected=self.connected)

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": self.connected,
            "debug_info": {"host": "playground", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._workspace.app.app_id},
        }

    def _received(self, socket: _Socket, text: str) -> None:
        try:
            ack = json.loads(text)
        except ValueError:
            return
        if not isinstance(ack, dict):
            return
        future = socket.waiting.get(str(ack.get("envelope_id")))
        if future is None or future.done():
            return
        if self.faults is not None and self.faults.ack_is_lost():
            future.set_exception(TimeoutError())  # none will come: there is nothing to wait for
            return
        payload = ack.get("payload")
        future.set_result(payload if isinstance(payload, dict) else None)

    async def disconnect(self, reason: str, *, abrupt: bool) -> None:
        """End every open socket, with Slack's message or without a word."""
        for socket in list(self._sockets):
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                if not abrupt:
                    info = {"host": "playground"}
                    await socket.websocket.send_text(
                        json.dumps({"type": "disconnect", "reason": reason, "debug_info": info})
                    )
                    if reason == "warning":
                        continue
                if socket.websocket.application_state is WebSocketState.CONNECTED:
                    await socket.websocket.close(1012 if abrupt else 1000)
