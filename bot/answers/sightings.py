"""A model's claims about a message held against the message and against the deterministic reader. Pure.

What both see is plain. What only the model claims to have seen is marked with the words it came from, and only when
these words stand in the message and the value follows from them. Where the two differ, the reader's value stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from bot.answers.derived import derived
from bot.deals.errors import FactError
from bot.deals.facts import FactSpec, FactSpecs, FactType, FactValue
from bot.deals.outcomes import OutcomeError
from bot.deals.values import format_value, parse_value
from bot.deals.wording import counted

if TYPE_CHECKING:
    from bot.deals.reading import Reading

MOST_CLAIMS = 60
"""So many claims of one reply are looked at."""

LONGEST_WORDS = 120
"""Characters of the words for one fact; longer ones are the message, not the words. Outcomes are written out."""

LONGEST_OUTCOMES = 600

_DOUBT = re.compile(
    r"\b(?:if|unless|whether|maybe|perhaps|could|would|might|may|should|can|wants?|wish\w*|hop\w+|ask\w*|instead|"
    r"competitor|versus|vs|than|around|about|almost|roughly|up to|at least|at most|suppose|assum\w+)\b|\?",
    re.IGNORECASE,
)
_DENIAL = re.compile(r"\b(?:no|not|never|none|without|nobody|neither|nor|cannot)\b|n['’]t\b", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[.;:!\n]|,\s")


@dataclass(frozen=True, slots=True)
class Sighting:
    """A fact that only the model claims to have seen, with its words from the message."""

    fact: str
    value: FactValue
    words: str


@dataclass(frozen=True, slots=True)
class Differing:
    """A fact that the model reads otherwise than the reader: what stands is the reader's, None where it is open."""

    fact: str
    stands: FactValue | None
    claimed: FactValue
    words: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A claim that was refused, and why in a word."""

    fact: str
    why: str


@dataclass(frozen=True, slots=True)
class Held:
    """What a message says of a deal, by the reader and by a model.

    `facts` are the reader's and those that only the model claims; `model_only` are the latter, by fact; `agreed` are
    seen by both. `asked` says that a model was asked and gave a reply that could be read.
    """

    reading: Reading
    facts: Mapping[str, FactValue]
    agreed: frozenset[str] = frozenset()
    model_only: Mapping[str, Sighting] = field(default_factory=lambda: MappingProxyType({}))
    differing: tuple[Differing, ...] = ()
    refused: tuple[Refused, ...] = ()
    asked: bool = False


def by_the_reader(reading: Reading) -> Held:
    """What the reader alone sees."""
    return Held(reading, dict(reading.facts))


def hold(reading: Reading, reply: Any, message: str, facts: FactSpecs, currency: str) -> Held:
    """Hold a model's reply, as JSON data of whatever shape, against the message and the reader."""
    held = _Hold(reading, message, facts, currency)
    for claim in _claims(reply):
        held.claim(claim)
    return held.done()


class _Hold:
    """What one holding gathers."""

    def __init__(self, reading: Reading, message: str, facts: FactSpecs, currency: str) -> None:
        self._reading, self._message, self._facts, self._currency = reading, message, facts, currency
        self._open = {conflict.fact for conflict in reading.conflicts} | {error.fact for error in reading.errors}
        self._agreed: set[str] = set()
        self._only: dict[str, Sighting] = {}
        self._differing: dict[str, Differing] = {}
        self._refused: list[Refused] = []
        self._twice: set[str] = set()

    def claim(self, claim: Mapping[str, Any]) -> None:
        """Take one claim, mark it, or refuse it."""
        name, words = str(claim.get("fact") or ""), _spaced(str(claim.get("words") or ""))
        spec = self._facts.get(name)
        if spec is None:
            self._refused.append(Refused(name[:60], "there is no such fact"))
            return
        value, why = self._value(spec, claim.get("value"), words)
        if value is None or why:
            self._refused.append(Refused(name, why))
        elif name in self._reading.facts:
            if self._reading.facts[name] == value:
                self._agreed.add(name)
            else:
                self._differing[name] = Differing(name, self._reading.facts[name], value, words)
        elif name in self._open:
            self._differing[name] = Differing(name, None, value, words)
        elif name in self._only and self._only[name].value != value:
            self._twice.add(name)
        else:
            self._only.setdefault(name, Sighting(name, value, words))

    def done(self) -> Held:
        """All of it together."""
        for name in self._twice:
            del self._only[name]
            self._refused.append(Refused(name, "the model says two things"))
        facts = {**self._reading.facts, **{name: one.value for name, one in self._only.items()}}
        return Held(
            self._reading,
            {name: facts[name] for name in self._facts if name in facts},
            frozenset(self._agreed),
            MappingProxyType(dict(self._only)),
            tuple(self._differing.values()),
            tuple(self._refused),
            asked=True,
        )

    def _value(self, spec: FactSpec, given: Any, words: str) -> tuple[FactValue | None, str]:
        """The claimed value, or why it is refused."""
        longest = LONGEST_OUTCOMES if spec.type is FactType.OUTCOMES else LONGEST_WORDS
        if not words or len(words) > longest:
            return None, "without the words that it came from"
        places = list(_places(words, self._message))
        if not places:
            return None, "its words are not in the message"
        try:
            value = parse_value(spec, given if isinstance(given, bool | int | float | str) else "", self._currency)
        except (FactError, OutcomeError, ValueError, ArithmeticError, RecursionError):
            return None, "its value cannot be read"
        span = derived(spec, value, words, self._facts, self._currency)
        if span is None:
            return None, "its value does not follow from its words"
        if not any(self._free(spec, value, place, span, words) for place in places):
            return None, "these words say something else, or are doubted or denied there"
        return value, ""

    def _free(self, spec: FactSpec, value: FactValue, place: int, span: tuple[int, int], words: str) -> bool:
        """Whether the words at this place of the message can mean this fact."""
        text = _spaced(self._message)
        begin, end = place + span[0], place + span[1]
        for other in self._reading.understood:
            if other.fact != spec.name and _spaced(other.words) in words and _overlaps(other.words, words, span):
                return False
        ends = [match.end() for match in _CLAUSE_END.finditer(text, 0, place)]
        before = text[ends[-1] if ends else 0 : begin]
        sentence = _CLAUSE_END.search(text, end)
        after = text[end : sentence.start() if sentence else len(text)]
        if _DOUBT.search(before) or "?" in after:
            return False
        return value is False or not _DENIAL.search(before)


def _claims(reply: Any) -> Iterator[Mapping[str, Any]]:
    """The claims of a reply, whatever it is."""
    listed = reply.get("facts") if isinstance(reply, Mapping) else reply
    for one in list(listed)[:MOST_CLAIMS] if isinstance(listed, Sequence) and not isinstance(listed, str) else ():
        if isinstance(one, Mapping):
            yield one


def _places(words: str, message: str) -> Iterator[int]:
    """Where the words stand in the message as whole words, spaces aside."""
    text = _spaced(message)
    at = text.find(words)
    while at >= 0:
        inside = (text[at - 1 : at] + words[:1]).isalnum() and at > 0
        goes_on = (words[-1:] + text[at + len(words) : at + len(words) + 1]).isalnum() and at + len(words) < len(text)
        if not inside and not goes_on:
            yield at
        at = text.find(words, at + 1)


def _overlaps(others: str, words: str, span: tuple[int, int]) -> bool:
    at = words.find(_spaced(others))
    return at < span[1] and span[0] < at + len(_spaced(others))


def _spaced(text: str) -> str:
    return " ".join(text.split())


def told(held: Held, facts: FactSpecs, currency: str) -> tuple[str, ...]:
    """What the person who confirms it should know, in sentences."""
    notes: list[str] = []
    if held.model_only:
        labels = ", ".join(facts[name].label for name in held.model_only)
        notes.append(f"Only the language model read these; each is marked with its words. Please check: {labels}.")
    for one in held.differing:
        spec = facts[one.fact]
        claimed = format_value(spec, one.claimed, currency)
        if one.stands is None:
            notes.append(f"{spec.label} is open: the model reads {claimed} from “{one.words}”. Say which it is.")
        else:
            stands = format_value(spec, one.stands, currency)
            notes.append(f"{spec.label}: I read {stands}; the model reads {claimed} from “{one.words}”. Mine stands.")
    if held.refused:
        claims = counted(len(held.refused), "claim of the model was", "claims of the model were")
        notes.append(f"{claims} refused: {'; '.join(sorted({one.why for one in held.refused}))}.")
    return tuple(notes)
