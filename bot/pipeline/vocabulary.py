"""What the words of a question can name: the live profile's checks, facts and choices, people, and the asker's deals.

It is made for one asker. What the asker may not see is not in it, so that a question about it reads like a question
about something that does not exist.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.deals.facts import FactSpec, FactType
from bot.deals.numbers import MONTHS
from bot.deals.units import unit_factors
from bot.pipeline.checks import checks_on
from bot.pipeline.grammar import phrases
from bot.pipeline.meanings import CheckWord, FactWord, Meaning, Named, NamedBy, UnitWord, ValueWord
from bot.pipeline.records import value_fact
from bot.pipeline.words import Token, tokens_of
from bot.profile.model import SEGMENT_CHECK, Profile
from bot.profile.people import People, Person

Phrase = tuple[str, ...]

# Words at either end of a check's label that carry nothing by themselves.
_EMPTY = frozenset({"a", "an", "the", "are", "is"})


@dataclass(frozen=True, slots=True)
class Seen:
    """Names that stand in the deals that an asker sees.

    `strangers` are owners whom people.yaml does not name, as (key, name). `customers` are also the names of deals that
    name no customer; `deals` are the names of the others.
    """

    strangers: tuple[tuple[str, str], ...] = ()
    stages: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    deals: tuple[str, ...] = ()


NOTHING_SEEN = Seen()


@dataclass(frozen=True)
class Vocabulary:
    """Phrases and their meanings; `written` are matched as written, `stemmed` by the stems of their words.

    `labels` says how a value of a word filter is shown: an owner's key by the person's name. `suggestions` are the
    phrases that a misspelt word is compared with. `bare` are one-word names that are also plain English: they count as
    names only with a capital letter or a possessive. `near` gives further names for suggestions, when they are needed.
    """

    profile: Profile
    written: Mapping[Phrase, tuple[Meaning, ...]]
    stemmed: Mapping[Phrase, tuple[Meaning, ...]]
    labels: Mapping[tuple[str, str], str]
    suggestions: tuple[str, ...]
    bare: frozenset[str]
    longest: int
    check_labels: Mapping[str, str] = field(default_factory=dict)
    near: Callable[[], tuple[str, ...]] = tuple

    def at(self, tokens: Sequence[Token], start: int) -> tuple[int, tuple[Meaning, ...]]:
        """The longest phrase that begins at this token: how many tokens it has, and all that it can mean."""
        for length in range(min(self.longest, len(tokens) - start), 0, -1):
            piece = tokens[start : start + length]
            found = self.written.get(tuple(token.text for token in piece), ())
            if length == 1 and piece[0].text in self.bare and not _like_a_name(piece[0], start):
                found = tuple(meaning for meaning in found if not _is_name(meaning))
            by_stem = self.stemmed.get(tuple(token.stem for token in piece), ())
            meanings = tuple(dict.fromkeys((*found, *by_stem)))
            if meanings:
                return length, meanings
        return 0, ()

    def with_names(self, seen: Seen) -> Vocabulary:
        """The same with further names: those that a question says, out of all that the asker sees."""
        if seen == NOTHING_SEEN:
            return self
        maker = _Maker()
        _seen(maker, seen)
        more = {phrase: (*self.written.get(phrase, ()), *meanings) for phrase, meanings in maker.written.items()}
        return replace(
            self,
            written=ChainMap(more, dict(self.written)),
            labels=ChainMap(maker.labels, dict(self.labels)),
            suggestions=tuple(dict.fromkeys((*self.suggestions, *maker.suggestions))),
            longest=max(self.longest, *map(len, more)),
        )

    def checks_on(self, fact: str) -> tuple[str, ...]:
        """The checks that require something of a fact."""
        return checks_on(self.profile, fact)


def vocabulary(profile: Profile, people: People, persons: Iterable[Person], seen: Seen = NOTHING_SEEN) -> Vocabulary:
    """The vocabulary of an asker who may see these persons' deals, and in them these names."""
    maker = _Maker()
    for phrase, meanings in phrases().items():
        for meaning in meanings:
            maker.written.setdefault(phrase, []).append(meaning)
    english = frozenset(phrase[0] for phrase in maker.written if len(phrase) == 1) | frozenset(MONTHS)
    _facts(maker, profile)
    _checks(maker, profile)
    _people(maker, people, persons)
    _seen(maker, seen)
    singles = english | {phrase[0] for phrase in maker.stemmed if len(phrase) == 1}
    return Vocabulary(
        profile=profile,
        written={phrase: tuple(meanings) for phrase, meanings in maker.written.items()},
        stemmed={phrase: tuple(dict.fromkeys(meanings)) for phrase, meanings in maker.stemmed.items()},
        labels=maker.labels,
        suggestions=tuple(dict.fromkeys(maker.suggestions)),
        bare=frozenset(singles),
        longest=max(map(len, (*maker.written, *maker.stemmed))),
        check_labels={SEGMENT_CHECK: "Segment"} | {check.id: check.label for check in profile.checks},
    )


def names_to_suggest(seen: Seen) -> tuple[str, ...]:
    """The names that a misspelt word is compared with."""
    return (*seen.customers, *seen.deals)


class _Maker:
    """Phrases as they are collected."""

    def __init__(self) -> None:
        self.written: dict[Phrase, list[Meaning]] = {}
        self.stemmed: dict[Phrase, list[Meaning]] = {}
        self.labels: dict[tuple[str, str], str] = {}
        self.suggestions: list[str] = []
        self._named: set[tuple[str, str, str]] = set()

    def word(self, text: str, meaning: Meaning) -> None:
        """A phrase of the profile, matched by stems."""
        tokens = tokens_of(text)
        if tokens and all(token.number is None and token.day is None for token in tokens):
            self.stemmed.setdefault(tuple(token.stem for token in tokens), []).append(meaning)
            self.suggestions.append(" ".join(token.text for token in tokens))

    def name(self, text: str, by: NamedBy, value: str, label: str, *, suggest: bool = True) -> None:
        """A name, matched as written without regard to case."""
        if (text, by, value) in self._named:
            return
        self._named.add((text, by, value))
        tokens = tokens_of(text)
        self.labels[by, value.casefold()] = label
        # A name that is nothing but a figure ("3", of an owner called "Agent 3") would take every such figure for it.
        phrase = tuple(token.text for token in tokens)
        if phrase and any(token.number is None for token in tokens):
            meanings = self.written.setdefault(phrase, [])
            meaning = Named(by, (value,), label)
            if meaning not in meanings:
                meanings.append(meaning)
            if suggest:
                self.suggestions.append(text)


def _facts(maker: _Maker, profile: Profile) -> None:
    units: dict[str, list[tuple[str, int]]] = {}
    for spec in profile.facts.values():
        for name in (spec.name.replace("_", " "), spec.label, *spec.also):
            maker.word(name, FactWord(spec.name))
        for unit, factor in unit_factors(spec).items():
            units.setdefault(unit, []).append((spec.name, factor))
        _values(maker, spec)
    size = value_fact(profile.facts)
    if size is not None:
        for name in ("money", "amount", "deal size"):
            maker.word(name, FactWord(size))
    for unit, factors in units.items():
        maker.word(unit, UnitWord(tuple(factors)))


def _values(maker: _Maker, spec: FactSpec) -> None:
    for value, words in spec.choices.items():
        # "none" says that there is none of this fact; by itself it could be any fact.
        for word in (*((value,) if value != "none" else ()), *words):
            maker.word(word, ValueWord(spec.name, value))
    for word in spec.means_yes:
        maker.word(word, ValueWord(spec.name, value=True))
    for word in spec.means_no:
        maker.word(word, ValueWord(spec.name, value=False))
    if spec.type is FactType.YES_NO:
        for word in dict.fromkeys((spec.name.replace("_", " "), *spec.means_yes)):
            maker.word(f"not {word}", ValueWord(spec.name, value=False))


def _checks(maker: _Maker, profile: Profile) -> None:
    maker.word("segment", CheckWord(SEGMENT_CHECK))
    for check in profile.checks:
        if check.counted:
            maker.word(check.id.replace("-", " "), CheckWord(check.id))
            words = check.label.split()
            while words and words[0].casefold() in _EMPTY:
                words.pop(0)
            maker.word(" ".join(words), CheckWord(check.id))
    for segment in profile.segments:
        maker.word(segment.name, Named("segment", (segment.name,), segment.name))
        maker.labels["segment", segment.name.casefold()] = segment.name


def _people(maker: _Maker, people: People, persons: Iterable[Person]) -> None:
    for person in persons:
        _person(maker, person.key, person.name, person.email)
        if person.team:
            maker.name(person.team, "team", person.team, person.team)
            maker.name(f"team {person.team}", "team", person.team, person.team, suggest=False)
    for authority in people.authorities.values():
        maker.name(authority.name, "authority", authority.key, authority.name)
        maker.name(authority.key.replace("-", " "), "authority", authority.key, authority.name, suggest=False)
    for person in people.all:
        held = tuple(sorted(person.authorities))
        for name in (person.name, person.name.split()[0]) if held else ():
            words = tuple(token.text for token in tokens_of(name))
            for phrase in ((*words, "approval"), ("approved", "by", *words), ("approval", "from", *words)):
                maker.written.setdefault(phrase, []).append(Named("authority", held, person.name))


def _seen(maker: _Maker, seen: Seen) -> None:
    for key, name in seen.strangers:
        _person(maker, key, name)
    for customer in seen.customers:
        maker.name(customer, "customer", customer, customer)
    for name in seen.deals:
        maker.name(name, "name", name, name)
    for stage in seen.stages:
        maker.name(stage, "stage", stage, stage)


def _person(maker: _Maker, key: str, name: str, email: str | None = None) -> None:
    words = name.split()
    for text in dict.fromkeys((name, *(words[:1] if len(words) > 1 else ()), *(words[-1:] if len(words) > 1 else ()))):
        maker.name(text, "owner", key, name, suggest=text in {name, words[0]})
    if email:
        maker.name(email, "owner", key, name, suggest=False)


def _is_name(meaning: Meaning) -> bool:
    return isinstance(meaning, Named) and meaning.by in {"owner", "customer", "name", "team"}


def _like_a_name(token: Token, at: int) -> bool:
    return token.possessive or (token.capital and at > 0)
