"""Questions to offer next: other sections of the cited playbooks whose headings can be asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.answers.words import content_stems

if TYPE_CHECKING:
    from bot.knowledge.passages import Hit

MOST = 3
"""No answer offers more questions than this."""

_LONGEST_HEADING = 9
_HOW = re.compile(r"^how to (?P<rest>.+)$", re.IGNORECASE)
_WHY = re.compile(r"^why (?P<subject>we|you|i|they) (?P<rest>.+)$", re.IGNORECASE)
_WHEN = re.compile(
    r"^when (?:the |a |an |there )?\w[\w' -]* "
    r"(?:is|are|was|says?|say|asks?|wants?|stops?|comes?|leaves?|counts?|appears?|feels?|have|has)\b.*$",
    re.IGNORECASE,
)
_DOING = re.compile(r"^[a-z]+ing .+$", re.IGNORECASE)
_WHAT_MAKES = re.compile(r"^what (?:makes|changes|happens|comes)\b.+$", re.IGNORECASE)
_NOT_DOING = frozenset(
    {"during", "nothing", "something", "anything", "everything", "pricing", "billing", "meeting", "morning"}
)


def follow_ups(question: str, hits: Sequence[Hit], cited: frozenset[str]) -> tuple[str, ...]:
    """Up to three questions from the headings of documents that were cited, in the order of the search.

    Only headings that make a question by themselves: "How to ...", "Why we ...", "When the customer stops coming", and
    "Showing a missed target". Sections that the answer already cites are left out.
    """
    paths = {hit.passage.path for hit in hits if hit.passage.id in cited}
    asked = set(content_stems(question))
    found: list[str] = []
    seen = {hit.passage.link for hit in hits if hit.passage.id in cited}
    for hit in hits:
        heading = hit.passage.heading.rsplit(" > ", 1)[-1]
        if hit.passage.path not in paths or hit.passage.link in seen or heading == hit.passage.title:
            continue
        seen.add(hit.passage.link)
        asking = as_question(heading)
        if asking is not None and not set(content_stems(asking)) <= asked:
            found.append(asking)
    return tuple(dict.fromkeys(found))[:MOST]


def as_question(heading: str) -> str | None:
    """The heading as a question a rep would ask; None when it makes none."""
    text = " ".join(heading.split()).rstrip("?.! ")
    if not text or len(text.split()) > _LONGEST_HEADING or ":" in text or "," in text:
        return None
    if match := _HOW.match(text):
        return f"How do I {_small(match['rest'])}?"
    if match := _WHY.match(text):
        return f"Why do {match['subject'].lower()} {match['rest']}?"
    if _WHEN.match(text):
        return f"What do I do {_small(text)}?"
    match = _DOING.match(text)
    doing = bool(match) and text.split(" ", 1)[0].lower() not in _NOT_DOING
    return f"{text}?" if _WHAT_MAKES.match(text) else f"Tell me about {_small(text)}" if doing else None


def _small(text: str) -> str:
    first = text.split(" ", 1)[0]
    return text if first.isupper() else text[:1].lower() + text[1:]
