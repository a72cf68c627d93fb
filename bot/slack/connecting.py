"""Connecting the app to Slack: over Socket Mode, or as a web server; and words for what Slack refuses."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slack_bolt import App
    from slack_sdk import WebClient

from bot.slack.refusals import REMEDIES


class SlackUnreachable(RuntimeError):
    """Slack refused us or did not answer; the message says what to do."""


def who_am_i(client: WebClient, api_url: str) -> str:
    """Ask Slack who the token is. Raises SlackUnreachable with the remedy."""
    answer = _ask(client.auth_test, api_url)
    return f"connected to {answer.get('team')} as {answer.get('user')}"


def missing_scopes(client: WebClient, api_url: str, manifest: Mapping[str, Any]) -> list[str]:
    """The scopes of the manifest that the token does not have. Slack names those it has in a header of each answer."""
    answers: list[Any] = []

    def ask() -> object:
        answers.append(client.auth_test())
        return answers[0]

    _ask(ask, api_url)
    headers = {str(name).lower(): str(value) for name, value in answers[0].headers.items()}
    if "x-oauth-scopes" not in headers:
        return []
    granted = {name.strip() for name in headers["x-oauth-scopes"].split(",")}
    wanted = manifest["oauth_config"]["scopes"]["bot"]
    return [str(name) for name in wanted if name not in granted]


def check_app_token(client: WebClient, app_token: str, api_url: str) -> None:
    """Ask for a socket once, so that a wrong app token is found before anything is started."""
    _ask(lambda: client.apps_connections_open(app_token=app_token), api_url)


def _ask(call: Callable[[], object], api_url: str) -> dict[str, object]:
    from slack_sdk.errors import SlackApiError  # loaded with the client

    from bot.slack.client import patience  # loaded with the client

    try:
        with patience():
            return dict(getattr(call(), "data", {}))
    except SlackApiError as error:
        reason = str(error.response.get("error"))
        needed = error.response.get("needed")
        named = f" (needed: {needed})" if needed else ""
        remedy = REMEDIES.get(reason, "See https://docs.slack.dev/reference for this error.")
        message = f"Slack refused: {reason}{named}. {remedy}"
        raise SlackUnreachable(message) from None
    except OSError as error:
        message = f"Slack cannot be reached at {api_url} ({error}). Check the network, a proxy, or SLACK_API_URL."
        raise SlackUnreachable(message) from None


class SocketConnection:
    """The app on a WebSocket to Slack; it reconnects by itself."""

    def __init__(self, app: App, app_token: str) -> None:
        from slack_bolt.adapter.socket_mode import SocketModeHandler  # it takes a second to import

        self._handler: Any = SocketModeHandler(app, app_token)

    def open(self) -> None:
        """Connect, and come back once Slack has said hello or the client keeps trying in the background."""
        self._handler.connect()

    @property
    def is_open(self) -> bool:
        """Whether the socket is open now."""
        return bool(self._handler.client.is_connected())

    def close(self) -> None:
        """Take nothing more in, let what was taken in be acknowledged, and close the socket: at once where none was.

        The client alone would wait for its threads to look up, which takes up to four seconds, and would close the
        socket before what runs was acknowledged.
        """
        link = self._handler.client
        link.auto_reconnect_enabled = False
        link.closed = True
        link.message_queue.put(None)  # wakes the thread that waits for a message; nothing is no message
        link.message_processor.shutdown()
        link.message_workers.shutdown()
        link.current_session_state.terminated = True
        session = link.current_session
        if session is not None and session.sock is not None:
            with suppress(OSError):  # wakes the thread that reads; also under TLS, whose own way would wait for it
                socket.socket.shutdown(session.sock, socket.SHUT_RD)
        self._handler.close()
