"""Found rules in the language of the profile: segments to copy, tried once in the profile that they are meant for."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR
from typing import Any

from bot.deals.facts import FactSpec, FactType
from bot.pipeline.strategy.features import Feature
from bot.pipeline.strategy.tree import Leaf, Split
from bot.profile.lint import lint
from bot.profile.loading import parse_profile
from bot.profile.model import Profile, Stance
from bot.profile.problems import ProfileError

REST = "everyone else"
_WORD = re.compile(r"[A-Za-z][A-Za-z ]*")
_RESERVED = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none"})
_TOP = re.compile(r"^(?=[a-z_]+:)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Written:
    """One rule: its name, its `when` in the profile's language, and what it was seen to do on the deals it is from."""

    name: str
    stance: Stance
    when: str
    deals: int
    good: int

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        share = round(100 * self.good / self.deals, 1) if self.deals else None
        stance = self.stance.value
        return {
            "name": self.name,
            "stance": stance,
            "when": self.when,
            "deals": self.deals,
            "good": self.good,
            "share": share,
        }


def written(
    profile: Profile, leaves: Sequence[Leaf], features: Sequence[Feature], deals: int, good: int
) -> tuple[str, tuple[Written, ...], list[str]]:
    """The YAML of the segments, its rules, and notes on what else of the profile has to change with them.

    The rules come best first. What lies between good and bad is left to the last segment, which takes the rest.
    """
    order = {Stance.PURSUE: 0, Stance.SELECTIVE: 1, Stance.DECLINE: 2}
    telling = [leaf for leaf in leaves if leaf.stance is not Stance.SELECTIVE and leaf.splits]
    if not telling:
        return "", (), []
    telling.sort(key=lambda leaf: (order[leaf.stance], -leaf.good / max(leaf.deals, 1), -leaf.deals))
    found: list[Written] = []
    for leaf in telling:
        tests = _tests(profile, leaf, features)
        name = _name(", ".join(test.words for test in tests), {each.name for each in found})
        found.append(Written(name, leaf.stance, _when(tests), leaf.deals, leaf.good))
    lines = ["# Suggested from past deals. Read it, change it, and backtest it before you use it.", "segments:"]
    for each in found:
        because = f"{each.good} of {each.deals} past deals like this were good, against {good} of {deals} of all."
        lines += [f"  - name: {json.dumps(each.name, ensure_ascii=False)}", f"    stance: {each.stance.value}"]
        lines += [f"    when: {each.when}", f"    because: {json.dumps(because)}"]
    lines += [
        f"  - name: {REST}",
        "    stance: selective",
        "    because: Past deals do not speak clearly for or against.",
    ]
    text = "\n".join(lines) + "\n"
    return text, tuple(found), list(tried(profile, text))


def tried(profile: Profile, segments: str) -> list[str]:
    """What hinders these segments in this profile, put in place of its own; empty when it loads and lints."""
    parts = _TOP.split(profile.source.decode("utf-8-sig"))
    kept = [segments if part.startswith("segments:") else part for part in parts]
    if segments not in kept:
        kept.append("\n" + segments)
    notes = []
    try:
        loaded = parse_profile("".join(kept).encode(), profile.filename or "suggested.yaml")
    except ProfileError as error:
        economics = [part for part in kept if part.startswith("economics:")]
        if not economics:
            raise
        # Churn is given by segment: with other segments those rows name what is no longer there.
        loaded = parse_profile(
            "".join(p for p in kept if p not in economics).encode(), profile.filename or "suggested.yaml"
        )
        told = "; ".join(dict.fromkeys(problem.message for problem in error.problems))
        notes.append(
            f"`economics` of your profile names segments that are gone with these: {told} Change those rows too."
        )
    place = loaded.segments_place[0]
    last = place + segments.count("\n")
    linted = [p for p in lint(loaded, frozenset()) if place <= p.line <= last]
    return notes + [f"Lint says of these segments: {problem.message}" for problem in linted]


@dataclass(frozen=True, slots=True)
class _Test:
    """One test of one fact: as the profile writes it, and in words."""

    fact: str
    written: str
    words: str


def _when(tests: Sequence[_Test]) -> str:
    if len({test.fact for test in tests}) == len(tests):
        return "{" + ", ".join(f"{test.fact}: {test.written}" for test in tests) + "}"
    return "{all: [" + ", ".join(f"{{{test.fact}: {test.written}}}" for test in tests) + "]}"


def _tests(profile: Profile, leaf: Leaf, features: Sequence[Feature]) -> list[_Test]:
    """The tests on the way to the leaf, those of one fact taken together."""
    by_fact: dict[str, list[Split]] = {}
    for split in leaf.splits:
        by_fact.setdefault(features[split.feature].fact, []).append(split)
    found: list[_Test] = []
    for fact, splits in by_fact.items():
        spec = profile.facts[fact]
        if features[splits[0].feature].value is None:
            found += _ranged(spec, splits)
        else:
            found.append(_valued(spec, [(features[s.feature].value, s.above) for s in splits]))
    return found


def _valued(spec: FactSpec, tests: Sequence[tuple[str | bool | None, bool]]) -> _Test:
    """A choice that is one value, or none of some; a yes or a no."""
    if spec.type is FactType.YES_NO:
        yes = tests[0][1]
        return _Test(spec.name, "true" if yes else "false", f"{spec.label}: {'yes' if yes else 'no'}")
    for value, holds in tests:
        if holds:
            return _Test(spec.name, _scalar(str(value)), str(value))
    others = [str(value) for value, _ in tests]
    words = f"not {' or '.join(others)}"
    if len(others) == 1:
        return _Test(spec.name, json.dumps(f"!= {others[0]}", ensure_ascii=False), words)
    rest = [_scalar(choice) for choice in spec.choices if choice not in others]
    return _Test(spec.name, f"[{', '.join(rest)}]", words)


def _ranged(spec: FactSpec, splits: Sequence[Split]) -> list[_Test]:
    """More than the greatest lower limit and at most the least upper one: whole numbers say it in one range."""
    least = max((split.limit for split in splits if split.above), default=None)
    most = min((split.limit for split in splits if not split.above), default=None)
    if spec.type is FactType.INTEGER:
        least = None if least is None else least.to_integral_value(ROUND_FLOOR) + 1
        most = None if most is None else most.to_integral_value(ROUND_FLOOR)
        if least is not None and most is not None:
            return [_Test(spec.name, f"{least:f}..{most:f}", f"{spec.label} {least:f} to {most:f}")]
    unit = "%" if spec.type is FactType.PERCENT else ""
    found = []
    if least is not None:
        sign, word = (">=", "at least") if spec.type is FactType.INTEGER else (">", "above")
        found.append(_Test(spec.name, f'"{sign} {least:f}{unit}"', f"{spec.label} {word} {least:f}{unit}"))
    if most is not None:
        found.append(_Test(spec.name, f'"<= {most:f}{unit}"', f"{spec.label} at most {most:f}{unit}"))
    return found


def _scalar(text: str) -> str:
    plain = _WORD.fullmatch(text) and text.casefold() not in _RESERVED and text.strip() == text
    return text if plain else json.dumps(text, ensure_ascii=False)


def _name(words: str, taken: set[str]) -> str:
    name = words[:1].upper() + words[1:] if len(words) <= 80 else words[:77].rstrip(" ,") + "..."  # noqa: PLR2004 - a line of YAML
    number, made = 1, name
    while made in taken or made == REST:
        number += 1
        made = f"{name} ({number})"
    return made
