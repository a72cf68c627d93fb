"""Whether the passages speak of the thing that a question asks for; words of the matter around it are not enough.

"Which bank account do customers pay into?" has the words of the passages about invoices, which know no bank. Three
tests, by the form of the words alone and for questions of fact only: who asks how to do or say something tells of a
situation in words of their own, which no playbook need have.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.answers import cues
from bot.answers.sentences import sentences, units
from bot.answers.words import FAINT_WORDS, FUNCTION_WORDS, content_stems, stems, word_set, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.knowledge.passages import Hit

_AUX = "can|could|may|might|must|should|shall|do|does|did|is|are|was|were|will|would|has|have|had"
_SUBJECT = "i|we|you|they|he|she|(?-i:it)"
_PREPOSITION = "of|for|on|at|in|to|from|with|by|before|after"
_ASKS = re.compile(
    rf"\s*(?:(?:{_PREPOSITION}|and|but|so)\s+)?(?:who|whose|which|what|where|when|how (?:many|much)|{_AUX})\b",
    re.IGNORECASE,
)
_THING = re.compile(
    rf"\b(?:which|what) (?!(?:{_AUX}|if|about|happens)\b)(?P<thing>(?:[\w'’-]+ ){{1,4}}?)(?:{_AUX}|{_SUBJECT}|to)\b"
    rf"|^\s*what(?: is| are| was| were|['’]s) (?:the|our|my|your|their|its) (?P<of>(?:[\w'’-]+ ){{1,3}}?)"
    rf"(?:{_PREPOSITION})\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    rf"\bhow (?P<how>many|much) (?P<thing>(?:[\w'’-]+ ){{1,3}}?)(?:{_PREPOSITION}|{_AUX}|{_SUBJECT}|an?|left)\b",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[^\w\s]")
_POSSESSIVE = re.compile(r"['’]s$")
_NO_NOUN = re.compile(r"(?:ing|ed)$")
_DIGIT = re.compile(r"\d")
_DETERMINERS = word_set("a an the my our your their his her its any every another")
_AUX_WORDS = frozenset(_AUX.split("|"))
_GENERIC = frozenset(
    stems(
        sorted(
            word_set("""
advice aim amount answer approach aspect benefit best choice consequence cost date day deadline deal difference
duration end evening evidence example figure first future goal hour idea importance information kind least length
limit matter maximum meaning minimum minute mistake moment money month morning most motive next night number
objective order part people percent percentage person point price problem procedure process proof purpose quarter
question rate reason right risk role rule second sequence share side situation size sort stage step sum task thing
time today tomorrow topic type way week word year yesterday
""")
        )
    )
)
"""Words for what is asked that passages need not repeat: they show it, as "10%" shows a share."""

_IN_A_DIRECTORY = word_set("""
account address code colour email extension fax file folder id link login logo mail mobile name number password phone
telephone url version website
""")
"""What is asked for of somebody or something by this very word: "the goal of the call" may stand there in others."""

_NUMBERS = word_set("""
one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million dozen half both several single
""")
_BETWEEN = 4
"""A number counts the word that stands up to so many words behind it: "no more than four short lines of money"."""

_OPENING = 4
"""An auxiliary among so many first words stands before its subject, whose verb follows: "does a rival offer"."""

_VERBLESS = word_set("have has had is are was were")
"""Of these only one that the question begins with does."""


@dataclass(frozen=True, slots=True)
class Unheld:
    """The words for what a question of fact asks for that the passages do not have.

    `absent` are not there at all; `uncounted` are there, but without the number that is asked for.
    """

    absent: tuple[str, ...] = ()
    uncounted: tuple[str, ...] = ()


def unheld(question: str, hits: Sequence[Hit], first: int) -> Unheld:
    """What the passages do not have of what a question asks for or asks about; nothing for one of another kind.

    `hits` are the passages, best first; what is asked for must stand in one of the `first`, what it is asked about in
    any.
    """
    if not hits or cues.asks_how(question):
        return Unheld()
    bags = [frozenset(content_stems(f"{hit.passage.heading} {hit.passage.text}")) for hit in hits]
    near, known = frozenset().union(*bags[:first]), frozenset().union(*bags)
    absent: list[str] = []
    uncounted: list[str] = []
    for sentence in sentences(question):
        if not (sentence.endswith("?") or _ASKS.match(sentence)):
            continue  # what only tells of the situation may use any words
        absent += [word for word in _spoken_of(sentence) if _stem(word) not in known]
        absent += [word for thing in _things(sentence) for word in thing if _stem(word) not in near]
        for how, counted in _counted(sentence):
            if not any(_has_number(hit, how, counted) for hit in hits[:first]):
                there = [word for word in counted if _stem(word) in known]
                uncounted += there
                absent += [] if there else counted
    return Unheld(tuple(dict.fromkeys(absent)), tuple(dict.fromkeys(uncounted)))


def without(question: str, absent: Sequence[str]) -> str:
    """The question without some of its words."""
    found = "|".join(re.escape(word) for word in absent)
    return " ".join(re.sub(rf"\b(?:{found})\b(?:['’]s)?", " ", question, flags=re.IGNORECASE).split())


def _spoken_of(sentence: str) -> Iterator[str]:
    """The nouns behind articles and possessives, and the owners: "a competitor's visit", "my flight"."""
    found = [token.lower() for token in _TOKEN.findall(sentence)]
    run: list[str] = []
    inverted = within = False
    for at, token in enumerate([*found, "?"]):
        if within and token[0].isalnum() and (token not in FUNCTION_WORDS or token in {"own", "same"}):
            if _POSSESSIVE.search(token):
                yield _POSSESSIVE.sub("", token)
                run = []
            else:
                run.append(token)
            continue
        if inverted and len(run) > 1 and token[0].isalnum():
            run.pop()  # its verb
        yield from (word for word in _nouns(run)[-1:] if not _empty(word))
        within, run = token in _DETERMINERS, []
        before = found[at - 1] if 0 < at <= _OPENING else ""
        inverted = before in _AUX_WORDS and (before not in _VERBLESS or at == 1)


def _things(sentence: str) -> Iterator[list[str]]:
    """What stands behind "which" and "what", or what is asked for of something: "what is the name of"."""
    for match in _THING.finditer(sentence):
        thing = _nouns(_content(match["thing"] or match["of"]))
        if match["thing"] and thing and _stem(thing[-1]) not in _GENERIC:
            yield [word for word in thing if not _empty(word)]
        elif match["of"] and thing and thing[-1] in _IN_A_DIRECTORY:
            yield thing[-1:]


def _counted(sentence: str) -> Iterator[tuple[str, list[str]]]:
    for match in _COUNTED.finditer(sentence):
        thing = _content(match["thing"])
        if thing and match["thing"].split()[-1].lower() not in {"time", "times", "money", "more", "less"}:
            yield match["how"].lower(), thing


def _has_number(hit: Hit, how: str, counted: Sequence[str]) -> bool:
    """Whether a sentence counts one of these words, or of an amount, has a figure beside it."""
    wanted = set(stems(counted))
    for unit in units(hit.passage.text):
        told = words(unit.text.replace("-", " "))
        places = [at for at, stem in enumerate(stems(told)) if stem in wanted]
        if places and (how == "much" or unit.kind == "row") and any(_is_number(w) for w in told if w != "one"):
            return True
        if any(_is_number(word) for at in places for word in told[max(0, at - _BETWEEN) : at]):
            return True
    return False


def _is_number(word: str) -> bool:
    return word in _NUMBERS or bool(_DIGIT.search(word))


def _nouns(found: list[str]) -> list[str]:
    """Without what is no noun at the end: "the steps involved"."""
    while len(found) > 1 and _NO_NOUN.search(found[-1]):
        found = found[:-1]
    return found


def _content(text: str) -> list[str]:
    return [word for word in words(text) if word not in FUNCTION_WORDS | FAINT_WORDS]


def _empty(word: str) -> bool:
    return word in FUNCTION_WORDS | FAINT_WORDS or bool(_DIGIT.search(word)) or _stem(word) in _GENERIC


def _stem(word: str) -> str:
    return stems([word])[0]
