"""The things a workspace holds: people, channels, messages, views. Plain data, with the shape Slack gives it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class AppIdentity:
    """Who the app under test is in this workspace."""

    app_id: str = "A0DEALFIT"
    name: str = "Dealfit"
    user_id: str = "U0DEALFIT"
    bot_id: str = "B0DEALFIT"


@dataclass
class User:
    """A person, or the app's own user. `title` is what they do; guests and strangers are marked as Slack marks them."""

    id: str
    name: str
    real_name: str
    email: str = ""
    title: str = ""
    team_id: str = ""
    is_bot: bool = False
    deleted: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    tz: str = "America/New_York"
    tz_offset: int = -18000

    def to_wire(self, team_id: str, *, with_email: bool = True) -> Json:
        """Return the user as `users.info` gives it; without the scope for it, the address is left out."""
        profile: Json = {
            "real_name": self.real_name,
            "display_name": self.real_name,
            "real_name_normalized": self.real_name,
            "title": self.title,
            "team": self.team_id or team_id,
        }
        if with_email and self.email:
            profile["email"] = self.email
        return {
            "id": self.id,
            "team_id": self.team_id or team_id,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": self.deleted,
            "tz": self.tz,
            "tz_offset": self.tz_offset,
            "tz_label": "Eastern Standard Time",
            "profile": profile,
            "is_admin": False,
            "is_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": self.is_ultra_restricted,
            "is_stranger": self.is_stranger,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": 1764000000,
        }


@dataclass
class Channel:
    """A conversation. `kind` is `channel`, `group` (private) or `im` (a person and the app)."""

    id: str
    name: str
    members: list[str] = field(default_factory=list)
    kind: str = "channel"
    topic: str = ""
    is_archived: bool = False
    is_ext_shared: bool = False
    restricted: str = ""
    """Why Slack takes no message of the app here, such as `restricted_action`; empty where it takes them."""
    created: int = 1764000000

    @property
    def is_im(self) -> bool:
        """Whether this is a direct message."""
        return self.kind == "im"

    def to_wire(self, app: AppIdentity) -> Json:
        """Return the channel as `conversations.info` gives it."""
        common: Json = {
            "id": self.id,
            "created": self.created,
            "is_archived": self.is_archived,
            "is_im": self.is_im,
            "is_channel": self.kind == "channel",
            "is_group": self.kind == "group",
            "is_mpim": False,
            "is_private": self.kind != "channel",
            "is_ext_shared": self.is_ext_shared,
            "is_org_shared": False,
        }
        if self.is_im:
            other = next((member for member in self.members if member != app.user_id), app.user_id)
            return {**common, "user": other, "is_user_deleted": False}
        return {
            **common,
            "name": self.name,
            "name_normalized": self.name,
            "is_general": False,
            "is_shared": self.is_ext_shared,
            "is_member": app.user_id in self.members,
            "creator": next(iter(self.members), app.user_id),
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "num_members": len(self.members),
        }


@dataclass
class Message:
    """One message. An ephemeral one names the only person who sees it."""

    ts: str
    channel: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    subtype: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    username: str | None = None
    metadata: Json | None = None
    edited_by: str | None = None
    edited_ts: str | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    files: list[Json] = field(default_factory=list)
    ephemeral_to: str | None = None
    reply_broadcast: bool = False
    streaming_state: str | None = None
    """`in_progress`, `completed`, or nothing for a message that was never streamed."""
    chosen: dict[str, dict[str, dict[str, Json]]] = field(default_factory=dict)
    """What each person has picked in the message's own inputs: user -> block -> action -> value."""
    replies: list[str] = field(default_factory=list)
    client_msg_id: str | None = None

    @property
    def is_reply(self) -> bool:
        """Whether the message stands in a thread under another one."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def from_app(self) -> bool:
        """Whether the app posted it."""
        return self.bot_id is not None

    def to_wire(self, team_id: str, *, with_metadata: bool = True) -> Json:
        """Return the message as the history methods and events give it."""
        wire: Json = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text, "team": team_id}
        optional: Json = {
            "subtype": self.subtype,
            "bot_id": self.bot_id,
            "app_id": self.app_id,
            "username": self.username,
            "blocks": self.blocks or None,
            "attachments": self.attachments or None,
            "files": self.files or None,
            "metadata": self.metadata if with_metadata else None,
            "client_msg_id": self.client_msg_id,
            "streaming_state": self.streaming_state,
        }
        wire.update({name: value for name, value in optional.items() if value is not None})
        if self.edited_ts:
            wire["edited"] = {"user": self.edited_by, "ts": self.edited_ts}
        if self.reactions:
            wire["reactions"] = [
                {"name": name, "users": users, "count": len(users)} for name, users in self.reactions.items()
            ]
        if self.thread_ts:
            wire["thread_ts"] = self.thread_ts
        if self.is_reply:
            wire["parent_user_id"] = ""
        return wire


@dataclass
class View:
    """A modal or a Home tab as it stands for one person, with what they have entered so far."""

    id: str
    user: str
    body: Json
    hash: str
    root_view_id: str
    previous_view_id: str | None = None
    values: dict[str, dict[str, Json]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Return `modal` or `home`."""
        return str(self.body.get("type", ""))

    @property
    def blocks(self) -> list[Json]:
        """The view's blocks."""
        return list(self.body.get("blocks", []))

    @property
    def callback_id(self) -> str:
        """The app's own name for the view; empty when it gave none."""
        return str(self.body.get("callback_id") or "")

    @property
    def external_id(self) -> str:
        """The app's own unique id for this very view; empty when it gave none."""
        return str(self.body.get("external_id") or "")

    def to_wire(self, team_id: str, app: AppIdentity) -> Json:
        """Return the view as Slack gives it in answers and payloads."""
        body = self.body
        return {
            "id": self.id,
            "team_id": team_id,
            "type": self.kind,
            "blocks": self.blocks,
            "private_metadata": body.get("private_metadata") or "",
            "callback_id": self.callback_id,
            "state": {"values": self.values},
            "hash": self.hash,
            "title": body.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
            "clear_on_close": bool(body.get("clear_on_close")),
            "notify_on_close": bool(body.get("notify_on_close")),
            "close": body.get("close"),
            "submit": body.get("submit"),
            "previous_view_id": self.previous_view_id,
            "root_view_id": self.root_view_id,
            "app_id": app.app_id,
            "external_id": self.external_id,
            "app_installed_team_id": team_id,
            "bot_id": app.bot_id,
        }
