"""A playground, and Bolt apps connected to it over real sockets."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.playground.server import Playground
from tests.playgrounds import patient

Connect = Callable[[App], SocketModeHandler]


def make_app(playground: Playground) -> App:
    """Return a Bolt app that talks to the playground."""
    quiet = logging.getLogger("quiet")
    quiet.setLevel(logging.CRITICAL)
    return App(client=WebClient(token=playground.bot_token, base_url=playground.api_url), logger=quiet)


@pytest.fixture
def playground() -> Iterator[Playground]:
    with patient(redelivery=(0.0, 0.05, 0.05)) as one:
        yield one


@pytest.fixture
def app(playground: Playground) -> App:
    return make_app(playground)


@pytest.fixture
def connect(playground: Playground) -> Iterator[Connect]:
    handlers: list[SocketModeHandler] = []

    def connected(app: App) -> SocketModeHandler:
        before = playground.connected
        handler = SocketModeHandler(app, playground.app_token)
        handlers.append(handler)
        handler.connect()
        playground.wait_for(lambda: playground.connected > before)
        return handler

    yield connected
    for handler in handlers:
        handler.client.auto_reconnect_enabled = False
        handler.client.closed = True
    # Closing from this side first spares the client its three-second wait for a last message.
    playground.faults.disconnect_sockets(abrupt=True)
    deadline = time.monotonic() + 30
    for handler in handlers:
        while handler.client.is_connected() and time.monotonic() < deadline:
            time.sleep(0.005)
        handler.client.message_queue.put(None)  # wakes the client's own worker, which waits a second otherwise
        handler.close()
