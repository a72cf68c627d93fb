"""Words that suppose changes to a deal: "what if they prepay and take 6 months?", "make it 5% and net 30".

The reader of sentences takes no fact from a question, rightly: nobody has said that the deal is so. Here somebody says
on purpose what might be, so each clause is given to it as if it had been stated. What it cannot take for certain stays
unread, and is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from bot.deals.facts import FactSpec, FactSpecs, FactType, FactValue
from bot.deals.reading import Reading, SentenceReader
from bot.deals.values import FactError, parse_value

LONGEST = 500
MOST_DROPPED = 7
"""So many words at the beginning of a clause may say who does what: "and then they would sign for"."""

_LEAD = re.compile(
    r"""^\W*(?:(?:so|and|ok|okay|but|then|well|please|hey|now|hmm?)\b[\s,]*)*
    (?:(?:what\s+if|what\s+about|how\s+about|suppos(?:e|ing)|imagine|assum(?:e|ing)|let['’]?s\s+say|say|
    (?:would|will|does)\s+(?:it|that|this|the\s+deal)\s+(?:still\s+)?fit\s+(?:if|at|with(?=\s))|if|instead)\b|
    (?=(?:make|change|set|move|raise|lower|cut|reduce|increase|extend|shorten|drop|remove|take|try|with|without)\b))""",
    re.IGNORECASE | re.VERBOSE,
)
_AGAIN = re.compile(
    r"""^\W*(?:(?:so|and|ok|okay|but|then|well|please|hey|now|no|let['’]?s)\b[\s,]*)*
    (?:(?P<deal>start\s+(?:over|again|afresh|from\s+scratch)|(?:(?:go\s+)?back\s+to\s+|leave\s+it\s+|put\s+it\s+(?:back\s+)?)?
    (?:the\s+deal\s+)?(?:the\s+way|as)\s+it\s+(?:was|is|stands|stood)|back\s+to\s+the\s+(?:original|deal)|reset|
    forget\s+(?:all\s+)?(?:that|it|those|them))|
    (?P<last>undo|take\s+(?:that|it)\s+back|not\s+that\s+one|one\s+step\s+back))
    \b(?:\s+(?:it|that|this|everything|all|the\s+last\s+(?:one|step)))*[\s,.:;!?-]*(?:(?:and|but|then|with)\b[\s,]*)*""",
    re.IGNORECASE | re.VERBOSE,
)
_ON = re.compile(r"^\W*(?:(?:and|also|plus|then|now|but|or|with|instead|maybe|rather)\b[\s,]*)+", re.IGNORECASE)
_ASKS = re.compile(
    r"\b(?:what|how|who|whom|whose|which|why|where|should|(?:can|could|may|do|am|must)\s+(?:i|we|you))\b", re.IGNORECASE
)
_WOULD_IT = re.compile(
    r"^(?:would|will|does|is|do)\b.*\b(?:fit|ok|okay|fine|work|enough|pass|change|then)\W*$", re.IGNORECASE
)
_BREAK = re.compile(r"[;?!\n]+|,(?!\d{3})|\.(?!\d)|\b(?:and|but|plus|then|also)\b", re.IGNORECASE)
_FROM = re.compile(r"\bfrom\s+\S+(?:\s+(?!to\b)[a-z]+)?\s+to\b", re.IGNORECASE)
_RATHER = re.compile(r"\b(?:instead\s+of|rather\s+than|not\s+the)\b.*$", re.IGNORECASE)
_WITHOUT = re.compile(
    r"^(?:(?:we|they|you|i|it)\s+)?(?:\w+\s+)?(?:without|drops?|dropping|removes?|removing|scraps?|skips?|leaves?\s+out|takes?\s+off|no\s+to|no)\s+"
    r"(?:the|any|a|an|its|their|that|our)?\s*(?P<thing>.+)$",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:not|never)\b|n['’]t\b", re.IGNORECASE)
_RELATIVE = re.compile(r"\b(?:by|adds?|added|adding|another|extra|additional|further|longer|shorter)\b", re.IGNORECASE)
_ASIDE = re.compile(r"\s+(?:instead|(?:would|will|does|do|is)\s+(?:it|that|this|we|the\s+deal)\b.*)$", re.IGNORECASE)
_JOINS = re.compile(r"\b(?:at|for|with|on)\b", re.IGNORECASE)
_COMPARES = frozenset(
    """than over above below under beyond least most between until till exceed exceeds more less fewer almost nearly
    about around roughly or half twice double no none neither nor without""".split()
)
_OR = re.compile(r"\b(?:either|or)\b", re.IGNORECASE)
_REFUSES = re.compile(
    r"\b(?:refus\w*|declin\w*|reject\w*|den(?:y|ies|ied)|balk\w*|object\w*|oppos\w*|fails?|failed|unless|cannot|against|"
    r"doubt\w*|worr\w*|hates?|dislikes?|stops?|stopped|resist\w*)\b",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"-?\d+(?:\.\d+)?\s*(?:%|percent|per\s+cent)", re.IGNORECASE)
_EMPTY = re.compile(r"^(?:to|it|they|we|the|deal|instead|then|so|would|be|please|a|an|\W)*$", re.IGNORECASE)


class From(StrEnum):
    """What a supposition starts from, where one was made before it."""

    LAST = "last"
    """The last one: it builds on what was supposed before."""
    DEAL = "deal"
    """The deal as it stands: "start over"."""
    BEFORE_LAST = "before last"
    """The one before the last: "undo that"."""


@dataclass(frozen=True, slots=True)
class Supposed:
    """What somebody supposes of a deal: the facts that would change, and the words that were not understood."""

    facts: Mapping[str, FactValue]
    unread: tuple[str, ...] = ()
    start: From = From.LAST


class WhatIfReader:
    """Reads suppositions with the facts of one profile."""

    def __init__(self, facts: FactSpecs, reader: SentenceReader, currency: str = "USD") -> None:
        self._facts, self._reader, self._currency = facts, reader, currency
        percents = [spec for spec in facts.values() if spec.type is FactType.PERCENT]
        movable = [spec for spec in percents if spec.negotiable is not None]
        alone = movable if len(movable) == 1 else percents
        self._percent = alone[0] if len(alone) == 1 else None

    def read(self, text: str, *, after: bool = False, directly: bool = True) -> Supposed | None:
        """What the words suppose; None when they do not suppose anything, or ask something else about it.

        `after` says that something was supposed before: "start over" or "undo that" then says what to start from.
        Where that was said `directly` before, "and 6 months?" supposes too.
        """
        text = " ".join(text[:LONGEST].split())
        again = _AGAIN.match(text) if after else None
        if again is not None:
            start = From.DEAL if again["deal"] else From.BEFORE_LAST
            rest = text[again.end() :]
            found = self.read(rest) or self._facts_of(rest, sure=False) if rest else None
            return Supposed(MappingProxyType({}), start=start) if found is None else replace(found, start=start)
        lead = _LEAD.match(text)
        if lead is None:
            on = _ON.match(text) if after and directly else None
            return None if on is None else self._facts_of(text[on.end() :], sure=True)
        return self._facts_of(text[lead.end() :], sure=False)

    def _facts_of(self, rest: str, *, sure: bool) -> Supposed | None:
        """What the clauses suppose; with `sure` nothing where a part of them is not understood."""
        if _ASKS.search(rest):
            return None
        found: dict[str, FactValue] = {}
        disputed: dict[str, str] = {}
        unread: list[str] = []
        for clause in _clauses(rest):
            facts = self._clause(clause)
            if not facts:
                unread.append(clause)
            for fact, value in facts.items():
                if found.setdefault(fact, value) != value:
                    disputed[fact] = clause
        kept = {fact: value for fact, value in found.items() if fact not in disputed}
        unread += [f"{clause} (said in two ways)" for clause in disputed.values()]
        if sure and unread:
            return None
        return Supposed(MappingProxyType(kept), tuple(unread)) if kept or unread else None

    def _clause(self, clause: str) -> Mapping[str, FactValue]:
        """The facts of one clause; none when anything in it is in doubt."""
        clause = _ASIDE.sub("", _RATHER.sub("", _FROM.sub("to", clause))).strip()
        if _OR.search(clause) or _REFUSES.search(clause) or _RELATIVE.search(clause):
            return {}
        gone = _WITHOUT.match(clause)
        if gone and not re.search(r"\bto\s+\S*\d", gone["thing"]):
            return self._gone(gone["thing"])
        denied = _NOT.search(clause)
        if denied:
            facts = self._stated(clause[denied.end() :].strip())
            yes = facts and all(value is True for value in facts.values())
            return dict.fromkeys(facts, False) if yes else {}
        return self._stated(clause) or self._joined(clause)

    def _gone(self, thing: str) -> Mapping[str, FactValue]:
        """Something left out: no discount is a discount of nothing, no monthly call a denied one."""
        facts = self._taken(self._reader.read(f"no {thing}"), thing)
        if facts:
            return facts
        stated = self._stated(thing)
        yes = stated and all(value is True for value in stated.values())
        return dict.fromkeys(stated, False) if yes else {}

    def _joined(self, clause: str) -> Mapping[str, FactValue]:
        """Facts that hang together: "a 3-year deal at 5%". All of them, or none."""
        parts = [part.strip() for part in _JOINS.split(clause) if not _EMPTY.match(part.strip())]
        found: dict[str, FactValue] = {}
        for part in parts if len(parts) > 1 else ():
            facts = self._stated(part)
            if not facts or found.keys() & facts.keys():
                return {}
            found |= facts
        return found

    def _stated(self, clause: str) -> Mapping[str, FactValue]:
        """What the clause states when the words that say who does it are left away, as few of them as possible."""
        words = clause.split()
        for start in range(min(len(words), MOST_DROPPED)):
            if start and (words[start - 1].lower().strip(",.") in _COMPARES or re.search(r"\d", words[start - 1])):
                return {}
            for text in _spellings(words[start:]):
                facts = self._taken(self._reader.read(text), clause) or self._bare(text)
                if facts:
                    return facts
        return {}

    def _taken(self, reading: Reading, clause: str) -> Mapping[str, FactValue]:
        if reading.conflicts or reading.errors:
            return {}
        amounts = [words for words in reading.unread if re.search(r"\d", words)]
        bare = self._bare(amounts[0]) if len(amounts) == 1 else {}
        if amounts and (not bare or bare.keys() & reading.facts.keys()):
            return {}
        if any(word in _COMPARES for words in reading.unread for word in words.lower().split()):
            return {}
        meant = {name: v for name, v in reading.facts.items() if self._is_meant(self._facts[name], clause)}
        return {**meant, **bare} if meant else {}

    @staticmethod
    def _is_meant(spec: FactSpec, clause: str) -> bool:
        """Whether a fact about a person is spoken of: "the CFO" alone may be whom somebody asks about."""
        if not spec.ask.lower().startswith("who "):
            return True
        names = [name.lower() for name in (spec.label, *spec.also)]
        return any(word.lower().startswith(tuple(names)) for word in clause.split())

    def _bare(self, text: str) -> Mapping[str, FactValue]:
        """An amount alone moves the only fact of its kind that can be moved."""
        amount = re.sub(r"^(?:to|at|of|by|only|just|a|be)\s+", "", text, flags=re.IGNORECASE).strip()
        if self._percent is None or not _PERCENT.fullmatch(amount):
            return {}
        try:
            return {self._percent.name: parse_value(self._percent, amount, self._currency)}
        except FactError:
            return {}


def _clauses(text: str) -> Iterator[str]:
    for part in _BREAK.split(text):
        clause = part.strip(" \t:\"“”'()-")
        if clause and not _EMPTY.match(clause) and not _WOULD_IT.match(clause):
            yield clause


def _spellings(words: list[str]) -> Iterator[str]:
    """The words as they stand, and with the verb as the profile's phrases have it: "prepay" as "prepays"."""
    yield " ".join(words)
    if words and words[0].isalpha() and not words[0].endswith("s"):
        yield " ".join([f"{words[0]}s", *words[1:]])
