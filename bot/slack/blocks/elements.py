"""The few elements that every message is built of, with Slack's limits kept in one place.

Limits: https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

Block = dict[str, Any]

SECTION_TEXT = 3000
HEADER_TEXT = 150
BUTTON_TEXT = 75
BUTTON_VALUE = 2000
OPTION_TEXT = 75
CONTEXT_ELEMENTS = 10
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
NOTIFICATION_TEXT = 3500
ELLIPSIS = "…"
LIST_TEXT = 2900
"""A list in a section; we stay below its limit."""
MESSAGE_CHARACTERS = 12_000
"""A whole message may hold about 13,200 characters; we stay below."""


def clip(text: str, limit: int) -> str:
    """The text, or its beginning with an ellipsis, never longer than `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS


UNSEEN = re.compile("[\x00\u202a-\u202e\u2066-\u2069]")
"""NUL, and the marks that turn the direction of what follows: in a name they would rewrite the words beside it."""


def escape(text: object) -> str:
    """Text of a user, a document or a model as data: nothing in it can be a mention, a link or a broadcast."""
    return UNSEEN.sub("", str(text)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def inert(text: object) -> str:
    """Text for a field in which Slack parses no markup; what looks like a mention is broken up all the same."""
    return re.sub(r"<(?=[!@#a-zA-Z])", "<\u2060", UNSEEN.sub("", str(text)))


def clip_escaped(text: object, limit: int) -> str:
    """Escape, then keep within `limit` without cutting an entity in two."""
    escaped = escape(text)
    if len(escaped) <= limit:
        return escaped
    return re.sub(r"&[a-z]{0,4}$", "", escaped[: limit - 1]).rstrip() + ELLIPSIS


# A mark formats only where it opens: before a word and not within one (payment_days, 2*3). There it gives way to a
# character that looks alike; one that is merely kept apart from its word by something unseen still formats.
_OPENS = re.compile(r"(?<![^\W_])[*_~](?=\S)|`")
_LOOKALIKE = str.maketrans("*_~`", "\u2217\u02cd\u223c\u02cb")


def inline(text: object, limit: int = 300) -> str:
    """Escaped text on one line, with mrkdwn's own marks made harmless, to stand inside a sentence of ours."""
    line = re.sub(r"\s+", " ", str(text)).strip()
    return _OPENS.sub(lambda mark: mark[0].translate(_LOOKALIKE), clip_escaped(line, limit))


def plain(text: str, limit: int) -> dict[str, Any]:
    """A plain_text object: Slack parses nothing in it but emoji, and that is off."""
    return {"type": "plain_text", "text": clip(inert(text), limit) or "-", "emoji": False}


def mrkdwn(text: str, limit: int = SECTION_TEXT) -> dict[str, Any]:
    """A mrkdwn object; `verbatim` keeps Slack from making links and mentions of words. The text must be escaped."""
    return {"type": "mrkdwn", "text": clip(text, limit) or "-", "verbatim": True}


def header(text: str) -> Block:
    """A header."""
    return {"type": "header", "text": plain(text, HEADER_TEXT)}


def section(text: str, *, accessory: dict[str, Any] | None = None, block_id: str | None = None) -> Block:
    """A section of escaped mrkdwn."""
    block: Block = {"type": "section", "text": mrkdwn(text)}
    if accessory is not None:
        block["accessory"] = accessory
    if block_id is not None:
        block["block_id"] = block_id
    return block


def context(*texts: str) -> Block:
    """Small print: up to ten pieces of escaped mrkdwn."""
    return {"type": "context", "elements": [mrkdwn(text, 2000) for text in texts[:CONTEXT_ELEMENTS]]}


def divider() -> Block:
    """A line between parts."""
    return {"type": "divider"}


def button(
    text: str,
    action_id: str,
    value: str,
    *,
    style: Literal["primary", "danger"] | None = None,
    label: str | None = None,
) -> dict[str, Any]:
    """A button; `label` is what a screen reader says where the text alone is not enough."""
    if len(value) > BUTTON_VALUE:
        message = f"a button's value may hold {BUTTON_VALUE} characters; {action_id} has {len(value)}"
        raise ValueError(message)
    element: dict[str, Any] = {
        "type": "button",
        "text": plain(text, BUTTON_TEXT),
        "action_id": action_id,
        "value": value or "-",
    }
    if style:
        element["style"] = style
    if label:
        element["accessibility_label"] = clip(inert(label), 75)
    return element


def actions(*elements: dict[str, Any]) -> Block:
    """A row of buttons."""
    return {"type": "actions", "elements": list(elements)}


def option(text: str, value: str) -> dict[str, Any]:
    """One choice of a select."""
    return {"text": plain(text, OPTION_TEXT), "value": value}


def characters(blocks: list[Block]) -> int:
    """How many characters of text a message holds, as Slack counts them (closely enough to stay below)."""
    total = 0
    for block in blocks:
        total += _characters(block)
    return total


def _characters(node: Any) -> int:
    if isinstance(node, dict):
        return sum(len(v) if k == "text" and isinstance(v, str) else _characters(v) for k, v in node.items())
    if isinstance(node, list):
        return sum(_characters(item) for item in node)
    return 0


def fit_message(blocks: list[Block], rest: Block, tail: Sequence[Block] = ()) -> list[Block]:
    """As many of the blocks as one message holds; where some are left out, `rest` says where they are.

    `tail` stands at the end in any case.
    """
    end = list(tail)
    if len(blocks) + len(end) <= MESSAGE_BLOCKS and characters([*blocks, *end]) <= MESSAGE_CHARACTERS:
        return [*blocks, *end]
    end = [rest, *end]
    kept: list[Block] = []
    room = MESSAGE_CHARACTERS - characters(end)
    for block in blocks[: MESSAGE_BLOCKS - len(end)]:
        room -= characters([block])
        if room < 0:
            break
        kept.append(block)
    return [*kept, *end]


GOES_ON = "It goes on in the next message."


def flow_message(blocks: list[Block], tail: Sequence[Block] = ()) -> list[Block]:
    """All of the blocks, in the order in which `split_message` cuts them: `tail` ends the first message.

    Where one message does not hold them it says that it goes on, and the rest follows.
    """
    made = fit_message(blocks, {"type": "context", "elements": [mrkdwn(GOES_ON)]}, tail)
    held = len(made) - len(tail)
    return made if made[:held] == blocks else [*made, *blocks[held - 1 :]]


def split_message(blocks: Sequence[Block]) -> list[list[Block]]:
    """The blocks as one message, or as several that follow each other where one does not hold them."""
    parts: list[list[Block]] = [[]]
    room = MESSAGE_CHARACTERS
    for block in blocks:
        size = characters([block])
        if parts[-1] and (len(parts[-1]) == MESSAGE_BLOCKS or size > room):
            parts.append([])
            room = MESSAGE_CHARACTERS
        parts[-1].append(block)
        room -= size
    return parts


def joined(words: Sequence[str], limit: int = LIST_TEXT, by: str = "\n") -> str:
    """Words in a row, or lines under each other; where they have no room, how many more there are."""
    kept: list[str] = []
    room = limit - 30
    for each in words:
        room -= len(each) + len(by)
        if room < 0 and kept:
            return by.join([*kept, f"and {len(words) - len(kept):,} more"])
        kept.append(clip(each, limit - 30))
    return by.join(kept)


def sections(lines: Sequence[str]) -> list[Block]:
    """All the lines, in as many sections as they need."""
    texts: list[str] = []
    for line in lines:
        if texts and len(texts[-1]) + 1 + len(line) <= LIST_TEXT:
            texts[-1] += f"\n{line}"
        else:
            texts.append(line)
    return [section(text) for text in texts]
