"""What to say next: for each check that fails or is unknown, the words of the playbook that its rule points at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.answers.evidence import cite
from bot.answers.sentences import Unit, units
from bot.profile.verdict import Result

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.answers.model import Citation
    from bot.knowledge.passages import Passage
    from bot.profile.verdict import Verdict

MOST_SENTENCES = 3
"""More is a lecture."""

LEAST_SENTENCES = 2
"""Where the passage has them."""

_SPEECH = re.compile(r":\s*[\"“](?:[^\"”\s]+\s+){4,}[^\"”]*[\"”]")  # what a colon leads into is meant to be said
_THEY = re.compile(r"\b(?:they|them|these|those)\b", re.IGNORECASE)
_ELSEWHERE = re.compile(r"\bstands?\b.*\bDeal Profile\b")  # the finding says it already, with its figures


@dataclass(frozen=True, slots=True)
class Coaching:
    """The sentences for one check, in the order of the playbook, and where they stand."""

    check: str
    label: str
    result: Result
    sentences: tuple[str, ...]
    citation: Citation

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        return {
            "check": self.check,
            "result": self.result.value,
            "sentences": list(self.sentences),
            "citation": self.citation.plain(),
        }


def coach(verdict: Verdict, guidance: Mapping[str, Passage]) -> tuple[Coaching, ...]:
    """The words for each counted finding that fails, then for each that is unknown.

    `guidance` holds, by check, the passage that its rule points at, as far as the asker may read it. Two checks that
    point at the same passage get its words once, under the first of them.
    """
    told: set[str] = set()
    found: list[Coaching] = []
    for finding in (*verdict.of(Result.FAIL), *verdict.of(Result.UNKNOWN)):
        passage = guidance.get(finding.check)
        if passage is None or passage.id in told or not finding.counted:
            continue
        sentences = words_to_say(passage.text)
        if sentences:
            told.add(passage.id)
            citation = cite(passage, len(found) + 1)
            found.append(Coaching(finding.check, finding.label, finding.result, sentences, citation))
    return tuple(found)


def words_to_say(text: str) -> tuple[str, ...]:
    """The two or three sentences of a passage that help most in a conversation.

    Words that can be said to a customer come first, with the sentence before them where they do not stand alone; then
    the sentences around them. A passage without such words gives its first sentences.
    """
    sentences = [unit for unit in units(text) if unit.kind == "sentence" and not unit.leads]
    barred = {at for at, unit in enumerate(sentences) if _ELSEWHERE.search(unit.text)}
    chosen: set[int] = set()
    for at, unit in enumerate(sentences):
        if _SPEECH.search(unit.text):
            _add(chosen, sentences, at)
            break
    for at in _around(chosen, len(sentences)):
        if len(chosen) >= LEAST_SENTENCES:
            break
        if at not in barred:
            _add(chosen, sentences, at)
    return tuple(sentences[at].text for at in sorted(chosen))


def _add(chosen: set[int], sentences: Sequence[Unit], at: int) -> None:
    """Add a sentence with those that it leans on, unless that makes too many."""
    needed = {at}
    while _leans(sentences[min(needed)]) and min(needed) > 0:
        needed.add(min(needed) - 1)
    if len(chosen | needed) <= MOST_SENTENCES and not _leans(sentences[min(needed)]):
        chosen |= needed


def _leans(unit: Unit) -> bool:
    """Whether a sentence speaks of what the one before it names; words in a quotation stand for themselves."""
    return unit.dangling or bool(_THEY.search(unit.text.split(": ", 1)[0]))


def _around(chosen: set[int], count: int) -> list[int]:
    """The other sentences: those nearest to what was chosen first, the one before ahead of the one after."""
    middle = min(chosen, default=0)
    return sorted((at for at in range(count) if at not in chosen), key=lambda at: (abs(at - middle), at))
