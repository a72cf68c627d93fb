"""An answer as a message: its sentences, the sources that open, how it was made, and what to ask next."""

from __future__ import annotations

import re

from bot.answers.model import Answer, Citation
from bot.slack import ids
from bot.slack.blocks.elements import (
    Block,
    actions,
    button,
    clip,
    context,
    inert,
    inline,
    section,
)
from bot.slack.blocks.rich_text import rich_texts

COMPOSERS = {
    "extractive": "Quoted from the live Deal Profile and the playbooks; no language model.",
    "model": "Written by a language model from the sources below, and checked against them.",
    "agent": "Written by a language model that looked things up itself, and checked against the sources below.",
}
KINDS = {"passage": "", "rule": "Deal Profile › ", "verdict": ""}


def answer_blocks(answer: Answer) -> list[Block]:
    """The whole answer; where it is longer than one message may be, it goes on in the next."""
    return [*rich_texts(answer.text), *answer_sources(answer), *answer_footer(answer)]


def answer_sources(answer: Answer) -> list[Block]:
    """A line for each source with a button that opens it."""
    blocks = [_source(citation) for citation in answer.citations]
    if answer.refused and answer.nearest:
        blocks.append(context("*Nearest in the playbooks*"))
        blocks += [_source(citation, numbered=False) for citation in answer.nearest[:3]]
    return blocks


def answer_footer(answer: Answer) -> list[Block]:
    """How it was made, feedback, and follow-ups."""
    how = [inline(answer.notice)] if answer.notice else []
    if answer.understood:
        how.append(f"Understood: {inline(' · '.join(answer.understood), 600)}")
    if not answer.refused:
        how.append(COMPOSERS[composer_of(answer)])
    if answer.refused and answer.ask_whom:
        how.append(f"Ask *{inline(answer.ask_whom)}*, who looks after the nearest playbook.")
    blocks: list[Block] = [context(*how)] if how else []
    if answer.follow_ups:
        row = [
            button(question, f"{ids.ASK_AGAIN}.{n}", clip(question, 200), label=f"Ask: {question}")
            for n, question in enumerate(answer.follow_ups[:3])
        ]
        blocks.append(actions(*row))
    if answer.decision_id is not None:
        blocks.append(feedback(answer.decision_id))
    return blocks


def composer_of(answer: Answer) -> str:
    """Who answered: a model that called tools, a model that wrote from what it was given, or nobody but us."""
    looked = answer.composer == "model" and answer.model is not None and answer.model.tools
    return "agent" if looked else answer.composer


def feedback(decision_id: int) -> Block:
    """Two buttons that say whether the answer helped."""
    return {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": ids.FEEDBACK,
                "positive_button": {
                    "text": {"type": "plain_text", "text": "Helpful"},
                    "value": f"{decision_id}|up",
                    "accessibility_label": "This answer helped",
                },
                "negative_button": {
                    "text": {"type": "plain_text", "text": "Not helpful"},
                    "value": f"{decision_id}|down",
                    "accessibility_label": "This answer did not help",
                },
            }
        ],
    }


def answer_notification(answer: Answer) -> str:
    """What a phone shows of the answer."""
    return clip(inline(re.sub(r"\s*\[\d+\]", "", answer.text), 280), 300)


def passage_view(*, heading: str, text: str, path: str, owner: str = "", updated: str = "") -> dict[str, object]:
    """A modal that shows one cited passage, or one rule, in full."""
    origin = (
        f"{inline(path)}"
        + (f" · {inline(owner)}" if owner else "")
        + (f" · updated {inline(updated)}" if updated else "")
    )
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Source"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": [section(f"*{inline(heading, 500)}*"), *rich_texts(inert(text)), context(origin)],
    }


def _source(citation: Citation, *, numbered: bool = True) -> Block:
    mark = f"`[{citation.n}]` " if numbered else ""
    kind = KINDS[citation.kind]
    trail = inline(citation.heading.replace(" > ", " › "), 300)
    accessory = button(
        "Open", ids.OPEN_PASSAGE, citation.passage, label=f"Open source {citation.n}: {citation.heading}"
    )
    return section(f"{mark}{kind}{trail}", accessory=accessory)
