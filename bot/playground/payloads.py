"""The payloads that Slack sends: pure functions from what happened to what the app receives."""

from __future__ import annotations

import base64
import json

from bot.playground.ids import Ids
from bot.playground.model import Channel, Json, Message, User, View
from bot.playground.workspace import Workspace

VERIFICATION_TOKEN = "playground-verification"  # noqa: S105 - a name Slack still sends; it guards nothing


class Payloads:
    """Builds payloads for one workspace."""

    def __init__(self, workspace: Workspace, ids: Ids) -> None:
        self._workspace = workspace
        self._ids = ids

    # ---- events

    def event(self, event: Json, channel: Channel | None = None) -> Json:
        """Wrap an event as the Events API does, with an event id of its own."""
        workspace = self._workspace
        context = {
            "et": event["type"],
            "tid": workspace.team_id,
            "aid": workspace.app.app_id,
            "cid": channel and channel.id,
        }
        return {
            "token": VERIFICATION_TOKEN,
            "team_id": workspace.team_id,
            "context_team_id": workspace.team_id,
            "context_enterprise_id": None,
            "api_app_id": workspace.app.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": self._ids.make("Ev0", 9),
            "event_time": int(self._ids.now()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": workspace.team_id,
                    "user_id": workspace.app.user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": bool(channel and channel.is_ext_shared),
            "event_context": "4-" + base64.urlsafe_b64encode(json.dumps(context).encode()).decode().rstrip("="),
        }

    def message_event(self, message: Message, channel: Channel) -> Json:
        """Return a `message` event."""
        wire = message.to_wire(self._workspace.team_id)
        wire.pop("streaming_state", None)
        parent = self._workspace.message(channel.id, message.thread_ts) if message.thread_ts else None
        if message.is_reply:
            wire["parent_user_id"] = parent.user if parent else ""
        user = self._workspace.users.get(message.user)
        if user is not None and user.team_id and user.team_id != self._workspace.team_id:
            wire |= {"team": user.team_id, "user_team": user.team_id, "source_team": user.team_id}
        return {**wire, "channel": channel.id, "event_ts": message.ts, "channel_type": _channel_type(channel)}

    def mention_event(self, message: Message, channel: Channel) -> Json:
        """Return the `app_mention` event that goes with a message."""
        wire = self.message_event(message, channel)
        wire.pop("channel_type")
        return {**wire, "type": "app_mention"}

    def changed_event(self, message: Message, previous: Json, channel: Channel) -> Json:
        """Return the `message_changed` event."""
        now = self._ids.ts()
        return {
            "type": "message",
            "subtype": "message_changed",
            "message": message.to_wire(self._workspace.team_id),
            "previous_message": previous,
            "channel": channel.id,
            "hidden": True,
            "ts": now,
            "event_ts": now,
            "channel_type": _channel_type(channel),
        }

    def deleted_event(self, message: Message, channel: Channel) -> Json:
        """Return the `message_deleted` event."""
        now = self._ids.ts()
        return {
            "type": "message",
            "subtype": "message_deleted",
            "previous_message": message.to_wire(self._workspace.team_id),
            "channel": channel.id,
            "hidden": True,
            "deleted_ts": message.ts,
            "ts": now,
            "event_ts": now,
            "channel_type": _channel_type(channel),
        }

    def home_opened_event(self, user: str, channel: Channel, tab: str, view: View | None) -> Json:
        """Return the `app_home_opened` event."""
        event: Json = {
            "type": "app_home_opened",
            "user": user,
            "channel": channel.id,
            "tab": tab,
            "event_ts": self._ids.ts(),
        }
        if tab == "home" and view is not None:
            event["view"] = self.view(view)
        return event

    # ---- commands and interactions

    def command(self, user: User, channel: Channel, command: str, text: str, trigger: str, response_url: str) -> Json:
        """Return a slash command's payload."""
        workspace = self._workspace
        return {
            "token": VERIFICATION_TOKEN,
            "team_id": workspace.team_id,
            "team_domain": workspace.domain,
            "channel_id": channel.id,
            "channel_name": "directmessage" if channel.is_im else channel.name,
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": text,
            "api_app_id": workspace.app.app_id,
            "is_enterprise_install": "false",
            "response_url": response_url,
            "trigger_id": trigger,
        }

    def _interaction(self, kind: str, user: User) -> Json:
        workspace = self._workspace
        team_id = user.team_id or workspace.team_id
        return {
            "type": kind,
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": team_id},
            "api_app_id": workspace.app.app_id,
            "token": VERIFICATION_TOKEN,
            "team": {"id": workspace.team_id, "domain": workspace.domain},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def view(self, view: View) -> Json:
        """Return a view as payloads carry it."""
        return view.to_wire(self._workspace.team_id, self._workspace.app)

    def _channel(self, channel: Channel) -> Json:
        return {"id": channel.id, "name": "directmessage" if channel.is_im else channel.name}

    def message_action(self, user: User, message: Message, action: Json, trigger: str, response_url: str) -> Json:
        """Return the `block_actions` payload of an element in a message."""
        channel = self._workspace.channels[message.channel]
        container: Json = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": message.ephemeral_to is not None,
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        payload = {
            **self._interaction("block_actions", user),
            "container": container,
            "trigger_id": trigger,
            "channel": self._channel(channel),
            "state": {"values": message.chosen.get(user.id, {})},
            "response_url": response_url,
            "actions": [action],
        }
        if message.ephemeral_to is None:
            payload["message"] = message.to_wire(self._workspace.team_id)
        return payload

    def view_action(self, user: User, view: View, action: Json, trigger: str) -> Json:
        """Return the `block_actions` payload of an element in a modal or a Home tab."""
        return {
            **self._interaction("block_actions", user),
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": trigger,
            "view": self.view(view),
            "actions": [action],
        }

    def submission(self, user: User, view: View, trigger: str) -> Json:
        """Return the `view_submission` payload."""
        return {
            **self._interaction("view_submission", user),
            "trigger_id": trigger,
            "view": self.view(view),
            "response_urls": [],
        }

    def closed(self, user: User, view: View, *, cleared: bool) -> Json:
        """Return the `view_closed` payload."""
        return {**self._interaction("view_closed", user), "view": self.view(view), "is_cleared": cleared}

    def shortcut(self, user: User, callback_id: str, message: Message, trigger: str, response_url: str) -> Json:
        """Return the `message_action` payload of a message shortcut."""
        return {
            **self._interaction("message_action", user),
            "action_ts": self._ids.ts(),
            "callback_id": callback_id,
            "trigger_id": trigger,
            "channel": self._channel(self._workspace.channels[message.channel]),
            "response_url": response_url,
            "message_ts": message.ts,
            "message": message.to_wire(self._workspace.team_id),
        }


def _channel_type(channel: Channel) -> str:
    return {"im": "im", "group": "group"}.get(channel.kind, "channel")
