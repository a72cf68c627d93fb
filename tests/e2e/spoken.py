"""What must hold for every message and file that the app has sent in a test, whatever the test was about."""

from __future__ import annotations

import re
from typing import Any

from bot.playground.server import Playground

PICTURE = re.compile(r"\.(?:png|jpe?g|gif)$", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]{2,}")


def silent(ground: Playground) -> list[str]:
    """Messages whose notification says nothing, and pictures that say nothing to who cannot see them."""
    space = ground.workspace
    found = [
        f"{message.channel}: {message.text!r}"
        for messages in space.messages_by_channel.values()
        for message in messages.values()
        if message.from_app and not message.files and len(WORD.findall(message.text)) < 2
    ]
    sent = [m for messages in space.messages_by_channel.values() for m in messages.values() if m.from_app]
    views = [view.body for view in (*space.homes.values(), *space.views.values())]
    found += [f"an image without words: {one}" for one in images([*[m.blocks for m in sent], *views])]
    found += [
        f"a picture without words: {call.args.get('filename')}"
        for call in ground.calls
        if call.method == "files.getUploadURLExternal"
        and PICTURE.search(str(call.args.get("filename")))
        and len(WORD.findall(str(call.args.get("alt_txt") or ""))) < 2
    ]
    return found


def images(node: Any) -> list[Any]:
    """Every image in blocks that has no alternative text."""
    if isinstance(node, dict):
        mine = [node] if node.get("type") == "image" and not str(node.get("alt_text") or "").strip() else []
        return mine + [hit for value in node.values() for hit in images(value)]
    return [hit for item in node for hit in images(item)] if isinstance(node, list) else []
