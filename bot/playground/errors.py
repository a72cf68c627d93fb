"""What can go wrong in the playground itself, said so that the reader knows what to do."""

from __future__ import annotations

import errno
from collections.abc import Sequence

from bot.playground.checker import Problem
from bot.playground.model import Json


class PlaygroundError(Exception):
    """Something the caller of the playground asked for cannot be done."""


class PortInUse(PlaygroundError):
    """The port that was asked for cannot be listened on, most often because another program does."""

    def __init__(self, host: str, port: int, cause: OSError | None = None) -> None:
        where, other = f"Port {port} on {host}", "or choose another port; port 0 takes any free one."
        if cause is None or cause.errno == errno.EADDRINUSE:
            super().__init__(f"{where} is already in use. Stop the program that uses it (another playground?), {other}")
        else:
            why = cause.strerror or cause
            super().__init__(f"{where} cannot be listened on ({why}). Give this account the right to it, {other}")
        self.host = host
        self.port = port


class NotLoopback(PlaygroundError):
    """The playground was asked to serve, or to send to, something beyond this machine."""

    def __init__(self, what: str, host: str) -> None:
        super().__init__(
            f"{what} must stay on this machine, and {host!r} does not. Use 127.0.0.1, localhost or ::1: "
            f"the playground has no login, so nobody else may reach it."
        )


class NoSuchThing(PlaygroundError):
    """A person acts on something that is not there, or that they cannot see."""


class Refused(PlaygroundError):
    """The app asked for something that Slack refuses. `error` is Slack's own word, `problems` its list of reasons."""

    def __init__(self, error: str, problems: Sequence[Problem] = (), **more: object) -> None:
        super().__init__(error)
        self.error = error
        self.problems = tuple(problems)
        self.more = more

    def to_wire(self) -> Json:
        """Return the answer as Slack gives it."""
        wire: Json = {"ok": False, "error": self.error, **self.more}
        if self.problems:
            wire["errors"] = [str(problem) for problem in self.problems]
            wire["response_metadata"] = {"messages": [problem.as_message() for problem in self.problems]}
        return wire
