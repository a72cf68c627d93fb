"""The check of an answer against its evidence: what the evidence does not carry is not said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.answers.quantities import unsupported
from bot.answers.words import content_stems

if TYPE_CHECKING:
    from bot.answers.model import Citation

SUPPORT = 0.5
"""The share of a sentence's content words that must stand in the evidence it cites.

Measured on the bundled playbooks: of 1,926 pairs of a sentence and a passage of another playbook, 3.6% reach it (median
0.14), while a sentence's own passage has 1. It catches another matter, not a subtle change of meaning.
"""

_MARKERS = re.compile(r"\s*\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")
_ODD_MARKERS = re.compile(r"【(\d{1,3})[^】]*】|\[\^(\d{1,3})\]|\((?:source|passage)\s+(\d{1,3})\)", re.IGNORECASE)
_JUDGEMENT = re.compile(
    r"\bverdict\b|"
    r"\b(?:deal|discount|exception|request|proposal|it|this|that)\s+(?:is|was|has been|are|can be|may be)\s+"
    r"(?:now\s+|already\s+|hereby\s+|pre-?)?(?:approved|accepted|authori[sz]ed|waived)\b|"
    r"\b(?:i|we)\s+(?:hereby\s+)?(?:approve|authori[sz]e|waive)\b|\bapproved\s*[.!]|"
    r"\bdeal\s+(?:approved|accepted|passes|passed)\b|\b(?:deal|it|this)\s+(?:fits|does not fit)\b|"
    r"\b(?:no|without)\s+(?:approval|exception)\s+(?:is\s+)?(?:needed|required|necessary)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence after its check: `text` without markers, what it cites, and why it may not be said (None: it may).

    `kind` is the reason in a word.
    """

    text: str
    citations: tuple[int, ...]
    reason: str | None
    kind: str = ""


def read_markers(sentence: str) -> tuple[str, tuple[int, ...]]:
    """A sentence without its markers, and the numbers they name, each once, in order."""
    plain = _ODD_MARKERS.sub(lambda match: f"[{match[1] or match[2] or match[3]}]", sentence)
    numbers = [int(number) for match in _MARKERS.finditer(plain) for number in re.split(r"\s*,\s*", match[1])]
    text = re.sub(r"\s+([.,;:!?])", r"\1", _MARKERS.sub("", plain))
    return " ".join(text.split()), tuple(dict.fromkeys(numbers))


def check_sentence(
    sentence: str, evidence: Mapping[int, Citation], statements: Mapping[int, Sequence[str]] | None = None
) -> Checked:
    """Check one sentence of an answer.

    `evidence` are the citations it may use, by number. `statements` narrows what a rule carries to what holds for the
    deal at hand: a model that quotes the limit of another case is caught by it.
    """
    text, numbers = read_markers(sentence)
    reason = _reason(text, numbers, evidence, statements or {})
    return Checked(text, numbers, *(reason or (None, "")))


def _reason(
    text: str, numbers: tuple[int, ...], evidence: Mapping[int, Citation], statements: Mapping[int, Sequence[str]]
) -> tuple[str, str] | None:
    """Why a sentence may not be said, and that in a word."""
    if not numbers:
        return "it cites nothing", "uncited"
    absent = [number for number in numbers if number not in evidence]
    if absent:
        return f"it cites [{absent[0]}], which is not in the evidence", "unknown citation"
    cited = [_carried(evidence[number], statements.get(number)) for number in numbers]
    missing = unsupported(text, cited)
    if missing:
        return f"{missing[0]!r} does not stand in what it cites", "quantity"
    if _JUDGEMENT.search(text):
        return "it speaks a judgement, which only the judge may", "judgement"
    passages = [evidence[number] for number in numbers if evidence[number].kind == "passage"]
    if not passages:
        return "it rests on a rule alone, which is said in the judge's own words", "judge's words"
    wanted = content_stems(text)
    if not wanted:
        return "it says nothing", "words"
    have = {stem for one in passages for stem in content_stems(f"{one.heading} {one.text}")}
    share = sum(1 for stem in wanted if stem in have) / len(wanted)
    if share < SUPPORT:
        return f"only {share:.0%} of its words stand in what it cites", "words"
    return None


def _carried(citation: Citation, statements: Sequence[str] | None) -> str:
    """The text that a citation carries."""
    return citation.text if statements is None else ". ".join(statements)
