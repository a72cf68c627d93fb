"""What the page of one person is told: a snapshot at first, then each change that this person may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.playground.ids import Ids
from bot.playground.manifest import Manifest
from bot.playground.model import Channel, Json, Message, View
from bot.playground.workspace import Workspace


class PageWire:
    """Turns state into what the page draws, seen with one person's eyes."""

    def __init__(self, workspace: Workspace, manifest: Manifest, ids: Ids, hints: Mapping[str, Sequence[str]]) -> None:
        self._workspace = workspace
        self._manifest = manifest
        self._ids = ids
        self._hints = hints

    def snapshot(self, user: str, *, connected: bool) -> Json:
        """Return everything that a person sees."""
        workspace = self._workspace
        with workspace.locked():
            seen = [channel for channel in workspace.channels.values() if user in channel.members]
            return {
                "kind": "snapshot",
                "me": user,
                "workspace": workspace.team_name,
                "app": {"id": workspace.app.user_id, "name": workspace.app.name, "about": self._manifest.description},
                "people": self.people(),
                "channels": [self._channel(channel, user) for channel in seen],
                "commands": [vars(command) for command in self._manifest.commands],
                "shortcuts": [vars(one) for one in self._manifest.shortcuts if one.kind == "message"],
                "hints": {channel.id: list(self._hints.get(channel.id, ())) for channel in seen},
                "messages": {
                    channel.id: [self.message(one, user) for one in workspace.messages(channel.id, user)]
                    for channel in seen
                },
                "views": self.views(user),
                "home": self.home(user),
                "statuses": [
                    self.status(channel, ts) for channel, ts in workspace.statuses if self._sees(user, channel)
                ],
                "prompts": {channel.id: self._prompts(channel) for channel in seen if channel.is_im},
                "connected": connected,
            }

    def change(self, kind: str, data: Json, user: str, *, connected: bool) -> Json | None:
        """Return one change as the page is told of it; nothing when it is none of this person's business."""
        if kind in ("message", "message_removed"):
            message: Message = data["message"]
            seen = message.ephemeral_to in (None, user) and self._sees(user, message.channel)
            return {"kind": kind, "message": self.message(message, user)} if seen else None
        if kind in ("status", "prompts"):
            return self._beside(kind, data) if self._sees(user, data["channel"]) else None
        if kind in ("views", "home"):
            mine = self.views(user) if kind == "views" else self.home(user)
            return {"kind": kind, kind: mine} if data["user"] == user else None
        if kind == "app":
            return {"kind": kind, "connected": connected}
        return self.snapshot(user, connected=connected) if kind == "people" else None

    def _beside(self, kind: str, data: Json) -> Json:
        channel = data["channel"]
        if kind == "status":
            return {"kind": kind, "status": self.status(channel, data["thread_ts"])}
        return {"kind": kind, "channel": channel, "prompts": self._workspace.prompts[channel]}

    def _sees(self, user: str, channel: str) -> bool:
        return self._workspace.can_see(user, channel)

    def _prompts(self, channel: Channel) -> Json | None:
        """Return what the app suggests in a conversation: its latest word, or its manifest's."""
        found = self._workspace.prompts.get(channel.id)
        return found or ({"title": "", "prompts": self._manifest.prompts} if self._manifest.prompts else None)

    def people(self) -> list[Json]:
        """Return everybody, with what the page shows of them."""
        return [
            {
                "id": user.id,
                "handle": user.name,
                "name": user.real_name,
                "title": user.title,
                "is_app": user.is_bot,
                "can_act": not user.is_bot and not user.deleted,
            }
            for user in self._workspace.users.values()
        ]

    def _channel(self, channel: Channel, user: str) -> Json:
        return {
            "id": channel.id,
            "name": self._workspace.app.name if channel.is_im else channel.name,
            "is_im": channel.is_im,
            "is_archived": channel.is_archived,
            "topic": channel.topic,
            "members": [name for name in channel.members if name != user],
        }

    def message(self, message: Message, user: str) -> Json:
        """Return a message with what the page needs beyond Slack's own fields."""
        return {
            **message.to_wire(self._workspace.team_id, with_metadata=False),
            "channel": message.channel,
            "is_reply": message.is_reply,
            "broadcast": message.reply_broadcast,
            "replies": len(message.replies),
            "last_reply": message.replies[-1] if message.replies else None,
            "from_app": message.from_app,
            "only_you": message.ephemeral_to is not None,
            "chosen": message.chosen.get(user, {}),
        }

    def views(self, user: str) -> list[Json]:
        """Return the modals that a person has open, the one on top last."""
        return [self._view(view) for view in self._workspace.stack(user)]

    def home(self, user: str) -> Json | None:
        """Return a person's Home tab."""
        view = self._workspace.homes.get(user)
        return self._view(view) if view else None

    def _view(self, view: View) -> Json:
        return {**view.to_wire(self._workspace.team_id, self._workspace.app), "errors": dict(view.errors)}

    def status(self, channel: str, thread_ts: str) -> Json:
        """Return "is thinking..." of a thread, with the seconds it has left; an empty one when it is over."""
        found = self._workspace.statuses.get((channel, thread_ts), {})
        return {
            "channel": channel,
            "thread_ts": thread_ts,
            "status": found.get("status", ""),
            "loading_messages": found.get("loading_messages", []),
            "seconds": max(0.0, found.get("expires", 0.0) - self._ids.now()),
        }
