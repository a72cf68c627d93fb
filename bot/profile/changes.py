"""What is different between two Deal Profiles, in words: facts, segments and checks added, removed and changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from typing import Any, Literal

from bot.deals.facts import FactSpec
from bot.deals.wording import counted, spoken
from bot.profile.conditions import ALWAYS, AllOf, AnyOf, Condition, Test, tests_of
from bot.profile.economics_words import ECONOMICS, economics_changes
from bot.profile.explain import rule_sentences
from bot.profile.model import Band, Case, Check, Profile, Segment
from bot.profile.words import Words, authority_name

Section = Literal["profile", "fact", "segment", "check", "economics"]
Kind = Literal["added", "removed", "changed"]
ARROW = " -> "
_NOTHING = "none"
_HEAD = ("title", "version", "effective", "currency")
_COMPARED = frozenset({*_HEAD, "facts", "segments", "checks", ECONOMICS})
_SAID = {
    "also": "further names",
    "ask": "the question",
    "choices": "the choices",
    "means_yes": "phrases for yes",
    "means_no": "phrases for no",
    "usual": "the usual values",
}


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """One difference. `what` is the part that changed ("rule", "because"), None for a whole thing; `text` says it."""

    section: Section
    id: str
    kind: Kind
    what: str | None
    text: str


def changes(old: Profile, new: Profile) -> tuple[ProfileChange, ...]:
    """Every difference that means something, in the order of the new file; comments and layout mean nothing."""
    return tuple(_Comparison(old, new).all())


class _Comparison:
    def __init__(self, old: Profile, new: Profile) -> None:
        self._old, self._new = old, new
        self._was, self._is = Words(old.specs, old.currency), Words(new.specs, new.currency)

    def all(self) -> Iterator[ProfileChange]:
        for name in _HEAD:
            before, after = getattr(self._old, name), getattr(self._new, name)
            if before != after:
                yield ProfileChange("profile", name, "changed", name, f"{name.capitalize()}: {before}{ARROW}{after}")
        yield from self._named("fact", dict(self._old.facts), dict(self._new.facts))
        yield from self._named("segment", _by("name", self._old.segments), _by("name", self._new.segments))
        yield from self._named("check", _by("id", self._old.checks), _by("id", self._new.checks))
        for what, text in economics_changes(self._old, self._new):
            yield ProfileChange("economics", what, "changed", what, text)
        yield from self._others()

    def _others(self) -> Iterator[ProfileChange]:
        """What the file holds besides, value by value."""
        before, after = (dict(_leaves("", _rest(profile))) for profile in (self._old, self._new))
        for where in dict.fromkeys((*after, *before)):
            one, other = before.get(where, _NOTHING), after.get(where, _NOTHING)
            if one != other:
                yield ProfileChange("profile", where, "changed", where, f"{where}: {one}{ARROW}{other}")

    def _named(self, section: Section, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[ProfileChange]:
        for name in old:
            if name not in new:
                text = f"{section.capitalize()} removed: {_title(old[name])}."
                yield ProfileChange(section, name, "removed", None, text)
        for name, thing in new.items():
            if name not in old:
                text = f"{section.capitalize()} added: {_title(thing)}. {self._told(thing)}".strip()
                yield ProfileChange(section, name, "added", None, text)
            else:
                for what, text in self._parts(old[name], thing):
                    yield ProfileChange(section, name, "changed", what, f"{_title(thing)}: {text}")
        before, after = [name for name in old if name in new], [name for name in new if name in old]
        if before != after:
            text = f"The order of the {section}s: {', '.join(before)}{ARROW}{', '.join(after)}"
            yield ProfileChange(section, "", "changed", "order", text)

    def _told(self, thing: FactSpec | Segment | Check) -> str:
        if isinstance(thing, FactSpec):
            return f"{str(thing.type).capitalize()}{f' in {thing.unit}' if thing.unit else ''}."
        if isinstance(thing, Segment):
            who = f"when {self._is.condition(thing.when)}" if thing.when else "everybody not taken before"
            return f"{thing.stance.value.capitalize()}: {who}."
        return " ".join(rule_sentences(self._new, thing))

    def _parts(self, old: Any, new: Any) -> Iterator[tuple[str, str]]:
        """What changed of one thing, with the words for it."""
        if isinstance(new, FactSpec):
            yield from _fact(old, new)
            return
        simple = ("stance",) if isinstance(new, Segment) else ("part", "label")
        for name in (*simple, "because", "guidance"):
            before, after = getattr(old, name), getattr(new, name)
            if before != after:
                yield name, f"{name}: {before or _NOTHING}{ARROW}{after or _NOTHING}"
        if old.when != new.when:
            yield "when", f"applies {self._when(old.when, new.when)}"
        if isinstance(new, Check):
            yield from self._rule(old, new)
            if old.counted != new.counted:
                modes = ("dry-run", "enforce")
                yield "mode", f"mode: {modes[old.counted]}{ARROW}{modes[new.counted]}"
        yield from self._bands(old, new)
        if dict(old.accept) != dict(new.accept):
            before, after = ("; ".join(f"{k} ({why})" for k, why in each.accept.items()) for each in (old, new))
            yield "accept", f"warnings that are accepted: {before or _NOTHING}{ARROW}{after or _NOTHING}"

    def _when(self, old: Condition | None, new: Condition | None) -> str:
        if old is not None and new is not None:
            return f"when {self.condition(old, new)}"
        return f"{_always(self._was, old)}{ARROW}{_always(self._is, new)}"

    def condition(self, old: Condition, new: Condition) -> str:
        """The change of a condition: only the limits that moved where the rest is the same."""
        pairs = _aligned(old, new)
        if pairs is None:
            return f"{self._was.condition(old)}{ARROW}{self._is.condition(new)}"
        return ", and ".join(f"{self._was.test(one)}{ARROW}{self._is.limit_beside(other)}" for one, other in pairs)

    def _rule(self, old: Check, new: Check) -> Iterator[tuple[str, str]]:
        numbers: dict[tuple[Condition | None, Condition | None], int] = {}  # rows are long to compare, numbers are not
        before, after = (
            [numbers.setdefault((case.when, case.require), len(numbers)) for case in each.cases] for each in (old, new)
        )
        for tag, low, high, first, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            if tag == "equal":
                continue
            gone, come = old.cases[low:high], new.cases[first:last]
            both = min(len(gone), len(come))
            for one, other in zip(gone, come, strict=False):
                yield "rule", self._case(one, other)
            for one in gone[both:]:
                yield "rule", f"no longer: {_sentence(self._was, one)}"
            for other in come[both:]:
                yield "rule", f"now also: {_sentence(self._is, other)}"

    def _case(self, old: Case, new: Case) -> str:
        if old.require == new.require:
            require = self._is.requirement(new.require) if new.require else "nothing required"
            if old.when is not None and new.when is not None:
                return f"{require} when {self.condition(old.when, new.when)}"
            return f"{require} {_always(self._was, old.when)}{ARROW}{_always(self._is, new.when)}"
        if old.when == new.when and old.require is not None and new.require is not None:
            tail = f", when {self._is.condition(new.when)}" if new.when else ""
            return f"{self.condition(old.require, new.require)}{tail}"
        return f"{_sentence(self._was, old)}{ARROW}{_sentence(self._is, new)}"

    def _bands(self, old: Check | Segment, new: Check | Segment) -> Iterator[tuple[str, str]]:
        before, after = _by("authority", old.exception), _by("authority", new.exception)
        for name, band in before.items():
            if name not in after:
                yield "exception", f"no longer: {self._band(self._was, band, old)}"
        for name, band in after.items():
            if name not in before:
                yield "exception", f"now also: {self._band(self._is, band, new)}"
                continue
            earlier: Band = before[name]
            one, other = self._band(self._was, earlier, old), self._band(self._is, band, new)
            if dict(earlier.up_to) != dict(band.up_to):
                yield "up_to", f"{one}{ARROW}{other.removeprefix(f'{authority_name(name)} may approve ')}"
            if earlier.expires_in_days != band.expires_in_days:
                term = f"{_days(earlier)}{ARROW}{_days(band)}"
                yield "expires_in", f"an approval by {authority_name(name)} holds {term}"
        kept, now = [name for name in before if name in after], [name for name in after if name in before]
        if kept != now:
            yield "exception", f"who is asked first: {', '.join(kept)}{ARROW}{', '.join(now)}"

    @staticmethod
    def _band(words: Words, band: Band, owner: Check | Segment) -> str:
        cases = owner.cases if isinstance(owner, Check) else ()
        return words.band(band, [test for case in cases for test in tests_of(case.require)])


def _rest(profile: Profile) -> dict[str, Any]:
    return {key: node.plain() for key, node in profile.tree.entries.items() if key not in _COMPARED}


def _leaves(where: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value, start=1)
        for key, inner in pairs:
            yield from _leaves(f"{where}.{key}" if where else str(key), inner)
    else:
        yield where, str(value)


def _by(key: str, things: Sequence[Any]) -> dict[str, Any]:
    return {getattr(thing, key): thing for thing in things}


def _title(thing: FactSpec | Segment | Check) -> str:
    return thing.name if isinstance(thing, Segment) else thing.label


def _always(words: Words, when: Condition | None) -> str:
    return "always" if when is None or when == ALWAYS else f"when {words.condition(when)}"


def _sentence(words: Words, case: Case) -> str:
    require = words.requirement(case.require) if case.require else "nothing required"
    return require if case.when is None else f"{require} when {words.condition(case.when)}"


def _days(band: Band) -> str:
    days = band.expires_in_days
    return "the usual time" if days is None else f"for {counted(days, 'day')}"


def _fact(old: FactSpec, new: FactSpec) -> Iterator[tuple[str, str]]:
    for field in (each for each in fields(FactSpec) if each.compare):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if before != after:
            said = _SAID.get(field.name, spoken(field.name))
            yield field.name, f"{said}: {_value(before)}{ARROW}{_value(after)}"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {', '.join(words)}" if words else key for key, words in value.items()) or _NOTHING
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value) or _NOTHING
    return _NOTHING if value is None else str(value)


def _aligned(old: Condition, new: Condition) -> list[tuple[Test, Test]] | None:
    """The tests that differ, where the two conditions have one form and test the same subjects; else None."""
    if isinstance(old, AllOf | AnyOf) or isinstance(new, AllOf | AnyOf):
        if type(old) is not type(new):
            return None
        parts: tuple[Sequence[Condition], Sequence[Condition]] = (old.parts, new.parts)  # type: ignore[union-attr]
        if len(parts[0]) != len(parts[1]):
            return None
        found: list[tuple[Test, Test]] = []
        for one, other in zip(*parts, strict=True):
            inner = _aligned(one, other)
            if inner is None:
                return None
            found.extend(inner)
        return found
    if old == new:
        return []
    return [(old, new)] if old.subject == new.subject else None
