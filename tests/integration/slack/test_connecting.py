"""Leaving the socket: what was taken in is acknowledged first, and nobody waits for threads that only look up."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from bot.slack.connecting import SocketConnection
from tests.integration.playground.conftest import make_app
from tests.integration.slack.test_lanes import wait_until
from tests.playgrounds import patient


def test_a_closing_socket_acknowledges_what_runs_and_its_threads_end():
    began, go_on = threading.Event(), threading.Event()

    def slow(ack):
        began.set()
        go_on.wait(60)
        ack()

    before = set(threading.enumerate())
    with (
        patient(redelivery=(0.0,)) as ground,
        ThreadPoolExecutor(2) as pool,
    ):
        app = make_app(ground)
        app.command("/deal-check")(slow)
        connection = SocketConnection(app, ground.app_token)
        connection.open()
        ground.wait_connected()
        client = connection._handler.client
        reader = client.current_session_runner.thread
        said = pool.submit(ground.slash_command, "U0DANA", "C0DEALS", "/deal-check", "x")
        assert began.wait(60)
        closed = pool.submit(connection.close)
        wait_until(lambda: client.closed)
        assert not closed.done(), "it is closed while something that was taken in runs"
        go_on.set()
        assert said.result(60).acked, "it was acknowledged before the socket was closed"
        closed.result(60)
        assert not connection.is_open
        assert not reader.is_alive()
        # The library's own way would have waited for the reader, which looks up only every three seconds.
        assert client.message_processor.thread is None
    left = [each.name for each in set(threading.enumerate()) - before if each.is_alive() and not each.daemon]
    assert left == []
