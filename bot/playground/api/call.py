"""One call of a method: its arguments as real ones come (form or JSON), and the things a method works on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from bot.playground.checker import Problem
from bot.playground.errors import Refused
from bot.playground.ids import Ids
from bot.playground.manifest import Manifest
from bot.playground.model import Channel, Json, Message, User
from bot.playground.stacks import Stacks
from bot.playground.triggers import Triggers
from bot.playground.workspace import Workspace

_TRUE = (True, 1, "1", "true", "True")


class Announcer(Protocol):
    """Whoever tells the app of what happened in channels."""

    def announce(self, message: Message) -> None:
        """Tell of a new message."""

    def announce_change(self, message: Message, previous: Json) -> None:
        """Tell of a changed one."""

    def announce_deletion(self, message: Message) -> None:
        """Tell of a deleted one."""


@dataclass
class Context:
    """What the methods work on."""

    workspace: Workspace
    ids: Ids
    stacks: Stacks
    triggers: Triggers
    manifest: Manifest
    announcer: Announcer
    files: Any
    socket_url: Callable[[], str]
    upload_url: Callable[[str], str]
    base_url: Callable[[], str]


@dataclass
class Call:
    """The arguments of one call."""

    method: str
    args: Json
    context: Context

    @property
    def workspace(self) -> Workspace:
        """The workspace."""
        return self.context.workspace

    def text(self, name: str, default: str = "") -> str:
        """Return an argument as text."""
        value = self.args.get(name)
        return default if value is None else str(value)

    def required(self, *names: str) -> None:
        """Raise Refused (`invalid_arguments`) when one of these is missing."""
        missing = [name for name in names if self.args.get(name) in (None, "")]
        if missing:
            error = "invalid_arguments"
            raise Refused(error, [Problem(f"missing required field: {name}", f"/{name}") for name in missing])

    def flag(self, name: str) -> bool:
        """Return a yes-or-no argument."""
        return self.args.get(name) in _TRUE

    def number(self, name: str, default: int) -> int:
        """Return a whole number."""
        try:
            return int(self.args.get(name) or default)
        except (TypeError, ValueError):
            error = "invalid_arguments"
            raise Refused(error, [Problem("must be an integer", f"/{name}")]) from None

    def structure(self, name: str, error: str) -> Any:
        """Return an argument that is JSON: as it came, or as a string that holds it."""
        value = self.args.get(name)
        if isinstance(value, str) and value:
            try:
                return json.loads(value)
            except (ValueError, RecursionError):
                raise Refused(error) from None
        return value or None

    def channel(self, name: str = "channel", *, member: bool = False, open_only: bool = False) -> Channel:
        """Return the channel an argument names. Raises Refused as Slack does."""
        self.required(name)
        found = self.workspace.find_channel(self.text(name))
        app = self.workspace.app.user_id
        if found is None or (found.kind != "channel" and app not in found.members):
            error = "channel_not_found"
            raise Refused(error)
        if open_only and found.is_archived:
            error = "is_archived"
            raise Refused(error)
        if member and app not in found.members:
            error = "not_in_channel"
            raise Refused(error)
        if open_only and found.restricted:
            raise Refused(found.restricted)
        return found

    def user(self, name: str = "user") -> User:
        """Return the person an argument names. Raises Refused (`user_not_found`)."""
        self.required(name)
        found = self.workspace.users.get(self.text(name))
        if found is None:
            error = "user_not_found"
            raise Refused(error)
        return found


def page_of(items: list[Json], call: Call, default: int = 100) -> tuple[list[Json], Json]:
    """Return one page of a list and the `response_metadata` that leads to the next."""
    limit = max(1, min(call.number("limit", default), 1000))
    try:
        start = int(call.text("cursor") or 0)
    except ValueError:
        error = "invalid_cursor"
        raise Refused(error) from None
    following = str(start + limit) if start + limit < len(items) else ""
    return items[start : start + limit], {"next_cursor": following}


Method = Callable[[Call], Json]
