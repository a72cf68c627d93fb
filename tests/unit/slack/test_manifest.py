"""The manifest asks for what the app uses: no scope without a use, no call and no event without its scope."""

from __future__ import annotations

import json
import re

from bot.settings import content_root

MANIFEST = json.loads((content_root() / "manifest.json").read_text(encoding="utf-8"))
SOURCE = "\n".join(
    path.read_text(encoding="utf-8") for path in sorted((content_root() / "bot" / "slack").rglob("*.py"))
)
SCOPES_OF_CALLS = {
    "apps_connections_open": set(),  # the app-level token's own scope
    "assistant_threads_setStatus": {"assistant:write"},
    "auth_test": set(),
    "canvases_access_set": {"canvases:write"},
    "canvases_create": {"canvases:write"},
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_stopStream": {"chat:write"},
    "chat_stream": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history", "im:history"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_members": {"channels:read", "groups:read"},
    "conversations_open": {"im:write"},
    "conversations_replies": {"channels:history", "groups:history", "im:history"},
    "files_upload_v2": {"files:write"},
    "usergroups_users_list": {"usergroups:read"},
    "users_lookupByEmail": {"users:read.email"},
    "users_info": {"users:read", "users:read.email"},
    "views_open": set(),
    "views_publish": set(),
    "views_update": set(),
}
"""Of each method of the Web API, the bot scopes that its reference page names for what we use of it."""
SCOPES_OF_EVENTS = {
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
}


def test_every_scope_has_a_use_and_every_call_and_event_its_scope():
    calls = set(re.findall(r"client\.(?!is_)([a-z]+_[A-Za-z0-9_]+)\b", SOURCE))
    assert calls == set(SCOPES_OF_CALLS)
    events = set(MANIFEST["settings"]["event_subscriptions"]["bot_events"])
    assert events == set(SCOPES_OF_EVENTS)
    used = set().union(*SCOPES_OF_CALLS.values(), *SCOPES_OF_EVENTS.values(), {"commands"})
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == used


def test_every_command_shortcut_and_event_of_the_manifest_has_its_listener():
    commands = {command["command"] for command in MANIFEST["features"]["slash_commands"]}
    assert set(re.findall(r'app\.command\("([^"]+)"\)', SOURCE)) == commands
    shortcuts = {shortcut["callback_id"] for shortcut in MANIFEST["features"]["shortcuts"]}
    assert shortcuts == {"deal.from_message"}
    heard = set(re.findall(r'app\.event\("([^"]+)"\)', SOURCE))
    assert {event.split(".")[0] for event in MANIFEST["settings"]["event_subscriptions"]["bot_events"]} == heard


def test_text_of_commands_comes_escaped_and_prompts_are_few():
    assert all(command["should_escape"] for command in MANIFEST["features"]["slash_commands"])
    assert len(MANIFEST["features"]["agent_view"]["suggested_prompts"]) <= 4
