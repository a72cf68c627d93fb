"""What the playground remembers of its own traffic, for tests and for the page."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.playground.model import Json, Message, View


@dataclass
class Delivery:
    """One sending of one envelope to the app. A redelivery is a Delivery of its own, with the same event id."""

    kind: str
    """`events_api`, `slash_commands` or `interactive`."""
    name: str
    """The event's type, the command, or the interaction's type."""
    envelope_id: str
    attempt: int
    """0 for the first sending."""
    event_id: str | None
    payload: Json = field(repr=False)
    via: str = "socket"
    acked_after_seconds: float | None = None
    answer: Json | None = field(default=None, repr=False)
    error: str | None = None


@dataclass
class ApiCall:
    """One call of a Web API method, and how it was answered."""

    method: str
    args: Json
    token: str | None = field(repr=False)
    at: float
    """Seconds since 1970 by the playground's clock."""
    ok: bool = False
    error: str | None = None
    status: int = 200


@dataclass
class Ack:
    """What the app answered to a command or an interaction; `error` is what the person sees when it did not."""

    acked: bool
    payload: Json | None = None
    seconds: float | None = None
    error: str | None = None


@dataclass
class CommandResult:
    """What came of a slash command."""

    acked: bool
    error: str | None
    """`operation_timeout`, `dispatch_failed`, `unknown_command`, `not_in_threads`, or nothing."""
    trigger_id: str = ""
    response_url: str = ""
    seconds: float | None = None
    message: Message | None = None
    """What the ack itself showed, or Slackbot's word on the failure."""
    payload: Json = field(default_factory=dict, repr=False)


@dataclass
class ActionResult:
    """What came of pressing, choosing, or calling a shortcut."""

    acked: bool
    error: str | None
    trigger_id: str
    response_url: str | None = None
    seconds: float | None = None
    payload: Json = field(default_factory=dict, repr=False)


@dataclass
class SubmitResult:
    """What came of submitting a modal."""

    sent: bool
    """Whether the app was asked at all: a field that Slack itself refuses never leaves the client."""
    acked: bool
    error: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    """Block id -> what is wrong there."""
    response_action: str | None = None
    view: View | None = None
    """The modal now on top, or nothing when all are closed."""
    seconds: float | None = None
    payload: Json = field(default_factory=dict, repr=False)
