"""A follow-up made into a question that stands alone: "and if it is prepaid?" after "what discount can I give?".

Deterministic and cautious: a question of its own is never touched. What is carried over is the last question's words,
with the part that the follow-up replaces exchanged, never words of an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.answers.words import FAINT_WORDS, content_words, word_set, words

if TYPE_CHECKING:
    from bot.answers.model import Turn
    from bot.answers.supposing import QuestionReader

REMEMBERED = 8
"""How many questions of the thread, counted from its end, are looked at."""

LONGEST = 600
"""Characters of a question that stands alone; a longer one is carried over as it is."""

_OPENER = re.compile(
    r"^\s*(?:(?:ok(?:ay)?|so|thanks|thank you|great|fine|right|yes|hm+)[,.!]?\s+)*"
    r"(?P<opener>(?:(?:and|but) )?(?:what|how) about|(?:(?:and|but) )?what if|(?:and|but|or) if|"
    r"and (?:when(?! (?:is|are|was|were|do|does|did|can|must|should|will) )|with|without|for|on|after|before|also)|"
    r"(?:the )?same for|and|but|or|also|if|with|without|for|"
    r"instead of|instead)\b[\s,:]*",
    re.IGNORECASE,
)
_FILLER = re.compile(r"^\s*(?:(?:ok(?:ay)?|so|thanks|thank you|great|fine|right|yes|hm+)[,.!]?\s+)+", re.IGNORECASE)
_CLAUSE = re.compile(r"\b(?:if|when|with|without|for|on|after|before|instead of)$", re.IGNORECASE)
_POINTER = re.compile(
    r"\b(?:it|they|them|that|this|those|these|he|she|him|her|his|their|its|one|there(?! (?:is|are|was|were)\b)|"
    r"then|such|same|others?|ones|so|more|less|fewer|higher|lower)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^\s*(?:what|which|who|whom|whose|how|why|when|where|can|could|may|must|should|shall|do|does|did|is|are|was|were|"
    r"will|would|has|have|tell|show|explain|list|give)\b",
    re.IGNORECASE,
)
_LAST_NOUN = re.compile(
    r"(?P<before>.*)\b(?:a|an|the|my|our|your|their|his|her|this|that)\s+(?:[\w'’-]+\s+){0,3}?[\w'’-]+\s*[?.!]*\s*$",
    re.IGNORECASE,
)
_WHOLE = 2
_EMPTY = FAINT_WORDS | word_set("detail details elaborate explain again anyway example examples")
_COURTESY = re.compile(
    r"^\s*(?:(?:many )?thanks?(?: you)?(?: a lot| very much)?|ok(?:ay)?|great|perfect|cool|got it|hi|hello)[\s.!]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class StandAlone:
    """A question that needs no thread to be understood. `rewritten` tells whether the thread was needed.

    `own` are the follow-up's own words, where they are a question that stands behind an earlier one: what is found for
    the earlier one does not answer it yet.
    """

    text: str
    rewritten: bool = False
    own: str = ""


def stand_alone(question: str, history: Sequence[Turn], reader: QuestionReader) -> StandAlone:
    """The question, completed from the asker's earlier questions in the thread where it does not stand by itself."""
    earlier = [turn.text for turn in history if turn.role == "user" and turn.text.strip()]
    if earlier and earlier[-1].strip() == question.strip():
        earlier = earlier[:-1]  # the thread may already hold the question that is being asked
    clean = _tidy(question)
    if _COURTESY.match(clean):
        return StandAlone(clean)
    current = ""
    for text in [*earlier[-REMEMBERED:], question]:
        current = _join(current, text, reader)
    if not current or current == clean:
        return StandAlone(clean)
    own = _rest(clean)
    return StandAlone(current, rewritten=True, own=own if _ASKS.match(own) and current.endswith(f": {own}?") else "")


def is_elliptical(question: str) -> bool:
    """Whether the question lacks a subject of its own: an opener with little after it, a pronoun, or few words."""
    opener = _OPENER.match(question)
    rest = question[opener.end() :] if opener else _FILLER.sub("", question)
    own = [word for word in content_words(rest) if word not in _EMPTY]
    pointing = bool(_POINTER.search(rest))
    if opener:
        if _ASKS.match(rest):
            return len(own) < _WHOLE or (pointing and len(own) <= _WHOLE)
        return len(own) < _WHOLE or (pointing and len(own) <= _WHOLE + 1) or not _has_clause(rest)
    if _ASKS.match(rest):
        return len(own) < 1 or (pointing and len(own) < _WHOLE)
    return len(own) < 1 or (pointing and len(own) <= 1)


def _has_clause(text: str) -> bool:
    """Whether the words could be a sentence of their own: a subject and something it does."""
    return bool(
        re.search(
            r"\b(?:is|are|was|were|has|have|had|do|does|did|say|says|said|want|wants|ask|asks|refuse|refuses|will|would|can|"
            r"could|must|should|need|needs|cancel|cancels|leave|leaves|does not|doesn't|won't|insist|insists)\b",
            text,
            re.IGNORECASE,
        )
    )


def _join(before: str, question: str, reader: QuestionReader) -> str:
    """The question on top of the one before it."""
    question = _tidy(question)
    if not before or _COURTESY.match(question):
        return before if _COURTESY.match(question) else question
    if not is_elliptical(question) and not reader.only_facts(question):
        return question
    opener = _OPENER.match(question)
    said = opener["opener"].lower() if opener else ""
    rest = _rest(question)
    if not rest and not words(question):
        return before
    exchanged = _exchange(before, rest or question, reader)
    if exchanged is not None:
        joined = exchanged
    elif _ASKS.match(rest) or not opener:
        joined = f"{_bare(before)}: {rest or question}?"
    elif clause := _CLAUSE.search(said):
        joined = f"{_bare(before)} {clause.group().lower()} {rest}?"
    elif noun := _noun_exchange(before, rest):
        joined = noun
    else:
        joined = f"{_bare(before)}, {rest}?"
    return joined if len(joined) <= LONGEST else question


def _rest(question: str) -> str:
    """A question without its opener and its closing marks."""
    opener = _OPENER.match(question)
    rest = question[opener.end() :] if opener else _FILLER.sub("", question)
    return rest.strip().rstrip("?.! ")


def _exchange(before: str, rest: str, reader: QuestionReader) -> str | None:
    """The question before with its words for a fact replaced by the follow-up's, when both state the same fact."""
    mine = {one.fact: one.words for one in reader.read(rest).supposed}
    spans = [(one.start, one.end, one.fact) for one in reader.read(before).supposed if one.fact in mine]
    if not spans:
        return None
    text = before
    for start, end, fact in sorted(spans, reverse=True):
        text = text[:start] + mine[fact] + text[end:]
    left = [said for fact, said in mine.items() if fact not in {fact for _, _, fact in spans}]
    return _added(text, left)


def _noun_exchange(before: str, rest: str) -> str | None:
    """The question before with its last noun phrase replaced: "... open a conversation with a nurse" + "the CFO"."""
    if len(words(rest)) > _WHOLE * 2:
        return None
    match = _LAST_NOUN.match(before)
    if match is None or not content_words(rest) or len(words(match["before"])) < _WHOLE + 1:
        return None
    return f"{match['before'].rstrip()} {rest}?"


def _added(text: str, parts: Iterable[str]) -> str:
    extra = ", ".join(parts)
    return f"{_bare(text)}, {extra}?" if extra else text


def _bare(text: str) -> str:
    return text.rstrip("?.! ")


def _tidy(text: str) -> str:
    return " ".join(text.split())
