"""What to say next, beside a verdict: the playbooks' words for what fails or is unknown, with their source."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.coaching import Coaching
from bot.profile.verdict import Result
from bot.slack.blocks.elements import Block, clip, context, inline, section

MOST = 48
"""Two blocks each, and a view holds 100."""
NOTHING = "Nothing in this deal fails or is unknown, or the playbooks that you may read have no words for it."


def words_line(coached: Sequence[Coaching], check: str) -> str:
    """The words for one finding, as a quotation under it; nothing where there are none."""
    for one in coached:
        if one.check == check:
            return f"> {clip(inline(' '.join(one.sentences), 700), 700)}"
    return ""


def words_view(name: str, coached: Sequence[Coaching]) -> dict[str, object]:
    """A modal with the words for every finding that needs a conversation."""
    blocks: list[Block] = [section(f"*{inline(name)}*: what to say next")]
    for one in coached[:MOST]:
        mark = "✗" if one.result is Result.FAIL else "?"
        said = "\n".join(f"> {inline(sentence, 900)}" for sentence in one.sentences)
        blocks.append(section(f"{mark} *{inline(one.label)}*\n{said}"))
        trail = inline(one.citation.heading.replace(" > ", " › "), 300)
        blocks.append(context(f"From {trail} ({inline(one.citation.path, 200)})"))
    if not coached:
        blocks.append(section(NOTHING))
    if len(coached) > MOST:
        blocks.append(context(f"{len(coached) - MOST} more are on the command line: `dealfit check --format json`."))
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "What to say"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": blocks,
    }
