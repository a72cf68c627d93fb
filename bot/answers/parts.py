"""A question of several parts taken apart: "what is the limit, and who approves more?" asks two things.

Deterministic, by the form of the words alone: a part begins where a question begins, never inside a quotation, and
never at a clause that only depends on one ("... ask what they want and how they work").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.answers import cues
from bot.answers.sentences import sentences
from bot.answers.words import FAINT_WORDS, content_words, word_set

MOST = 4
"""A question is taken into this many parts; whatever it asks beyond them stays with the last one."""

_WH = word_set("what which who whom whose how why when where")
_AUX = word_set("can could may might must should shall do does did is are was were will would has have had")
_BE = word_set("is are was were has have had")
_PRONOUN = word_set("i we you they he she it there this that these those")
_DETERMINER = word_set("the a an my our your their his her its any every somebody anybody")
_BY_ITSELF = word_set("who what which whose")
_LOOKS_AHEAD = 6
_PREPOSITION = "to|from|for|with|by|at|in|on|of|after|before|until|under|during|without"
_JOINT = re.compile(
    r"\s*[,;]\s*(?:(?:and|but|plus|then|also)\s+)*|\s+(?:and|but|plus)\s+(?:(?:also|then)\s+)?", re.IGNORECASE
)
_LINK = re.compile(r"^(?:(?:and|but|also|plus|then|so)\b[\s,]*)+", re.IGNORECASE)
_TELL = re.compile(r"(?:please\s+)?(?:tell|show|give)\s+(?:me|us)\b", re.IGNORECASE)
_ORDER = re.compile(r"(?:please\s+)?(?:tell|show|give|explain|list|describe|compare)\b", re.IGNORECASE)
_LEADING = re.compile(rf"(?:(?:{_PREPOSITION})\s+)?(?P<rest>\S.*)", re.IGNORECASE | re.DOTALL)
_SPREAD = re.compile(
    rf"(?P<head>.+?\s)(?P<preposition>{_PREPOSITION})\s+(?P<one>[^,;?]+?)\s+and\s+(?P=preposition)\s+(?P<other>[^,;?]+)",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"(?P<head>what(?:'s| is| are)|how \w+ (?:is|are)|tell me) (?P<things>(?:the|our|my) .+)", re.IGNORECASE
)
_BETWEEN = re.compile(r",\s*(?:and\s+)?(?=(?:the|our|my)\b)|\s+and\s+(?=(?:the|our|my)\b)", re.IGNORECASE)
_TOGETHER = re.compile(r"\b(?:between|difference|compare[ds]?|both|versus|vs)\b", re.IGNORECASE)
_WITH_MORE = re.compile(rf"\b(?:{_PREPOSITION}|that|which|who|if|when)\b", re.IGNORECASE)
_GAP = re.compile(
    rf"(?:who|what|which|when|where|how(?:\s+(?:much|many|long|often))?)\s+(?P<preposition>{_PREPOSITION})\s+(?P<rest>.+)",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"\b(?:it|its|they|them|their|theirs|that|this|those|these|he|she|him|her|his|one|ones|same|others?|then|there|"
    r"instead|afterwards|beforehand|more|less|fewer|longer|higher|lower)\b",
    re.IGNORECASE,
)
_ADVERBS = word_set("instead afterwards beforehand else longer higher lower")
_WHOLE = 2


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a question. `asked` are its own words, `text` is what it says standing alone.

    `leans` tells whether it needed words of another part for that: what is found for them does not answer it yet.
    """

    asked: str
    text: str
    leans: bool = False


def parts(question: str) -> tuple[Part, ...]:
    """The parts of a question in order; none when it asks one thing."""
    context: list[str] = []
    asked: list[str] = []
    for segment in _segments(question):
        if segment.endswith("?") or _asks(segment) or _ORDER.match(segment):
            asked.append(segment)
        elif asked:
            asked[-1] = f"{asked[-1]}, {segment}"
        else:
            context.append(segment)
    asked = [one.rstrip("? ") for one in asked]
    if len(asked) > MOST:
        asked = [*asked[: MOST - 1], " and ".join(asked[MOST - 1 :])]
    spread = [one for part in asked for one in _spread(part)]
    if not _WHOLE <= len(spread) <= MOST:
        return ()
    before = f"{', '.join(context)}, " if context else ""
    found: list[Part] = []
    head = ""
    for at, words in enumerate(spread):
        if not at or not _leans(words):
            head = words
            found.append(Part(f"{words}?", f"{before}{words}?", leans=bool(before)))
        else:
            found.append(Part(f"{words}?", f"{before}{_completed(head, words)}?", leans=True))
    return tuple(found)


def own_words(asked: str) -> list[str]:
    """The words that carry a question's own matter; none where it only asks for a detail of another's."""
    return _own(cues.without_cues(asked))


def _segments(question: str) -> list[str]:
    """The question cut at the ends of its sentences, and where another question begins within one."""
    found: list[str] = []
    for sentence in sentences(question):
        begin = 0
        for joint in _JOINT.finditer(sentence):
            rest = sentence[joint.end() :]
            if joint.start() and not _quoted(sentence[: joint.start()]) and (_asks(rest) or _TELL.match(rest)):
                found.append(sentence[begin : joint.start()])
                begin = joint.end()
        found.append(sentence[begin:])
    plain = [_LINK.sub("", segment.strip()).rstrip(".!,;: ") for segment in found]
    return [segment for segment in plain if segment.strip("?")]


def _quoted(before: str) -> bool:
    return before.count('"') % 2 == 1 or before.count("“") > before.count("”")


def _asks(text: str) -> bool:
    """Whether a question begins here, and not a clause of one: "how do we work", but not "how we work"."""
    leading = _LEADING.match(text)
    if leading is None:
        return False
    first, *rest = re.findall(r"[\w'’-]+|[,;.?!:]", leading["rest"].lower())[: _LOOKS_AHEAD + 1] or [""]
    if first in _AUX:
        subjects = _PRONOUN if first in _BE else _PRONOUN | _DETERMINER
        return text.lower().startswith(first) and bool(rest) and rest[0] in subjects
    if first not in _WH or not rest:
        return False
    if rest[0] in _PRONOUN | _DETERMINER:
        return False
    if first == "how" and rest[0] in {"to", "about", "come"}:
        return True
    for word in rest:
        if word in _AUX:
            return True
        if word in _PRONOUN or not word[0].isalnum():
            break
    return (first in _BY_ITSELF and rest[0] != "to") or bool(_GAP.match(leading["rest"]))


def _spread(text: str) -> list[str]:
    """What ends in "after a visit and after a meeting", or asks for "the limit and the term", as two questions."""
    listed = _LISTED.fullmatch(text)
    if listed is not None and not _TOGETHER.search(text):
        things = _BETWEEN.split(listed["things"])
        if len(things) > 1 and not any(_WITH_MORE.search(thing) for thing in things[:-1]):
            return [f"{listed['head']} {thing}" for thing in things]
    match = _SPREAD.fullmatch(text)
    if match is None or not content_words(match["head"]):
        return [text]
    head, preposition = match["head"], match["preposition"]
    return [f"{head}{preposition} {match['one']}", f"{head}{preposition} {match['other']}"]


def _leans(text: str) -> bool:
    """Whether a part cannot be understood without the one before it."""
    own = _own(text)
    short = len(text.split()) <= _WHOLE
    return not own or short or bool(_GAP.fullmatch(text)) or (bool(_POINTS.search(text)) and len(own) <= _WHOLE)


def _own(text: str) -> list[str]:
    return [word for word in content_words(text) if word not in FAINT_WORDS | _ADVERBS]


def _completed(head: str, text: str) -> str:
    """A part with the words of the one that it leans on; one without a verb takes the place of what it is like."""
    gap = _GAP.fullmatch(text)
    if gap is not None:
        like = list(re.finditer(rf"\b{gap['preposition']}\s", head, re.IGNORECASE))
        if like:
            return f"{head[: like[-1].start()]}{gap['preposition']} {gap['rest']}"
    return f"{head}: {text}"
