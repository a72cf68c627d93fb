"""The words of one profile: what its facts, units, choices and phrases are called, compiled once for the reader."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.deals.facts import FactSpec, FactSpecs, FactType
from bot.deals.numbers import CURRENCY_WORDS, MULTIPLIERS
from bot.deals.sentence.english import KINDS, Kind
from bot.deals.text import key
from bot.deals.units import TIME_WORDS, names, singular, time_unit, unit_factors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.deals.sentence.tokens import Token

_PEOPLE = frozenset({"people", "person", "persons", "staff", "employees", "men", "women"})
_SHORTEST_TYPO = 4


@dataclass(frozen=True, slots=True)
class Sense:
    """What a phrase means: the name of a fact, a choice of it, or yes or no to it.

    `capitals` are the words that count only in capitals: IT in "in IT", which without them is two small words.
    `only_named` marks a choice that is no word of its own ("none"): it counts behind the fact's name only.
    """

    kind: Kind
    fact: str
    value: str | bool | None = None
    capitals: tuple[int, ...] = ()
    only_named: bool = False


class Lexicon:
    """The phrases of a profile, to be looked up in a list of tokens."""

    def __init__(self, facts: FactSpecs) -> None:
        """Compile the facts' words. Nothing is read later from anywhere else."""
        self.facts = facts
        self._phrases: dict[tuple[str, ...], list[Sense]] = defaultdict(list)
        self._units: dict[tuple[str, ...], dict[str, int]] = defaultdict(dict)
        for spec in facts.values():
            self._add_names(spec)
            self._add_values(spec)
            for words, factor in unit_factors(spec).items():
                self._units[_split(words)][spec.name] = factor
        self._longest = max((len(words) for words in (*self._phrases, *self._units)), default=0)
        self._starts = frozenset(words[0] for words in (*self._phrases, *self._units))
        self.support = {spec.name: _support(spec) for spec in facts.values()}
        self.of_type = {kind: tuple(s.name for s in facts.values() if s.type is kind) for kind in FactType}
        self.time_units = {spec.name: time_unit(spec) for spec in facts.values()}
        self.per_year = frozenset(
            s.name for s in facts.values() if s.unit and key(s.unit).endswith((" a year", " per year"))
        )
        self.people = frozenset(spec.name for spec in facts.values() if spec.unit and key(spec.unit) in _PEOPLE)
        # A fact about a person (its question begins with Who) may be mentioned without being stated.
        self.persons = frozenset(s.name for s in facts.values() if key(s.ask).startswith(("who ", "whom ", "whose ")))
        self._vocabulary = self._typo_words()
        self.suffixes = frozenset(
            {*MULTIPLIERS, "mil", "pct", "percent", *CURRENCY_WORDS, "usd", "eur", "gbp", "chf"}
            | {words[0] for words in self._units if len(words) == 1}
            | {words[0] for words, senses in self._phrases.items() if len(words) == 1 and self._numeric(senses)}
        )
        self.prefixes = frozenset(
            {words[0] for words, senses in self._phrases.items() if len(words) == 1 and self._numeric(senses)}
            | {"usd", "eur", "gbp", "chf"}
        )

    def phrase(self, tokens: Sequence[Token], at: int) -> tuple[int, list[Sense]]:
        """The longest phrase that begins at a token: how many tokens it has, and its senses; (0, []) for none."""
        if at >= len(tokens) or tokens[at].low not in self._starts:
            return 0, []
        words = _ahead(tokens, at, self._longest)
        for length in range(len(words), 0, -1):
            senses = self._phrases.get(tuple(words[:length]))
            if senses:
                fit = [s for s in senses if all(tokens[at + place].text.isupper() for place in s.capitals)]
                if fit:
                    return length, fit
        return 0, []

    def unit(self, tokens: Sequence[Token], at: int) -> tuple[int, Mapping[str, int]]:
        """The longest unit that begins at a token, and for each fact counted in it what to multiply by."""
        if at >= len(tokens) or tokens[at].low not in self._starts:
            return 0, {}
        words = _ahead(tokens, at, self._longest)
        for length in range(len(words), 0, -1):
            if found := self._units.get(tuple(words[:length])):
                return length, found
        return 0, {}

    def supports(self, fact: str, word: str) -> bool:
        """Whether a word belongs to what is said of the fact: payment to the payment terms, sponsored to a sponsor."""
        return stem(word) in self.support[fact]

    def called(self, fact: str) -> str:
        """What to call a fact in a remedy: its label, which is one of the names that the reader knows."""
        label = self.facts[fact].label
        return label if label[1:2].isupper() else label[:1].lower() + label[1:]

    def did_you_mean(self, word: str) -> str | None:
        """The profile's word that a word is a slip of, or None."""
        word = word.removesuffix("'s")
        if len(word) < _SHORTEST_TYPO or word in self._vocabulary or stem(word) in self._vocabulary:
            return None
        allowed = 1 if len(word) < 8 else 2  # noqa: PLR2004 - a long word may have two slips
        found = process.extractOne(word, self._vocabulary, scorer=OSA.distance, score_cutoff=allowed)
        return found[0] if found else None

    def _numeric(self, senses: Iterable[Sense]) -> bool:
        return any(s.kind is Kind.NAME and self.facts[s.fact].type.is_numeric for s in senses)

    def _add(self, phrase: str, sense: Sense) -> None:
        raw = re.sub(r"[-_]", " ", phrase).split()
        words = _split(phrase)
        if not words or sense in self._phrases[words]:
            return
        small = all(word in KINDS or word in TIME_WORDS for word in words)
        capitals = (
            tuple(at for at, word in enumerate(raw) if word.isupper()) if small and len(raw) == len(words) else ()
        )
        self._phrases[words].append(Sense(sense.kind, sense.fact, sense.value, capitals, sense.only_named))

    def _add_names(self, spec: FactSpec) -> None:
        sense = Sense(Kind.NAME, spec.name)
        for name in (spec.name, spec.label, *spec.also):
            for variant in _variants(name, numeric=spec.type.is_numeric):
                self._add(variant, sense)

    def _add_values(self, spec: FactSpec) -> None:
        for choice, words in spec.choices.items():
            if spec.type is FactType.CHOICE:
                for word in words:
                    self._add(word, Sense(Kind.CHOICE, spec.name, choice))
                if key(choice) not in {key(word) for word in words}:
                    self._add(choice, Sense(Kind.CHOICE, spec.name, choice, only_named=True))
        for phrases, value in ((spec.means_yes, True), (spec.means_no, False)):
            for phrase in phrases:
                self._add(phrase, Sense(Kind.YES_NO, spec.name, value))
        if spec.type is FactType.YES_NO:
            # A label that holds a phrase for yes is one: Early service visit.
            for name in (spec.name, spec.label):
                if any(f" {key(phrase)} " in f" {key(name)} " for phrase in spec.means_yes):
                    self._add(name, Sense(Kind.YES_NO, spec.name, value=True))

    def _typo_words(self) -> tuple[str, ...]:
        words = {word for phrase in self._phrases for word in phrase} | {w for u in self._units for w in u}
        # Sorted, so that of two equally near words the same one is offered every time.
        return tuple(sorted(word for word in words if word not in KINDS and len(word) >= _SHORTEST_TYPO))


def stem(word: str) -> str:
    """A word without its commonest endings: sponsored, sponsors and sponsor are one."""
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) > 2:  # noqa: PLR2004 - what is left must be a word
            return word[: -len(ending)]
    return word


def _split(phrase: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W_]+(?:'[^\W_]+)*|[^\w\s]", key(phrase)))


def _ahead(tokens: Sequence[Token], at: int, most: int) -> list[str]:
    words = []
    for token in tokens[at : at + most]:
        if token.kind == "break":
            break
        words.append(token.low)
    return words


def _variants(name: str, *, numeric: bool) -> set[str]:
    """A name, its singular, and "per year" beside "a year"; a yearly count is also named without the year."""
    if not numeric:
        return {name}
    found = {name}
    spelled = key(name)
    if spelled.endswith(" a year"):
        found |= {spelled.removesuffix(" a year"), spelled.replace(" a year", " per year")}
    return found | {singular(key(variant)) if variant != name else singular(variant) for variant in set(found)}


def _support(spec: FactSpec) -> frozenset[str]:
    texts = [*names(spec), key(spec.ask), key(spec.unit or "")]
    words = {word for text in texts for word in re.findall(r"[^\W\d_]+", text)}
    return frozenset(stem(word) for word in words if word not in KINDS or word in {"pay", "buy"})
