"""Saved questions: the form that saves one, and the list of one's own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.deals.wording import WEEKDAYS
from bot.slack import pipeline_ids as ids
from bot.slack.blocks.elements import (
    Block,
    button,
    clip,
    context,
    divider,
    fit_message,
    header,
    inert,
    inline,
    option,
    plain,
    section,
)

LONGEST_TITLE = 100
USUAL_HOUR = 8
METADATA = 3000
WARNING = (
    "⚠️ *Everybody in the channel will read it*, also those who may not see these deals themselves. It is drawn fresh "
    "each week with what you may see then, and it stops when you may see nothing any more."
)


@dataclass(frozen=True, slots=True)
class SavedQuestion:
    """A question that is posted weekly. `day` is 0 for Monday; `hour` is in `timezone`."""

    id: str
    title: str
    channel_name: str
    day: int
    hour: int
    timezone: str

    @property
    def when(self) -> str:
        """Mondays at 08:00 (Europe/Berlin)."""
        return f"{WEEKDAYS[self.day]}s at {self.hour:02}:00 ({self.timezone})"


@dataclass(frozen=True, slots=True)
class SaveContext:
    """What the form carries from the button to its submission."""

    mark: str
    channel: str
    timezone: str
    response_url: str | None = None

    def dump(self) -> str:
        """As private metadata."""
        text = json.dumps([self.mark, self.channel, self.timezone, self.response_url])
        return text if len(text) <= METADATA else json.dumps([self.mark, self.channel, self.timezone, None])

    @classmethod
    def load(cls, text: str) -> SaveContext:
        """From private metadata; empty where it is not ours."""
        try:
            mark, channel, timezone, url = json.loads(text)
        except (ValueError, TypeError):
            return cls("", "", "UTC")
        return cls(str(mark), str(channel), str(timezone), str(url) if url else None)


def save_form(where: SaveContext, *, title: str, asked: str) -> dict[str, Any]:
    """The form: a title, the channel, the day and the hour, with the warning that stands above the button."""
    hours = [option(f"{hour:02}:00", str(hour)) for hour in range(24)]
    days = [option(day, str(number)) for number, day in enumerate(WEEKDAYS)]
    channel: dict[str, Any] = {
        "type": "conversations_select",
        "action_id": "value",
        "placeholder": plain("Choose a channel", 150),
        "filter": {
            "include": ["public", "private"],
            "exclude_external_shared_channels": True,
            "exclude_bot_users": True,
        },
    }
    if where.channel.startswith(("C", "G")):
        channel["initial_conversation"] = where.channel
    name = {
        "type": "plain_text_input",
        "action_id": "value",
        "max_length": LONGEST_TITLE,
        "initial_value": clip(" ".join(inert(title).split()), LONGEST_TITLE) or "Pipeline fit",
    }
    return {
        "type": "modal",
        "callback_id": ids.SAVE_FORM,
        "title": plain("Weekly in a channel", 24),
        "submit": plain("Save", 24),
        "close": plain("Cancel", 24),
        "private_metadata": where.dump(),
        "blocks": [
            section(f"*What is posted*: {inline(asked, 600) or 'the picture at a glance'}"),
            _input(ids.FORM_TITLE, "Title", name),
            _input(ids.FORM_CHANNEL, "Channel", channel),
            _input(ids.FORM_DAY, "Weekday", _select(days, days[0])),
            _input(
                ids.FORM_HOUR, "Hour", _select(hours, hours[USUAL_HOUR]), hint=f"In your time zone: {where.timezone}"
            ),
            section(WARNING),
        ],
    }


def _input(block_id: str, label: str, element: dict[str, Any], *, hint: str = "") -> Block:
    block: Block = {"type": "input", "block_id": block_id, "label": plain(label, 150), "element": element}
    return block | ({"hint": plain(hint, 150)} if hint else {})


def _select(options: Sequence[dict[str, Any]], initial: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "static_select", "action_id": "value", "options": list(options), "initial_option": dict(initial)}


def saved_blocks(saved: Sequence[SavedQuestion], note: str = "") -> list[Block]:
    """The asker's own saved questions, each with a button that deletes it."""
    blocks: list[Block] = [context(inline(note, 500))] if note else []
    blocks.append(header("Your saved questions"))
    if not saved:
        text = "None yet. Ask something with `/pipeline …`, then press *Weekly in a channel* under the answer."
        return [*blocks, section(text)]
    for one in saved:
        remove = button("Delete", ids.FORGET, one.id, style="danger", label=f"Delete {one.title}")
        remove["confirm"] = {
            "title": plain("Delete it?", 100),
            "text": plain(f"“{one.title}” is not posted any more.", 300),
            "confirm": plain("Delete", 30),
            "deny": plain("Keep", 30),
        }
        blocks.append(
            section(
                f"*{inline(one.title, 150)}*\n{inline(one.when)} in #{inline(one.channel_name, 90)}", accessory=remove
            )
        )
    tail = [divider(), context("Each is drawn with what you may see at that moment, and read by the whole channel.")]
    return fit_message(blocks, context("There are more than one message shows."), tail)
