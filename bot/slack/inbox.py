"""What of Slack's events is work, and under which key: the first thing that happens to an event, before its ack.

Slack delivers an event more than once, and a mention twice under two ids; the key makes all of them one piece of work.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

SPOKEN = {None, "file_share", "thread_broadcast"}
"""The subtypes of messages that somebody has just written; all others are edits, deletions, joins and the like."""

USER = re.compile(r"<@([UW][A-Z0-9]+)(?:\|([^<>]*))?>")
LINK = re.compile(r"<((?:https?|mailto|tel):[^|<>]+)(?:\|([^<>]*))?>")
CHANNEL = re.compile(r"<[#!]([A-Za-z0-9^]+)(?:\|([^<>]*))?>")


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work: what kind, the key under which it happens once, and the data it needs (JSON)."""

    kind: str
    key: str
    payload: Mapping[str, Any]


class Inbox:
    """The global middleware: an event is put away before `next`, so that no acknowledged event can be lost.

    If putting it away fails, the exception goes up, no ack goes out, and Slack delivers the event again.
    """

    def __init__(self, put: Callable[[Work], None]) -> None:
        self._put = put

    def keep(self, body: dict[str, Any], next: Callable[[], Any]) -> Any:  # noqa: A002 Bolt passes it by this name
        """Bolt's middleware entry point."""
        work = work_of(body)
        if work is not None:
            self._put(work)
        return next()


def work_of(body: Mapping[str, Any]) -> Work | None:
    """The work in an Events API body, or None where nobody waits for anything."""
    if body.get("type") != "event_callback":
        return None
    event = body.get("event")
    if not isinstance(event, Mapping):
        return None
    team = str(body.get("team_id") or event.get("team") or "")
    match event.get("type"):
        case "app_mention" | "message":
            return _question(event, team, bots=_bots(body))
        case "app_home_opened" if event.get("tab") == "home":
            return Work("home", f"home:{team}:{body.get('event_id')}", {"user": str(event.get("user") or "")})
    return None


def _question(event: Mapping[str, Any], team: str, bots: frozenset[str]) -> Work | None:
    user, channel, ts = (str(event.get(name) or "") for name in ("user", "channel", "ts"))
    if not (user and channel and ts) or event.get("bot_id") or user in bots or event.get("subtype") not in SPOKEN:
        return None
    text = str(event.get("text") or "")
    direct = event.get("type") == "app_mention" or event.get("channel_type") == "im"
    thread = event.get("thread_ts")
    named = USER.search(text) is not None
    if not direct and (not thread or named):
        # A message in a channel is for us only in a thread of ours. One that names us comes as app_mention as well;
        # one that names somebody else is for them.
        return None
    payload = {
        "team": team,
        "user": user,
        "channel": channel,
        "ts": ts,
        "thread_ts": str(thread or ts),
        "text": spoken_text(text, bots),
        "direct": direct,
    }
    return Work("question", f"question:{team}:{channel}:{ts}", payload)


def _bots(body: Mapping[str, Any]) -> frozenset[str]:
    authorizations = body.get("authorizations") or []
    return frozenset(str(a.get("user_id")) for a in authorizations if isinstance(a, Mapping) and a.get("is_bot"))


def spoken_text(
    text: str, bots: frozenset[str] = frozenset(), name_of: Callable[[str], str | None] | None = None
) -> str:
    """What a person wrote, as plain words: mentions of us are left out, links keep their words, entities are undone.

    With `name_of` a mention becomes the person's name. Without it and without `bots` mentions are left out.
    """

    def mention(m: re.Match[str]) -> str:
        if name_of is not None and m[1] not in bots:
            return name_of(m[1]) or m[2] or m[1]
        return "" if m[1] in bots or not bots else f"@{m[1]}"

    text = USER.sub(mention, text)
    text = LINK.sub(lambda m: m[2] or m[1], text)
    text = CHANNEL.sub(lambda m: m[2] or m[1], text)
    return html.unescape(text).strip()
