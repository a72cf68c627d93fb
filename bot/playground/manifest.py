"""What an app's manifest says it has: commands, shortcuts, events, scopes. Without one, everything is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.playground.model import Json

METHOD_SCOPES: dict[str, str] = {
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "chat.startStream": "chat:write",
    "chat.appendStream": "chat:write",
    "chat.stopStream": "chat:write",
    "assistant.threads.setStatus": "chat:write",
    "assistant.threads.setTitle": "assistant:write",
    "assistant.threads.setSuggestedPrompts": "assistant:write",
    "users.info": "users:read",
    "users.list": "users:read",
    "users.lookupByEmail": "users:read.email",
    "bots.info": "users:read",
    "usergroups.list": "usergroups:read",
    "usergroups.users.list": "usergroups:read",
    "reactions.add": "reactions:write",
    "reactions.remove": "reactions:write",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
    "canvases.create": "canvases:write",
    "canvases.access.set": "canvases:write",
    "team.info": "team:read",
    "conversations.open": "im:write",
}

_PREFIX = {"channel": "channels", "group": "groups", "im": "im"}
_CONVERSATION_SCOPES = {
    "conversations.info": "read",
    "conversations.members": "read",
    "conversations.history": "history",
    "conversations.replies": "history",
}


@dataclass(frozen=True)
class Command:
    """A slash command the app answers to."""

    command: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False
    """Whether people, channels and links in its text come as tokens."""


@dataclass(frozen=True)
class Shortcut:
    """A shortcut the app offers; `kind` is `message` or `global`."""

    name: str
    callback_id: str
    kind: str
    description: str = ""


class Manifest:
    """A read-only look at a manifest. Where it says nothing, nothing is refused."""

    def __init__(self, data: Json | None) -> None:
        self._data: Json = data or {}
        features: Json = self._data.get("features") or {}
        self.given = data is not None
        self.agent_view = "assistant_view" not in features
        self.description = str((self._data.get("display_information") or {}).get("description") or "")
        self.commands = [
            Command(
                str(one["command"]),
                str(one.get("description") or ""),
                str(one.get("usage_hint") or ""),
                bool(one.get("should_escape")),
            )
            for one in features.get("slash_commands") or []
        ]
        agent: Json = features.get("agent_view") or {}
        self.prompts: list[Json] = list(agent.get("suggested_prompts") or [])
        self.shortcuts = [
            Shortcut(str(one["name"]), str(one["callback_id"]), str(one.get("type") or "global"))
            for one in features.get("shortcuts") or []
        ]
        self.scopes: frozenset[str] | None = self._names("oauth_config", "scopes", "bot")
        self.events: frozenset[str] | None = self._names("settings", "event_subscriptions", "bot_events")

    def _names(self, *path: str) -> frozenset[str] | None:
        if not self.given:
            return None
        node: Any = self._data
        for step in path:
            node = (node or {}).get(step)
        return frozenset(str(name) for name in node or [])

    def missing_scope(self, method: str, channel_kind: str | None = None) -> str | None:
        """Return the scope that a method needs and the manifest does not ask for."""
        if self.scopes is None:
            return None
        if method in _CONVERSATION_SCOPES:
            needed = f"{_PREFIX[channel_kind or 'channel']}:{_CONVERSATION_SCOPES[method]}"
        else:
            needed = METHOD_SCOPES.get(method, "")
        return needed if needed and needed not in self.scopes else None

    def has_scope(self, scope: str) -> bool:
        """Whether the app may do this."""
        return self.scopes is None or scope in self.scopes

    def wants_event(self, name: str) -> bool:
        """Whether the app subscribed to an event, such as `message.channels` or `app_mention`."""
        return self.events is None or name in self.events

    def escapes(self, command: str) -> bool:
        """Whether a command's text holds tokens instead of what was typed."""
        return any(one.command == command and one.should_escape for one in self.commands)

    def knows_command(self, command: str) -> bool:
        """Whether a slash command is the app's."""
        return not self.given or any(one.command == command for one in self.commands)
