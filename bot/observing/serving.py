"""`/metrics`, `/healthz` and `/readyz`: beside Slack's requests in HTTP mode, on a port of their own otherwise."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.observing.health import Health
from bot.observing.metrics import CONTENT_TYPE, Metrics

if TYPE_CHECKING:
    import uvicorn

STOP_SECONDS = 5.0


def routes(metrics: Metrics, health: Health) -> list[Route]:
    """The three pages."""
    log = structlog.get_logger("dealfit.health")

    async def healthy(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def ready(_: Request) -> Response:
        state = await run_in_threadpool(health.look)
        for part, words in state.wrong.items():
            log.warning("not_ready", part=part, reason=words)
        return PlainTextResponse(state.words(), status_code=200 if state.ready else 503)

    async def measured(_: Request) -> Response:
        return Response(await run_in_threadpool(metrics.text), media_type=CONTENT_TYPE)

    return [Route("/healthz", healthy), Route("/readyz", ready), Route("/metrics", measured)]


class HealthServer:
    """Serves the three pages in a thread, until it is closed."""

    def __init__(self, listener: socket.socket, metrics: Metrics, health: Health) -> None:
        self._listener = listener
        self._app = Starlette(routes=routes(metrics, health))
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1])

    def start(self) -> None:
        """Begin to serve; comes back at once."""
        import uvicorn  # needed where a port is set

        config = uvicorn.Config(self._app, lifespan="off", log_config=None, access_log=False, server_header=False)
        self._server = uvicorn.Server(config)
        run = self._server.run
        self._thread = threading.Thread(
            target=run, kwargs={"sockets": [self._listener]}, name="dealfit-health", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Serve no more."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(STOP_SECONDS)
