"""`dealfit run`: the app, in the playground, in a real workspace, or behind a web server."""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from bot.cli.console import err, fail, say
from bot.cli.playing import hints_of, whom_to_act_as, workspace_of
from bot.cli.run_files import first_look, watch_files
from bot.cli.wiring import core
from bot.settings import content_root

if TYPE_CHECKING:
    from bot.bootstrap import Core, SlackApp
    from bot.slack.connecting import SocketConnection

SWITCH_SECONDS = 0.0005


def run(
    http: Annotated[bool, typer.Option("--http", help="Serve Slack's HTTP requests instead of Socket Mode.")] = False,
    playground: Annotated[
        bool, typer.Option("--playground", help="Start the playground even though Slack tokens are set.")
    ] = False,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port of the playground or the web server; 0 takes a free one.")
    ] = None,
) -> None:
    """Start Dealfit: in a playground, in your Slack workspace, or behind a web server.

    Without tokens it starts a playground: a Slack-like workspace in your browser, on this machine only. With
    SLACK_BOT_TOKEN and SLACK_APP_TOKEN it joins your workspace over Socket Mode; with SLACK_SIGNING_SECRET and
    `--http` it serves Slack's HTTP requests. Ctrl-C ends it; work that is not finished goes on at the next start.

    For example:

      dealfit run

      dealfit run --port 0

      dealfit run --http --port 3000
    """
    # An acknowledgement comes from a thread that should not wait its turn behind threads that judge and draw.
    sys.setswitchinterval(SWITCH_SECONDS)
    with core(quiet=False) as rooms:
        stop = _stop_signal()
        rooms.make_data_dir()
        if http:
            _serve(rooms, stop, port)
        elif rooms.settings.has_slack and not playground:
            _socket(rooms, stop)
        elif _half_set(rooms) and not playground:
            fail("Socket Mode needs both SLACK_BOT_TOKEN and SLACK_APP_TOKEN. Set both, or neither for the playground.")
        else:
            _play(rooms, stop, port)


class _Stop(threading.Event):
    """Set by Ctrl-C or SIGTERM. Until the app has `started` they end the start itself, which may take its time."""

    started = False

    def asked(self, *_: object) -> None:
        """What a signal does."""
        self.set()
        if not self.started:
            raise KeyboardInterrupt


def _stop_signal() -> _Stop:
    stop = _Stop()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop.asked)
    return stop


def _half_set(rooms: Core) -> bool:
    return (rooms.settings.slack_bot_token is None) != (rooms.settings.slack_app_token is None)


def _play(rooms: Core, stop: _Stop, port: int | None) -> None:
    from bot.bootstrap import build_slack
    from bot.playground.errors import PortInUse
    from bot.playground.server import Playground
    from bot.slack.connecting import SocketConnection

    first_look(rooms)
    stop.started = True
    wanted = rooms.settings.playground_port if port is None else port
    there = workspace_of(rooms.people(), _firm(rooms))
    hints = hints_of(rooms.live.current().profile, there)
    ground = Playground(port=wanted, clock=rooms.clock, workspace=there, manifest=manifest(), hints=hints)
    try:
        ground.start()
    except PortInUse as error:
        fail(
            f"{error} Another port: `dealfit run --port 0`, `make run RUN_ARGS='--port 0'`, or DEALFIT_PLAYGROUND_PORT."
        )
    try:
        slack = build_slack(rooms, token=ground.bot_token, api_url=ground.api_url)
        connection = SocketConnection(slack.app, ground.app_token)
        connection.open()
        console = err()
        console.print(f"\n[bold]Dealfit playground[/]: {ground.url}", soft_wrap=True)
        console.print(f"Open it, act as {escape(whom_to_act_as(there))},")
        console.print("and type /deal-check. Ctrl-C ends it.\n")
        with _health(slack, connection, rooms.settings.health_port):
            watch_files(rooms, stop)
            stop.wait()
            say("Stopping ...")
        connection.close()
        _leave(slack)
    finally:
        ground.stop()


def _firm(rooms: Core) -> str:
    """What the firm is called: in its texts for proposals, where it has any that can be read."""
    from bot.pipeline.proposals.texts import TextsError

    try:
        return rooms.proposal_texts.of(rooms.live.current().profile).shape.firm
    except TextsError:
        return "Your firm"


def _socket(rooms: Core, stop: _Stop) -> None:
    from bot.bootstrap import build_slack
    from bot.slack.connecting import SocketConnection, check_app_token, who_am_i

    settings = rooms.settings
    bot_token, app_token = settings.slack_bot_token, settings.slack_app_token
    if bot_token is None or app_token is None:
        fail("Set SLACK_BOT_TOKEN and SLACK_APP_TOKEN.")
    first_look(rooms)
    stop.started = True
    slack = build_slack(rooms, token=bot_token.get_secret_value(), api_url=settings.slack_api_url)
    try:
        who = who_am_i(slack.services.client, settings.slack_api_url)
        check_app_token(slack.services.client, app_token.get_secret_value(), settings.slack_api_url)
        connection = SocketConnection(slack.app, app_token.get_secret_value())
        connection.open()
        say(f"Dealfit is running over Socket Mode: {who}.")
        with _health(slack, connection, settings.health_port):
            watch_files(rooms, stop)
            stop.wait()
            say("Stopping ...")
        connection.close()
    finally:
        _leave(slack)


def _serve(rooms: Core, stop: _Stop, port: int | None) -> None:
    import uvicorn

    from bot.bootstrap import build_slack
    from bot.bootstrap.observed import health
    from bot.observing.serving import routes
    from bot.slack.http import web_app

    settings = rooms.settings
    if settings.slack_signing_secret is None or settings.slack_bot_token is None:
        fail("HTTP mode needs SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET (the app's page, Basic Information).")
    secret = settings.slack_signing_secret.get_secret_value()
    listener = _listener(settings.http_port if port is None else port)
    first_look(rooms)
    stop.started = True
    token = settings.slack_bot_token.get_secret_value()
    slack = build_slack(rooms, token=token, api_url=settings.slack_api_url, signing_secret=secret)

    metrics = slack.watch.metrics
    config = uvicorn.Config(
        web_app(slack.app, signing_secret=secret, beside=routes(metrics, health(slack, None))),
        log_config=None,
        server_header=False,
    )
    server = uvicorn.Server(config)

    def end() -> None:
        stop.wait()
        server.should_exit = True

    threading.Thread(target=end, name="dealfit-stop", daemon=True).start()
    say(f"Dealfit serves Slack at http://0.0.0.0:{listener.getsockname()[1]}/slack/events")
    watch_files(rooms, stop)
    try:
        server.run(sockets=[listener])
    finally:
        stop.set()
        _leave(slack)


@contextmanager
def _health(slack: SlackApp, connection: SocketConnection, port: int | None) -> Iterator[None]:
    """Serve health and metrics on a port of their own, where one is set."""
    if port is None:
        yield
        return
    from bot.bootstrap.observed import health
    from bot.observing.serving import HealthServer

    metrics = slack.watch.metrics
    look = health(slack, lambda: connection.is_open)
    server = HealthServer(_listener(port, "DEALFIT_HEALTH_PORT"), metrics, look)
    server.start()
    say(f"Health and metrics: http://0.0.0.0:{server.port}/readyz and /metrics")
    try:
        yield
    finally:
        server.close()


def _listener(port: int, setting: str = "--port or PORT") -> socket.socket:
    """The web server's socket on every address, bound and not listening yet, so that its port is known."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(("0.0.0.0", port))  # noqa: S104 a web server behind a load balancer listens on every address
    except OSError as error:
        made.close()
        fail(f"{unusable(port, error)} or choose another with {setting}.")
    return made


def unusable(port: int, error: OSError) -> str:
    """Why a port cannot be listened on, and the first half of what to do: stop what uses it, or ask for the right."""
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use. Stop what uses it,"
    return f"Port {port} cannot be listened on ({error.strerror or error}). Give this account the right to it,"


def _leave(slack: SlackApp) -> None:
    """End in good order; and at once where a piece of work does not end. Until then nobody else begins it."""
    left = slack.stop()
    if left:
        say(f"{left} pieces of work still run. They go on at the next start, or in another process.")
        sys.stderr.flush()
        os._exit(0)


def manifest() -> dict[str, Any]:
    """The Slack app's manifest, which the playground takes its commands and shortcuts from."""
    data: dict[str, Any] = json.loads((content_root() / "manifest.json").read_text(encoding="utf-8"))
    return data
