"""The parts of a sentence that hold free text: outcomes, and facts of type text. They are cut out before the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.deals.facts import FactSpec, FactSpecs, FactType, FactValue, Outcome
from bot.deals.outcomes import OutcomeError, parse_outcomes
from bot.deals.text import key
from bot.deals.units import names

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_TEXT = 300
_END = re.compile(r"[;\n]|[.!?](?=\s|$)|,")
_TAIL = re.compile(r"(?:owner|owned by)\b|(?:not )?(?:yet )?agreed(?: yet)?\s*$|(?:by|due)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of the plain text from `start` up to `end`, and the value that it states for a fact."""

    fact: str
    value: FactValue
    start: int
    end: int


class Passages:
    """Finds the passages of texts; what the facts are called is worked out once."""

    def __init__(self, facts: FactSpecs) -> None:
        self._known = frozenset(name for spec in facts.values() for name in names(spec))
        self._heads = [
            (spec.name, spec.type is FactType.OUTCOMES, _head(spec))
            for spec in facts.values()
            if spec.type in {FactType.OUTCOMES, FactType.TEXT}
        ]

    def of(self, text: str) -> Iterator[Passage]:
        """The passages of a plain text, in the order of the facts; none overlap."""
        taken: list[tuple[int, int]] = []
        for fact, outcomes, head in self._heads:
            for match in head.finditer(text):
                if any(start <= match.start() < end for start, end in taken):
                    continue
                passage = _outcomes(text, fact, match, self._known) if outcomes else _text(text, fact, match)
                if passage is not None:
                    taken.append((passage.start, passage.end))
                    yield passage


def _head(spec: FactSpec) -> re.Pattern[str]:
    """What a passage begins with: a name of the fact and a colon."""
    called = sorted(names(spec), key=len, reverse=True)
    words = "|".join(re.escape(name).replace(r"\ ", r"[ _-]") for name in called)
    return re.compile(rf"(?<![\w-])(?:{words})[ ]?[:=]", re.IGNORECASE)


def _text(text: str, fact: str, match: re.Match[str]) -> Passage | None:
    end = _end(text, match.end())
    value = " ".join(text[match.end() : end].split())
    return Passage(fact, value, match.start(), end) if 0 < len(value) <= _MAX_TEXT else None


def _outcomes(text: str, fact: str, match: re.Match[str], known: frozenset[str]) -> Passage | None:
    """As many outcomes as follow: the first may be a metric alone, each further one must have its colon.

    What begins with a fact's own name (`known`) is that fact and no outcome.
    """
    found: list[Outcome] = []
    at = end = match.end()
    while at < len(text):
        one = _one(text, at)
        if one is None or (found and (":" not in text[at : one[1]] or key(one[0].metric or "") in known)):
            break
        found.append(one[0])
        end = one[1]
        if text[end : end + 1] != ";":
            break
        at = end + 1
    return Passage(fact, tuple(found), match.start(), end) if found else None


def _one(text: str, at: int) -> tuple[Outcome, int] | None:
    """The outcome that begins at a place and where it ends: its owner, date and agreement belong to it."""
    end = _end(text, at)
    best = _parsed(text[at:end])
    while text[end : end + 1] == ",":
        following = _end(text, end + 1)
        tail = text[end + 1 : following].strip()
        longer = _parsed(text[at:following]) if _TAIL.match(tail) or re.fullmatch(r"\d{4}", tail) else None
        if longer is None:
            break
        best, end = longer, following
    return (best, end) if best is not None else None


def _end(text: str, at: int) -> int:
    """Where the piece ends; a point behind a single letter is an initial's (J. Smith)."""
    for match in _END.finditer(text, at, at + _MAX_TEXT + 1):
        initial = match.group() == "." and re.fullmatch(
            r"(?:.*\W)?[A-Z]", text[max(at, match.start() - 3) : match.start()], re.DOTALL
        )
        thousand = match.group() == "," and re.match(r"\d{3}", text[match.end() : match.end() + 3])
        if not initial and not (thousand and text[match.start() - 1 : match.start()].isdigit()):
            return match.start()
    return min(len(text), at + _MAX_TEXT + 1)


def _parsed(piece: str) -> Outcome | None:
    if len(piece) > _MAX_TEXT:
        return None
    try:
        found = parse_outcomes(piece.strip())
    except OutcomeError:
        return None
    return found[0] if len(found) == 1 else None
